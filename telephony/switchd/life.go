package switchd

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/e164"
	"switchboard/telephony/journal"
	"switchboard/tenant/task"
)

// outsideHours is the reason of a call that came when its queue is not served.
const outsideHours = "outside hours"

// arrive opens a call: it is greeted, queued at once, told that nobody is
// here, or refused.
func (f *floor) arrive(ev Arrived) {
	if ev.Number == nil || ev.Number.Shop.Pool != "" && ev.Number.Shop.Pool != f.pool {
		f.counts.Refused++
		f.log(nil, ev)
		f.do(func(p Phones) { p.Refuse(ev.Call, 404, "no such number here") })
		return
	}
	if f.retired {
		f.counts.Refused++
		f.log(nil, ev)
		f.do(func(p Phones) { p.Refuse(ev.Call, 503, "another node serves") })
		return
	}
	l := f.open(ev)
	f.log(l, ev)
	shop := ev.Number.Shop
	switch {
	case shop.Status != "open":
		f.turnAway(l, "shop is "+shop.Status, ClipUnavailable)
	case !ev.Open && (l.menu == nil || l.menu.Graph.Closed == ""):
		f.turnAway(l, outsideHours, ClipClosed)
	case shop.Greeting == "none" && l.menu != nil:
		f.apply(l, call.Event{Kind: call.Greet})
		f.ask(l)
	case shop.Greeting == "none":
		f.enqueue(l)
		f.do(func(p Phones) { p.Ring(l.id) }) // after the offer, which somebody waits for
	default:
		f.apply(l, call.Event{Kind: call.Greet})
		f.do(func(p Phones) { p.Greet(l.id, shop.Record) })
	}
	f.change(l)
}

// turnAway tells the caller why nobody will answer.
func (f *floor) turnAway(l *live, reason string, c Clip) {
	l.row.Reason, l.as = reason, call.Refused
	f.apply(l, call.Event{Kind: call.Greet})
	f.do(func(p Phones) { p.Announce(l.id, c) })
}

// open makes the call's first row.
func (f *floor) open(ev Arrived) *live {
	shop := ev.Number.Shop.ID
	f.numbers[shop]++
	l := &live{id: ev.Call, key: acd.CallID(ev.Call.String()), number: ev.Number, fresh: true, queue: ev.Number.Queue, menu: ev.Menu, open: ev.Open}
	l.from, l.phone = cmp.Or(ev.Party.Phone, ev.Party.PhoneRaw), e164.Number(ev.Party.Phone)
	l.life = call.New(ev.Call.String(), call.Instant(f.now))
	l.row = journal.Call{
		ShopID: shop, ID: ev.Call, No: f.numbers[shop], Direction: "inbound", Pool: f.pool, Epoch: f.epoch, Node: f.node,
		Trunk: ev.Trunk, NumberID: &ev.Number.ID, QueueID: &ev.Number.Queue.ID, StartedAt: f.instant(),
	}
	f.calls[l.key] = l
	f.counts.Calls++
	ev.Party.ShopID, ev.Party.CallID = shop, ev.Call
	f.batch.Parties = append(f.batch.Parties, ev.Party)
	if ev.Party.Phone != "" {
		f.forgo(shop, l.phone)
		f.batch.RangAgain = append(f.batch.RangAgain, task.RangAgain{ShopID: shop, Phone: ev.Party.Phone, CallID: ev.Call, At: f.instant()})
	}
	f.dialog(l, ev.Leg, "buyer", ev.Dialog)
	return l
}

// dialog keeps what a successor needs to end the leg.
func (f *floor) dialog(l *live, leg uuid.UUID, side string, state []byte) {
	if !slices.Contains(l.dialogs, leg) {
		l.dialogs = append(l.dialogs, leg)
	}
	f.batch.Dialogs = append(f.batch.Dialogs, journal.Dialog{
		ID: leg, ShopID: &l.row.ShopID, CallID: l.id, Side: side, State: state, MediaAt: f.instant(),
	})
}

// greeted queues a call that has heard its greeting.
func (f *floor) greeted(ev Greeted) {
	l := f.live(ev.Call)
	if l == nil {
		return // hung up while it was told
	}
	f.log(l, ev)
	if l.menu != nil {
		f.ask(l)
	} else {
		f.enqueue(l)
	}
	f.change(l)
}

func (f *floor) enqueue(l *live) {
	if !f.apply(l, call.Event{Kind: call.Enqueue}) {
		return
	}
	q := l.queue
	l.row.QueueID = &q.ID
	f.write(l, "enqueue", map[string]any{"queue": q.ID})
	f.do(func(p Phones) { p.Wait(l.id, q.ID) })
	f.act(acd.Arrived{
		Call: l.key, Shop: acd.ShopID(l.row.ShopID.String()), Queue: acd.QueueID(q.ID.String()), Tier: acd.Tier(q.Tier),
		Promise: acd.Promise{Within: q.PromiseMS, Share: q.PromiseShare},
	})
}

// apply moves the call's life; an event that has no meaning in its state is
// counted and changes nothing.
func (f *floor) apply(l *live, ev call.Event) bool {
	next, err := l.life.Apply(call.Instant(f.now), ev)
	if err != nil {
		f.counts.Ignored++
		return false
	}
	l.life = next
	return true
}

// drop forgets a leg that is over while its call goes on.
func (f *floor) drop(l *live, leg uuid.UUID) {
	if i := slices.Index(l.dialogs, leg); i >= 0 {
		l.dialogs = slices.Delete(l.dialogs, i, i+1)
		f.batch.Closed = append(f.batch.Closed, leg)
	}
}

func (f *floor) rung(ev Rung) {
	l := f.live(ev.Call)
	side := "operator"
	switch {
	case l == nil:
		return
	case l.third != nil && l.third.leg == ev.Leg, l.hunts(ev.Leg):
		side = "third"
	case l.leg != ev.Leg:
		return // withdrawn meanwhile
	}
	if !ev.Up {
		f.log(l, ev)
	}
	f.dialog(l, ev.Leg, side, ev.Dialog)
}

// accepted joins the buyer and the operator, unless the offer is gone: then
// the telephone that answered is let go.
func (f *floor) accepted(ev Accepted) {
	l := f.live(ev.Call)
	if l != nil && l.third != nil && l.third.leg == ev.Leg {
		f.answeredThird(l, ev)
		return
	}
	if l.hunts(ev.Leg) {
		f.huntAnswered(l, ev)
		return
	}
	if l == nil || l.leg != ev.Leg {
		f.do(func(p Phones) { p.Withdraw(ev.Call, ev.Leg) })
		return
	}
	f.log(l, ev)
	if len(ev.Dialog) > 0 { // a browser has none
		f.dialog(l, ev.Leg, "operator", ev.Dialog)
	}
	actions := f.act(acd.Accepted{Operator: key(ev.Operator), Call: l.key})
	if l.life.State == call.Waiting && ignored(actions) {
		f.do(func(p Phones) { p.Withdraw(ev.Call, ev.Leg) })
	}
}

func ignored(actions []acd.Action) bool {
	for _, a := range actions {
		if _, is := a.(acd.Ignore); is {
			return true
		}
	}
	return false
}

func (f *floor) declined(ev Declined) {
	l := f.live(ev.Call)
	if l != nil && l.third != nil && l.third.leg == ev.Leg {
		f.declinedThird(l, ev)
		return
	}
	if l.hunts(ev.Leg) {
		f.log(l, ev)
		f.drop(l, ev.Leg)
		f.huntOn(l)
		return
	}
	if l == nil || l.leg != ev.Leg {
		return // withdrawn meanwhile
	}
	f.log(l, ev)
	f.drop(l, ev.Leg)
	l.leg, l.with = uuid.Nil, uuid.Nil
	f.act(acd.Declined{Operator: key(ev.Operator), Call: l.key, Reason: ev.Reason})
}

func (f *floor) ready(ev Ready) {
	f.log(nil, ev)
	shops := make([]acd.ShopID, len(ev.Shops))
	for i, s := range ev.Shops {
		shops[i] = acd.ShopID(s.String())
	}
	f.show(ev.Operator)
	f.act(acd.Ready{Operator: key(ev.Operator), Tier: ev.Tier, Shops: shops, WrapUp: ev.WrapUpMS, KeepReady: ev.KeepReady})
}

func (f *floor) recorded(ev Recorded) {
	f.batch.Recorded = append(f.batch.Recorded, ev.Recording)
	f.write(&live{id: ev.Recording.CallID, row: journal.Call{ShopID: ev.Recording.ShopID}}, ev.kind(), ev)
}

func (f *floor) measured(ev Measured) {
	f.batch.Qualities = append(f.batch.Qualities, ev.Legs...)
	f.write(&live{id: ev.Call, row: journal.Call{ShopID: ev.Shop}}, ev.kind(), ev)
}

// hungUp ends the call's talk or wait. What was silent before is not counted.
func (f *floor) hungUp(ev HungUp) {
	l := f.live(ev.Call)
	if l == nil || l.row.EndedAt != nil {
		return // the other side was first
	}
	f.log(l, ev)
	if l.third != nil && ev.By == call.Operator { // who hangs up in the middle of a transfer leaves it to go on
		f.letGo(l)
		f.change(l)
		return
	}
	f.do(func(p Phones) { p.End(ev.Call, ev.Reason) })
	l.watchers = nil // their telephones end with the call
	was := l.life.State
	next, err := l.life.Apply(call.Instant(int64(f.now)-ev.QuietMS), call.Event{Kind: call.HangUp, By: ev.By, Code: ev.SIPCode, As: l.as})
	if err != nil {
		f.counts.Ignored++
		return
	}
	l.life, l.away, l.third, l.parked, l.hunt = next, nil, nil, nil, nil
	l.life.Since = call.Instant(f.now) // after-call work begins now, not with the silence
	if l.row.Reason == "" {
		l.row.Reason = ev.Reason
	}
	switch was {
	case call.Talking, call.Held, call.Moving:
		f.act(acd.HungUp{Call: l.key}) // Wrap, and in time Release, which finishes it
		f.conclude(l)                  // nobody of the room had it
	case call.Waiting:
		f.act(acd.HungUp{Call: l.key}) // Withdraw who is rung, and Lose
		f.missed(l, ev)
		f.finish(l)
	default:
		f.finish(l)
	}
	f.change(l)
}
