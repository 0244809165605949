package switchd

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/e164"
	"switchboard/telephony/menu"
	"switchboard/tenant/move"
)

// hunt rings telephones outside for a caller of a menu, one after the other: the
// shop's own people, who answer first, or when nobody is here (R114, R115, R122).
type hunt struct {
	node  string
	rings []menu.Ring // that are left
	or    string      // the node where the menu goes on if none answers; "": a person
	leg   uuid.UUID   // that rings
}

// hunts reports whether leg is that of a telephone that is rung for the call.
func (l *live) hunts(leg uuid.UUID) bool { return l != nil && l.hunt != nil && l.hunt.leg == leg }

// huntOn rings the next telephone, or goes on with the menu.
func (f *floor) huntOn(l *live) {
	h := l.hunt
	if len(h.rings) == 0 {
		l.hunt = nil
		f.inVain(l, h)
		f.change(l)
		return
	}
	r := h.rings[0]
	h.rings, h.leg = h.rings[1:], uuid.New()
	lasts := time.Duration(r.For) * time.Millisecond
	f.write(l, "hunt", map[string]any{"node": h.node, "leg": h.leg, "for_ms": r.For, "left": len(h.rings)})
	o := Third{Call: l.id, Leg: h.leg, Goal: Goal{Kind: move.Outside, Name: r.Number, Phone: e164.Number(r.Number)}, Blind: true, For: lasts}
	f.do(func(p Phones) { p.Third(o) })
}

// inVain goes on where the menu says.
func (f *floor) inVain(l *live, h *hunt) {
	if h.or == "" {
		f.toQueue(l, "")
		return
	}
	a := Ask{Menu: l.menu, Open: l.open, At: h.or}
	f.do(func(p Phones) { p.Ask(l.id, a) })
}

// huntAnswered joins the buyer and who answered outside, on tape as any call.
func (f *floor) huntAnswered(l *live, ev Accepted) {
	f.log(l, ev)
	f.dialog(l, ev.Leg, "third", ev.Dialog)
	l.leg, l.hunt = ev.Leg, nil
	f.apply(l, call.Event{Kind: call.Connect})
	f.begin(l, Goal{Kind: move.Outside})
	rec := f.record(l)
	f.do(func(p Phones) { p.Bridge(ev.Call, ev.Leg, rec) })
	f.change(l)
}
