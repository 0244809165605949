package media

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

var loopback = netip.MustParseAddr("127.0.0.1")

// transports are those that carry legs on this system.
func transports() map[string]func() (transport, error) {
	return map[string]func() (transport, error){
		"best":       newTransport,
		"goroutines": func() (transport, error) { return newGoroutines(), nil },
	}
}

func newTestPorts(t testing.TB) *Ports {
	t.Helper()
	p, err := NewPorts(loopback, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// phone is a real telephone's RTP: a UDP socket of its own, with a leg of ours
// facing it.
type phone struct {
	t    testing.TB
	conn *net.UDPConn
	leg  *RTPLeg
	law  g711.Law

	ssrc      uint32
	sequence  uint16
	timestamp uint32

	mu  sync.Mutex
	got []Packet
}

const testEvent = 101

// newPhone returns a phone that speaks law, and a leg that knows it from SDP.
func newPhone(t testing.TB, ports *Ports, law g711.Law) *phone {
	t.Helper()
	leg, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	p := newSocket(t, leg, law)
	leg.SetRemote(p.agreed())
	return p
}

// newSocket returns a phone that leg does not know yet.
func newSocket(t testing.TB, leg *RTPLeg, law g711.Law) *phone {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadBuffer(1 << 20); err != nil {
		t.Fatal(err)
	}
	p := &phone{t: t, conn: conn, leg: leg, law: law, ssrc: uint32(conn.LocalAddr().(*net.UDPAddr).Port), sequence: 65500, timestamp: 1 << 31}
	done := make(chan struct{})
	go func() { defer close(done); p.listen() }()
	t.Cleanup(func() { conn.Close(); <-done })
	return p
}

func (p *phone) agreed() sdp.Chosen {
	return chosenFor(p.conn.LocalAddr().(*net.UDPAddr).AddrPort(), p.law)
}

func chosenFor(remote netip.AddrPort, law g711.Law) sdp.Chosen {
	return sdp.Chosen{
		Remote: remote, Law: law, PayloadType: law.PayloadType(),
		EventType: testEvent, EventOurs: testEvent, Direction: sdp.SendRecv,
	}
}

func (p *phone) listen() {
	buffer := make([]byte, 2000)
	for {
		n, _, err := p.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		var got Packet
		if !got.parse(slices.Clone(buffer[:n])) {
			p.t.Errorf("a phone got what is no RTP: %x", buffer[:n])
		}
		p.mu.Lock()
		p.got = append(p.got, got)
		p.mu.Unlock()
	}
}

// received returns what came so far.
func (p *phone) received() []Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// await returns what came, once that is n packets.
func (p *phone) await(n int) []Packet {
	p.t.Helper()
	waitFor(p.t, func() bool { return len(p.received()) >= n }, "packets at a phone")
	return p.received()
}

func waitFor(t testing.TB, ok func() bool, what string) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("waited 5 s for %s", what)
}

// datagram returns the phone's next packet as it goes over the wire.
func (p *phone) datagram(payloadType uint8, payload []byte) []byte {
	b := make([]byte, headerSize+len(payload))
	header{payloadType: payloadType, sequence: p.sequence, timestamp: p.timestamp, ssrc: p.ssrc}.put(b)
	copy(b[headerSize:], payload)
	p.sequence++
	p.timestamp += uint32(len(payload))
	return b
}

func (p *phone) send(b []byte) {
	p.t.Helper()
	if _, err := p.conn.WriteToUDPAddrPort(b, p.leg.LocalAddr()); err != nil {
		p.t.Fatal(err)
	}
}

// say sends n frames of a tone in law, all at once.
func (p *phone) say(law g711.Law, freq float64, n int) {
	p.t.Helper()
	for chunk := range slices.Chunk(law.Encode(tone.Sine(freq, n*frame)), frame) {
		p.send(p.datagram(law.PayloadType(), chunk))
	}
}

// hear returns the samples of received audio packets, which must be of the
// phone's own law.
func (p *phone) hear(packets []Packet) []int16 {
	p.t.Helper()
	var all []int16
	for _, got := range packets {
		if got.PayloadType == testEvent {
			continue
		}
		if got.PayloadType != p.law.PayloadType() {
			p.t.Fatalf("a phone of %s got payload type %d", p.law, got.PayloadType)
		}
		all = append(all, p.law.Decode(got.Payload)...)
	}
	return all
}

// checkStream fails unless packets are one stream: a single source, no hole in
// the sequence, timestamps that never go back.
func checkStream(t testing.TB, packets []Packet) {
	t.Helper()
	for i := range packets[1:] {
		a, b := packets[i], packets[i+1]
		if a.SSRC != b.SSRC || b.Sequence != a.Sequence+1 {
			t.Fatalf("packet %d: source %#x sequence %d after %#x %d", i+1, b.SSRC, b.Sequence, a.SSRC, a.Sequence)
		}
		if int32(b.Timestamp-a.Timestamp) < 0 {
			t.Fatalf("packet %d: timestamp %d after %d", i+1, b.Timestamp, a.Timestamp)
		}
	}
}
