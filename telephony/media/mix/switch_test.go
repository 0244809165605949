package mix_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/mix"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
)

const frame = 160

// telephone is a real one's RTP, of A-law: a socket that says a tone, a frame
// each 20 ms, and keeps what it gets.
type telephone struct {
	leg  *media.RTPLeg
	conn *net.UDPConn

	mu  sync.Mutex
	got [][]byte
}

func newTelephone(t *testing.T, ports *media.Ports, freq float64) *telephone {
	t.Helper()
	leg, err := ports.Open()
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	leg.SetRemote(sdp.Chosen{
		Remote: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Law: g711.ALaw, PayloadType: 8, EventType: 101, EventOurs: 101, Direction: sdp.SendRecv,
	})
	p := &telephone{leg: leg, conn: conn}
	var both sync.WaitGroup
	stop := make(chan struct{})
	both.Go(p.listen)
	both.Go(func() { p.talk(freq, stop) })
	t.Cleanup(func() { close(stop); conn.Close(); both.Wait() })
	return p
}

func (p *telephone) listen() {
	b := make([]byte, 1500)
	for {
		n, _, err := p.conn.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.got = append(p.got, slices.Clone(b[:n]))
		p.mu.Unlock()
	}
}

func (p *telephone) talk(freq float64, stop <-chan struct{}) {
	said := g711.ALaw.Encode(tone.Sine(freq, 50*frame))
	b := make([]byte, 12+frame)
	pace := time.NewTicker(20 * time.Millisecond)
	defer pace.Stop()
	began := time.Now()
	for n := 0; ; n++ {
		for time.Since(began) < time.Duration(n)*20*time.Millisecond { // by the clock, so that no tick is missed
			select {
			case <-stop:
				return
			case <-pace.C:
			}
		}
		b[0], b[1] = 0x80, 8
		binary.BigEndian.PutUint16(b[2:], uint16(n))
		binary.BigEndian.PutUint32(b[4:], uint32(n*frame))
		binary.BigEndian.PutUint32(b[8:], uint32(freq))
		copy(b[12:], said[n%50*frame:])
		if _, err := p.conn.WriteToUDPAddrPort(b, p.leg.LocalAddr()); err != nil {
			return
		}
	}
}

func (p *telephone) received() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.got)
}

// await returns once n packets more have come.
func (p *telephone) await(t *testing.T, n int) {
	t.Helper()
	had := len(p.received())
	for range 1000 {
		if len(p.received()) >= had+n {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("waited 5 s for %d packets", n)
}

// TestBetweenBridgeAndMixer: a supervisor comes and goes four times. To buyer
// and operator their sound is one stream each, whose sequence has no hole and
// whose timestamps go on by what was sent, and no change costs more than 60 ms
// of it.
func TestBetweenBridgeAndMixer(t *testing.T) {
	t.Parallel()
	ports, err := media.NewPorts(netip.MustParseAddr("127.0.0.1"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ports.Close)
	board := mix.NewBoard()
	t.Cleanup(board.Close)
	buyer, operator, listener := newTelephone(t, ports, 700), newTelephone(t, ports, 1100), newTelephone(t, ports, 1700)
	const changes = 8
	for range changes / 2 {
		b := media.Connect(buyer.leg, operator.leg, nil)
		buyer.await(t, 15)
		b.Close()
		m := board.New("buyer", nil)
		join(m, map[mix.ID]*telephone{"buyer": buyer, "operator": operator, "supervisor": listener})
		buyer.await(t, 15)
		m.Close()
	}
	checkOneStream(t, buyer.received(), 1100, changes)
	checkOneStream(t, operator.received(), 700, changes)
}

// join has the supervisor listen.
func join(m *mix.Mixer, all map[mix.ID]*telephone) {
	for id, p := range all {
		m.Join(id, p.leg)
	}
	for _, pair := range [][2]mix.ID{{"buyer", "operator"}, {"operator", "buyer"}, {"supervisor", "buyer"}, {"supervisor", "operator"}} {
		m.Hears(pair[0], pair[1], true)
	}
}

// checkOneStream fails if packets are not one stream, or are without freq for
// longer than each of the changes may cost.
func checkOneStream(t *testing.T, packets [][]byte, freq float64, changes int) {
	t.Helper()
	silent := 0
	for i, b := range packets {
		if !tone.Heard(g711.ALaw.Decode(b[12:]), freq) {
			silent++
		}
		if i == 0 {
			continue
		}
		a := packets[i-1]
		if binary.BigEndian.Uint32(a[8:]) != binary.BigEndian.Uint32(b[8:]) {
			t.Fatalf("packet %d is of another source", i)
		}
		if step := binary.BigEndian.Uint16(b[2:]) - binary.BigEndian.Uint16(a[2:]); step != 1 {
			t.Fatalf("packet %d is %d after the one before in sequence", i, int16(step))
		}
		if step := binary.BigEndian.Uint32(b[4:]) - binary.BigEndian.Uint32(a[4:]); step%frame != 0 || int32(step) < frame || step > 50*frame {
			t.Fatalf("packet %d is %d samples after the one before", i, int32(step))
		}
	}
	if most := 3 * changes; silent > most {
		t.Errorf("%d frames without %v Hz, want at most %d", silent, freq, most)
	}
}
