package media

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"switchboard/telephony/media/g711"
)

// wire is a press as a phone sends it: pressed, held, and the end three times.
func wire(key byte, timestamp uint32, steps int) []*Packet {
	code, _ := EventOf(key)
	var all []*Packet
	for i := range steps + 2 {
		b := make([]byte, eventSize)
		Event{Code: code, End: i >= steps-1, Duration: uint16(160 * min(i+1, steps))}.put(b)
		all = append(all, &Packet{PayloadType: testEvent, Timestamp: timestamp, Payload: b, Marker: i == 0})
	}
	return all
}

func tell(got []Digit) string {
	var b strings.Builder
	for _, d := range got {
		if d.Released {
			fmt.Fprintf(&b, "/%d ", d.Duration.Milliseconds())
		} else {
			fmt.Fprintf(&b, "%c", d.Key)
		}
	}
	return strings.TrimSpace(b.String())
}

// TestDigitsSurviveLoss takes every combination of the packets of two presses
// of the same key away: unless a whole press is lost, each is told exactly once.
func TestDigitsSurviveLoss(t *testing.T) {
	t.Parallel()
	first, second := wire('5', 1000, 4), wire('5', 3000, 4)
	for lost := range 1 << 12 {
		var d digits
		var got []Digit
		want := 0
		for i, press := range [][]*Packet{first, second} {
			kept := lost >> (6 * i) & 63
			if kept != 63 {
				want++
			}
			for k, p := range press {
				if kept>>k&1 == 0 {
					got = d.take(p, got)
				}
			}
		}
		got = d.audio(100000, got)
		if n := strings.Count(tell(got), "5"); n != want || strings.Count(tell(got), "/") != want {
			t.Fatalf("lost %012b: %s, want %d presses", lost, tell(got), want)
		}
	}
}

func TestDigits(t *testing.T) {
	t.Parallel()
	one, two := wire('1', 1000, 5), wire('#', 4000, 5)
	long := wire('7', 9000, 1)[:1]
	long[0].Payload = []byte{7, 0, 0xFF, 0xFF}
	for name, c := range map[string]struct {
		packets []*Packet
		want    string
	}{
		"two keys":            {append(slices.Clone(one), two...), "1/100 #/100"},
		"all twice":           {append(slices.Clone(one), one...), "1/100"},
		"late after the next": {append(slices.Clone(two), one...), "#/100"},
		"end only":            {one[6:], "1/100"},
		"no end":              {append(one[:2:2], two...), "1/40 #/100"},
		"out of order":        {[]*Packet{one[2], one[0], one[4], one[1]}, "1/100"},
		"flash is no key":     {[]*Packet{{Payload: []byte{16, 0, 0, 160}}}, ""},
		"torn":                {[]*Packet{{Payload: []byte{1, 0, 0}}}, ""},
		"held for 9 s":        {append(long, &Packet{Timestamp: 9000 + 0xFFFF, Payload: []byte{7, 0x80, 0x10, 0}}), "7/8191"},
		"timestamps wrap":     {append(wire('1', 1<<32-100, 2), wire('2', 900, 2)...), "1/40 2/40"},
	} {
		var d digits
		var got []Digit
		for _, p := range c.packets {
			got = d.take(p, got)
		}
		if tell(got) != c.want {
			t.Errorf("%s: %s, want %s", name, tell(got), c.want)
		}
	}
}

// TestLostEnd: audio after a press tells that it is over.
func TestLostEnd(t *testing.T) {
	t.Parallel()
	var d digits
	got := d.take(wire('9', 1000, 3)[0], nil)
	if got = d.audio(1000+160+lostEnd, got); tell(got) != "9" {
		t.Errorf("during the press: %s", tell(got))
	}
	if got = d.audio(1000+160+lostEnd+1, got); tell(got) != "9/20" {
		t.Errorf("after the press: %s", tell(got))
	}
}

// TestDialedKeysArrive dials from our player to a phone, and relays a phone's
// keys to a party that knows events by another number.
func TestDialedKeysArrive(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.MuLaw)
	player := NewPlayer()
	t.Cleanup(player.Close)
	<-player.Dial(buyer.leg, "1-5#").Done()
	got := buyer.await(3 * (pressFrames + releaseFrames))
	checkSequence(t, got)
	if keys := heardKeys(got, testEvent); keys != "1/100 5/100 #/100" {
		t.Errorf("dialled keys: %s", keys)
	}

	agreed := operator.agreed()
	agreed.EventType = 96
	operator.leg.SetRemote(agreed)
	var mu sync.Mutex
	var pressed []Digit
	buyer.leg.OnDigit(func(d Digit) { mu.Lock(); pressed = append(pressed, d); mu.Unlock() })
	Connect(buyer.leg, operator.leg, nil)
	for i, p := range append(wire('0', 1<<31, 4), wire('*', 1<<31+4000, 4)...) {
		if i%5 == 1 {
			continue // lost
		}
		buyer.timestamp = p.Timestamp
		buyer.send(buyer.datagram(testEvent, p.Payload))
	}
	if keys := heardKeys(operator.await(9), 96); keys != "0/80 */80" {
		t.Errorf("relayed keys: %s", keys)
	}
	mu.Lock()
	defer mu.Unlock()
	if keys := tell(pressed); keys != "0/80 */80" {
		t.Errorf("keys at the leg: %s", keys)
	}
}

func heardKeys(packets []Packet, number uint8) string {
	var d digits
	var got []Digit
	for i := range packets {
		if packets[i].PayloadType == number {
			got = d.take(&packets[i], got)
		}
	}
	return tell(got)
}

func checkSequence(t *testing.T, packets []Packet) {
	t.Helper()
	for i := range packets[1:] {
		if packets[i+1].Sequence != packets[i].Sequence+1 {
			t.Fatalf("packet %d: sequence %d after %d", i+1, packets[i+1].Sequence, packets[i].Sequence)
		}
	}
}

// TestNoEventsForWhoKnowsNone: a party without telephone events gets none.
func TestNoEventsForWhoKnowsNone(t *testing.T) {
	t.Parallel()
	ports := newTestPorts(t)
	buyer, operator := newPhone(t, ports, g711.ALaw), newPhone(t, ports, g711.ALaw)
	agreed := operator.agreed()
	agreed.EventType, agreed.EventOurs = 0, 0
	operator.leg.SetRemote(agreed)
	Connect(buyer.leg, operator.leg, nil)
	buyer.send(buyer.datagram(testEvent, wire('1', 0, 1)[0].Payload))
	buyer.say(g711.ALaw, 700, 1)
	operator.leg.SendEvent(Event{})
	if got := operator.await(1); len(got) != 1 || got[0].PayloadType != 8 {
		t.Errorf("got %d packets, the first of type %d", len(got), got[0].PayloadType)
	}
}

// TestAudioWaitsForKey: while a key is pressed at a bridged leg, nothing is
// relayed to it.
func TestAudioWaitsForKey(t *testing.T) {
	t.Parallel()
	p := newPair(t, newTestPorts(t), g711.ALaw)
	speech := make([]byte, headerSize+frame)
	for _, step := range []struct {
		end  bool
		want int64
	}{{false, 1}, {true, 3}} {
		p.operator.SendEvent(Event{Code: 5, Duration: 160, End: step.end})
		p.pass(speech, g711.ALaw.PayloadType())
		if n := p.operator.Stats().Sent; n != step.want {
			t.Errorf("end %v: sent %d packets, want %d", step.end, n, step.want)
		}
	}
}
