package media

import (
	"crypto/rand"
	"encoding/hex"
	mathrand "math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtcp"

	"switchboard/telephony/media/emodel"
	"switchboard/telephony/sdp"
)

// How often a leg reports (RFC 3550, 6.2): each 5 s, by chance half less or
// more. The first report comes sooner, so that a short call has one.
const (
	reportEvery = 5 * time.Second
	firstReport = time.Second
)

// reporting is a leg's RTCP: what it sends on its own port beside the audio's,
// or with the audio, and what it is sent.
type reporting struct {
	sync.Mutex
	socket  socket // nil where reports go with the audio
	name    string // CNAME: by chance, new for each leg (RFC 7022)
	due     time.Time
	opener  *opener
	learned netip.AddrPort // where the party's reports come from
	theirs  lastReport
	bye     bool // something was sent, so that a goodbye is due

	begun      bool  // the first report came
	lostBefore int64 // as of it
}

// lastReport is the sender report of the party that came last.
type lastReport struct {
	stamp uint32 // the middle of its NTP time
	at    time.Time
}

func newName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// isRTCP tells RTCP from RTP on one port (RFC 5761, 4).
func isRTCP(datagram []byte) bool {
	return len(datagram) >= 8 && datagram[0]>>6 == 2 && datagram[1] >= 192 && datagram[1] <= 223
}

// control is the receiver at a leg's RTCP port.
type control struct{ leg *RTPLeg }

func (c control) receive(datagram []byte, from netip.AddrPort, at time.Time) {
	if isRTCP(datagram) {
		c.leg.hearReport(datagram, from, at)
	}
}

func (c control) Close() {} // with its leg

// hearReport takes RTCP that came from an address.
func (l *RTPLeg) hearReport(datagram []byte, from netip.AddrPort, at time.Time) {
	l.reports.Lock()
	defer l.reports.Unlock()
	if o := l.reports.opener; o != nil {
		var ok bool
		if datagram, ok = o.openControl(datagram); !ok {
			l.count.forged.Add(1)
			return
		}
	} else if !l.isParty(from.Addr()) {
		l.count.foreign.Add(1)
		return
	}
	packets, err := rtcp.Unmarshal(datagram)
	if err != nil {
		l.count.unusable.Add(1)
		return
	}
	l.reports.learned = from
	for _, p := range packets {
		switch p := p.(type) {
		case *rtcp.SenderReport:
			l.reports.theirs = lastReport{uint32(p.NTPTime >> 16), at}
			l.weigh(p.Reports, at)
		case *rtcp.ReceiverReport:
			l.weigh(p.Reports, at)
		}
	}
}

// isParty reports whether the party's audio comes from, or goes to, a host.
func (l *RTPLeg) isParty(host netip.Addr) bool {
	l.rx.Lock()
	defer l.rx.Unlock()
	return host == l.rx.latch.source.Addr() || host == l.rx.latch.signalled.Addr()
}

// weigh takes what the party says of our audio.
func (l *RTPLeg) weigh(blocks []rtcp.ReceptionReport, at time.Time) {
	l.tx.Lock()
	ssrc := l.tx.stream.ssrc
	l.tx.Unlock()
	for _, b := range blocks {
		if b.SSRC != ssrc && !l.carried {
			continue
		}
		v := verdict{fraction: b.FractionLost, lost: signed24(b.TotalLost), jitter: b.Jitter, sent: l.count.sent.Load()}
		if b.LastSenderReport != 0 {
			v.rtt = between(middle(ntp(at)), b.LastSenderReport+b.Delay)
		}
		if l.carried {
			v.lost -= l.reports.since(v.lost)
		}
		l.judgement.tell(v, l.codec())
		return
	}
}

// since returns what was lost of a carried stream before this leg. The caller
// holds r.
func (r *reporting) since(lost int64) int64 {
	if !r.begun {
		r.begun, r.lostBefore = true, lost
	}
	return r.lostBefore
}

// signed24 reads a number of 24 bits that may be negative.
func signed24(n uint32) int64 { return int64(int32(n<<8) >> 8) }

// between returns the time from b to a, in the middle of NTP times; 0 for what
// makes no sense.
func between(a, b uint32) time.Duration {
	d := time.Duration(int64(int32(a-b))) * time.Second >> 16
	const longest = 10 * time.Second
	if d <= 0 || d > longest {
		return 0
	}
	return d
}

// ntp returns an instant in 1/2^32 s since 1900.
func ntp(t time.Time) uint64 {
	const epoch = 2208988800 // 1970, in s after 1900
	return uint64(t.Unix()+epoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

func middle(n uint64) uint32 { return uint32(n >> 16) }

// codec returns what the E-model knows of the leg's codec.
func (l *RTPLeg) codec() emodel.Codec {
	if c := l.chosen.Load(); c != nil && c.Wide {
		return emodel.G722
	}
	return emodel.G711
}

// reportIfDue sends a report if it is time for one.
func (l *RTPLeg) reportIfDue(now time.Time) {
	l.reports.Lock()
	defer l.reports.Unlock()
	if now.Before(l.reports.due) {
		return
	}
	l.reports.due = now.Add(reportEvery/2 + mathrand.N(reportEvery)) //nolint:gosec // so that legs do not report together
	l.sendReport(now, false)
}

// sendReport sends a report, and a goodbye with it if it is the last. The caller
// holds l.reports.
func (l *RTPLeg) sendReport(now time.Time, last bool) {
	l.span(enough)
	t, known := l.reception.report()
	l.tx.Lock()
	defer l.tx.Unlock()
	sent := l.count.sent.Load()
	last = last && !l.carried // a carried stream goes on with the next leg
	if l.tx.closed || sent == 0 && !known || last && !l.reports.bye {
		return
	}
	b, err := rtcp.Marshal(l.compose(now, t, last))
	if err != nil {
		return // a name that is too long, which ours is not
	}
	l.reports.bye = true
	if s := l.tx.sealer; s != nil {
		var ok bool
		if b, ok = s.sealControl(b); !ok {
			return
		}
	}
	l.reports.send(l, b)
}

// compose makes a report (RFC 3550, 6.4): that of a sender if we are one. The
// caller holds l.tx.
func (l *RTPLeg) compose(now time.Time, t tally, last bool) []rtcp.Packet {
	s := &l.tx.stream
	var blocks []rtcp.ReceptionReport
	if t.ssrc != 0 || t.total > 0 {
		blocks = []rtcp.ReceptionReport{l.block(t, now)}
	}
	var head rtcp.Packet = &rtcp.ReceiverReport{SSRC: s.ssrc, Reports: blocks}
	if sent := l.count.sent.Load(); sent > 0 {
		head = &rtcp.SenderReport{
			SSRC: s.ssrc, NTPTime: ntp(now), RTPTime: s.next + uint32(samples(now.Sub(s.last))),
			PacketCount: uint32(sent), OctetCount: l.tx.octets, Reports: blocks,
		}
	}
	name := &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: s.ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: l.reports.name}},
	}}}
	if last {
		return []rtcp.Packet{head, name, &rtcp.Goodbye{Sources: []uint32{s.ssrc}}}
	}
	return []rtcp.Packet{head, name}
}

// block is what we say of what the party sends.
func (l *RTPLeg) block(t tally, now time.Time) rtcp.ReceptionReport {
	b := rtcp.ReceptionReport{SSRC: t.ssrc, LastSequenceNumber: t.highest, TotalLost: uint32(min(t.missing, 1<<23-1)), Jitter: t.jitter}
	if t.lost > 0 && t.expected > 0 {
		b.FractionLost = uint8(min(int64(t.lost)<<8/int64(t.expected), 255))
	}
	if r := l.reports.theirs; r.stamp != 0 {
		b.LastSenderReport = r.stamp
		b.Delay = uint32(now.Sub(r.at) << 16 / time.Second)
	}
	return b
}

// send sends RTCP to where the party wants it, or where its own comes from. The
// caller holds the leg's reports and l.tx.
func (r *reporting) send(l *RTPLeg, b []byte) {
	chosen := l.chosen.Load()
	switch {
	case chosen == nil:
	case l.carried:
		if c, can := l.tx.socket.(carriage).Carrier.(ControlCarrier); can {
			_ = c.CarryControl(b)
		}
	case chosen.Mux:
		_ = l.tx.socket.send(b, l.tx.target)
	case r.socket == nil:
	case r.learned.IsValid():
		_ = r.socket.send(b, r.learned)
	case chosen.RTCP.IsValid():
		_ = r.socket.send(b, chosen.RTCP)
	}
}

// guide notes what was agreed about reports.
func (l *RTPLeg) guide(chosen sdp.Chosen) {
	r, before := &l.reports, l.chosen.Load()
	r.Lock()
	defer r.Unlock()
	if before == nil || before.RTCP != chosen.RTCP {
		r.learned = netip.AddrPort{}
	}
	if chosen.Theirs == (sdp.Key{}) {
		r.opener = nil
	} else if r.opener == nil || r.opener.key != chosen.Theirs {
		r.opener, _ = newOpener(chosen.Theirs)
	}
}

// Reporter has legs report how they hear. One goroutine looks at all of them.
type Reporter struct {
	mu      sync.Mutex
	legs    map[*RTPLeg]struct{}
	stopped chan struct{}
	runner  sync.WaitGroup
}

// NewReporter starts a reporter, which Close ends.
func NewReporter() *Reporter {
	r := &Reporter{legs: map[*RTPLeg]struct{}{}, stopped: make(chan struct{})}
	r.runner.Go(r.run)
	return r
}

// Add has a leg report until it is closed.
func (r *Reporter) Add(l *RTPLeg) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.legs[l] = struct{}{}
}

// Close ends the reports.
func (r *Reporter) Close() {
	close(r.stopped)
	r.runner.Wait()
}

func (r *Reporter) run() {
	const look = 250 * time.Millisecond
	t := time.NewTicker(look)
	defer t.Stop()
	for {
		select {
		case <-r.stopped:
			return
		case now := <-t.C:
			for _, l := range r.open() {
				l.reportIfDue(now)
			}
		}
	}
}

// open forgets the legs that are closed and returns the others.
func (r *Reporter) open() []*RTPLeg {
	r.mu.Lock()
	defer r.mu.Unlock()
	open := make([]*RTPLeg, 0, len(r.legs))
	for l := range r.legs {
		if l.ended() {
			delete(r.legs, l)
		} else {
			open = append(open, l)
		}
	}
	return open
}

func (l *RTPLeg) ended() bool {
	l.tx.Lock()
	defer l.tx.Unlock()
	return l.tx.closed
}
