package switchd

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/command"
)

// kinds counts what is journalled under a kind.
func (st *stage) kinds(kind string) (n int) {
	for _, e := range st.log.all.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// A supervisor begins, changes what they do, and leaves: the dialog is kept
// meanwhile, and each step is in the journal once.
func TestASupervisorComesAndGoes(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		sofia := uuid.New()
		st.tell(Supervised{Call: st.call, Supervisor: sofia, Leg: uuid.New(), Mode: command.Listen})
		leg := st.phones.leg
		st.tell(Watching{Call: st.call, Leg: leg, Dialog: []byte(`{}`)})
		st.tell(Watching{Call: st.call, Leg: leg, Up: true, Dialog: []byte(`{}`)})
		st.tell(Supervised{Call: st.call, Supervisor: sofia, Leg: uuid.New(), Mode: command.Listen})
		st.tell(Supervised{Call: st.call, Supervisor: sofia, Leg: uuid.New(), Mode: command.Barge})
		if f, _ := st.s.Floor(st.t.Context()); len(f.Calls) != 1 || len(f.Calls[0].Watchers) != 1 || !f.Calls[0].Watchers[0].Up {
			t.Errorf("the floor shows %+v", f.Calls)
		}
		st.tell(Dismissed{Call: st.call, Supervisor: sofia})
		st.tell(Dismissed{Call: st.call, Supervisor: sofia})
		st.want("listen at c1", "barge at c1", "the supervisor leaves c1")
		for kind, n := range map[string]int{"supervised": 2, "watching": 2, "dismissed": 1} {
			if got := st.kinds(kind); got != n {
				t.Errorf("%d events %s, want %d", got, kind, n)
			}
		}
		if d := st.log.all.Dialogs; d[len(d)-1].Side != "supervisor" || st.log.all.Closed[len(st.log.all.Closed)-1] != leg {
			t.Errorf("the supervisor's dialog is not kept, or for ever: %+v, closed %v", d, st.log.all.Closed)
		}
	})
}

// Nobody listens to a queue, or to a call that is over; and when it is, so is
// the supervision.
func TestWhenNobodyMaySupervise(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		sofia := uuid.New()
		ask := func() error {
			return st.s.Supervisable(st.t.Context(), Supervised{Call: st.call, Supervisor: sofia, Mode: command.Listen})
		}
		st.talk()
		if err := ask(); err != nil {
			t.Error(err)
		}
		if err := st.s.Supervisable(st.t.Context(), Supervised{Call: st.call, Supervisor: st.anna, Mode: command.Barge}); !errors.Is(err, command.ErrOwnCall) {
			t.Errorf("anna may supervise herself: %v", err)
		}
		for range MaxWatchers {
			st.tell(Supervised{Call: st.call, Supervisor: uuid.New(), Leg: uuid.New(), Mode: command.Listen})
		}
		if err := ask(); !errors.Is(err, command.ErrCrowded) {
			t.Errorf("there is no bound: %v", err)
		}
		st.tell(HungUp{Call: st.call, By: call.Caller})
		if err := ask(); !errors.Is(err, command.ErrNotTalking) {
			t.Errorf("of a call in wrap-up: %v", err)
		}
		if f, _ := st.s.Floor(st.t.Context()); len(f.Calls[0].Watchers) != 0 {
			t.Errorf("the call is over, and %+v are there", f.Calls[0].Watchers)
		}
	})
}

// The supervisor stays when the operator's connection is gone for good, and
// hears who comes next.
func TestASupervisorStaysWithTheCall(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		leg := st.talk()
		sofia := uuid.New()
		st.tell(Supervised{Call: st.call, Supervisor: sofia, Leg: uuid.New(), Mode: command.Whisper})
		st.tell(Watching{Call: st.call, Leg: st.phones.leg, Up: true})
		st.tell(Gone{Call: st.call, Leg: leg})
		boris := st.boris()
		st.tell(Accepted{Call: st.call, Operator: boris, Leg: st.phones.leg})
		if d, _ := st.s.Desk(st.t.Context(), boris); d.Call == nil || len(d.Call.Watchers) != 1 {
			t.Errorf("boris is not told: %+v", d.Call)
		}
	})
}

// One call at a time.
func TestASupervisorLeavesTheCallBefore(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		first := st.call
		sofia := uuid.New()
		st.tell(Supervised{Call: first, Supervisor: sofia, Leg: uuid.New(), Mode: command.Listen})
		boris := st.boris()
		second := uuid.New()
		st.phones.named[second] = "c2"
		st.call = second
		st.arrive(true)
		st.tell(Accepted{Call: second, Operator: boris, Leg: st.phones.leg})
		st.tell(Supervised{Call: second, Supervisor: sofia, Leg: uuid.New(), Mode: command.Listen})
		if n := st.kinds("dismissed"); n != 1 {
			t.Errorf("%d times dismissed from the first", n)
		}
	})
}

// A supervisor who takes a call over has it: its operator writes it up and is
// free while it goes on, and it is finished when it ends.
func TestASupervisorTakesACallOver(t *testing.T) {
	t.Parallel()
	for _, early := range []bool{true, false} { // the call ends before the after-call work, or after
		play(t, func(st *stage) {
			leg := st.talk()
			sofia := uuid.New()
			st.tell(Held{Call: st.call})
			st.tell(Seized{Call: st.call, Supervisor: sofia}) // who is not there cannot
			st.tell(Supervised{Call: st.call, Supervisor: sofia, Leg: uuid.New(), Mode: command.Listen})
			mine := st.phones.leg
			st.tell(Watching{Call: st.call, Leg: mine, Up: true})
			st.tell(Seized{Call: st.call, Supervisor: sofia})
			if d, _ := st.s.Desk(st.t.Context(), st.anna); d.State != "wrap-up" {
				t.Errorf("anna is %s", d.State)
			}
			if f, _ := st.s.Floor(st.t.Context()); len(f.Calls) != 1 || f.Calls[0].State != "talking" || *f.Calls[0].Operator != sofia || len(f.Calls[0].Watchers) != 0 {
				t.Errorf("the floor shows %+v", f.Calls)
			}
			st.tell(Gone{Call: st.call, Leg: leg}) // anna's telephone, which was let go
			if !early {
				time.Sleep(11 * time.Second)
				if d, _ := st.s.Desk(st.t.Context(), st.anna); d.State != "idle" {
					t.Errorf("after the after-call work anna is %s", d.State)
				}
			}
			st.tell(HungUp{Call: st.call, By: call.Operator})
			time.Sleep(11 * time.Second)
			if n := len(st.log.all.Finished); n != 1 || *st.log.all.Finished[0].OperatorID != sofia {
				t.Errorf("%d records: %+v", n, st.log.all.Finished)
			}
			st.want("hold c1", "listen at c1", "the supervisor has c1", "end c1")
			if f, _ := st.s.Floor(st.t.Context()); len(f.Calls) != 0 {
				t.Errorf("the floor shows %+v", f.Calls)
			}
		})
	}
}

// Whose page is gone for good leaves no buyer behind: they wait for the next.
func TestASupervisorWithACallIsGone(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		sofia := uuid.New()
		st.tell(Supervised{Call: st.call, Supervisor: sofia, Leg: uuid.New(), Mode: command.Barge})
		leg := st.phones.leg
		st.tell(Watching{Call: st.call, Leg: leg, Up: true})
		st.tell(Seized{Call: st.call, Supervisor: sofia})
		st.tell(Cut{Call: st.call, Leg: leg, UntilMS: int64(st.s.Now()) + 5_000})
		boris := st.boris()
		st.phones.did = nil
		st.tell(Gone{Call: st.call, Leg: leg})
		if len(st.phones.did) == 0 || st.phones.did[len(st.phones.did)-1] != "offer c1 to boris" && st.phones.did[len(st.phones.did)-1] != "offer c1 to anna" {
			t.Errorf("the buyer is left alone: %v", st.phones.did)
		}
		_ = boris
	})
}
