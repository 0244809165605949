package recording

import (
	"path/filepath"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
)

// BenchmarkMinute is the cost of a recorded minute of a call, file and hash
// included, as it is and sealed: the difference is what encryption costs.
func BenchmarkMinute(b *testing.B) {
	for name, sealed := range map[string]bool{"plain": false, "sealed": true} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				minute(b, filepath.Join(b.TempDir(), name+string(rune('a'+i%26))), sealed)
			}
		})
	}
}

// minute records as fast as it can be heard.
func minute(b *testing.B, path string, sealed bool) {
	start := Start
	if sealed {
		start = func(path string) (*Recorder, error) { return StartSealed(path, newSecret()) }
	}
	r, err := start(path)
	if err != nil {
		b.Fatal(err)
	}
	p := [2]*speaker{newSpeaker(0, g711.ALaw, 700), newSpeaker(1, g711.MuLaw, 1300)}
	for n := range 3000 {
		at := r.began.Add(time.Duration(n) * 20 * time.Millisecond)
		for _, s := range p {
			packet := s.packet
			from := int(s.packet.Timestamp+1000) % len(s.audio)
			packet.Payload, packet.At = s.audio[from:from+frame], at
			r.Hear(s.channel, &packet)
			s.packet.Timestamp += frame
		}
		if n%25 == 24 {
			if err := r.flush(r.position(at) - lag); err != nil {
				b.Fatal(err)
			}
		}
	}
	if _, err := r.Close(); err != nil {
		b.Fatal(err)
	}
}
