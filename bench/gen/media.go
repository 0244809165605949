package gen

import (
	"encoding/binary"
	"fmt"
	"math"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"switchboard/telephony/media/g711"
)

const (
	frame      = 160 // samples in 20 ms
	rtpHeader  = 12
	pcma       = 8
	slots      = 20 // instants in 20 ms at which streams send
	slotLength = time.Millisecond
	// gather is how long packets wait in the kernel, which notes when they came,
	// until they are read together.
	gather = 2 * time.Millisecond
	// mostStreams is how many addresses there are from 127.64.0.0 on.
	mostStreams = 1 << 22
)

// Media is one UDP port with any number of audio streams, each of an address of
// its own, that send at instants of their own.
type Media struct {
	sock *socket
	done chan struct{}
	busy sync.WaitGroup

	tx    sync.Mutex
	slots [slots][]*Stream
	out   []ipv4.Message

	rx        sync.Mutex
	streams   []*Stream // by number
	strange   int
	measuring bool
	delays    []int32 // microseconds
}

// NewMedia opens the port.
func NewMedia() (*Media, error) {
	s, err := listenEven()
	if err != nil {
		return nil, err
	}
	m := &Media{sock: s, done: make(chan struct{}), streams: make([]*Stream, 1)}
	m.busy.Go(m.send)
	m.busy.Go(m.receive)
	return m, nil
}

// Close ends all streams.
func (m *Media) Close() {
	close(m.done)
	m.busy.Wait()
	m.sock.close()
}

// Stream is one end of a call's audio.
type Stream struct {
	media  *Media
	number uint32
	addr   netip.Addr
	source []byte

	// of the sender, under media.tx
	to        *net.UDPAddr
	slot      int
	sending   bool
	tone      []byte
	sent      uint32
	ssrc      uint32
	sequence  uint16
	timestamp uint32
	packet    []byte

	// of the receiver, under media.rx
	ear ear
}

// Open returns a stream that is silent yet.
func (m *Media) Open() (*Stream, error) {
	m.rx.Lock()
	defer m.rx.Unlock()
	n := uint32(len(m.streams))
	if n >= mostStreams {
		return nil, fmt.Errorf("open stream %d: there are addresses for %d", n, mostStreams)
	}
	s := &Stream{
		media: m, number: n, addr: netip.AddrFrom4([4]byte{127, byte(64 + n>>16), byte(n >> 8), byte(n)}),
		ssrc: uint32(dice()), sequence: uint16(dice()), timestamp: uint32(dice()), packet: make([]byte, rtpHeader+frame),
	}
	s.source = source(s.addr)
	m.streams = append(m.streams, s)
	return s, nil
}

// Addr is where the stream hears.
func (s *Stream) Addr() netip.AddrPort { return netip.AddrPortFrom(s.addr, s.media.sock.port) }

// Send sends to an address, from a random instant of the next 20 ms on: a tone
// of hz, a multiple of 50 so that each packet holds whole waves, or silence.
func (s *Stream) Send(to netip.AddrPort, hz int) {
	m := s.media
	m.tx.Lock()
	defer m.tx.Unlock()
	s.to, s.tone = net.UDPAddrFromAddrPort(to), wave(hz)
	if s.sending {
		return
	}
	s.sending, s.slot = true, int(dice()%slots)
	m.slots[s.slot] = append(m.slots[s.slot], s)
}

// Forge sends a packet that seems to come from the stream's address.
func (s *Stream) Forge(to netip.AddrPort, packet []byte) error {
	if err := s.media.sock.send(packet, s.source, to); err != nil {
		return fmt.Errorf("forge a packet from %s: %w", s.addr, err)
	}
	return nil
}

// Stop falls silent, and returns how many packets were sent.
func (s *Stream) Stop() int {
	m := s.media
	m.tx.Lock()
	defer m.tx.Unlock()
	if s.sending {
		s.sending = false
		of := m.slots[s.slot]
		for i := range of {
			if of[i] == s {
				of[i] = of[len(of)-1]
				m.slots[s.slot] = of[:len(of)-1]
				break
			}
		}
	}
	return int(s.sent)
}

// wave is 20 ms of a tone at -9 dBFS.
func wave(hz int) []byte {
	b := make([]byte, frame)
	for i := range b {
		b[i] = g711.ALaw.Byte(int16(math.Round(11600 * math.Sin(2*math.Pi*float64(hz*i)/8000))))
	}
	return b
}

// send has each stream send in its slot. Slots that were missed, because the
// machine was busy, are made up for.
func (m *Media) send() {
	t := time.NewTicker(slotLength)
	defer t.Stop()
	start, passed := time.Now(), 0
	for {
		select {
		case <-m.done:
			return
		case <-t.C:
		}
		due := int(time.Since(start) / slotLength)
		for ; passed < due; passed++ {
			m.sendSlot(passed % slots)
		}
	}
}

func (m *Media) sendSlot(slot int) {
	m.tx.Lock()
	defer m.tx.Unlock()
	m.out = m.out[:0]
	for _, s := range m.slots[slot] {
		s.fill()
		m.out = append(m.out, ipv4.Message{Buffers: [][]byte{s.packet}, OOB: s.source, Addr: s.to})
		if len(m.out) == batch {
			_ = m.sock.sendAll(m.out) // what is not sent is lost, and counted so
			m.out = m.out[:0]
		}
	}
	_ = m.sock.sendAll(m.out)
}

// fill makes the next packet.
func (s *Stream) fill() {
	b := s.packet
	b[0], b[1] = 0x80, pcma
	if s.sent == 0 {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], s.sequence)
	binary.BigEndian.PutUint32(b[4:], s.timestamp)
	binary.BigEndian.PutUint32(b[8:], s.ssrc)
	copy(b[rtpHeader:], s.tone)
	mark{stream: s.number, number: s.sent, at: time.Now()}.write(b[rtpHeader:])
	s.sent++
	s.sequence++
	s.timestamp += frame
}

// receive reads what has gathered.
func (m *Media) receive() {
	t := time.NewTicker(gather)
	defer t.Stop()
	for {
		select {
		case <-m.done:
			return
		case <-t.C:
			m.drain()
		}
	}
}

func (m *Media) drain() {
	m.rx.Lock()
	defer m.rx.Unlock()
	for m.sock.receive(unix.MSG_DONTWAIT, m.take) == nil {
		continue
	}
}

func (m *Media) take(d datagram) {
	a := d.to.As4()
	n := int(a[1]-64)<<16 | int(a[2])<<8 | int(a[3])
	if n <= 0 || n >= len(m.streams) || len(d.body) < rtpHeader || d.body[0]>>6 != 2 {
		m.strange++
		return
	}
	if delay, ok := m.streams[n].ear.hear(d); ok && m.measuring {
		m.delays = append(m.delays, int32(min(delay.Microseconds(), math.MaxInt32)))
	}
}

// Measure begins to collect how long packets were under way.
func (m *Media) Measure() {
	m.rx.Lock()
	defer m.rx.Unlock()
	m.measuring, m.delays = true, nil
}

// Measured ends that, and returns what was collected.
func (m *Media) Measured() Spread {
	m.rx.Lock()
	defer m.rx.Unlock()
	m.measuring = false
	s := make(Spread, len(m.delays))
	for i, us := range m.delays {
		s[i] = time.Duration(us) * time.Microsecond
	}
	return s
}

// Missed is how many packets the kernel dropped because we did not read them.
func (m *Media) Missed() int {
	m.rx.Lock()
	defer m.rx.Unlock()
	return int(m.sock.lost)
}
