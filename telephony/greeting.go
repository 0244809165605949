package telephony

import (
	"log/slog"

	"switchboard/telephony/directory"
	"switchboard/telephony/media"
	"switchboard/telephony/media/speech"
)

// Speech is who speaks the words of shops, and where what they said is kept.
type Speech struct {
	Dir   string `env:"SPEECH_DIR"`
	URL   string `env:"SPEECH_URL"` // empty: espeak-ng of this machine
	Token string `env:"SPEECH_TOKEN"`
	Model string `env:"SPEECH_MODEL"`
	Voice string `env:"SPEECH_VOICE"`
}

func openSpeech(s Speech, log *slog.Logger) (*speech.Cache, error) {
	if s.URL == "" {
		return speech.Open(s.Dir, speech.Espeak{}, log)
	}
	service, err := speech.NewService(speech.Access{URL: s.URL, Token: s.Token, Model: s.Model, Voice: s.Voice})
	if err != nil {
		return nil, err
	}
	return speech.Open(s.Dir, service, log)
}

// greetings are all that shops say in their own words.
func greetings(d *directory.Directory) []speech.Text {
	var all []speech.Text
	d.Shops(func(s *directory.Shop) {
		if s.Greets != "" && s.Greeting != "none" {
			all = append(all, greetingOf(s))
		}
	})
	return all
}

func greetingOf(s *directory.Shop) speech.Text {
	return speech.Text{Language: s.Language, Words: s.Greets}
}

// greeting returns a shop's own if it was spoken already: a call waits for no
// voice.
func (n *Node) greeting(s *directory.Shop) *media.Clip { return n.speech.Ready(greetingOf(s)) }
