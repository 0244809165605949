package switchd

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/journal"
)

// How long the switch's grants last. A call's is renewed with the lease while
// the call is in hand, so that it outlives a dead switch by no more than this.
const grantFor = 2 * time.Minute

// carryOut writes what the room decided and turns it into effects. Decisions
// are journalled under the room's own words.
func (f *floor) carryOut(actions []acd.Action) {
	for _, a := range actions {
		f.showFor(a)
		switch a := a.(type) {
		case acd.Offer:
			f.offer(a)
		case acd.Withdraw:
			f.withdraw(a)
		case acd.Connect:
			f.connect(a)
		case acd.Lose:
			f.lose(a)
		case acd.Summon:
			f.summon(a)
		case acd.Meet:
			f.meet(a)
		case acd.Excuse:
			f.excuse(a)
		case acd.Leave:
			f.leave(a)
		case acd.Take:
			f.write(f.calls[a.Call], "take", map[string]any{"operator": a.Operator})
		case acd.Return:
			f.giveBack(a)
		case acd.Wrap:
			f.wrap(a)
		case acd.Release:
			f.release(a)
		case acd.Pause:
			f.write(nil, "pause", map[string]any{"operator": a.Operator, "why": a.Why})
		case acd.Ignore:
			f.counts.Ignored++
		}
	}
}

// showFor marks the desk that an action is about.
func (f *floor) showFor(a acd.Action) {
	switch a := a.(type) {
	case acd.Offer:
		f.show(operator(a.Operator))
	case acd.Withdraw:
		f.show(operator(a.Operator))
	case acd.Connect:
		f.show(operator(a.Operator))
	case acd.Summon:
		f.show(operator(a.Operator))
	case acd.Excuse:
		f.show(operator(a.Operator))
	case acd.Leave:
		f.show(operator(a.Operator))
	case acd.Return:
		f.show(operator(a.Operator))
	case acd.Wrap:
		f.show(operator(a.Operator))
	case acd.Release:
		f.show(operator(a.Operator))
	case acd.Pause:
		f.show(operator(a.Operator))
	}
}

// operator is whom the room means.
func operator(id acd.OperatorID) uuid.UUID { return uuid.MustParse(string(id)) }

func (f *floor) offer(a acd.Offer) {
	l := f.called(a.Call)
	operator := operator(a.Operator)
	l.leg, l.with = uuid.New(), operator
	f.counts.Offers++
	f.write(l, "offer", map[string]any{"operator": operator, "leg": l.leg, "until_ms": a.Until})
	f.grant(l, operator, "offer", time.Duration(a.Until-f.now)*time.Millisecond)
	o := Offer{Call: l.id, Leg: l.leg, Operator: operator, For: time.Duration(a.Until-f.now) * time.Millisecond}
	f.do(func(p Phones) { p.Offer(o) })
}

func (f *floor) grant(l *live, operator uuid.UUID, reason string, lasts time.Duration) {
	f.batch.Grants = append(f.batch.Grants, journal.Grant{
		ID: uuid.New(), OperatorID: operator, ShopID: l.row.ShopID, Reason: reason, Subject: l.id, ForMS: lasts.Milliseconds(),
	})
}

func (f *floor) withdraw(a acd.Withdraw) {
	l := f.calls[a.Call]
	leg, id := l.leg, l.id
	f.drop(l, leg)
	l.leg, l.with = uuid.Nil, uuid.Nil
	f.write(l, "withdraw", map[string]any{"operator": a.Operator, "leg": leg, "why": a.Why})
	f.do(func(p Phones) { p.Withdraw(id, leg) })
}

func (f *floor) connect(a acd.Connect) {
	l := f.calls[a.Call]
	back := f.callBack(l)
	if !back {
		f.apply(l, call.Event{Kind: call.Connect})
	}
	f.counts.Answered++
	if !back {
		f.pace(l, a)
	}
	with := l.with
	l.row.OperatorID, l.returned, l.until = &with, false, 0
	f.begin(l, Goal{})
	why := map[string]any{"operator": a.Operator, "waited_ms": a.Waited, "why": a.Why, "words": a.Why.String()}
	f.write(l, "connect", why)
	l.row.Explanation = explain(why)
	f.grant(l, l.with, "call", grantFor)
	if !back {
		rec, id, leg := f.record(l), l.id, l.leg
		f.do(func(p Phones) { p.Join(id, leg, rec) })
	}
	f.change(l)
}

// lose notes why a caller gave up; their call ends by the event that said so.
func (f *floor) lose(a acd.Lose) {
	l := f.calls[a.Call]
	if l != nil && l.kept != nil {
		f.untaken(l)
	}
	if l == nil || l.kept != nil {
		return // a place that nobody wants any more, or one that has an heir
	}
	f.counts.Lost++
	l.met = a.Why
	l.row.Explanation = explain(map[string]any{"waited_ms": a.Waited, "why": a.Why, "words": a.Why.String()})
}

func explain(why map[string]any) json.RawMessage {
	doc, err := json.Marshal(why)
	if err != nil {
		panic("explain call: " + err.Error()) // strings and numbers
	}
	return doc
}

// record opens the row of the call's recording, if the shop wants one. A call
// that was given back goes on with its own.
func (f *floor) record(l *live) *Recording {
	if !l.number.Shop.Record || l.taped || l.objected {
		return nil
	}
	return f.openTape(l, "call")
}

// openTape opens the row of a recording of a kind: call or voicemail.
func (f *floor) openTape(l *live, kind string) *Recording {
	l.taped = true
	r := &Recording{ID: uuid.New(), Shop: l.row.ShopID}
	r.Path = l.row.ShopID.String() + "/" + f.instant().Format("2006-01-02") + "/" + l.id.String() + ".tape"
	r.Row = journal.Recording{
		ShopID: l.row.ShopID, ID: r.ID, CallID: l.id, Kind: kind, State: "recording", Path: r.Path,
		StartedAt: f.instant(), OffsetMS: int64(f.now) - l.row.StartedAt.UnixMilli(), Gaps: []journal.Gap{},
	}
	if err := f.lock(r); err != nil { // a call is not recorded in the clear, and goes on
		r.Row.State, r.Row.Error = "failed", err.Error()
		f.batch.Recorded = append(f.batch.Recorded, r.Row)
		return nil
	}
	f.batch.Recorded = append(f.batch.Recorded, r.Row)
	return r
}

func (f *floor) wrap(a acd.Wrap) {
	l := f.calls[a.Call]
	f.write(l, "wrap", map[string]any{"operator": a.Operator, "until_ms": a.Until})
	f.change(l)
}

// release is of an operator whose after-call work is over.
func (f *floor) release(a acd.Release) {
	l := f.calls[a.Call]
	who := operator(a.Operator)
	switch {
	case l == nil: // it was lost while they wrote it up
	case l.with != who:
		f.wrote(l, who)
	default:
		l.written = true
		f.write(l, "release", map[string]any{"operator": a.Operator})
		f.conclude(l)
	}
}

// finish writes all that a call leaves behind, once: its detail record, the
// work of rating it, or who owes a call back.
func (f *floor) finish(l *live) {
	delete(f.calls, l.key)
	if l.row.OperatorID == nil {
		l.row.OperatorID = l.spoke
	}
	f.close(l)
	l.sync()
	f.batch.Ended = append(f.batch.Ended, l.id)
	f.batch.Closed = append(f.batch.Closed, l.dialogs...)
	f.batch.Finished = append(f.batch.Finished, l.record())
	if lost, is := f.lost(l); is {
		f.batch.Lost = append(f.batch.Lost, lost)
	}
}

// sync brings the row in line with the life.
func (l *live) sync() {
	c, r := l.life, &l.row
	r.State = string(c.State)
	r.RingMS, r.GreetingMS, r.QueueMS, r.TalkMS, r.HoldMS, r.WrapUpMS = c.RingMs, c.GreetingMs, c.QueueMs, c.TalkMs, c.HoldMs, c.WrapUpMs
	r.AnsweredAt, r.EndedAt, r.FinishedAt = instant(c.AnsweredAt), instant(c.EndedAt), instant(c.FinishedAt)
	if r.EndedAt == nil {
		return
	}
	outcome, by := string(c.Outcome), string(c.By)
	r.Outcome, r.EndedBy = &outcome, &by
	if c.Code != 0 {
		r.SIPCode = &c.Code
	}
}

// instant is a core's instant as a column; 0 is none.
func instant(i call.Instant) *time.Time {
	if i == 0 {
		return nil
	}
	t := time.UnixMilli(int64(i)).UTC()
	return &t
}
