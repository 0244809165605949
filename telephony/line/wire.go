package line

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
)

// wireInbox bounds what may wait for one call: a call that is so far behind is
// ended, for nobody can be talking on it.
const wireInbox = 128

// wire is one call's: its state belongs to the goroutine that runs it.
type wire struct {
	lines   *Lines
	id      uuid.UUID
	inbox   chan func()
	number  *directory.Number // nil: of nobody here
	from    string            // the buyer's number as received
	phone   e164.Number       // the same where it is one, else as it came
	display string
	began   time.Time
	laws    []g711.Law

	buyer    *end
	offer    *sdp.Session // the buyer's, until it is answered
	rung     map[uuid.UUID]phone
	talker   phone                  // of the operator who talks; nil for none
	voice    media.Leg              // and what is heard of them
	watchers map[uuid.UUID]*watcher // supervisors, by leg

	third    media.Leg // of whom the operator consults or brought in; nil for none
	talk     talk      // how far they are, while there is a talker
	muted    bool
	away     bool        // the talker's connection is lost
	shown    bool        // they were told that the buyer hears music
	locked   atomic.Bool // the talker's telephone has put the buyer on hold: only it can take them back
	playing  *media.Playback
	music    *media.Playback // to the third
	notice   *media.Playback // that they are recorded, to a buyer whom we called; nil: nobody is told
	bond     bond            // who hears whom now
	tape     *tape
	secret   secret
	guards   []func()
	over     bool
	decided  bool            // the buyer was told something
	dialogs  []dialog        // all that there were; Lines.mu guards them
	queue    uuid.UUID       // where the buyer waits, or will
	menu     *directory.Menu // that they meet first; nil for none
	robot    *robot          // that speaks with them; nil for none
	outgoing bool            // to a buyer, whose leg is not there from the start
	stroke   stroke          // the last key
	calling  *calling        // the buyer, whom an operator waits for; nil: nobody is rung
	queued   *queued         // what they hear while they wait; nil: they do not, or still hear it ring
	message  *message        // that the caller leaves now; nil for none

	guest     *guest     // who is called in; nil for nobody
	second    *second    // the talker's telephone has another call of its own to them
	outside   bool       // the talker is a telephone outside, to whom the call was handed
	missed    int        // SIP, of the last telephone that did not take the call
	referrer  *sipua.Leg // waits to be told what its REFER comes to
	consented bool       // it has its 202
	trunk     string     // that brought the call, or took it
	measuring sync.Mutex
	measured  []measured
}

// end is a telephone of SIP in a call: a dialog, and the audio on it once there
// is some.
type end struct {
	lines    *Lines
	id       uuid.UUID
	sip      *sipua.Leg
	audio    *media.RTPLeg
	local    *sdp.Local
	srtp     sdp.Policy
	wide     bool      // G.722 is spoken with it, if it can
	operator uuid.UUID // whose telephone it is; uuid.Nil: the buyer's
	held     bool      // by a re-INVITE from this side
	up       bool      // answered

	drop func(reason string) // ends it, where more than sip has to be ended
}

// run does what is posted until the call is over.
func (w *wire) run() {
	defer w.lines.forget(w)
	defer func() { w.lines.cfg.Traced(w.traced()) }()
	for !w.over {
		(<-w.inbox)()
	}
	for { // what raced with the end
		select {
		case <-w.inbox:
		default:
			return
		}
	}
}

// post hands the wire something to do. It never blocks: a wire that does not
// keep up has its buyer hung up.
func (w *wire) post(do func()) {
	select {
	case w.inbox <- do:
	default:
		w.lines.cfg.Log.Error("call is ended: its wire does not keep up", "call", w.id)
		if w.outgoing {
			w.lines.busy.Go(func() { w.tell(switchd.HungUp{Call: w.id, By: bySystem, SIPCode: 500, Reason: "overloaded"}) })
			return
		}
		w.buyer.sip.Hangup("overloaded")
	}
}

func (w *wire) tell(ev switchd.Event) { w.lines.room.Tell(w.lines.ctx, ev) }

// hear reads the buyer's offer. An INVITE without one gets ours in the 200.
func (w *wire) hear(body []byte) error {
	if len(body) == 0 {
		w.buyer.srtp = w.lines.offering(w.trunk)
		return nil
	}
	s, err := sdp.Parse(body)
	if err != nil {
		return err
	}
	if err := s.Suits(w.buyer.srtp, w.laws...); err != nil {
		return err
	}
	w.offer = &s
	return nil
}

// open gives the end its audio.
func (w *wire) open(e *end, laws []g711.Law) error {
	leg, err := w.lines.cfg.Ports.Open()
	if err != nil {
		return err
	}
	e.audio, e.local = leg, sdp.NewLocal(leg.LocalAddr(), laws...)
	e.local.SRTP, e.local.Wide = e.srtp, e.wide
	w.lines.mu.Lock()
	defer w.lines.mu.Unlock()
	w.lines.heard[e.id] = leg
	return nil
}

// shut takes an end's audio away.
func (l *Lines) shut(e *end) {
	if e.audio == nil {
		return
	}
	l.mu.Lock()
	delete(l.heard, e.id)
	l.mu.Unlock()
	e.audio.Close()
}

// answer answers the buyer, once.
func (w *wire) answer() error {
	if w.buyer.up {
		return nil
	}
	if err := w.open(w.buyer, w.laws); err != nil {
		return fmt.Errorf("answer call %s: %w", w.id, err)
	}
	w.buyer.up = true
	w.hearKeys()
	if w.offer == nil { // the offer is ours; the answer comes with the ACK
		w.buyer.sip.Answer(w.buyer.local.Offer())
		return nil
	}
	body, chosen, err := w.buyer.local.Answer(*w.offer)
	if err != nil {
		return fmt.Errorf("answer call %s: %w", w.id, err)
	}
	w.buyer.audio.SetRemote(chosen)
	w.buyer.sip.Answer(body)
	return nil
}

// fail ends a call that cannot go on for a reason of ours.
func (w *wire) fail(err error) {
	w.lines.cfg.Log.Error("call cannot go on", "call", w.id, "err", err)
	w.tell(switchd.HungUp{Call: w.id, By: bySystem, SIPCode: 500, Reason: "no media port or codec"})
}

// silence stops whatever plays to the buyer.
func (w *wire) silence() {
	if w.playing != nil {
		w.playing.Stop()
		w.playing = nil
	}
}

// then plays clips to the buyer, and afterwards does next, if the call is still there
// and nothing else was played meanwhile.
func (w *wire) then(next func(), clips ...*media.Clip) {
	w.silence()
	p := w.lines.player.Play(w.buyer.audio, clips...)
	w.playing = p
	go func() {
		<-p.Done()
		w.post(func() {
			if w.playing == p {
				next()
			}
		})
	}()
}

// guard watches over an end: a BYE that is lost must not leave a ghost.
func (w *wire) guard(e *end) {
	stop := w.lines.watch.Guard(e.audio, func() {
		w.post(func() { w.gone(e) })
	})
	w.guards = append(w.guards, stop)
}

func (w *wire) unguard() {
	for _, stop := range w.guards {
		stop()
	}
	w.guards = nil
}

// gone reports an end that fell silent, and for how long.
func (w *wire) gone(e *end) {
	quiet := time.Duration(0)
	if last := e.audio.LastPacket(); !last.IsZero() {
		quiet = time.Since(last)
	}
	switch ms := quiet.Milliseconds(); {
	case w.isGuest(e.id), w.outside && w.talker == phone(e):
		w.tell(switchd.Departed{Call: w.id, Leg: e.id, Reason: "no media", QuietMS: ms})
	case w.guest != nil && e != w.buyer: // the others go on
		w.tell(switchd.HungUp{Call: w.id, By: call.Operator, Reason: "no media"})
	default:
		w.tell(switchd.HungUp{Call: w.id, By: bySystem, Reason: "no media", QuietMS: ms})
	}
}

// guardGuest watches over the telephone of who was called in, and over the one
// that asks them.
func (w *wire) guardGuest() {
	if w.third == nil || w.guest == nil {
		return
	}
	if e, is := w.guest.phone.(*end); is {
		w.guard(e)
	}
	if w.second != nil {
		w.guard(w.second.end)
	}
}
