package switchd

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/journal"
	"switchboard/tenant/task"
)

// A buyer who asks to be called back hangs up and keeps the place: the room has
// a call of theirs that waits as of the first arrival. When its turn comes an
// operator is offered it as any other, and only then the buyer is rung: so the
// order is exact, whoever hurries to the telephone waits for nobody, and no
// operator is kept for somebody who may not answer. It costs that operator the
// ringing.
const (
	mostPlaces   = 1000            // in the room; beyond it nobody is promised a turn
	placeLasts   = 2 * time.Hour   // then only the task is left, for people
	secondTry    = 2 * time.Minute // after a buyer who was not reached
	mostAttempts = 2
	ringBuyer    = 30 * time.Second
)

// place is a turn that is kept.
type place struct {
	key      acd.CallID
	id       uuid.UUID // of the call that it will be
	number   *directory.Number
	queue    *directory.Queue
	phone    e164.Number
	since    acd.Instant // when the buyer first came
	promised acd.Instant
	task     uuid.UUID
	of       uuid.UUID // the call in which it was promised
	attempts int
	again    acd.Instant // when it comes back into the room; 0: it is there
	told     task.Result // by the buyer's telephone; "": nothing
	errand   *errand     // of an operator who calls from a task; nil: the turn is the buyer's
	moot     bool        // the buyer is here
}

type (
	// Wished: a waiting caller asks to be called back.
	Wished struct {
		Call uuid.UUID `json:"-"`
	}
	// Calling: the buyer's telephone is being invited.
	Calling struct {
		Call   uuid.UUID       `json:"-"`
		Leg    uuid.UUID       `json:"leg"`
		Dialog json.RawMessage `json:"-"`
	}
	// Reached: the buyer answered.
	Reached struct {
		Call   uuid.UUID       `json:"-"`
		Leg    uuid.UUID       `json:"leg"`
		Dialog json.RawMessage `json:"-"`
	}
	// Unreached: they did not.
	Unreached struct {
		Call    uuid.UUID `json:"-"`
		SIPCode int       `json:"sip_code"`
		Reason  string    `json:"reason"`
	}
)

func (Wished) kind() string    { return "wished" }
func (Calling) kind() string   { return "calling" }
func (Reached) kind() string   { return "reached" }
func (Unreached) kind() string { return "unreached" }

// Outgoing is a call to a buyer.
type Outgoing struct {
	Call     uuid.UUID
	Operator uuid.UUID
	Leg      uuid.UUID // the operator's
	For      time.Duration
}

// keeps takes what happens to places.
func (f *floor) keeps(ev Event) {
	switch ev := ev.(type) {
	case Wished:
		if l := f.live(ev.Call); l != nil && l.life.State == call.Waiting && l.kept == nil {
			f.log(l, ev)
			f.promise(l)
			f.change(l)
		}
	case Calling:
		if l := f.live(ev.Call); l != nil && l.kept != nil {
			f.log(l, ev)
			f.dialog(l, ev.Leg, "buyer", ev.Dialog)
		}
	case Reached:
		f.reached(ev)
	case Unreached:
		if l := f.live(ev.Call); l != nil && l.kept != nil {
			f.log(l, ev)
			l.kept.told = task.ResultOf(ev.SIPCode)
			f.hungUp(HungUp{Call: l.id, By: call.System, SIPCode: ev.SIPCode, Reason: l.kept.words()})
		}
	}
}

// promise gives up a caller's telephone and keeps their place. It reports false
// for one who can't be called back: then nothing has changed.
func (f *floor) promise(l *live) bool {
	phone := l.phone
	if !phone.Valid() || len(f.places) >= mostPlaces || f.retired {
		return false
	}
	p := &place{number: l.number, queue: l.queue, phone: phone, since: f.now, promised: f.now, task: uuid.New(), of: l.id}
	if at := f.room.ArrivedAt(l.key); at != 0 {
		p.since = at
	}
	f.batch.Kept = append(f.batch.Kept, task.Kept{
		ShopID: l.row.ShopID, TaskID: p.task, CallID: l.id, QueueID: &l.queue.ID, Owner: "pool:" + f.pool,
		Subject: task.KeptSubject(l.number.Shop.Language), At: f.instant(), DueAt: f.instant().Add(task.CallBackWithin),
	})
	f.write(l, "keep", map[string]any{"task": p.task})
	l.as, l.kept = call.Served, p
	f.line(p)
	if l.life.State == call.Waiting {
		f.act(acd.HungUp{Call: l.key}) // after its heir is there: nobody slips between
	}
	f.do(func(ph Phones) { ph.Farewell(l.id) })
	return true
}

// line puts a place into the room.
func (f *floor) line(p *place) {
	p.id, p.again = uuid.New(), 0
	p.key = acd.CallID(p.id.String())
	p.attempts++
	f.places[p.key] = p
	f.write(nil, "line up", map[string]any{"call": p.id, "of": p.of, "since_ms": p.since})
	f.act(acd.Arrived{
		Call: p.key, Shop: acd.ShopID(p.number.Shop.ID.String()), Queue: acd.QueueID(p.queue.ID.String()), Tier: acd.Tier(p.queue.Tier),
		Promise: acd.Promise{Within: p.queue.PromiseMS, Share: p.queue.PromiseShare}, Since: p.since,
	})
}

// called returns the call that is offered. A place becomes one the first time.
func (f *floor) called(id acd.CallID) *live {
	if l := f.calls[id]; l != nil {
		return l
	}
	p := f.places[id]
	f.numbers[p.number.Shop.ID]++
	l := &live{id: p.id, key: p.key, number: p.number, queue: p.queue, fresh: true, kept: p, phone: p.phone, from: string(p.phone), open: true}
	l.life = call.New(p.id.String(), call.Instant(f.now))
	l.row = journal.Call{
		ShopID: p.number.Shop.ID, ID: p.id, No: f.numbers[p.number.Shop.ID], Direction: "outbound", Pool: f.pool, Epoch: f.epoch, Node: f.node,
		NumberID: &p.number.ID, QueueID: &p.queue.ID, StartedAt: f.instant(),
	}
	f.apply(l, call.Event{Kind: call.Enqueue})
	f.calls[l.key] = l
	f.counts.Calls++
	f.batch.Parties = append(f.batch.Parties, journal.Party{ShopID: l.row.ShopID, CallID: l.id, PhoneRaw: string(p.phone), Phone: string(p.phone)})
	f.write(l, "redeem", map[string]any{"task": p.task, "of": p.of, "attempt": p.attempts})
	l.as = call.Unreached
	number := p.number
	f.do(func(ph Phones) { ph.Prepare(l.id, number, p.phone) })
	f.change(l)
	return l
}

// callBack rings the buyer of a kept place: an operator has it. It reports false
// for every other call.
func (f *floor) callBack(l *live) bool {
	if l.kept == nil || l.kept.id != l.id || l.life.State != call.Waiting {
		return false
	}
	o := Outgoing{Call: l.id, Operator: l.with, Leg: l.leg, For: l.kept.ring()}
	l.calling = true
	f.do(func(p Phones) { p.CallBack(o) })
	return true
}

// reached joins buyer and operator.
func (f *floor) reached(ev Reached) {
	l := f.live(ev.Call)
	if l == nil || !l.calling {
		return
	}
	f.log(l, ev)
	f.dialog(l, ev.Leg, "buyer", ev.Dialog)
	l.calling = false
	f.apply(l, call.Event{Kind: call.Connect})
	f.batch.Redeemed = append(f.batch.Redeemed, task.Redeemed{ShopID: l.row.ShopID, TaskID: l.kept.task, CallID: l.id, At: f.instant()})
	f.tried(l, task.Answered, 0)
	delete(f.places, l.key)
	rec := f.record(l)
	id, leg := l.id, l.leg
	f.do(func(p Phones) { p.Join(id, leg, rec) })
	f.change(l)
}

// missed gives a place whose buyer was not reached a second turn, or leaves it
// to people: its task is open.
func (f *floor) missed(l *live, ev HungUp) {
	p := l.kept
	if p == nil || p.id != l.id || f.places[p.key] != p || l.life.AnsweredAt != 0 {
		return
	}
	if l.calling {
		f.act(acd.Finished{Operator: key(l.with)}) // nobody writes up what was not said
	}
	delete(f.places, p.key)
	if p.errand != nil {
		f.tried(l, p.result(ev), ev.SIPCode)
		return
	}
	if p.attempts < mostAttempts && !f.retired && !p.moot {
		p.again = f.now + acd.Instant(secondTry.Milliseconds())
		f.places[p.key] = p
	}
}

// wakes is the next instant at which a place wants something.
func (f *floor) wakes() acd.Instant {
	next := acd.Never
	for _, p := range f.places {
		next = min(next, p.wakes())
	}
	return next
}

func (p *place) wakes() acd.Instant {
	if p.again != 0 {
		return p.again
	}
	return p.promised + acd.Instant(placeLasts.Milliseconds())
}

// keepPlaces does what is due to places, in the order of their promises.
func (f *floor) keepPlaces() {
	var due []*place
	for _, p := range f.places {
		if p.wakes() <= f.now {
			due = append(due, p)
		}
	}
	slices.SortFunc(due, func(a, b *place) int { return bytes.Compare(a.id[:], b.id[:]) })
	for _, p := range due {
		delete(f.places, p.key)
		if p.again != 0 {
			f.line(p)
		} else if f.calls[p.key] == nil {
			f.write(nil, "forgo", map[string]any{"call": p.id})
			f.act(acd.HungUp{Call: p.key})
		}
	}
}

// forgo drops the place of a buyer who rings again: their task is moot too. A
// call to them that nobody has answered ends, or they would ring each other.
func (f *floor) forgo(shop uuid.UUID, phone e164.Number) {
	for _, p := range f.inOrder() {
		if p.number.Shop.ID != shop || p.phone != phone {
			continue
		}
		if l := f.calls[p.key]; l != nil {
			p.moot = true
			f.hungUp(HungUp{Call: l.id, By: call.System, Reason: "the buyer rang meanwhile"})
			continue
		}
		f.give(p)
	}
}

// give gives up a place that nobody is offered.
func (f *floor) give(p *place) {
	delete(f.places, p.key)
	f.write(nil, "forgo", map[string]any{"call": p.id})
	if p.again == 0 {
		f.act(acd.HungUp{Call: p.key})
	}
}

// inOrder are the places, in an order that does not depend on chance.
func (f *floor) inOrder() []*place {
	return slices.SortedFunc(maps.Values(f.places), func(a, b *place) int { return bytes.Compare(a.id[:], b.id[:]) })
}

// forgoAll drops all places: people have their tasks.
func (f *floor) forgoAll() {
	all := f.inOrder()
	clear(f.places)
	for _, p := range all {
		if p.again == 0 && f.calls[p.key] == nil {
			f.act(acd.HungUp{Call: p.key})
		}
	}
}

// wanted does what a menu promises to who asks to be called back.
func (f *floor) wanted(l *live) {
	l.queue = l.number.Queue
	if !f.promise(l) {
		f.toQueue(l, "")
	}
}
