package e2e

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
)

// strangersTone is what attackers say. A whole number of waves fits in a packet.
const strangersTone = 1900

// TestNobodyTalksIntoACall: strangers send 10,000 packets into each of twenty
// calls, from ports of theirs and as if from a party's own address. Nobody hears
// them, they are on no tape, and nothing comes back to them; the parties hear each
// other.
func TestNobodyTalksIntoACall(t *testing.T) {
	const calls, each = 20, 10_000
	s := stage(t, func(at netip.AddrPort) string { return fmt.Sprintf(fixed, "a{01..20}", "tyres", at) })
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	talks := s.talks(m, calls)
	var attacks []*attack
	for _, one := range talks {
		one.buyer.Keep()
		one.operator.Keep()
		attacks = append(attacks, attackOn(t, one))
	}
	hear := func(seconds float64) func() bool {
		return func() bool {
			for _, one := range talks {
				if secondsOf(one.buyer.Samples(), 1000) < seconds || secondsOf(one.operator.Samples(), 400) < seconds {
					return false
				}
			}
			return true
		}
	}
	s.await("they hear each other", patience, hear(0.2)) // whose voice is whose is known
	pace := time.NewTicker(8 * time.Millisecond)
	defer pace.Stop()
	for range each / attackBatch {
		for _, a := range attacks {
			a.spray()
		}
		<-pace.C
	}
	s.await("they hear each other on", patience, hear(2))
	for _, one := range talks {
		for who, ear := range map[string]*gen.Stream{"buyer": one.buyer, "operator": one.operator} {
			s.clean("what the "+who+" of "+one.call.From+" hears", ear.Samples())
		}
		one.buyer.Stop()
		one.operator.Stop()
		one.call.Hangup()
	}
	for _, one := range talks {
		s.outcome(one.call, 200, gen.Us)
	}
	for _, a := range attacks {
		a.hearsNothing()
	}
	owner := s.owner("tyres")
	s.await("all recordings are whole", patience, func() bool { return s.count("select count(*) from shop.recording where state = 'ready'") == calls })
	for _, c := range every[call](s, owner, "/calls") {
		for i, samples := range s.recording(owner, c).Channels {
			s.clean(fmt.Sprintf("channel %d of the tape of %s", i, c.From), samples)
			if got := secondsOf(samples, []float64{400, 1000}[i]); got < 1 {
				t.Errorf("channel %d of the tape of %s has its party for %.2f s", i, c.From, got)
			}
		}
	}
}

// clean fails if the strangers' tone is in samples.
func (s *scene) clean(what string, samples []int16) {
	s.t.Helper()
	const frame = 160
	for i := 0; i+frame <= len(samples); i += frame {
		if p := tone.Power(samples[i:i+frame], strangersTone); p > 0.1 {
			s.t.Errorf("%s has the strangers' tone by %.2f at %d ms", what, p, i/8)
			return
		}
	}
}

// attack is on one call: from three ports of a stranger's, each like a telephone,
// and as if from the parties.
type attack struct {
	t       *testing.T
	ports   []*net.UDPConn
	sides   [2]netip.AddrPort // of the switch
	parties [2]*gen.Stream
	packet  []byte
	n       int
	counted [4][2]uint32 // by each port, and by who forges, to each side
}

// attackBatch is how many packets an attack sends at once.
const attackBatch = 20

func attackOn(t *testing.T, one *talk) *attack {
	t.Helper()
	operator := <-one.taken
	a := &attack{t: t, sides: [2]netip.AddrPort{one.call.Remote(), operator.Remote()}, parties: [2]*gen.Stream{one.buyer, one.operator}}
	for range 3 {
		c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: stranger.AsSlice()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		a.ports = append(a.ports, c)
	}
	a.packet = append(make([]byte, 12), g711.ALaw.Encode(tone.Sine(strangersTone, 160))...)
	return a
}

// spray sends a batch to both sides in turn: a quarter from each of the strangers'
// ports, each with its numbers in order, and a quarter as if from the party, of
// another source and now and then of another payload.
func (a *attack) spray() {
	for range attackBatch {
		a.n++
		side, from := a.n%2, a.n/2%4
		number := a.counted[from][side]
		a.counted[from][side]++
		a.packet[0], a.packet[1] = 0x80, g711.ALaw.PayloadType()
		if from == 3 && number%16 == 0 {
			a.packet[1] = 96 // nobody agreed on it
		}
		binary.BigEndian.PutUint16(a.packet[2:], uint16(number))
		binary.BigEndian.PutUint32(a.packet[4:], number*160)
		binary.BigEndian.PutUint32(a.packet[8:], 0xbad00000+uint32(from))
		var err error
		if from == 3 {
			err = a.parties[side].Forge(a.sides[side], a.packet)
		} else {
			_, err = a.ports[from].WriteToUDPAddrPort(a.packet, a.sides[side])
		}
		if err != nil {
			a.t.Fatal(err)
		}
	}
}

// hearsNothing fails if anything came to the strangers.
func (a *attack) hearsNothing() {
	a.t.Helper()
	b := make([]byte, 2048)
	for _, c := range a.ports {
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		if n, from, err := c.ReadFromUDPAddrPort(b); err == nil {
			a.t.Errorf("%d bytes come to a stranger from %s", n, from)
		}
	}
}
