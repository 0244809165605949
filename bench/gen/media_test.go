package gen

import (
	"testing"
	"time"

	"switchboard/telephony/media/tone"
)

func media(t *testing.T) *Media {
	t.Helper()
	m, err := NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func stream(t *testing.T, m *Media) *Stream {
	t.Helper()
	s, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStreamsHearEachOther: pairs of streams, each with a tone of its own.
func TestStreamsHearEachOther(t *testing.T) {
	t.Parallel()
	m := media(t)
	const pairs = 20
	var ends [pairs][2]*Stream
	m.Measure()
	for i := range ends {
		a, b := stream(t, m), stream(t, m)
		a.Keep()
		b.Keep()
		a.Send(b.Addr(), 400)
		b.Send(a.Addr(), 1000)
		ends[i] = [2]*Stream{a, b}
	}
	await(t, func() bool { return ends[pairs-1][1].Heard().Packets > 20 })
	var sent [pairs][2]int
	for i, e := range ends {
		sent[i] = [2]int{e[0].Stop(), e[1].Stop()}
	}
	await(t, func() bool { h := ends[pairs-1][1].Heard(); return h.Packets == sent[pairs-1][0] })
	<-time.After(20 * time.Millisecond)
	for i, e := range ends {
		for side := range e {
			h := e[side].Heard()
			if lost := h.Lost(sent[i][1-side]); lost != 0 || h.Repeated+h.Reordered != 0 || h.Others != 1 || h.Unmarked != 0 {
				t.Errorf("pair %d, end %d: lost %d: %+v", i, side, lost, h)
			}
			if hz := []float64{1000, 400}[side]; tone.Share(e[side].Samples(), hz) != 1 {
				t.Errorf("pair %d, end %d does not hear %v Hz", i, side, hz)
			}
		}
	}
	if d := m.Measured(); len(d) < pairs*40 || d.At(0.5) <= 0 || d.At(0.5) > 100*time.Millisecond {
		t.Errorf("%d packets were under way for %s", len(d), d.At(0.5))
	}
}

func await(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not in time")
		}
	}
}

func TestMarkIsFound(t *testing.T) {
	t.Parallel()
	want := mark{stream: 0xabcdef, number: 0x123456, at: time.Unix(1_700_000_000, 123_456_789)}
	b := wave(1000)
	if _, ok := readMark(b); ok {
		t.Error("a bare tone has a mark")
	}
	want.write(b)
	if got, ok := readMark(b); !ok || got != want {
		t.Errorf("read %+v, %v", got, ok)
	}
	if _, ok := readMark(b[:100]); ok {
		t.Error("a short packet has a mark")
	}
}

// TestEarCounts feeds the numbers of packets as they might come.
func TestEarCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		numbers []int
		sent    int
		want    Heard
		lost    int
	}{
		"all":          {[]int{0, 1, 2}, 3, Heard{Packets: 3, Others: 1, Last: 2}, 0},
		"late start":   {[]int{5, 6}, 7, Heard{Packets: 2, Others: 1, First: 5, Last: 6}, 0},
		"gap":          {[]int{0, 3}, 4, Heard{Packets: 2, Others: 1, Last: 3}, 2},
		"tail is lost": {[]int{0, 1}, 5, Heard{Packets: 2, Others: 1, Last: 1}, 3},
		"out of order": {[]int{0, 2, 1, 3}, 4, Heard{Packets: 4, Others: 1, Reordered: 1, Last: 3}, 0},
		"twice":        {[]int{0, 1, 1, 0, 2}, 3, Heard{Packets: 3, Others: 1, Repeated: 2, Last: 2}, 0},
	} {
		var e ear
		for _, n := range c.numbers {
			e.number(mark{stream: 1, number: uint32(n)})
		}
		if e.heard != c.want || e.heard.Lost(c.sent) != c.lost {
			t.Errorf("%s: %+v, lost %d", name, e.heard, e.heard.Lost(c.sent))
		}
	}
	if n := (Heard{}).Lost(7); n != 7 {
		t.Errorf("of 7 that nobody heard %d were lost", n)
	}
}
