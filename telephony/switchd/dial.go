package switchd

import (
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/tenant/task"
)

// Dialled: an operator calls a buyer back, from the task that is owed to them.
// The operator's own telephone is rung first, and as soon as they have taken it
// the buyer's. The rule is the shop's at that instant, by which it was allowed.
type Dialled struct {
	Call     uuid.UUID `json:"call"`
	Operator uuid.UUID `json:"operator"`
	Task     uuid.UUID `json:"task"`
	Of       uuid.UUID `json:"of"`      // the call in which the buyer was missed
	No       int       `json:"attempt"` // of the task's, 1 is the first

	Number *directory.Number `json:"-"` // that the buyer sees
	Queue  *directory.Queue  `json:"-"`
	Phone  e164.Number       `json:"-"`
	Rule   task.Rule         `json:"-"`
	Answer chan<- error      `json:"-"`
}

func (Dialled) kind() string { return "dialled" }

// errand is a task that an operator does by calling.
type errand struct {
	operator uuid.UUID
	rule     task.Rule
}

// dial offers the call to who asks for it, and to nobody else.
func (f *floor) dial(ev Dialled) {
	if f.retired || f.isUp(ev) {
		f.say(ev.Answer, command.ErrNotNow)
		return
	}
	p := &place{
		id: ev.Call, key: acd.CallID(ev.Call.String()), number: ev.Number, queue: ev.Queue, phone: ev.Phone, since: f.now, promised: f.now,
		task: ev.Task, of: ev.Of, attempts: ev.No, errand: &errand{ev.Operator, ev.Rule},
	}
	f.places[p.key] = p
	f.log(nil, ev)
	actions := f.act(acd.Arrived{
		Call: p.key, Shop: acd.ShopID(p.number.Shop.ID.String()), Queue: acd.QueueID(p.queue.ID.String()), Tier: acd.Tier(p.queue.Tier),
		Promise: acd.Promise{Within: p.queue.PromiseMS, Share: p.queue.PromiseShare}, For: key(ev.Operator),
	})
	if ignored(actions) {
		delete(f.places, p.key)
		f.say(ev.Answer, command.ErrNotNow)
		return
	}
	f.batch.Attempts = append(f.batch.Attempts, task.Attempt{
		ShopID: p.number.Shop.ID, CallID: p.id, TaskID: p.task, OperatorID: ev.Operator, No: ev.No, Rule: ev.Rule.Allowed(), BeganAt: f.instant(),
	})
	f.say(ev.Answer, nil)
}

// isUp reports whether the buyer is being called, or is here. A turn that is
// kept for them, and that nobody was offered yet, is given up instead: they are
// called now.
func (f *floor) isUp(ev Dialled) bool {
	for _, l := range f.calls {
		if l.number.Shop.ID == ev.Number.Shop.ID && l.phone == ev.Phone && l.row.EndedAt == nil {
			return true
		}
	}
	for _, p := range f.inOrder() {
		if p.task == ev.Task {
			f.give(p)
		}
	}
	return false
}

// untaken ends a call that its operator did not take from their own telephone.
func (f *floor) untaken(l *live) {
	if l.kept.errand != nil && l.kept.id == l.id && l.life.State == call.Waiting {
		f.hungUp(HungUp{Call: l.id, By: call.Operator, Reason: "the operator's telephone was not taken"})
	}
}

// ring is for how long the buyer's telephone rings.
func (p *place) ring() time.Duration {
	if p.errand != nil {
		return p.errand.rule.Ring
	}
	return ringBuyer
}

// words are why the call ends, for the shop.
func (p *place) words() string {
	switch p.told {
	case task.InUse:
		return "the buyer's line was in use"
	case task.Rejected:
		return "the buyer refused the call"
	case task.Barred:
		return "the shop's limits of calls out do not allow it"
	case task.NoWay:
		return "no way to the buyer's telephone"
	default:
		return "the buyer did not answer"
	}
}

// result is what came of the attempt that ends so.
func (p *place) result(ev HungUp) task.Result {
	switch {
	case p.moot:
		return task.Rang
	case p.told != "":
		return p.told
	case ev.By == call.Operator:
		return task.Dropped
	default:
		return task.Cut
	}
}

// tried writes what came of an operator's attempt.
func (f *floor) tried(l *live, was task.Result, sip int) {
	p := l.kept
	if p.errand == nil {
		return
	}
	rule, shop := p.errand.rule, p.number.Shop
	t := task.Tried{
		ShopID: shop.ID, CallID: l.id, TaskID: p.task, Result: was, Counts: was.Counts(), At: f.instant(), Most: rule.Attempts,
		Words: task.Unreached(shop.Language, rule.Attempts),
	}
	if sip != 0 {
		t.SIPCode = &sip
	}
	if next, ever := rule.Next(was, f.instant().In(shop.Zone)); ever && was != task.Answered {
		next = next.UTC()
		t.NextAt = &next
	}
	f.write(l, "tried", map[string]any{"task": p.task, "attempt": p.attempts, "result": was, "sip_code": sip})
	f.batch.Tried = append(f.batch.Tried, t)
}
