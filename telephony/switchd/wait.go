package switchd

import (
	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/wait"
)

// paceOf is what calls wait for together: operators of a tier who serve a shop.
type paceOf struct {
	shop uuid.UUID
	tier string
}

// Wondered: it is time to tell a caller where in the queue they are.
type Wondered struct {
	Call uuid.UUID `json:"-"`
}

func (Wondered) kind() string { return "wondered" }

// Place is where in the queue somebody is.
type Place struct {
	No     int
	WaitMS int64 // that is to be expected; below 0: nobody can tell
}

// pace learns from a caller who was answered after they had waited.
func (f *floor) pace(l *live, a acd.Connect) {
	if a.Why.Idle > 0 {
		return
	}
	key := paceOf{l.row.ShopID, l.queue.Tier}
	if f.paces[key] == nil {
		f.paces[key] = &wait.Pace{}
	}
	f.paces[key].Answered(wait.Instant(f.now), a.Why.Position, a.Waited)
}

// wondered tells a caller their place, unless somebody is rung for them. What
// was said is journalled; that it was time to is not, for it changes nothing.
func (f *floor) wondered(ev Wondered) {
	l := f.live(ev.Call)
	if l == nil {
		return
	}
	p := Place{No: f.room.Place(l.key), WaitMS: -1}
	if p.No == 0 {
		return
	}
	if pace := f.paces[paceOf{l.row.ShopID, l.queue.Tier}]; pace != nil {
		if ms, ok := pace.Expect(wait.Instant(f.now), p.No); ok {
			p.WaitMS = ms
		}
	}
	f.write(l, "announce", map[string]any{"place": p.No, "wait_ms": p.WaitMS})
	f.do(func(ph Phones) { ph.Tell(l.id, p) })
}
