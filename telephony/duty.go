package telephony

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/directory"
	"switchboard/telephony/presence"
	"switchboard/telephony/switchd"
)

// look is how often a registration that has run out is noticed.
const look = time.Second

// phones tells whether an operator's browser or telephone could ring, or will
// soon.
type phones interface {
	Reachable(*directory.Operator, time.Time) bool
	Present(*directory.Operator) bool
}

// duty keeps the room's idea of who is on duty in step with the directory, the
// registered telephones and what operators press.
type duty struct {
	book   func() *directory.Directory
	phones phones
	here   func(*directory.Operator) bool // whether this node has the operator
	kept   *presence.Book
	wake   chan struct{}

	mu      sync.Mutex
	room    *switchd.Switch
	pressed map[uuid.UUID]bool      // at a desk: ready, or not; absent: never said
	recall  map[uuid.UUID]time.Time // who pressed ready at a node before us, and until when they may come back
	told    map[uuid.UUID]switchd.Ready
}

func newDuty(book func() *directory.Directory, p phones, here func(*directory.Operator) bool, kept *presence.Book) *duty {
	return &duty{
		book: book, phones: p, here: here, kept: kept, wake: make(chan struct{}, 1),
		pressed: map[uuid.UUID]bool{}, recall: map[uuid.UUID]time.Time{}, told: map[uuid.UUID]switchd.Ready{},
	}
}

func (d *duty) open(room *switchd.Switch) { d.room = room }

// review looks again soon: the directory or a registration has changed.
func (d *duty) review(*directory.Directory) {
	select {
	case d.wake <- struct{}{}:
	default: // a look is due already
	}
}

// run tells the room what changed, until ctx ends.
func (d *duty) run(ctx context.Context) error {
	t := time.NewTicker(look)
	defer t.Stop()
	for {
		d.tellAll(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.wake:
		case <-t.C:
		}
	}
}

// press is an operator's own word.
func (d *duty) press(ctx context.Context, operator uuid.UUID, ready bool, reason string) {
	d.mu.Lock()
	d.pressed[operator] = ready
	delete(d.recall, operator)
	d.kept.Say(presence.Duty{Operator: operator, Ready: ready, Reason: reason, At: time.Now().UTC()})
	if ready {
		delete(d.told, operator) // the room may have paused them: say it again
	}
	d.mu.Unlock()
	if !ready {
		d.tell(ctx, switchd.Away{Operator: operator, Reason: reason})
		return
	}
	d.tellAll(ctx)
}

// leave is of an operator who closed the browser: what they pressed there is
// void.
func (d *duty) leave(operator uuid.UUID) {
	d.mu.Lock()
	delete(d.pressed, operator)
	delete(d.recall, operator)
	d.mu.Unlock()
	d.kept.Forget(operator)
	d.review(nil)
}

// dismiss is of an operator whose browser was gone in a call: the room has set
// them away, and they are until they press that they are ready.
func (d *duty) dismiss(operator uuid.UUID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pressed[operator] = false
	delete(d.told, operator)
	d.kept.Say(presence.Duty{Operator: operator, At: time.Now().UTC()})
}

// comeBack is how long operators who were on duty at a node that died may take
// to be reached again. Who comes later has gone home, and presses ready.
const comeBack = 3 * time.Minute

// inherit takes over what operators had said to a node before us.
func (d *duty) inherit(all []presence.Duty, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, o := range all {
		d.pressed[o.Operator] = o.Ready
		if o.Ready {
			d.recall[o.Operator] = now.Add(comeBack)
		}
	}
}

// recalled tells whether an operator's word to a node before us still counts.
func (d *duty) recalled(operator uuid.UUID, now time.Time) bool {
	until, is := d.recall[operator]
	if !is || now.Before(until) {
		return true
	}
	delete(d.recall, operator)
	delete(d.pressed, operator)
	d.kept.Forget(operator)
	return false
}

// release lets go of an operator who goes to another node. What they said stays.
func (d *duty) release(operator uuid.UUID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.told, operator)
	delete(d.pressed, operator)
}

func (d *duty) tell(ctx context.Context, ev switchd.Event) { d.room.Tell(ctx, ev) }

// tellAll compares who should be on duty with what the room was told.
func (d *duty) tellAll(ctx context.Context) {
	d.mu.Lock()
	var news []switchd.Event
	want := d.wanted(time.Now())
	for _, id := range sorted(want) {
		r := want[id]
		if was, ok := d.told[id]; !ok || !same(was, r) {
			d.told[id] = r
			news = append(news, r)
		}
	}
	for _, id := range sorted(d.told) {
		if _, ok := want[id]; !ok {
			delete(d.told, id)
			news = append(news, switchd.Away{Operator: id, Reason: "telephone or rights are gone"})
		}
	}
	d.mu.Unlock()
	for _, ev := range news {
		d.tell(ctx, ev)
	}
}

// wanted is who should be on duty now.
func (d *duty) wanted(now time.Time) map[uuid.UUID]switchd.Ready {
	want := map[uuid.UUID]switchd.Ready{}
	for id, op := range d.book().Operators() {
		if !d.here(op) || !d.recalled(id, now) {
			continue
		}
		ready, said := d.pressed[id]
		if !said {
			ready = op.AlwaysOn
		}
		_, told := d.told[id]
		if !ready || !d.phones.Reachable(op, now) && !(told && d.phones.Present(op)) {
			continue
		}
		delete(d.recall, id)
		want[id] = switchd.Ready{
			Operator: id, Tier: acd.Tier(op.Tier), Shops: op.Shops, WrapUpMS: op.WrapUpMS, KeepReady: op.AlwaysOn,
		}
	}
	return want
}

func same(a, b switchd.Ready) bool {
	return a.Tier == b.Tier && a.WrapUpMS == b.WrapUpMS && a.KeepReady == b.KeepReady && slices.Equal(a.Shops, b.Shops)
}

// sorted returns the keys in their order, so that a night replays the same.
func sorted[V any](m map[uuid.UUID]V) []uuid.UUID {
	return slices.SortedFunc(maps.Keys(m), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
}
