package sipua

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
	"switchboard/telephony/trace"
)

// mailbox bounds what may wait for one leg. A peer needs a handful of messages
// a second; one that fills it is broken or hostile, and its leg is ended.
const mailbox = 64

// Leg is one SIP dialog of ours, from its INVITE on. No method blocks. What
// happens is told to the function given to Listen, from one goroutine, in
// order; what happens before Listen is kept for it.
type Leg struct {
	ua        *UA
	id        string // our tag, which no other leg ever had
	callID    string
	inbound   bool
	invite    inviteID // of a called leg
	inviteSeq uint32   // CSeq of the INVITE that began it, or of its last try
	branch    string   // of the INVITE that began a called leg
	source    netip.AddrPort
	heardAll  *trace.Ring // every message about it

	box      chan func()
	gone     chan struct{} // closed when nothing is read from box any more
	overflow atomic.Bool

	mu     sync.Mutex // guards what message readers and callers look at
	dialog Dialog
	last   invitation
	yields bool              // its place may be taken, and its peer may ask for that
	seen   map[string]uint32 // CSeq of the requests of each peer that the leg may have, by its tag

	// What follows belongs to the leg's goroutine.
	state    life.State
	listen   func(Event)
	early    []Event // before there was a listener
	alarms   alarms
	request  *sip.Request // the INVITE in hand
	serving  *served      // its transaction, of a called leg
	final    *sip.Response
	ring     *sip.Response // last provisional response, to be repeated
	words    chosen
	until    time.Time // a called leg waits for our answer
	pledge   pledge    // of a leg that was called
	calling  *calling  // of a leg that we call
	bargain  bargain
	referral referral
	session  session
	atEnd    []func()
	open     []*served // requests of the peer that have no final response yet
}

// invitation is the last INVITE of the peer, by which an ACK is understood.
type invitation struct {
	branch   string
	seq      uint32
	accepted bool // we sent 2xx
}

// chosen is what the owner wants to end or answer the leg with.
type chosen struct {
	code   int
	reason string
	sdp    []byte
	failed Failed
	ended  Ended
}

// ID names the leg in logs and journals; it is not the Call-ID.
func (l *Leg) ID() string { return l.id }

// CallID is what the peer's records know the call by.
func (l *Leg) CallID() string { return l.callID }

// Source is where the far end is. It is not valid before a leg that we call has
// found its way there.
func (l *Leg) Source() netip.AddrPort { return l.ua.book.source(l) }

// Dialog returns what another process needs to end the leg.
func (l *Leg) Dialog() Dialog {
	d := l.snapshot()
	if l.inbound && d.Transport == "UDP" {
		res := l.respond(l.request, 503, "Service Unavailable")
		res.SetBody(nil)
		d.Refusal, d.RefuseTo = res.String(), res.Destination()
	}
	return d
}

func (l *Leg) snapshot() Dialog {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dialog
}

// Listen has f told what happens from here on, and what it has missed.
func (l *Leg) Listen(f func(Event)) {
	l.post(func() {
		l.listen = f
		missed := l.early
		l.early = nil
		for _, ev := range missed {
			l.tell(ev)
		}
	})
}

// Ring sends 180.
func (l *Leg) Ring() { l.post(func() { l.progress(progress{180, "Ringing", nil}) }) }

// Progress sends 183 with early media: the answer to the INVITE's offer, or the
// offer if it had none. It is reliable if the peer wants that or can do it.
func (l *Leg) Progress(sdp []byte) {
	l.post(func() { l.progress(progress{183, "Session Progress", sdp}) })
}

// Answer sends 200. sdp is the answer to the INVITE's offer, or the offer if it
// had none. It is left out where a reliable Progress has settled that before.
func (l *Leg) Answer(sdp []byte) {
	l.post(func() {
		l.words.sdp = sdp
		l.step(life.Answer)
	})
}

// Refuse sends a final response of 300 or more. A 503 asks the peer to wait a
// little before it tries again.
func (l *Leg) Refuse(code int, reason string) {
	if code < 300 || code > 699 {
		code = 500
	}
	l.post(func() {
		l.words.code, l.words.reason = code, reason
		l.words.ended = Ended{Code: code, Reason: reason}
		if l.step(life.Refuse) {
			l.ua.counts.refused.Add(1)
		}
	})
}

// Hangup ends the leg by whatever ends it now: BYE, CANCEL or a refusal.
func (l *Leg) Hangup(reason string) { l.post(func() { l.hangup(reason) }) }

func (l *Leg) hangup(reason string) {
	l.words.code, l.words.reason = 480, reason
	l.words.ended = Ended{Code: 200, Reason: reason}
	if l.state == life.Invited {
		l.words.ended.Code = 480
	}
	l.words.failed = Failed{Code: 487, Reason: reason}
	l.step(life.Hangup)
}

// Reoffer offers other media by re-INVITE, or, before the answer, by UPDATE;
// Reanswered tells what became of it.
func (l *Leg) Reoffer(sdp []byte) { l.post(func() { l.reoffer(sdp) }) }

// Press sends a key by INFO, for peers that take none in RTP.
func (l *Leg) Press(d Digit) { l.post(func() { l.press(d) }) }

// AnswerReoffer answers the peer's Reoffered, or refuses it with 488 if sdp is
// nil.
func (l *Leg) AnswerReoffer(sdp []byte) { l.post(func() { l.answerReoffer(sdp) }) }

// AtEnd has f called when the leg is over, on its goroutine, which f must not
// keep.
func (l *Leg) AtEnd(f func()) {
	l.post(func() {
		if l.state == life.Over {
			f()
			return
		}
		l.atEnd = append(l.atEnd, f)
	})
}

// post hands the leg's goroutine something to do. It never blocks; what comes
// after the end is dropped.
func (l *Leg) post(do func()) {
	select {
	case <-l.gone:
		return
	default:
	}
	select {
	case l.box <- do:
	default:
		l.overflow.Store(true)
	}
}
