package switchd

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/tenant/task"
)

// dial has anna call the buyer of a task back, and returns the call.
func (st *stage) dial(owed uuid.UUID) (back uuid.UUID, err error) {
	st.t.Helper()
	back = uuid.New()
	st.phones.named[back] = "the call back"
	answer := make(chan error, 1)
	st.tell(Dialled{Call: back, Operator: st.anna, Task: owed, Of: st.call, No: 1, Number: st.number, Queue: st.number.Queue, Phone: "+79215550144", Rule: task.Usual(), Answer: answer})
	return back, <-answer
}

// rings has anna take her telephone, and the buyer's ring.
func (st *stage) rings(back uuid.UUID) {
	st.accept(back)
	st.tell(Calling{Call: back, Leg: uuid.New(), Dialog: []byte("{}")})
}

// last is what came of the only attempt, and of its call.
func (st *stage) last() (task.Tried, string) {
	st.t.Helper()
	all := st.log.all
	if len(all.Attempts) != 1 || len(all.Tried) != 1 || len(all.Finished) > 1 {
		st.t.Fatalf("began %+v, tried %+v, %d records", all.Attempts, all.Tried, len(all.Finished))
	}
	if a := all.Attempts[0]; a.CallID != all.Tried[0].CallID || a.OperatorID != st.anna || len(a.Rule) == 0 {
		st.t.Errorf("began %+v", a)
	}
	if len(all.Finished) == 0 {
		return all.Tried[0], ""
	}
	return all.Tried[0], all.Finished[0].Disposition
}

// A buyer who is called back from a task talks, on tape; the task is done, and
// the call is one record.
func TestAMissedBuyerIsCalledBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.onDuty(0)
		owed := uuid.New()
		back, err := st.dial(owed)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := st.dial(owed); !errors.Is(err, command.ErrNotNow) {
			t.Errorf("asked twice: %v", err)
		}
		time.Sleep(2 * time.Second)
		st.rings(back)
		time.Sleep(5 * time.Second)
		st.tell(Reached{Call: back, Leg: uuid.New(), Dialog: []byte("{}")})
		time.Sleep(60 * time.Second)
		st.tell(HungUp{Call: back, By: call.Operator})
		st.want("prepare a call to +79215550144", "offer the call back to anna", "ring the buyer of the call back", "join and record the call back", "end the call back")
		if tried, outcome := st.last(); tried.Result != task.Answered || outcome != "answered" {
			t.Errorf("tried %+v, the call is %s", tried, outcome)
		}
		if r := st.log.all.Redeemed; len(r) != 1 || r[0].TaskID != owed || r[0].CallID != back {
			t.Errorf("redeemed %+v", r)
		}
		if r := st.log.all.Finished[0]; r.Direction != "outbound" || r.TalkMS != 60_000 || r.QueueMS != 7000 {
			t.Errorf("the record is %+v", r)
		}
	})
}

// What comes of an attempt that reaches nobody, and what becomes of its task.
func TestAnAttemptThatReachesNobody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		happens func(st *stage, back uuid.UUID)
		result  task.Result
		after   time.Duration
	}{
		"busy":         {func(st *stage, back uuid.UUID) { st.tell(Unreached{Call: back, SIPCode: 486}) }, task.InUse, 10 * time.Minute},
		"no answer":    {func(st *stage, back uuid.UUID) { st.tell(Unreached{Call: back, SIPCode: 480}) }, task.Silent, 2 * time.Hour},
		"refused":      {func(st *stage, back uuid.UUID) { st.tell(Unreached{Call: back, SIPCode: 603}) }, task.Rejected, 2 * time.Hour},
		"no way":       {func(st *stage, back uuid.UUID) { st.tell(Unreached{Call: back, SIPCode: 404}) }, task.NoWay, 10 * time.Minute},
		"not allowed":  {func(st *stage, back uuid.UUID) { st.tell(Unreached{Call: back, SIPCode: 403}) }, task.Barred, 10 * time.Minute},
		"hangs up":     {func(st *stage, back uuid.UUID) { st.tell(HungUp{Call: back, By: call.Operator}) }, task.Dropped, 0},
		"page is gone": {func(st *stage, back uuid.UUID) { st.tell(Gone{Call: back, Leg: st.phones.leg}) }, task.Dropped, 0},
		"buyer rings":  {func(st *stage, _ uuid.UUID) { st.ring(uuid.New(), "+79215550144") }, task.Rang, 2 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(t, func(st *stage) {
				st.number.Shop.Greeting = "none"
				time.Sleep(12 * time.Hour) // the clock begins at midnight
				st.onDuty(0)
				back, _ := st.dial(uuid.New())
				st.rings(back)
				c.happens(st, back)
				tried, outcome := st.last()
				next := tried.At.Add(c.after)
				if tried.Result != c.result || tried.NextAt == nil || !tried.NextAt.Equal(next) || outcome != "unreached" {
					t.Errorf("%+v, want %s and again at %s; the call is %s", tried, c.result, next, outcome)
				}
				if len(st.log.all.Redeemed)+len(st.log.all.Lost) != 0 {
					t.Errorf("redeemed %v, lost %v", st.log.all.Redeemed, st.log.all.Lost)
				}
				st.phones.did = nil
				later := uuid.New() // anna is free: nobody writes up what was not said
				st.phones.named[later] = "c2"
				if c.result != task.Rang && name != "page is gone" {
					st.ring(later, "+79215550155")
					st.want("offer c2 to anna", "ring back to c2")
				}
			})
		})
	}
}

// Who does not take their own telephone called nobody.
func TestAnOperatorWhoDoesNotAnswerTheirOwnTelephone(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.onDuty(0)
		back, _ := st.dial(uuid.New())
		st.tell(Declined{Call: back, Operator: st.anna, Leg: st.phones.leg, Reason: acd.Busy})
		st.want("prepare a call to +79215550144", "offer the call back to anna", "end the call back")
		if tried, outcome := st.last(); tried.Result != task.Dropped || tried.Counts || outcome != "unreached" {
			t.Errorf("tried %+v, the call is %s", tried, outcome)
		}
	})
}

// Nobody calls who is not free, nor a buyer who is here already; a turn that is
// kept for the buyer is given up for the call.
func TestWhenNobodyIsCalledBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		if _, err := st.dial(uuid.New()); !errors.Is(err, command.ErrNotNow) {
			t.Errorf("by who is away: %v", err)
		}
		first := st.busy()
		if _, err := st.dial(uuid.New()); !errors.Is(err, command.ErrNotNow) {
			t.Errorf("by who talks: %v", err)
		}
		st.ring(st.call, "+79215550144")
		st.tell(Wished{Call: st.call})
		st.tell(HungUp{Call: st.call, By: call.System})
		kept := st.log.all.Kept[0].TaskID
		st.tell(Away{Operator: st.anna})
		st.tell(HungUp{Call: first, By: call.Caller})
		st.onDuty(0)
		if _, err := st.dial(kept); !errors.Is(err, command.ErrNotNow) {
			t.Errorf("in the turn that is kept: %v", err)
		}
	})
}
