package media

import (
	"sync"
	"testing"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// ears keeps what a tap hears.
type ears struct {
	mu    sync.Mutex
	heard [2][]int16
}

func (e *ears) Hear(channel int, p *Packet) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard[channel] = append(e.heard[channel], p.Law.Decode(p.Payload)...)
}

func (e *ears) of(channel int) []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard[channel]
}

// A muted operator is silence to the buyer and to the recording, without a
// hole in the stream, and hears on.
func TestMutedIsSilenceAndNoHole(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator, tape := newPhone(t, ports, g711.MuLaw), newPhone(t, ports, g711.ALaw), &ears{}
	b := Connect(buyer.leg, operator.leg, tape)
	operator.say(g711.ALaw, 1300, 10)
	buyer.await(10)
	b.Mute(true)
	operator.say(g711.ALaw, 1300, 10)
	buyer.say(g711.MuLaw, 700, 10)
	if s := tone.Share(operator.hear(operator.await(10)), 700); s != 1 {
		t.Errorf("the muted operator heard the buyer in %v of the time", s)
	}
	buyer.await(20)
	b.Mute(false)
	operator.say(g711.ALaw, 1300, 10)
	got := buyer.await(30)
	checkStream(t, got)
	for name, samples := range map[string][]int16{"the buyer": buyer.hear(got), "the tape": tape.of(1)} {
		third := len(samples) / 3
		for i, want := range []float64{1, 0, 1} {
			if s := tone.Share(samples[i*third:(i+1)*third], 1300); s != want {
				t.Errorf("%s heard the operator in %v of part %d, want %v", name, s, i, want)
			}
		}
		for _, s := range samples[third : 2*third] {
			if s > 16 || s < -16 {
				t.Fatalf("%s heard %d of a muted operator", name, s)
			}
		}
	}
}
