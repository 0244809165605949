package media

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
)

// countingTap is what a recorder is to a bridge.
type countingTap struct{ samples int }

func (c *countingTap) Hear(_ int, p *Packet) { c.samples += len(p.Payload) }

// deaf returns the address of a socket that nobody reads, so that nothing but
// the relay runs in the test.
func deaf(t testing.TB) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

// pair is a bridge of two legs, and a source of what the buyer sends.
type pair struct {
	buyer, operator *RTPLeg
	from            netip.AddrPort
	tap             countingTap
	now             time.Time
	sequence        uint16
	timestamp       uint32
}

func newPair(t testing.TB, ports *Ports, law g711.Law) *pair {
	t.Helper()
	p := &pair{from: deaf(t), now: time.Now()}
	for i, leg := range []**RTPLeg{&p.buyer, &p.operator} {
		var err error
		if *leg, err = ports.Open(); err != nil {
			t.Fatal(err)
		}
		(*leg).SetRemote([]sdp.Chosen{chosenFor(p.from, g711.ALaw), chosenFor(deaf(t), law)}[i])
	}
	Connect(p.buyer, p.operator, &p.tap)
	p.buyer.OnDigit(func(Digit) {})
	return p
}

// pass has the next packet in b come in at the buyer's leg.
func (p *pair) pass(b []byte, payloadType uint8) {
	header{payloadType: payloadType, sequence: p.sequence, timestamp: p.timestamp, ssrc: 1}.put(b)
	p.sequence++
	p.timestamp += frame
	p.now = p.now.Add(frameLength)
	p.buyer.receive(b, p.from, p.now)
}

// TestRelayAllocatesNothing relays packets, translated and not, and keys, from
// a received datagram to the system call that sends them on. It is not parallel:
// what other goroutines allocate would count.
func TestRelayAllocatesNothing(t *testing.T) {
	for name, start := range transports() {
		for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
			carrier, err := start()
			if err != nil {
				t.Fatal(err)
			}
			ports := &Ports{address: loopback, any: true, transport: carrier, reporter: NewReporter()}
			p := newPair(t, ports, law)
			speech, key := make([]byte, headerSize+frame), append(make([]byte, headerSize), 5, 10, 0, 160)
			if n := testing.AllocsPerRun(1000, func() { p.pass(speech, g711.ALaw.PayloadType()) }); n != 0 {
				t.Errorf("%s to %s: %v allocations for each packet", name, law, n)
			}
			if n := testing.AllocsPerRun(1000, func() { p.pass(key, testEvent) }); n != 0 {
				t.Errorf("%s to %s: %v allocations for each key's packet", name, law, n)
			}
			if n := p.operator.Stats().Sent; n != 2002 || p.tap.samples != 1001*frame {
				t.Errorf("%s to %s: sent %d packets, tapped %d samples", name, law, n, p.tap.samples)
			}
			ports.Close()
		}
	}
}

// BenchmarkRelay is one packet from the datagram to the system call that sends
// it on, over a real socket, recorded by a tap that only counts.
func BenchmarkRelay(b *testing.B) {
	for _, law := range []g711.Law{g711.ALaw, g711.MuLaw} {
		b.Run("PCMA to "+law.String(), func(b *testing.B) {
			p := newPair(b, newTestPorts(b), law)
			datagram := make([]byte, headerSize+frame)
			b.ReportAllocs()
			for b.Loop() {
				p.pass(datagram, g711.ALaw.PayloadType())
			}
		})
	}
}
