package switchd

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/journal"
	"switchboard/telephony/menu"
)

// busy has anna talk to somebody, so that others wait.
func (st *stage) busy() (first uuid.UUID) {
	st.t.Helper()
	st.number.Shop.Greeting = "none"
	st.onDuty(0)
	first = uuid.New()
	st.phones.named[first] = "c0"
	st.ring(first, "+79210000000")
	st.tell(Accepted{Call: first, Operator: st.anna, Leg: st.phones.leg, Dialog: []byte("{}")})
	return first
}

func (st *stage) ring(id uuid.UUID, phone string) {
	st.tell(Arrived{Call: id, Number: st.number, Open: true, Leg: uuid.New(), Dialog: []byte("{}"), Party: journal.Party{PhoneRaw: phone, Phone: phone}})
}

func (st *stage) accept(id uuid.UUID) {
	st.tell(Accepted{Call: id, Operator: st.anna, Leg: st.phones.leg, Dialog: []byte("{}")})
}

// Who asks to be called back is rung before who came later, and is talked to.
func TestACallbackKeepsItsPlace(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		first := st.busy()
		st.ring(st.call, "+79215550144")
		time.Sleep(5 * time.Second)
		later := uuid.New()
		st.phones.named[later] = "c2"
		st.ring(later, "+79215550155")
		time.Sleep(20 * time.Second)
		st.tell(Wished{Call: st.call})
		st.tell(Wished{Call: st.call}) // pressed twice
		st.tell(HungUp{Call: st.call, By: call.System})
		time.Sleep(10 * time.Second)
		st.phones.did = nil
		st.tell(HungUp{Call: first, By: call.Caller})
		back := st.phones.prepared
		time.Sleep(2 * time.Second)
		st.accept(back)
		time.Sleep(8 * time.Second)
		st.tell(Calling{Call: back, Leg: uuid.New(), Dialog: []byte("{}")})
		st.tell(Reached{Call: back, Leg: uuid.New(), Dialog: []byte("{}")})
		time.Sleep(30 * time.Second)
		st.tell(HungUp{Call: back, By: call.Caller})
		st.want("end c0", "prepare a call to +79215550144", "offer the call back to anna", "ring the buyer of the call back", "join and record the call back",
			"end the call back", "offer c2 to anna")
		if k := st.log.all.Kept; len(k) != 1 || k[0].CallID != st.call {
			t.Fatalf("kept %+v", k)
		}
		if r := st.log.all.Redeemed; len(r) != 1 || r[0].CallID != back || r[0].TaskID != st.log.all.Kept[0].TaskID {
			t.Errorf("redeemed %+v", r)
		}
		if len(st.log.all.Lost) != 0 {
			t.Errorf("lost %+v", st.log.all.Lost)
		}
		for _, r := range st.log.all.Finished {
			if r.CallID == back && (r.Direction != "outbound" || r.TalkMS != 30_000 || r.QueueMS != 10_000) {
				t.Errorf("the call back: %+v", r)
			}
			if r.CallID == st.call && (r.Disposition != "served" || r.QueueMS != 25_000) {
				t.Errorf("the call in which it was promised: %+v", r)
			}
		}
	})
}

// A buyer who does not answer is rung once more; then it is people's.
func TestACallbackThatIsNotAnswered(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		first := st.busy()
		st.ring(st.call, "+79215550144")
		st.tell(Wished{Call: st.call})
		st.tell(HungUp{Call: st.call, By: call.System})
		st.tell(HungUp{Call: first, By: call.Caller})
		st.phones.did = nil
		for try := range 2 {
			back := st.phones.prepared
			st.accept(back)
			time.Sleep(30 * time.Second)
			st.tell(Unreached{Call: back, SIPCode: 480})
			if try == 1 {
				st.tell(Unreached{Call: back, SIPCode: 480}) // late
			}
			time.Sleep(secondTry + time.Second)
			synctest.Wait()
		}
		st.want("ring the buyer of the call back", "end the call back", "prepare a call to +79215550144", "offer the call back to anna",
			"ring the buyer of the call back", "end the call back")
		if len(st.log.all.Redeemed)+len(st.log.all.Lost) != 0 {
			t.Errorf("redeemed %v, lost %v", st.log.all.Redeemed, st.log.all.Lost)
		}
		st.phones.did = nil
		later := uuid.New()
		st.phones.named[later] = "c2"
		st.ring(later, "+79215550155") // anna is free: nobody wrote anything up
		st.want("offer c2 to anna", "ring back to c2")
	})
}

// Who rings again has no use for a turn; who has no number gets none.
func TestAPlaceThatIsNotNeeded(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		first := st.busy()
		st.ring(st.call, "+79215550144")
		st.tell(Wished{Call: st.call})
		st.tell(HungUp{Call: st.call, By: call.System})
		again := uuid.New()
		st.phones.named[again] = "c1 again"
		st.phones.did = nil
		st.ring(again, "+79215550144")
		st.tell(HungUp{Call: first, By: call.Caller})
		st.want("ring back to c1 again", "end c0", "offer c1 again to anna")
	})
	play(t, func(st *stage) {
		st.busy()
		st.ring(st.call, "")
		st.phones.did = nil
		st.tell(Wished{Call: st.call})
		st.want()
		if len(st.log.all.Kept) != 0 {
			t.Error("a buyer without a number is promised a call")
		}
	})
}

// A menu may promise it too; one without operators is let go after a while, and
// people have the task.
func TestAMenuPromisesACallback(t *testing.T) {
	t.Parallel()
	menued(t, func(st *stage) {
		st.arrive(true)
		st.tell(Greeted{Call: st.call})
		st.tell(Left{Call: st.call, To: menu.Callback})
		st.tell(HungUp{Call: st.call, By: call.System})
		st.want("greet c1", "open the menu for c1", "say farewell to c1", "end c1")
		time.Sleep(placeLasts + time.Second)
		synctest.Wait()
		st.onDuty(0)
		st.want("greet c1", "open the menu for c1", "say farewell to c1", "end c1")
		if len(st.log.all.Kept) != 1 || len(st.log.all.Lost) != 0 {
			t.Errorf("kept %v, lost %v", st.log.all.Kept, st.log.all.Lost)
		}
	})
}

// The place is told, and the wait where enough is known.
func TestAPlaceIsTold(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		now := st.busy()
		for range 6 {
			next := uuid.New()
			st.phones.named[next] = "c"
			st.ring(next, "+79215550100")
			time.Sleep(40 * time.Second)
			st.tell(HungUp{Call: now, By: call.Caller})
			st.accept(next)
			now = next
		}
		st.phones.did = nil
		st.ring(st.call, "+79215550144")
		time.Sleep(time.Second)
		second := uuid.New()
		st.phones.named[second] = "c2"
		st.ring(second, "+79215550155")
		st.tell(Wondered{Call: second})
		st.tell(Wondered{Call: now}) // talks
		st.want("ring back to c1", "ring back to c2", "tell place 2, 80 s, to c2")
	})
}
