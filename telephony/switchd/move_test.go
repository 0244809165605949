package switchd

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/journal"
	"switchboard/tenant/move"
)

// asks hands in what an operator asks for, and returns the answer.
func (st *stage) asks(with func(chan<- error) Event) error {
	st.t.Helper()
	answer := make(chan error, 1)
	st.tell(with(answer))
	select {
	case err := <-answer:
		return err
	default:
		st.t.Fatal("the switch does not answer")
		return nil
	}
}

func (st *stage) seeks(g Goal, ask bool) (uuid.UUID, error) {
	st.t.Helper()
	leg := uuid.New()
	return leg, st.asks(func(a chan<- error) Event {
		return Sought{Call: st.call, Operator: st.anna, Leg: leg, Goal: g, Ask: ask, RingMS: 20_000, QueueMS: 30_000, Answer: a}
	})
}

func (st *stage) does(d Deed) error {
	st.t.Helper()
	return st.asks(func(a chan<- error) Event { return Moved{Call: st.call, Operator: st.anna, Do: d, Answer: a} })
}

// must fails if what was asked for was refused.
func (st *stage) must(err error) {
	st.t.Helper()
	if err != nil {
		st.t.Fatal(err)
	}
}

// misses fails unless anna's desk says why the transfer came to nothing.
func (st *stage) misses(why acd.Reason) {
	st.t.Helper()
	d, err := st.s.Desk(st.t.Context(), st.anna)
	if err != nil || d.Call == nil || d.Call.Missed == nil || d.Call.Missed.Why != string(why) || d.Call.Move != nil {
		st.t.Errorf("anna's desk does not say %q: %+v, %v", why, d.Call, err)
	}
}

// nothingLeft fails unless the call has one record, no dialog and no grant.
func (st *stage) nothingLeft() {
	st.t.Helper()
	if n := len(st.log.all.Finished); n != 1 {
		st.t.Fatalf("%d records, want 1", n)
	}
	for _, d := range st.log.all.Dialogs {
		if !slices.Contains(st.log.all.Closed, d.ID) {
			st.t.Errorf("the dialog of the %s is left", d.Side)
		}
	}
	if h, _ := st.s.InHandOfAll(st.t.Context()); len(h) > 0 {
		st.t.Errorf("still in hand: %+v", h)
	}
}

var masha = Goal{Kind: move.Specialist, ID: uuid.New(), Name: "Masha", Phone: "+79210000001"}

func (st *stage) answers(leg, who uuid.UUID) {
	st.tell(Accepted{Call: st.call, Operator: who, Leg: leg, Dialog: []byte("{}")})
}

// Handed over blind: the operator waits until they answer, writes it up while
// they talk, and each has a turn of their own.
func TestBlindToAnOperator(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		boris := st.boris()
		time.Sleep(10 * time.Second)
		leg, err := st.seeks(Goal{Kind: move.Operator, ID: boris, Name: "Boris"}, false)
		st.must(err)
		time.Sleep(4 * time.Second)
		st.answers(leg, boris)
		st.want("music in c1", "call boris in to c1", "aside in c1", "third has c1")
		if d, _ := st.s.Desk(st.t.Context(), st.anna); d.State != "wrap-up" || d.Call == nil || d.Call.State != "wrap-up" || d.Call.Move != nil {
			t.Errorf("anna's desk: %+v", d)
		}
		time.Sleep(11 * time.Second) // her wrap-up is over
		if d, _ := st.s.Desk(st.t.Context(), st.anna); d.State != "idle" || d.Call != nil {
			t.Errorf("anna's desk after wrap-up: %+v", d)
		}
		st.tell(HungUp{Call: st.call, By: call.Caller})
		st.nothingLeft()
		r := st.log.all.Finished[0]
		if r.TalkMS != 21_000 || r.HoldMS != 4_000 || *r.OperatorID != boris {
			t.Errorf("record: %+v by %s", r.Parts, r.OperatorID)
		}
		st.turns("anna 10000 talk 4000 hold", "boris 11000 talk 0 hold")
	})
}

func (st *stage) turns(want ...string) {
	st.t.Helper()
	var got []string
	for _, t := range st.log.all.Turns {
		if t.LeftAt != nil {
			who := t.Party
			if t.OperatorID != nil {
				who = st.phones.named[*t.OperatorID]
			}
			got = append(got, fmt.Sprintf("%s %d talk %d hold", who, t.TalkMS, t.HoldMS))
		}
	}
	if !slices.Equal(got, want) {
		st.t.Errorf("turns %v, want %v", got, want)
	}
}

// What comes to nothing comes back to the same operator, with the reason.
func TestATransferComesBack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		fail func(st *stage, leg, boris uuid.UUID)
		goal func(boris uuid.UUID) Goal
		why  acd.Reason
	}{
		{"an operator refuses", func(st *stage, leg, boris uuid.UUID) {
			st.tell(Declined{Call: st.call, Operator: boris, Leg: leg, Reason: acd.Refused})
		}, toBoris, acd.Refused},
		{"an operator does not answer", func(*stage, uuid.UUID, uuid.UUID) { time.Sleep(13 * time.Second); synctest.Wait() }, toBoris, acd.Lapsed},
		{"an operator goes to lunch", func(st *stage, _, boris uuid.UUID) { st.tell(Away{Operator: boris, Reason: "lunch"}) }, toBoris, acd.OperatorAway},
		{"a specialist is busy", func(st *stage, leg, _ uuid.UUID) {
			st.tell(Declined{Call: st.call, Leg: leg, Reason: acd.Busy, SIPCode: 486})
		}, toMasha, acd.Busy},
		{"a specialist does not answer", func(*stage, uuid.UUID, uuid.UUID) { time.Sleep(21 * time.Second); synctest.Wait() }, toMasha, acd.Lapsed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			play(t, func(st *stage) {
				st.talk()
				boris := st.boris()
				leg, err := st.seeks(tc.goal(boris), false)
				st.must(err)
				tc.fail(st, leg, boris)
				st.misses(tc.why)
				if last := st.phones.did[len(st.phones.did)-1]; last != "both talk in c1" && last != "  wrote recall" && st.phones.did[len(st.phones.did)-2] == "" {
					t.Errorf("at last %q", last)
				}
				st.answers(leg, boris) // too late
				st.tell(HungUp{Call: st.call, By: call.Caller})
				time.Sleep(11 * time.Second)
				synctest.Wait()
				st.nothingLeft()
			})
		})
	}
}

func toBoris(boris uuid.UUID) Goal { return Goal{Kind: move.Operator, ID: boris} }
func toMasha(uuid.UUID) Goal       { return masha }

// Consult first: the buyer hears music; then conference, and the operator
// leaves.
func TestConsultConferenceLeave(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		leg, err := st.seeks(masha, true)
		st.must(err)
		st.tell(Rung{Call: st.call, Leg: leg, Dialog: []byte("{}")})
		if err := st.does(Conference); !errors.Is(err, command.ErrNotNow) {
			t.Errorf("a conference with a telephone that rings: %v", err)
		}
		st.answers(leg, uuid.Nil)
		st.must(st.does(Swap))
		st.must(st.does(Swap))
		time.Sleep(5 * time.Second)
		st.must(st.does(Conference))
		time.Sleep(7 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Operator})
		time.Sleep(30 * time.Second) // her wrap-up is long over
		st.tell(Departed{Call: st.call, Leg: leg})
		st.want("music in c1", "call +79210000001 in to c1", "aside in c1", "third waits in c1", "aside in c1", "all talk in c1", "third has c1", "end c1")
		st.nothingLeft()
		r := st.log.all.Finished[0]
		if r.HoldMS != 5_000 || r.TalkMS != 37_000 || *r.OperatorID != st.anna {
			t.Errorf("record %+v by %v", r.Parts, r.OperatorID)
		}
		st.turns("anna 7000 talk 5000 hold", "specialist 30000 talk 0 hold")
		if d := st.log.all.Dialogs; !slices.ContainsFunc(d, func(d journal.Dialog) bool { return d.Side == "third" && d.ID == leg }) {
			t.Error("a successor could not end the third's dialog")
		}
	})
}

// A telephone that has answered and is told what the call has come to must be hung
// up by a successor: an invitation that is taken back comes too late.
func TestWhoIsToldIsWrittenDown(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		leg, err := st.seeks(masha, true)
		st.must(err)
		st.tell(Rung{Call: st.call, Leg: leg, Dialog: []byte(`"invited"`)})
		st.tell(Rung{Call: st.call, Leg: leg, Up: true, Dialog: []byte(`"up"`)})
		time.Sleep((linger + 1) * time.Millisecond)
		synctest.Wait()
		d := st.log.all.Dialogs
		if last := d[len(d)-1]; last.ID != leg || last.Side != "third" || string(last.State) != `"up"` {
			t.Errorf("written down last is the %s's, %s", last.Side, last.State)
		}
		st.answers(leg, uuid.Nil)
	})
}

func TestConsultAndBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		boris := st.boris()
		leg, err := st.seeks(Goal{Kind: move.Operator, ID: boris}, true)
		st.must(err)
		st.answers(leg, boris)
		if g := st.log.all.Grants[len(st.log.all.Grants)-1]; g.OperatorID != boris || g.Reason != "call" || g.ForMS == 0 {
			t.Errorf("boris sees nothing of the call that he is asked about: %+v", g)
		}
		st.must(st.does(GoBack))
		if g := st.log.all.Grants[len(st.log.all.Grants)-1]; g.OperatorID != boris || g.ForMS != 0 {
			t.Errorf("boris still sees the shop: %+v", g)
		}
		st.want("music in c1", "call boris in to c1", "aside in c1", "withdraw c1", "both talk in c1")
		if d, _ := st.s.Desk(st.t.Context(), boris); d.State != "idle" {
			t.Errorf("boris is %s", d.State)
		}
	})
}

// The operator hangs up while it rings: nobody takes it, so it rings the same
// operator again, in the middle of her wrap-up.
func TestComesBackToWhoHungUp(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		_, err := st.seeks(masha, false)
		st.must(err)
		st.tell(HungUp{Call: st.call, By: call.Operator})
		st.want("music in c1", "call +79210000001 in to c1", "music for waiting to c1")
		time.Sleep(20 * time.Second)
		synctest.Wait()
		st.want("music in c1", "call +79210000001 in to c1", "music for waiting to c1", "withdraw c1", "music for waiting to c1", "offer c1 to anna")
		st.tell(Accepted{Call: st.call, Operator: st.anna, Leg: st.phones.leg})
		time.Sleep(2 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Caller})
		time.Sleep(11 * time.Second)
		synctest.Wait()
		st.nothingLeft()
	})
}

// She is gone too: the buyer waits as of the first arrival, and Boris gets it.
func TestComesBackAndNobodyIsThere(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		anna := st.talk()
		_, err := st.seeks(masha, false)
		st.must(err)
		st.tell(Cut{Call: st.call, Leg: anna})
		st.tell(Gone{Call: st.call, Leg: anna})
		time.Sleep(21 * time.Second)
		synctest.Wait()
		boris := st.boris()
		st.tell(Accepted{Call: st.call, Operator: boris, Leg: st.phones.leg})
		if d, _ := st.s.Desk(st.t.Context(), boris); d.State != "talking" {
			t.Errorf("boris is %s", d.State)
		}
		if d, _ := st.s.Desk(st.t.Context(), st.anna); d.State != "away" {
			t.Errorf("anna is %s", d.State)
		}
	})
}

// A buyer may hang up at any moment: all is over for all.
func TestTheBuyerHangsUpInAMove(t *testing.T) {
	t.Parallel()
	steps := []func(st *stage, leg uuid.UUID){
		func(*stage, uuid.UUID) {},
		func(st *stage, leg uuid.UUID) { st.answers(leg, uuid.Nil) },
		func(st *stage, leg uuid.UUID) { st.answers(leg, uuid.Nil); st.must(st.does(Swap)) },
		func(st *stage, leg uuid.UUID) { st.answers(leg, uuid.Nil); st.must(st.does(Conference)) },
		func(st *stage, leg uuid.UUID) { st.answers(leg, uuid.Nil); st.must(st.does(Complete)) },
		func(st *stage, _ uuid.UUID) { st.tell(HungUp{Call: st.call, By: call.Operator}) },
	}
	for i, step := range steps {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			play(t, func(st *stage) {
				st.talk()
				leg, err := st.seeks(masha, true)
				st.must(err)
				step(st, leg)
				st.tell(HungUp{Call: st.call, By: call.Caller})
				if st.phones.did[len(st.phones.did)-1] == "" || !slices.Contains(st.phones.did, "end c1") {
					t.Error("the telephones are not hung up")
				}
				time.Sleep(30 * time.Second)
				synctest.Wait()
				st.nothingLeft()
				if n := st.s.floor.deadline(); n != acd.Never {
					t.Errorf("something is due at %d", n)
				}
			})
		})
	}
}

// To another queue: as of the first arrival, and back to who sent it if nobody
// takes it.
func TestToAQueueAndBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		q := &directory.Queue{ID: uuid.New(), Tier: "consultant", PromiseShare: 900, PromiseMS: 10_000}
		st.talk()
		send := func() error {
			return st.asks(func(a chan<- error) Event {
				return Sought{Call: st.call, Operator: st.anna, Goal: Goal{Kind: move.Queue, ID: q.ID}, Queue: q, QueueMS: 30_000, Answer: a}
			})
		}
		if err := send(); !errors.Is(err, command.ErrNobodyFree) {
			t.Errorf("a queue that nobody serves: %v", err)
		}
		igor := uuid.New()
		st.phones.named[igor] = "igor"
		st.tell(Ready{Operator: igor, Tier: acd.Consult, Shops: []uuid.UUID{st.number.Shop.ID}})
		st.must(send())
		st.want("music for waiting to c1", "offer c1 to igor")
		st.tell(Declined{Call: st.call, Operator: igor, Leg: st.phones.leg, Reason: acd.Refused})
		time.Sleep(4 * time.Second)
		st.tell(Away{Operator: igor, Reason: "lunch"})
		st.tell(Ready{Operator: st.anna, Tier: acd.Consult, Shops: []uuid.UUID{st.number.Shop.ID}, WrapUpMS: 1000})
		time.Sleep(40 * time.Second)
		synctest.Wait()
		st.want("music for waiting to c1", "offer c1 to igor", "offer c1 to anna", "withdraw c1")
	})
}

// Parked: to the same operator after its time, kept or free meanwhile.
func TestParked(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		st.talk()
		st.must(st.asks(func(a chan<- error) Event {
			return Parked{Call: st.call, Operator: st.anna, ForMS: 20_000, Answer: a}
		}))
		time.Sleep(21 * time.Second)
		synctest.Wait()
		st.must(st.asks(func(a chan<- error) Event {
			return Parked{Call: st.call, Operator: st.anna, ForMS: 20_000, Answer: a}
		}))
		st.tell(Resumed{Call: st.call})
		st.must(st.asks(func(a chan<- error) Event {
			return Parked{Call: st.call, Operator: st.anna, ForMS: 20_000, Free: true, Answer: a}
		}))
		time.Sleep(21 * time.Second)
		synctest.Wait()
		st.want("hold c1", "both talk in c1", "hold c1", "both talk in c1", "music for waiting to c1", "music for waiting to c1", "offer c1 to anna")
	})
}
