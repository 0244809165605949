package lite

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"
)

// State is whether audio can flow.
type State int

// The states, in which a peer can be told to be.
const (
	Connected    State = iota + 1
	Disconnected       // nothing was heard for a while; it may be Connected again
	Failed             // for good
)

// Ears are told what comes of a peer.
type Ears struct {
	// Packet hears RTP, deciphered, with when it came. It must not block or
	// keep the datagram. It may be called a moment after Close.
	Packet func(datagram []byte, at time.Time)
	// Control hears RTCP likewise; nil for nobody.
	Control func(datagram []byte, at time.Time)
	// State hears of changes, one after another.
	State func(State)
}

// Peer is one browser's connection. All methods may be called from any goroutine.
type Peer struct {
	port     *Port
	ears     Ears
	name     string // our ICE user fragment
	password string
	finger   fingerprint // of the browser's certificate
	event    uint8
	source   uint32 // SSRC of what we send

	remote    atomic.Pointer[netip.AddrPort]
	routes    []netip.AddrPort // guarded by the port's lock
	lastHeard atomic.Int64     // ns, of what was authentic; 0 for never
	opened    time.Time
	begin     sync.Once
	flights   *packetio.Buffer // DTLS that came in
	closed    atomic.Bool
	keys      atomic.Pointer[keys] // nil before they were agreed

	telling sync.Mutex
	state   State

	header   rtp.Header        // of the reader alone
	clear    [maxDatagram]byte // likewise
	out      sync.Mutex
	outgoing rtp.Header
	cipher   [maxDatagram]byte
}

// keys encipher and decipher. in is the reader's alone; out has its lock.
type keys struct{ in, out *srtp.Context }

const rtpHeader = 12 // length of an RTP header without extras, as legs write it

var errNoPath = errors.New("no browser to send audio to")

// EventType returns the payload type of telephone events that was agreed; 0
// for none.
func (e *Peer) EventType() uint8 { return e.event }

// Send enciphers and sends an RTP packet with a plain header, as our own
// source. It does not keep datagram.
func (e *Peer) Send(datagram []byte) error {
	k, to := e.keys.Load(), e.remote.Load()
	switch {
	case len(datagram) < rtpHeader:
		return io.ErrShortBuffer
	case k == nil, to == nil, e.closed.Load():
		return errNoPath
	}
	e.out.Lock()
	defer e.out.Unlock()
	plain := e.cipher[:copy(e.cipher[:], datagram)]
	binary.BigEndian.PutUint32(plain[8:], e.source)
	b, err := k.out.EncryptRTP(e.cipher[:0], plain, &e.outgoing)
	if err != nil {
		return err
	}
	_, err = e.port.conn.WriteToUDPAddrPort(b, *to)
	return err
}

// SendControl enciphers and sends RTCP, as our own source. It does not keep
// datagram.
func (e *Peer) SendControl(datagram []byte) error {
	k, to := e.keys.Load(), e.remote.Load()
	if k == nil || to == nil || e.closed.Load() {
		return errNoPath
	}
	e.out.Lock()
	defer e.out.Unlock()
	plain := e.cipher[:copy(e.cipher[:maxDatagram-rtpHeader], datagram)]
	for at := 0; at+8 <= len(plain); at += 4 * (1 + int(binary.BigEndian.Uint16(plain[at+2:]))) {
		binary.BigEndian.PutUint32(plain[at+4:], e.source) // of each packet that is one of several
	}
	b, err := k.out.EncryptRTCP(nil, plain, nil)
	if err != nil {
		return err
	}
	_, err = e.port.conn.WriteToUDPAddrPort(b, *to)
	return err
}

// hear takes in SRTP, and RTCP, which is on the same port (RFC 5761, 4).
func (e *Peer) hear(b []byte, now time.Time) {
	const firstReport, lastReport = 64, 95
	k := e.keys.Load()
	if k == nil || len(b) < rtpHeader || e.closed.Load() {
		return
	}
	if kind := b[1] & 0x7F; kind >= firstReport && kind <= lastReport {
		e.hearControl(k, b, now)
		return
	}
	clear, err := k.in.DecryptRTP(e.clear[:0], b, &e.header)
	if err != nil {
		return
	}
	e.lastHeard.Store(now.UnixNano())
	e.ears.Packet(clear, now)
}

func (e *Peer) hearControl(k *keys, b []byte, now time.Time) {
	if e.ears.Control == nil {
		return
	}
	if clear, err := k.in.DecryptRTCP(nil, b, nil); err == nil {
		e.ears.Control(clear, now)
	}
}

// What browsers are given: they check each 2 to 3 s, and send 50 packets a
// second.
const (
	quiet   = 5 * time.Second  // until it counts as disconnected
	lost    = 10 * time.Second // until it has failed
	patient = 30 * time.Second // for the first check and the handshake
)

// look compares when the browser was last heard with now.
func (e *Peer) look(now time.Time) {
	last := time.Unix(0, e.lastHeard.Load())
	switch silent := now.Sub(last); {
	case e.keys.Load() == nil:
		if now.Sub(e.opened) > patient {
			e.tell(Failed)
		}
	case silent > lost:
		e.tell(Failed)
	case silent > quiet:
		e.tell(Disconnected)
	default:
		e.tell(Connected)
	}
}

// tell passes a change of state on. Nothing follows Failed, or Close.
func (e *Peer) tell(s State) {
	e.telling.Lock()
	defer e.telling.Unlock()
	if e.state == s || e.state == Failed || e.closed.Load() {
		return
	}
	e.state = s
	e.ears.State(s)
}

// Close ends the connection. It may be called twice, and by the ears.
func (e *Peer) Close() {
	if e.closed.Swap(true) {
		return
	}
	p := e.port
	p.mu.Lock()
	delete(p.names, e.name)
	for _, from := range e.routes {
		p.unroute(e, from)
	}
	e.routes = nil
	p.mu.Unlock()
	_ = e.flights.Close() // ends the handshake, or who waits after it
}
