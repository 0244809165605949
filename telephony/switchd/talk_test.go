package switchd

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
)

// talk begins a call with anna.
func (st *stage) talk() (leg uuid.UUID) {
	st.number.Shop.Greeting = "none"
	st.onDuty(10 * time.Second)
	st.arrive(true)
	leg = st.phones.leg
	time.Sleep(2 * time.Second)
	st.tell(Accepted{Call: st.call, Operator: st.anna, Leg: leg})
	st.phones.did = nil
	return leg
}

// boris comes on duty.
func (st *stage) boris() uuid.UUID {
	boris := uuid.New()
	st.phones.named[boris] = "boris"
	st.tell(Ready{Operator: boris, Tier: acd.Order, Shops: []uuid.UUID{st.number.Shop.ID}})
	return boris
}

func (st *stage) away() *time.Time {
	st.t.Helper()
	d, err := st.s.Desk(st.t.Context(), st.anna)
	if err != nil || d.Call == nil {
		st.t.Fatalf("anna's desk: %+v, %v", d, err)
	}
	return d.Call.AwayUntil
}

// A browser that is away for a while: music, and on they talk.
func TestABrowserComesBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		leg := st.talk()
		until := st.s.Now() + 60_000
		st.tell(Cut{Call: st.call, Leg: leg, UntilMS: int64(until)})
		if a := st.away(); a == nil || a.UnixMilli() != int64(until) {
			t.Errorf("the desk says that it is waited for until %v", a)
		}
		st.tell(Resumed{Call: st.call}) // pressed at a page without audio: nobody would be heard
		time.Sleep(5 * time.Second)
		st.tell(Back{Call: st.call, Leg: leg})
		if a := st.away(); a != nil {
			t.Errorf("the desk is waited for until %v still", a)
		}
		st.tell(Back{Call: st.call, Leg: leg})
		time.Sleep(20 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Caller})
		time.Sleep(11 * time.Second)
		st.want("lose the operator of c1", "regain the operator of c1", "end c1")
		if r := st.log.all.Finished[0]; r.TalkMS != 20_000 || r.HoldMS != 0 || r.QueueMS != 7_000 || r.WrapUpMS != 10_000 {
			t.Errorf("record: %+v", r.Parts)
		}
	})
}

// What the operator had on hold stays so, and so does what they put there
// meanwhile.
func TestABrowserComesBackToACallOnHold(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		leg := st.talk()
		st.tell(Held{Call: st.call})
		st.tell(Cut{Call: st.call, Leg: leg})
		st.tell(Back{Call: st.call, Leg: leg})
		st.want("hold c1", "lose the operator of c1", "regain the operator of c1")
		st.tell(Resumed{Call: st.call})
		st.tell(Cut{Call: st.call, Leg: leg})
		st.tell(Held{Call: st.call})
		st.tell(Back{Call: st.call, Leg: leg})
		st.want("hold c1", "lose the operator of c1", "regain the operator of c1", "resume c1", "lose the operator of c1", "hold c1", "regain the operator of c1")
	})
}

// A browser that does not come back: the next operator gets the call, before
// all who came later, and one recording goes on.
func TestABrowserIsGone(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		leg := st.talk()
		time.Sleep(30 * time.Second)
		st.tell(Cut{Call: st.call, Leg: leg})
		time.Sleep(10 * time.Second)
		st.tell(Gone{Call: st.call, Leg: uuid.New()}) // of another leg: late
		st.want("lose the operator of c1")
		st.tell(Gone{Call: st.call, Leg: leg})
		if d, _ := st.s.Desk(st.t.Context(), st.anna); d.State != "away" || d.Reason != "connection lost" || d.Call != nil {
			t.Errorf("anna's desk: %+v", d)
		}
		ended := st.log.all.Grants[len(st.log.all.Grants)-1]
		if ended.OperatorID != st.anna || ended.Reason != "call" || ended.ForMS != 0 {
			t.Errorf("anna's grant did not end: %+v", ended)
		}
		time.Sleep(4 * time.Second)
		boris := st.boris()
		st.tell(Accepted{Call: st.call, Operator: boris, Leg: st.phones.leg})
		time.Sleep(20 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Operator})
		st.want("lose the operator of c1", "music for waiting to c1", "offer c1 to boris", "join c1", "end c1")
		r := st.log.all.Finished[0]
		got := []int64{r.RingMS, r.QueueMS, r.TalkMS, r.HoldMS}
		if want := []int64{0, 16_000, 50_000, 0}; !slices.Equal(got, want) || *r.OperatorID != boris {
			t.Errorf("ring, queue, talk, hold are %v ms, want %v; by %s", got, want, r.OperatorID)
		}
		if len(st.log.all.Lost) != 0 {
			t.Errorf("lost: %+v", st.log.all.Lost)
		}
	})
}

// Who gives up while nobody else is there is owed a call back, though a person
// had spoken to them.
func TestACallerOfAGoneBrowserIsOwedACallBack(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		leg := st.talk()
		time.Sleep(30 * time.Second)
		st.tell(Gone{Call: st.call, Leg: leg})
		time.Sleep(7 * time.Second)
		st.tell(HungUp{Call: st.call, By: call.Caller})
		if l := st.log.all.Lost; len(l) != 1 || l[0].WaitedMS != 9_000 {
			t.Errorf("lost: %+v", l)
		}
		if r := st.log.all.Finished[0]; *r.OperatorID != st.anna || r.TalkMS != 30_000 || r.Disposition != "answered" {
			t.Errorf("record: %+v", r)
		}
	})
}

func TestMutedIsSeenAndEndsWithTheCall(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		leg := st.talk()
		st.tell(Muted{Call: st.call, Muted: true})
		st.tell(Muted{Call: st.call, Muted: true})
		if d, _ := st.s.Desk(st.t.Context(), st.anna); !d.Call.Muted {
			t.Error("the desk does not say that the operator is muted")
		}
		st.tell(Gone{Call: st.call, Leg: leg})
		boris := st.boris()
		if d, _ := st.s.Desk(st.t.Context(), boris); d.Call.Muted {
			t.Error("the next operator is muted too")
		}
		st.want("mute c1", "music for waiting to c1", "offer c1 to boris")
	})
}

// Whoever looks at a desk is told when it changes.
func TestDesksAreHintedAt(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		seen := 0
		st.s.hints = func(hs []Hint) {
			for _, h := range hs {
				if h.Operator == st.anna {
					seen++
				}
			}
		}
		leg := st.talk() // ready, offered, connected
		for _, ev := range []Event{Held{Call: st.call}, Resumed{Call: st.call}, Muted{st.call, true}, Cut{st.call, leg, 0}, Back{st.call, leg}, Away{st.anna, "tea"}, HungUp{Call: st.call, By: call.Caller}, Extended{st.anna, 1000}, Finished{st.anna}} {
			before := seen
			st.tell(ev)
			if seen != before+1 {
				t.Errorf("after %s %d hints", ev.kind(), seen-before)
			}
		}
		if seen != 3+9 {
			t.Errorf("%d hints", seen)
		}
	})
}
