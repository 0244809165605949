package switchd

import (
	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/tenant/cdr"
	"switchboard/tenant/task"
)

// lost returns the row of a call that nobody answered though somebody should
// have, with who owes the call back.
func (f *floor) lost(l *live) (task.Lost, bool) {
	var reason task.Reason
	switch {
	case l.kept != nil:
		return task.Lost{}, false // there is a task for it
	case l.life.Outcome == call.Voicemail:
		reason = task.LeftMessage
	case l.life.Outcome == call.Abandoned, l.returned:
		reason = task.Abandoned
	case l.life.Outcome == call.Failed:
		reason = task.Failed
	case l.row.Reason == outsideHours:
		reason = task.Closed
	default:
		return task.Lost{}, false
	}
	waited := l.life.RingMs + l.life.GreetingMs + l.life.QueueMs
	words := task.Words(l.number.Shop.Language, reason, waited, task.Duty{Able: l.met.Able, Came: l.met.Came})
	if reason == task.LeftMessage {
		words = task.MessageWords(l.number.Shop.Language, l.spokenMS)
		f.batch.Messages = append(f.batch.Messages, task.Message{ShopID: l.row.ShopID, CallID: l.id, At: f.instant()})
	}
	return task.Lost{
		ShopID: l.row.ShopID, ID: uuid.New(), CallID: l.id, TaskID: uuid.New(), QueueID: &l.queue.ID,
		Reason: reason, Words: words, WaitedMS: waited,
		Owner: "pool:" + f.pool, LostAt: f.instant(), DueAt: f.instant().Add(task.CallBackWithin),
	}, true
}

// record is the call's detail record: one leg, that of the buyer.
func (l *live) record() cdr.Leg {
	r := l.row
	return cdr.Leg{
		ShopID: r.ShopID, CallID: l.id, Leg: 1, Version: 1, Source: cdr.FromSwitch, Direction: r.Direction, Disposition: *r.Outcome,
		StartedAt: r.StartedAt, AnsweredAt: r.AnsweredAt, EndedAt: *r.EndedAt,
		Parts:    cdr.Parts{RingMS: r.RingMS, GreetingMS: r.GreetingMS, QueueMS: r.QueueMS, TalkMS: r.TalkMS, HoldMS: r.HoldMS, WrapUpMS: r.WrapUpMS},
		NumberID: r.NumberID, QueueID: r.QueueID, OperatorID: r.OperatorID, ReceivedAt: *r.FinishedAt,
	}.Sealed()
}
