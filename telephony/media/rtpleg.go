package media

import (
	"bytes"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/g722"
	"switchboard/telephony/sdp"
)

// RTPLeg is a Leg over RTP, or SRTP with keys from SDP, on a UDP port of its own.
type RTPLeg struct {
	local  netip.AddrPort
	opened time.Time
	chosen atomic.Pointer[sdp.Chosen]
	sink   atomic.Pointer[func(*Packet)]
	press  atomic.Pointer[func(Digit)]
	count  counters
	heard  atomic.Int64 // when, as time since opened; 0 for never

	opener atomic.Pointer[opener] // nil in the clear; used by the reading goroutine alone

	// what the reading goroutine uses alone
	packet  Packet
	budget  allowance
	digits  digits
	pressed [4]Digit
	losses  losses
	narrow  narrow

	carried   bool // by a Carrier
	reception reception
	reports   reporting
	judgement judgement

	rx struct {
		sync.Mutex
		latch latch
	}
	tx struct {
		sync.Mutex
		stream stream
		socket socket
		sealer *sealer // nil in the clear
		closed bool
		octets uint32 // of audio that was sent
		wide   g722.Encoder
		target netip.AddrPort
		buffer [maxDatagram]byte
	}
}

// maxDatagram is the longest datagram that is read or sent: one Ethernet frame.
const maxDatagram = 1500

// maxPayload is what a packet of ours may hold, encrypted too.
const maxPayload = maxDatagram - headerSize - maxTag

type counters struct{ received, sent, unsent, unusable, foreign, forged, excess, lost atomic.Int64 }

func newRTPLeg(now time.Time) *RTPLeg {
	l := &RTPLeg{opened: now}
	l.tx.stream = newStream(now)
	l.reports.name, l.reports.due = newName(), now.Add(firstReport)
	return l
}

// LocalAddr returns the address that the leg is bound to.
func (l *RTPLeg) LocalAddr() netip.AddrPort { return l.local }

// SetRemote tells what the dialog's SDP has agreed on. Until then, and while
// it says that the party does not want to hear, nothing is sent. A changed
// address is believed from now on; see latch.
func (l *RTPLeg) SetRemote(chosen sdp.Chosen) {
	l.guide(chosen)
	l.rx.Lock()
	defer l.rx.Unlock()
	l.rx.latch.aim(chosen.Remote, time.Now())
	l.secure(chosen)
	l.chosen.Store(&chosen)
	l.retarget()
}

// secure has packets encrypted with the keys that were agreed. The same key
// again goes on with its count of packets; with one that is no use nothing is
// heard or sent any more. The caller holds l.rx.
func (l *RTPLeg) secure(chosen sdp.Chosen) {
	if o := l.opener.Load(); chosen.Theirs == (sdp.Key{}) {
		l.opener.Store(nil)
	} else if o == nil || o.key != chosen.Theirs {
		o, _ = newOpener(chosen.Theirs)
		l.opener.Store(o)
	}
	l.tx.Lock()
	defer l.tx.Unlock()
	if s := l.tx.sealer; chosen.Ours == (sdp.Key{}) {
		l.tx.sealer = nil
	} else if s == nil || s.key != chosen.Ours {
		l.tx.sealer, _ = newSealer(chosen.Ours)
	}
}

// retarget has the packets go to where the latch says. The caller holds l.rx.
func (l *RTPLeg) retarget() {
	l.tx.Lock()
	defer l.tx.Unlock()
	l.tx.target = l.rx.latch.target()
}

// receive takes a datagram that came from an address; the leg's reader calls
// it, one call at a time, and reuses datagram afterwards.
func (l *RTPLeg) receive(datagram []byte, from netip.AddrPort, at time.Time) {
	p := &l.packet
	chosen := l.chosen.Load()
	if isRTCP(datagram) {
		l.hearReport(datagram, from, at)
		return
	}
	if o := l.opener.Load(); o != nil && chosen != nil && isRTP(datagram) {
		var ok bool
		if datagram, ok = o.open(datagram); !ok {
			l.count.forged.Add(1)
			return
		}
		l.prove(from)
	}
	if chosen == nil || !p.parse(datagram) {
		l.count.unusable.Add(1)
		return
	}
	p.At = at
	switch known := p.classify(chosen); {
	case !known:
		l.count.unusable.Add(1)
		if l.knows(from) {
			l.hear(at) // the party is there; its packets are counted, whatever is in them
			p.Law = 0
			l.reception.take(p, 0)
		}
	case !l.believes(from, p):
		l.count.foreign.Add(1)
	case !l.budget.spend(at):
		l.count.excess.Add(1)
	default:
		l.hear(at)
		l.take(p)
	}
}

// hear notes that the party gave a sign of life.
func (l *RTPLeg) hear(at time.Time) { l.heard.Store(max(int64(at.Sub(l.opened)), 1)) }

// take gives a packet of the party on.
func (l *RTPLeg) take(p *Packet) {
	l.count.received.Add(1)
	l.count.lost.Add(l.losses.take(p))
	l.reception.take(p, samples(p.At.Sub(l.opened)))
	l.notice(p)
	if p.Wide != nil {
		l.narrow.take(p)
	}
	if sink := l.sink.Load(); sink != nil {
		(*sink)(p)
	}
}

// comfortNoise is the static payload type of RFC 3389: how a party sounds that
// does not speak, said now and then.
const comfortNoise = 13

var silences = map[g711.Law][]byte{
	g711.ALaw:  bytes.Repeat([]byte{g711.ALaw.Silence()}, frame),
	g711.MuLaw: bytes.Repeat([]byte{g711.MuLaw.Silence()}, frame),
}

// hush makes a packet of silence of p. It keeps its number and place, so that
// nobody takes it for lost, and nobody has to know how noise is made.
func (p *Packet) hush(law g711.Law) { p.Law, p.Payload = law, silences[law] }

// classify sets p's law, and reports whether its payload type was agreed on.
// Who agreed on one law of G.711 may send the other: some answer an offer of
// two with both, and then use either.
func (p *Packet) classify(chosen *sdp.Chosen) bool {
	switch p.PayloadType {
	case chosen.PayloadType:
		p.Law = chosen.Law
		if chosen.Wide {
			p.Wide = p.Payload
		}
	case g711.ALaw.PayloadType():
		p.Law = g711.ALaw
	case g711.MuLaw.PayloadType():
		p.Law = g711.MuLaw
	case chosen.EventOurs, chosen.EventType:
		p.Law = 0
	case comfortNoise:
		p.hush(chosen.Law)
	default:
		return false
	}
	return true
}

// knows reports whether the party was heard from an address before.
func (l *RTPLeg) knows(from netip.AddrPort) bool {
	l.rx.Lock()
	defer l.rx.Unlock()
	return l.rx.latch.source == from
}

// prove has the leg believe an address that a packet came from which only the
// party can have made: a phone may move to another side of its NAT.
func (l *RTPLeg) prove(from netip.AddrPort) {
	l.rx.Lock()
	defer l.rx.Unlock()
	if l.rx.latch.source != from {
		l.rx.latch.source = from
		l.retarget()
	}
}

// believes asks the latch, and follows it to where it moves.
func (l *RTPLeg) believes(from netip.AddrPort, p *Packet) bool {
	l.rx.Lock()
	defer l.rx.Unlock()
	before := l.rx.latch.source
	ok := l.rx.latch.admit(from, p)
	if l.rx.latch.source != before {
		l.retarget()
	}
	return ok
}

// notice tells of pressed keys.
func (l *RTPLeg) notice(p *Packet) {
	got := l.pressed[:0]
	if p.Law == 0 {
		got = l.digits.take(p, got)
	} else {
		got = l.digits.audio(p.Timestamp, got)
	}
	press := l.press.Load()
	if press == nil {
		return
	}
	for _, d := range got {
		(*press)(d)
	}
}

// Send relays p, translated into the party's law.
func (l *RTPLeg) Send(p *Packet) {
	chosen := l.chosen.Load()
	if chosen == nil || !chosen.Direction.Sends() {
		return
	}
	number := chosen.PayloadType
	if p.Law == 0 {
		number = chosen.EventType
	}
	if p.Law == 0 && number == 0 {
		return
	}
	l.tx.Lock()
	defer l.tx.Unlock()
	if l.tx.stream.sending(p.At) {
		return
	}
	h := l.tx.stream.relay(p)
	h.payloadType = number
	b := l.tx.buffer[:headerSize+min(len(p.Payload), maxPayload)]
	if chosen.Wide && p.Law != 0 {
		l.widen(b[headerSize:], p)
	} else if table := g711.Table(p.Law, chosen.Law); table != nil {
		for i := range b[headerSize:] {
			b[headerSize+i] = table[p.Payload[i]]
		}
	} else {
		copy(b[headerSize:], p.Payload)
	}
	l.write(h, b)
}

// SendFrame sends audio of our own. It is left out while a key is pressed at
// the party: the two would have to share their time.
func (l *RTPLeg) SendFrame(payload []byte) {
	chosen := l.chosen.Load()
	if chosen == nil || !chosen.Direction.Sends() {
		return
	}
	now := time.Now()
	l.tx.Lock()
	defer l.tx.Unlock()
	if l.tx.stream.sending(now) {
		return
	}
	h := l.tx.stream.frame(len(payload), now)
	h.payloadType = chosen.PayloadType
	b := l.tx.buffer[:headerSize+min(len(payload), maxPayload)]
	if chosen.Wide {
		l.tx.wide.Encode(b[headerSize:], payload, chosen.Law)
	} else {
		copy(b[headerSize:], payload)
	}
	l.write(h, b)
}

// SendEvent sends one packet of a pressed key.
func (l *RTPLeg) SendEvent(e Event) {
	chosen := l.chosen.Load()
	if chosen == nil || chosen.EventType == 0 || !chosen.Direction.Sends() {
		return
	}
	l.tx.Lock()
	defer l.tx.Unlock()
	h := l.tx.stream.send(e, time.Now())
	h.payloadType = chosen.EventType
	b := l.tx.buffer[:headerSize+eventSize]
	e.put(b[headerSize:])
	l.write(h, b)
}

// write completes b, whose payload is in place, and sends it. The caller holds
// l.tx.
func (l *RTPLeg) write(h header, b []byte) {
	if l.tx.closed || !l.tx.target.IsValid() {
		return
	}
	h.put(b)
	l.tx.octets += uint32(len(b) - headerSize)
	if s := l.tx.sealer; s != nil {
		sealed, ok := s.seal(b, h.sequence)
		if !ok {
			l.count.unsent.Add(1)
			return
		}
		b = sealed
	}
	if err := l.tx.socket.send(b, l.tx.target); err != nil {
		l.count.unsent.Add(1) // a full buffer or an unreachable network: the next packet may pass
		return
	}
	l.count.sent.Add(1)
}
