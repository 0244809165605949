package media

import (
	"fmt"
	"os"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/wav"
)

// Clip is a piece of audio, ready in both laws. It doesn't change and may be
// played to any number of legs at once.
type Clip struct {
	frames    int
	aLaw, muL []byte // whole frames
}

// NewClip returns pcm, sampled at 8 kHz, as a clip. Its last frame is filled up
// with silence.
func NewClip(pcm []int16) *Clip {
	frames := (len(pcm) + frame - 1) / frame
	whole := make([]int16, frames*frame)
	copy(whole, pcm)
	return &Clip{frames: frames, aLaw: g711.ALaw.Encode(whole), muL: g711.MuLaw.Encode(whole)}
}

// ReadWAV returns the sound of a WAV file, one channel of 8 kHz, as a clip.
func ReadWAV(file []byte) (*Clip, error) {
	s, err := wav.Read(file)
	if err != nil {
		return nil, err
	}
	if s.Rate != rate || len(s.Channels) != 1 {
		return nil, fmt.Errorf("clip of %d channels at %d Hz, want 1 at %d", len(s.Channels), s.Rate, rate)
	}
	return NewClip(s.Channels[0]), nil
}

// LoadWAV returns the sound of the WAV file at path as a clip.
func LoadWAV(path string) (*Clip, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("load clip: %w", err)
	}
	c, err := ReadWAV(file)
	if err != nil {
		return nil, fmt.Errorf("load clip %s: %w", path, err)
	}
	return c, nil
}

// Length returns how long the clip plays.
func (c *Clip) Length() time.Duration { return time.Duration(c.frames) * frameLength }

// frame returns the i-th frame in law.
func (c *Clip) frame(i int, law g711.Law) []byte {
	all := c.aLaw
	if law == g711.MuLaw {
		all = c.muL
	}
	return all[i*frame : (i+1)*frame]
}

// WAV returns the clip as a file: A-law of 8 kHz.
func (c *Clip) WAV() []byte {
	header := wav.MonoHeader(uint32(len(c.aLaw)))
	return append(header[:], c.aLaw...)
}
