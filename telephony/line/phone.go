package line

import (
	"github.com/google/uuid"

	"switchboard/telephony/media"
	"switchboard/telephony/webleg"
)

// phone is an operator's telephone in a call: one of SIP, or a browser.
type phone interface {
	// answered reports whether the operator took the call.
	answered() bool
	// join returns what is heard and said at a phone that answered, or nil if it
	// is gone since.
	join() media.Leg
	// show tells the operator whether the buyer hears music.
	show(held bool)
	// press tells the operator which key the buyer pressed.
	press(key byte)
	// hangUp ends it, whatever it does. It may be called twice.
	hangUp(reason string)
}

func (e *end) answered() bool  { return e.up }
func (e *end) join() media.Leg { return e.audio }
func (e *end) show(bool)       {} // its own key says so, or nothing does
func (e *end) press(byte)      {} // it hears the tone
func (e *end) hangUp(reason string) {
	switch {
	case e.drop != nil:
		e.drop(reason)
	case e.sip != nil:
		e.sip.Hangup(reason)
	}
	e.lines.shut(e)
}

// browser is an operator's page.
type browser struct {
	lines         *Lines
	operator, leg uuid.UUID
	up            bool
}

func (b *browser) answered() bool { return b.up }
func (b *browser) show(held bool) { b.lines.browsers.ShowHeld(b.operator, b.leg, held) }
func (b *browser) press(key byte) { b.lines.browsers.ShowPressed(b.operator, b.leg, string(key)) }

func (b *browser) join() media.Leg {
	leg, err := b.lines.browsers.Join(b.operator, b.leg)
	if err != nil {
		b.lines.cfg.Log.Info("browser is gone before it was joined", "err", err)
		return nil
	}
	return leg
}

func (b *browser) hangUp(reason string) {
	b.lines.unlist(b.leg)
	b.lines.browsers.Hangup(b.operator, b.leg, reason)
}

// list has what happens on a browser's leg told to a wire.
func (l *Lines) list(leg uuid.UUID, w *wire) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages[leg] = w
}

func (l *Lines) unlist(leg uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.pages, leg)
}

// Browser hands in what an operator did in the browser. It does not block.
func (l *Lines) Browser(ev webleg.Event) {
	leg := legOf(ev)
	l.mu.Lock()
	w := l.pages[leg]
	l.mu.Unlock()
	if w != nil {
		w.post(func() { w.browserEvent(leg, ev) })
	}
}

// legOf returns the leg that an event is about; uuid.Nil for none.
func legOf(ev webleg.Event) uuid.UUID {
	switch ev := ev.(type) {
	case webleg.Accepted:
		return ev.Leg
	case webleg.Declined:
		return ev.Leg
	case webleg.HungUp:
		return ev.Leg
	case webleg.Held:
		return ev.Leg
	case webleg.Resumed:
		return ev.Leg
	case webleg.Dialled:
		return ev.Leg
	case webleg.Away:
		return ev.Leg
	case webleg.Back:
		return ev.Leg
	case webleg.Lost:
		return ev.Leg
	}
	return uuid.Nil
}
