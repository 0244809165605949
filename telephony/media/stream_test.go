package media

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
)

var dawn = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func at(ms int) time.Time { return dawn.Add(time.Duration(ms) * time.Millisecond) }

// audio returns a received packet of 20 ms.
func audio(ms int, ssrc uint32, sequence uint16, timestamp uint32) *Packet {
	return &Packet{Law: g711.ALaw, SSRC: ssrc, Sequence: sequence, Timestamp: timestamp, Payload: make([]byte, frame), At: at(ms)}
}

// sent says what a header adds to the stream's first one: sequence, timestamp, marker.
func sent(h header) string {
	return strings.TrimSpace(fmt.Sprintf("+%d +%d %s", h.sequence, h.timestamp, map[bool]string{true: "marker"}[h.marker]))
}

// TestStream is one stream fed by all that may feed it. Its numbers are counted
// from 0, at 8 a millisecond.
func TestStream(t *testing.T) {
	t.Parallel()
	s := stream{ssrc: 9, last: at(0)}
	for _, step := range []struct {
		what string
		h    header
		want string
	}{
		{"a source begins", s.relay(audio(20, 1, 500, 7000)), "+1 +0 marker"},
		{"goes on", s.relay(audio(40, 1, 501, 7160)), "+2 +160"},
		{"loses two packets", s.relay(audio(100, 1, 504, 7640)), "+5 +640"},
		{"one of them is only late", s.relay(audio(101, 1, 503, 7480)), "+4 +480"},
		{"goes on", s.relay(audio(120, 1, 505, 7800)), "+6 +800"},
		{"pauses for 5 s as its clock says", s.relay(audio(5120, 1, 506, 47800)), "+7 +40800"},
		{"music after it", s.frame(frame, at(5140)), "+8 +40960 marker"},
		{"goes on", s.frame(frame, at(5160)), "+9 +41120"},
		{"jitters", s.frame(frame, at(5240)), "+10 +41280"},
		{"pauses for a second", s.frame(frame, at(6260)), "+11 +49920 marker"},
		{"another source, its numbers about to wrap", s.relay(audio(6280, 2, 65535, 1<<32-160)), "+12 +50080 marker"},
		{"wraps", s.relay(audio(6300, 2, 0, 0)), "+13 +50240"},
		{"begins anew in mid-call", s.relay(audio(6320, 2, 30000, 99)), "+14 +50400 marker"},
		{"and once more, by its clock alone", s.relay(audio(6340, 2, 30001, 99+8000*60)), "+15 +50560 marker"},
		{"a key is pressed", s.send(Event{Duration: 160}, at(6360)), "+16 +50720 marker"},
		{"held", s.send(Event{Duration: 320}, at(6380)), "+17 +50720"},
		{"released", s.send(Event{Duration: 480, End: true}, at(6400)), "+18 +50720"},
		{"released again", s.send(Event{Duration: 480, End: true}, at(6420)), "+19 +50720"},
		{"audio after it", s.relay(audio(6440, 2, 30006, 99+8000*60+800)), "+20 +51200 marker"},
		{"the end a third time", s.send(Event{Duration: 480, End: true}, at(6441)), "+21 +50720"},
		{"more audio", s.relay(audio(6460, 2, 30007, 99+8000*60+960)), "+22 +51360 marker"},
		{"the next key", s.send(Event{Duration: 160}, at(6480)), "+23 +51520 marker"},
	} {
		if got := sent(step.h); got != step.want || step.h.ssrc != 9 {
			t.Errorf("%s: %s of source %d, want %s", step.what, got, step.h.ssrc, step.want)
		}
	}
}

// TestStallsAddUp: frames of a player that is held up for 40 ms each second, and
// does not make up for it, stay with the clock.
func TestStallsAddUp(t *testing.T) {
	t.Parallel()
	s := stream{last: at(0)}
	for n := range 500 {
		ms := 20 + 20*n + 40*(n/50)
		h := s.frame(frame, at(ms))
		if late := int64(8*(ms-20)) - int64(h.timestamp); late < 0 || late >= 800 {
			t.Fatalf("the frame of %d ms has timestamp %d: %d samples behind the clock", ms, h.timestamp, late)
		}
	}
}

// TestLatePacketTurnsNothingBack: what comes after it is numbered after the newest.
func TestLatePacketTurnsNothingBack(t *testing.T) {
	t.Parallel()
	s := stream{last: at(0)}
	s.relay(audio(20, 1, 500, 7000))
	s.relay(audio(60, 1, 502, 7320))
	s.relay(audio(61, 1, 501, 7160))
	if got := sent(s.frame(frame, at(80))); got != "+4 +480 marker" {
		t.Errorf("after a late packet: %s", got)
	}
}

// TestRelayedPress: the packets of a press keep their common timestamp, and the
// audio after a long one is no new beginning.
func TestRelayedPress(t *testing.T) {
	t.Parallel()
	s := stream{last: at(0)}
	s.relay(audio(20, 1, 500, 7000))
	press := func(ms int, sequence uint16, e Event) header {
		b := make([]byte, eventSize)
		e.put(b)
		return s.relay(&Packet{SSRC: 1, Sequence: sequence, Timestamp: 7160, Payload: b, At: at(ms), Marker: sequence == 501})
	}
	for i := range 300 {
		got := sent(press(40+20*i, uint16(501+i), Event{Duration: uint16(160 + 160*i), End: i == 299}))
		want := fmt.Sprintf("+%d +160", 2+i)
		if i == 0 {
			want += " marker"
		}
		if got != want {
			t.Fatalf("packet %d of a press: %s, want %s", i, got, want)
		}
	}
	if got := sent(s.relay(audio(6040, 1, 801, 7160+48000))); got != "+302 +48160" {
		t.Errorf("after the press: %s", got)
	}
}

func TestKeyHoldsBackAudio(t *testing.T) {
	t.Parallel()
	s := stream{last: at(0), event: outgoingEvent{ended: true}}
	for _, step := range []struct {
		what string
		e    *Event
		ms   int
		want bool
	}{
		{"before", nil, 10, false},
		{"pressed", &Event{Duration: 160}, 20, true},
		{"forgotten", nil, 230, false},
		{"pressed", &Event{Duration: 160}, 240, true},
		{"released", &Event{Duration: 320, End: true}, 260, false},
	} {
		if step.e != nil {
			s.send(*step.e, at(step.ms))
		}
		if got := s.sending(at(step.ms)); got != step.want {
			t.Errorf("%s: holds back %v", step.what, got)
		}
	}
}

func TestAllowance(t *testing.T) {
	t.Parallel()
	var a allowance
	through := func(from, n, every int) (ok int) {
		for i := range n {
			if a.spend(at(from + i*every)) {
				ok++
			}
		}
		return ok
	}
	for _, c := range []struct {
		what                 string
		from, n, every, want int
	}{
		{"100 packets a second for 10 s", 0, 1000, 10, 1000},
		{"a burst after a stall", 20000, maxBurst, 0, maxBurst},
		{"and more at once", 20000, 50, 0, 0},
		{"1000 a second for 2 s", 30000, 2000, 1, maxBurst + 400},
	} {
		if got := through(c.from, c.n, c.every); got < c.want || got > c.want+1 {
			t.Errorf("%s: %d of %d, want %d", c.what, got, c.n, c.want)
		}
	}
}

func TestLosses(t *testing.T) {
	t.Parallel()
	var l losses
	total := int64(0)
	for i, c := range []struct {
		ssrc     uint32
		sequence uint16
		want     int64
	}{
		{1, 65534, 0}, {1, 65535, 0}, {1, 2, 2}, {1, 1, 1}, {1, 2, 1}, {1, 3, 1},
		{2, 900, 1}, {2, 902, 2}, {2, 20000, 2}, {2, 20001, 2},
	} {
		if total += l.take(&Packet{SSRC: c.ssrc, Sequence: c.sequence}); total != c.want {
			t.Errorf("packet %d: %d lost, want %d", i, total, c.want)
		}
	}
}
