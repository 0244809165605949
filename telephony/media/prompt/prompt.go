// Package prompt is what a caller hears when no person speaks.
package prompt

import (
	"embed"
	"sync"

	"switchboard/telephony/media"
)

// Name says which prompt.
type Name string

// The prompts. Their texts are in sound/make.sh.
const (
	Greeting    Name = "greeting"
	Recorded    Name = "recorded"    // the notice that the call is recorded
	Closed      Name = "closed"      // outside working hours
	Unavailable Name = "unavailable" // the number's shop is suspended, or gone
)

//go:embed sound/*.wav
var sound embed.FS

// fallback is the language of callers whose shop's language we don't speak.
const fallback = "en"

// Clip returns the prompt of that name in a language, ru or en; in English if
// there is none in that language. A prompt that does not exist is silent.
func Clip(language string, name Name) *media.Clip {
	for _, l := range []string{language, fallback} {
		if c := clips()[l+"."+string(name)+".wav"]; c != nil {
			return c
		}
	}
	return media.NewClip(nil)
}

// Clips returns several prompts, to be played one after another.
func Clips(language string, names ...Name) []*media.Clip {
	all := make([]*media.Clip, len(names))
	for i, n := range names {
		all[i] = Clip(language, n)
	}
	return all
}

// clips decodes the files once, by name. The test makes sure that all are right,
// so that one that is not would be missing here rather than end a call.
var clips = sync.OnceValue(func() map[string]*media.Clip {
	all := map[string]*media.Clip{}
	files, err := sound.ReadDir("sound")
	if err != nil {
		return all
	}
	for _, f := range files {
		b, err := sound.ReadFile("sound/" + f.Name())
		if err != nil {
			continue
		}
		if c, err := media.ReadWAV(b); err == nil {
			all[f.Name()] = c
		}
	}
	return all
})
