package recording

import (
	"testing"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
)

const frame = 160

// spoken is a frame that says its number, so that the test can find it again.
func spoken(law g711.Law, n int) *media.Packet {
	payload := make([]byte, frame)
	for i := range payload {
		payload[i] = law.Byte(int16(1000 + 100*n))
	}
	return &media.Packet{Law: law, SSRC: 1, Sequence: uint16(n), Timestamp: uint32(5000 + frame*n), Payload: payload}
}

// placed returns the positions at which frame n's samples begin on a channel of
// what was taken, and how many there are.
func placed(taken []byte, channel, n int) (first, count int) {
	want := g711.ALaw.Byte(int16(1000 + 100*n))
	first = -1
	for i := channel; i < len(taken); i += channels {
		if taken[i] == want {
			if first < 0 {
				first = i / channels
			}
			count++
		}
	}
	return first, count
}

func takeAll(t *tape, end int64) []byte {
	b := make([]byte, (end-t.taken)*channels)
	return b[:t.take(end, b)]
}

// TestJitterIsNotHeard: packets that come early, late and in the wrong order
// stand where they were spoken.
func TestJitterIsNotHeard(t *testing.T) {
	t.Parallel()
	tape := newTape()
	for _, c := range []struct{ frame, comes int }{ // comes: position at which the packet is heard
		{0, 160}, {1, 320}, {2, 900}, {4, 910}, {3, 1200}, {7, 1290}, {5, 3300}, {6, 1600}, {8, 1440 + patience},
	} {
		tape.put(0, spoken(g711.ALaw, c.frame), int64(c.comes))
	}
	taken := takeAll(tape, 8000)
	for n := range 9 {
		if first, count := placed(taken, 0, n); first != n*frame || count != frame {
			t.Errorf("frame %d: %d samples from %d", n, count, first)
		}
	}
}

func TestGapsAndTheOtherChannelAreSilent(t *testing.T) {
	t.Parallel()
	tape := newTape()
	for _, n := range []int{0, 1, 5, 6} {
		tape.put(1, spoken(g711.MuLaw, n), int64(160*(n+1)))
	}
	taken := takeAll(tape, 1600)
	for i, b := range taken {
		at := i / channels
		spoke := i%channels == 1 && (at < 320 || at >= 800 && at < 1120)
		if silent := b == g711.ALaw.Silence(); silent == spoke {
			t.Fatalf("sample %d of channel %d is %#02x", at, i%channels, b)
		}
	}
}

// TestSourceIsPlacedByItsFastestPackets: placed by a late packet, it is moved
// back with the first one that is on time; within 10 ms it stays.
func TestSourceIsPlacedByItsFastestPackets(t *testing.T) {
	t.Parallel()
	var l lane
	for _, c := range []struct {
		frame     int
		comes, at int64
	}{
		{0, 1160, 1000}, // 800 too late
		{1, 520, 360},   // on time
		{2, 600, 520},   // 10 ms early
		{3, 840, 680},
	} {
		if at, ok := l.place(spoken(g711.ALaw, c.frame), c.comes); !ok || at != c.at {
			t.Errorf("frame %d: placed at %d, want %d", c.frame, at, c.at)
		}
	}
}

// TestDriftingClock: a sender whose clock is off by 200 ppm for an hour stays
// within 20 ms and a margin of where it is heard.
func TestDriftingClock(t *testing.T) {
	t.Parallel()
	for _, ppm := range []int64{-200, 0, 200} {
		var l lane
		p := spoken(g711.ALaw, 0)
		worst := int64(0)
		for n := range int64(3600 * 50) {
			comes := 160 + n*frame + n*frame*ppm/1_000_000
			at, ok := l.place(p, comes)
			if !ok {
				t.Fatalf("%d ppm: packet %d finds no place", ppm, n)
			}
			off := comes - frame - at
			worst = max(worst, off, -off)
			p.Timestamp += frame
		}
		if worst > tooLate+40 {
			t.Errorf("%d ppm: up to %d samples off", ppm, worst)
		}
	}
}

// TestSourceThatBeginsAnew: timestamps that jump are strays at first, then a
// new beginning; with a marker at once. A single one changes nothing.
func TestSourceThatBeginsAnew(t *testing.T) {
	t.Parallel()
	const jump = 80000
	for _, c := range []struct {
		what   string
		strays int
		marker bool
		want   int64 // place of the frame after them, heard at 16160, or -1
	}{
		{"one stray", 1, false, 16000},
		{"two strays", 2, false, 16000},
		{"a new beginning", 3, false, -1},
		{"a marker", 1, true, -1},
	} {
		var l lane
		l.place(spoken(g711.ALaw, 0), 160)
		for i := range c.strays {
			p := spoken(g711.ALaw, 90+i)
			p.Timestamp -= jump
			p.Marker = c.marker
			at, ok := l.place(p, int64(14560+160*i))
			if last := i == c.strays-1 && c.want < 0; ok != last || ok && at != int64(14400+160*i) {
				t.Errorf("%s: stray %d is placed at %d, %v", c.what, i, at, ok)
			}
		}
		if at, ok := l.place(spoken(g711.ALaw, 100), 16160); c.want >= 0 && (!ok || at != c.want) {
			t.Errorf("%s: then placed at %d, %v", c.what, at, ok)
		}
	}
}

// TestStraysInARow: now and then a stray is no new beginning.
func TestStraysInARow(t *testing.T) {
	t.Parallel()
	var l lane
	for n := range 20 {
		p := spoken(g711.ALaw, n)
		if n%3 == 2 {
			p.Timestamp -= 80000
		}
		if at, ok := l.place(p, int64(160*(n+1))); ok != (n%3 != 2) || ok && at != int64(160*n) {
			t.Errorf("frame %d: placed at %d, %v", n, at, ok)
		}
	}
}

// TestNewSourceIsPlacedAtOnce: the number of another source means nothing on
// the time line of the one before.
func TestNewSourceIsPlacedAtOnce(t *testing.T) {
	t.Parallel()
	var l lane
	l.place(spoken(g711.ALaw, 0), 160)
	p := spoken(g711.ALaw, 0)
	p.SSRC, p.Timestamp = 2, 1<<31
	if at, ok := l.place(p, 9160); !ok || at != 9000 {
		t.Errorf("placed at %d, %v", at, ok)
	}
}

// TestTapeIsBounded: what is before the beginning, came too late, or finds no
// room is left out, sample by sample.
func TestTapeIsBounded(t *testing.T) {
	t.Parallel()
	tape := newTape()
	tape.put(0, spoken(g711.ALaw, 0), -500)
	tape.put(0, spoken(g711.ALaw, 4), 140)          // its first 20 samples were before
	tape.put(1, spoken(g711.ALaw, 9), capacity+100) // its last 100 have no room
	tape.put(1, spoken(g711.ALaw, 10), capacity+260)
	taken := takeAll(tape, capacity)
	for _, c := range []struct{ channel, frame, first, count int }{
		{0, 0, -1, 0}, {0, 4, 0, 140}, {1, 9, capacity - 60, 60}, {1, 10, -1, 0},
	} {
		if first, count := placed(taken, c.channel, c.frame); first != c.first || count != c.count {
			t.Errorf("frame %d: %d samples from %d, want %d from %d", c.frame, count, first, c.count, c.first)
		}
	}
	tape.put(0, spoken(g711.ALaw, 5), 300) // all of it is in the file already
	for i, b := range takeAll(tape, 2*capacity) {
		if b != g711.ALaw.Silence() {
			t.Fatalf("sample %d of the next round is %#02x", i/channels, b)
		}
	}
}

func TestHearAllocatesNothing(t *testing.T) {
	tape, p, now := newTape(), spoken(g711.MuLaw, 0), int64(160)
	b := make([]byte, 2*frame)
	if n := testing.AllocsPerRun(1000, func() {
		tape.put(0, p, now)
		tape.take(now-lag, b)
		p.Timestamp += frame
		now += frame
	}); n != 0 {
		t.Errorf("%v allocations for each packet", n)
	}
}
