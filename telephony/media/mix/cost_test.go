package mix

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

// nowhere carries packets of a leg to nobody.
type nowhere struct{}

func (nowhere) Carry([]byte) error { return nil }

// deaf is a UDP socket that nobody reads, so that a packet costs what the
// system takes for it.
type deaf struct {
	conn *net.UDPConn
	to   netip.AddrPort
}

func newDeaf(t testing.TB) deaf {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return deaf{conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()}
}

func (d deaf) Carry(b []byte) error {
	_, err := d.conn.WriteToUDPAddrPort(b, d.to)
	return err
}

func agreed(law g711.Law) sdp.Chosen {
	return sdp.Chosen{Law: law, PayloadType: law.PayloadType(), EventType: 101, EventOurs: 101, Direction: sdp.SendRecv}
}

// crowd is n parties who all hear each other and all talk.
type crowd struct {
	mixer     *Mixer
	legs      []*media.RTPLeg
	datagram  []byte
	sequence  uint16
	timestamp uint32
	now       time.Time
}

func newCrowd(t testing.TB, n int, carrier func(testing.TB) media.Carrier) *crowd {
	// No board: the ticks are the test's.
	c := &crowd{mixer: &Mixer{tape: newTape(id(0), counting{})}, datagram: make([]byte, 12, 12+frame), now: time.Now()}
	c.datagram = append(c.datagram, g711.ALaw.Encode(tone.Sine(400, frame))...)
	for i := range n {
		leg := media.NewCarried(carrier(t), agreed([]g711.Law{g711.ALaw, g711.MuLaw}[i%2]))
		c.legs = append(c.legs, leg)
		c.mixer.Join(id(i), leg)
		for k := range i {
			c.mixer.Hears(id(i), id(k), true)
			c.mixer.Hears(id(k), id(i), true)
		}
	}
	return c
}

// counting is a tap that costs nothing.
type counting struct{}

func (counting) Hear(int, *media.Packet) {}

// round is 20 ms: a packet comes from every party, and one goes to each.
func (c *crowd) round() {
	b := c.datagram
	c.sequence++
	c.timestamp += frame
	c.now = c.now.Add(frameLength)
	b[0], b[1] = 0x80, 8
	binary.BigEndian.PutUint16(b[2:], c.sequence)
	binary.BigEndian.PutUint32(b[4:], c.timestamp)
	for _, leg := range c.legs {
		leg.Take(b, c.now)
	}
	c.mixer.tick(c.now)
}

// TestMixingAllocatesNothing: from received datagrams to those sent. It is not
// parallel: what other goroutines allocate would count.
func TestMixingAllocatesNothing(t *testing.T) {
	c := newCrowd(t, MaxParties, func(testing.TB) media.Carrier { return nowhere{} })
	if n := testing.AllocsPerRun(500, c.round); n != 0 {
		t.Errorf("%v allocations in 20 ms of %d parties", n, MaxParties)
	}
	if s := c.legs[0].Stats(); s.Sent != 501 || s.Received != 501 {
		t.Errorf("the first leg has %+v", s)
	}
}

// BenchmarkMix is 20 ms of a mixer, everybody talking and hearing everybody
// else. ns/party is what one of them costs: receive, even out, sum, encode,
// send; "alone" without the system's share, "sent" with a UDP socket's.
func BenchmarkMix(b *testing.B) {
	carriers := map[string]func(testing.TB) media.Carrier{
		"alone": func(testing.TB) media.Carrier { return nowhere{} },
		"sent":  func(t testing.TB) media.Carrier { return newDeaf(t) },
	}
	for _, how := range []string{"alone", "sent"} {
		for _, n := range []int{3, 4, MaxParties} {
			b.Run(fmt.Sprint(how, "/", n), func(b *testing.B) {
				c := newCrowd(b, n, carriers[how])
				b.ReportAllocs()
				for b.Loop() {
					c.round()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/party")
			})
		}
	}
}
