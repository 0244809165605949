package line

import (
	"github.com/google/uuid"

	"switchboard/telephony/sipua"
	"switchboard/telephony/trace"
)

// Traced is the dialogs of a call, for whoever keeps their messages.
type Traced struct {
	Call, Shop uuid.UUID // Shop is uuid.Nil for a call to a number of nobody
	dialogs    []dialog
}

// dialog is one of them.
type dialog struct {
	party, name string // of whom; the trunk that it is on
	callID      string
	ring        *trace.Ring
}

// Legs returns the messages so far. A dialog that has just ended has some more
// to come.
func (t Traced) Legs() []trace.Leg {
	legs := make([]trace.Leg, 0, len(t.dialogs))
	for _, d := range t.dialogs {
		legs = append(legs, trace.Leg{Party: d.party, Name: d.name, CallID: d.callID, Lost: d.ring.Lost(), Messages: d.ring.All()})
	}
	return legs
}

// mostDialogs bounds those of one call: a call that was offered to a hundred
// operators shows the first of them.
const mostDialogs = 40

// listen has the messages of a leg kept with those of the call.
func (w *wire) listen(party, trunk string, leg *sipua.Leg) {
	w.lines.mu.Lock()
	defer w.lines.mu.Unlock()
	if len(w.dialogs) < mostDialogs {
		w.dialogs = append(w.dialogs, dialog{party, trunk, leg.CallID(), leg.Trace()})
	}
}

// traced is the wire's dialogs.
func (w *wire) traced() Traced {
	w.lines.mu.Lock()
	defer w.lines.mu.Unlock()
	t := Traced{Call: w.id, dialogs: append([]dialog(nil), w.dialogs...)}
	if w.number != nil {
		t.Shop = w.number.Shop.ID
	}
	return t
}

// Trace returns the dialogs of a call that is up, or false.
func (l *Lines) Trace(call uuid.UUID) (Traced, bool) {
	w := l.wire(call)
	if w == nil {
		return Traced{}, false
	}
	return w.traced(), true
}
