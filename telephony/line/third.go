package line

import (
	"context"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/telephony/webleg"
	"switchboard/tenant/move"
)

// guest is who is called in beside buyer and operator.
type guest struct {
	switchd.Third
	speaking bool        // the summary is being spoken
	clip     *media.Clip // it, once that is done
	then     func()      // what waits for it
	told     *media.Playback
	phone    phone // once they are there
	code     int   // SIP, of a telephone that did not take it
}

// Third rings who is called in.
func (l *Lines) Third(o switchd.Third) { l.on(o.Call, func(w *wire) { w.callIn(o) }) }

// Queued says that the call shall wait in another queue.
func (l *Lines) Queued(id, queue uuid.UUID) { l.on(id, func(w *wire) { w.queue = queue }) }

// Shape has them talk to each other as the switch says.
func (l *Lines) Shape(id uuid.UUID, s switchd.Shape) { l.on(id, func(w *wire) { w.shape(s) }) }

// Hand gives the call to the third, and lets its operator go.
func (l *Lines) Hand(id, leg uuid.UUID) { l.on(id, func(w *wire) { w.hand(leg) }) }

// DropThird hangs up who was called in, at their own wish.
func (l *Lines) DropThird(id uuid.UUID) {
	l.on(id, func(w *wire) {
		if g := w.guest; g != nil {
			w.tell(switchd.Departed{Call: w.id, Leg: g.Leg})
		}
	})
}

func (w *wire) callIn(o switchd.Third) {
	w.guest = &guest{Third: o}
	if o.Goal.Kind == move.Outside {
		w.dialOut(o)
		return
	}
	w.brief(w.guest)
	if o.Goal.Kind == move.Specialist {
		w.dialOut(o)
		return
	}
	w.ring(switchd.Offer{Call: o.Call, Leg: o.Leg, Operator: o.Operator, For: o.For})
}

const (
	// speechWithin is how long the summary may take to be spoken: then the
	// telephone has rung a few times.
	speechWithin = 8 * time.Second
	// answeredFor is how long a telephone that was answered waits for it.
	answeredFor = 2 * time.Second
)

// brief has it spoken what the call has come to, while the telephone rings.
func (w *wire) brief(g *guest) {
	if w.number == nil || w.lines.cfg.Summary == nil {
		return
	}
	told := Told{Shop: w.number.Shop, Call: w.id, Note: g.Note}
	g.speaking = true
	w.lines.busy.Go(func() {
		ctx, cancel := context.WithTimeout(w.lines.ctx, speechWithin)
		defer cancel()
		clip := w.lines.cfg.Summary(ctx, told)
		w.post(func() { g.spoken(clip) })
	})
}

// spoken is called once the summary can be heard, or cannot in time.
func (g *guest) spoken(clip *media.Clip) {
	g.speaking = false
	if g.clip == nil {
		g.clip = clip
	}
	if then := g.then; then != nil {
		g.then = nil
		then()
	}
}

// accepted is of a telephone that was called in and answered: it hears first
// what the call has come to, and may hang up instead of taking it.
func (w *wire) accepted(leg uuid.UUID, e *end) {
	g := w.guest
	if g.speaking || g.clip != nil {
		w.tell(switchd.Rung{Call: w.id, Leg: leg, Up: true, Dialog: e.sip.Dialog().JSON()})
	}
	if !g.speaking {
		w.tellGuest(leg, e)
		return
	}
	g.then = func() { w.tellGuest(leg, e) }
	time.AfterFunc(answeredFor, func() { w.post(func() { g.spoken(nil) }) })
}

// tellGuest plays the summary to a telephone, and tells the switch then that
// they are there.
func (w *wire) tellGuest(leg uuid.UUID, e *end) {
	g := w.guest
	accept := func() {
		if w.rung[leg] != phone(e) || e.up {
			return // gone since
		}
		e.up = true
		w.tell(switchd.Accepted{Call: w.id, Operator: g.Operator, Leg: leg, Dialog: e.sip.Dialog().JSON()})
	}
	if g == nil || g.clip == nil {
		accept()
		return
	}
	p := w.lines.player.Play(e.audio, g.clip)
	g.told = p
	e.audio.OnDigit(func(d media.Digit) { // any key is: I have heard enough
		if !d.Released {
			p.Stop()
		}
	})
	go func() {
		<-p.Done()
		w.post(accept)
	}()
}

// isGuest reports whether leg is that of who was called in.
func (w *wire) isGuest(leg uuid.UUID) bool { return w.guest != nil && w.guest.Leg == leg }

// shape forms the talk anew.
func (w *wire) shape(s switchd.Shape) {
	if s.Third != uuid.Nil && w.third == nil && !w.adopt(s.Third) {
		return
	}
	if w.second != nil {
		w.shapeSecond(s)
		return
	}
	switch {
	case s.All:
		w.talk = conference
	case s.Aside && w.third != nil:
		w.talk = consulting
	case s.Aside:
		w.talk = held
	default:
		w.talk = talking
	}
	if w.talker == nil {
		return // nobody but a third: Hand follows
	}
	if w.third == nil && !s.Aside {
		w.referred(w.missCode())
	}
	w.connect()
	w.show()
	if s == (switchd.Shape{}) && w.locked.Load() { // their telephone still holds the buyer
		w.tell(switchd.Held{Call: w.id})
	}
}

// adopt seats the third, who has answered.
func (w *wire) adopt(leg uuid.UUID) bool {
	p := w.rung[leg]
	if p == nil || !p.answered() || !w.isGuest(leg) {
		return false // gone since: the switch hears of it
	}
	voice := p.join()
	if voice == nil {
		w.tell(switchd.Departed{Call: w.id, Leg: leg})
		return false
	}
	delete(w.rung, leg)
	w.guest.phone, w.third = p, voice
	return true
}

// hand gives the call to the third.
func (w *wire) hand(leg uuid.UUID) {
	if w.third == nil || !w.isGuest(leg) {
		return
	}
	was := w.talker
	w.referred(200)
	w.dropSecond("handed over")
	w.unseat()
	w.sit(w.guest.phone)
	w.voice, w.talk, w.muted, w.away, w.shown = w.third, talking, false, false, false
	w.outside = w.guest.Operator == uuid.Nil
	w.third, w.guest = nil, nil
	w.locked.Store(false)
	w.connect()
	if was != nil {
		was.hangUp("handed over")
	}
}

// sit makes p the telephone of who talks; nil for nobody.
func (w *wire) sit(p phone) {
	if e, is := w.talker.(*end); is {
		w.lines.atDesk(e, nil)
	}
	w.talker = p
	if e, is := p.(*end); is {
		w.lines.atDesk(e, w)
	}
}

// unseat stops what plays to the third.
func (w *wire) unseat() {
	if w.music != nil {
		w.music.Stop()
		w.music = nil
	}
	w.part()
}

// dropGuest lets go of who was called in, rung or there.
func (w *wire) dropGuest(leg uuid.UUID, reason string) {
	g := w.guest
	if g == nil || g.Leg != leg {
		return
	}
	if w.third != nil {
		w.unseat()
		w.third = nil
		g.phone.hangUp(reason)
	}
	if g.told != nil {
		g.told.Stop()
	}
	w.missed, w.guest = g.code, nil
	if w.second != nil && !w.second.up {
		w.second.sip.Refuse(w.missCode(), "nobody took it")
	}
	w.dropSecond("nobody took it")
}

// missCode is the SIP code by which the transfer came to nothing.
func (w *wire) missCode() int {
	if w.missed >= 400 {
		return w.missed
	}
	return 480
}

// guestEvent is what the telephone of who was called in did after its answer.
func (w *wire) guestEnded(leg uuid.UUID, ev sipua.Ended) {
	w.tell(switchd.Departed{Call: w.id, Leg: leg, SIPCode: ev.Code, Reason: ev.Reason})
}

// handed is what an operator sees of a call that another hands over.
func (w *wire) handed(o uuid.UUID) *command.Handed {
	g := w.guest
	if g == nil || g.Operator != o {
		return nil
	}
	h := command.Handed{Note: g.Note, Asking: !g.Blind}
	if op := w.lines.cfg.Book().Operator(g.By); op != nil {
		h.By = op.Name
	}
	if w.lines.cfg.Gist != nil {
		w.lines.cfg.Gist(Told{Shop: w.number.Shop, Call: w.id}, &h)
	}
	return &h
}

// guestBrowser is what who was called in did in their browser, once they are
// there.
func (w *wire) guestBrowser(leg uuid.UUID, ev webleg.Event) {
	switch ev.(type) {
	case webleg.HungUp, webleg.Lost:
		w.tell(switchd.Departed{Call: w.id, Leg: leg})
	}
}
