package switchd

import (
	"testing"
	"time"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/menu"
)

// hunts has the caller's menu ring two telephones outside.
func (st *stage) hunts(or string) {
	st.arrive(true)
	st.tell(Greeted{Call: st.call})
	st.tell(Left{Call: st.call, To: menu.Overflow, Node: "shop", Else: or, Rings: []menu.Ring{{Number: "+79210000001", For: 20_000}, {Number: "+79210000002", For: 15_000}}})
}

func (st *stage) noAnswer() {
	st.tell(Declined{Call: st.call, Leg: st.phones.third, Reason: acd.Lapsed, SIPCode: 408})
}

// The second telephone answers: they talk on tape, and it is one record.
func TestAHuntIsAnswered(t *testing.T) {
	t.Parallel()
	menued(t, func(st *stage) {
		st.hunts("later")
		first := st.phones.third
		st.noAnswer()
		st.tell(Declined{Call: st.call, Leg: first, Reason: acd.Lapsed}) // late
		st.tell(Accepted{Call: st.call, Leg: first})                     // late too
		time.Sleep(5 * time.Second)
		st.tell(Accepted{Call: st.call, Leg: st.phones.third, Dialog: []byte("{}")})
		time.Sleep(30 * time.Second)
		st.tell(Departed{Call: st.call, Leg: st.phones.third})
		st.want("greet c1", "open the menu for c1", "call +79210000001 in to c1", "call +79210000002 in to c1", "withdraw c1", "bridge and record c1", "end c1")
		if f := st.log.all.Finished; len(f) != 1 || f[0].TalkMS != 30_000 || f[0].Disposition != "answered" || f[0].OperatorID != nil {
			t.Errorf("recorded %+v", f)
		}
		if len(st.log.all.Turns) == 0 || st.log.all.Turns[0].Party != "outside" || len(st.log.all.Lost) != 0 {
			t.Errorf("turns %+v, lost %+v", st.log.all.Turns, st.log.all.Lost)
		}
	})
}

// Nobody answers: the menu goes on where it says, or with a person.
func TestAHuntThatNobodyAnswers(t *testing.T) {
	t.Parallel()
	for or, last := range map[string]string{"message": "open the menu for c1", "": "offer c1 to anna"} {
		menued(t, func(st *stage) {
			st.onDuty(0)
			st.hunts(or)
			st.noAnswer()
			st.noAnswer()
			if did := st.phones.did; did[len(did)-1] != last && did[len(did)-2] != last {
				t.Errorf("at last: %q, want %q", did[len(did)-2:], last)
			}
		})
	}
}

// Who gives up while telephones ring is lost, and owed a call.
func TestACallerLeavesAHunt(t *testing.T) {
	t.Parallel()
	menued(t, func(st *stage) {
		st.hunts("")
		st.tell(HungUp{Call: st.call, By: call.Caller})
		st.noAnswer()
		if len(st.log.all.Lost) != 1 || len(st.log.all.Finished) != 1 || len(st.log.all.Dialogs) != 1 {
			t.Errorf("lost %+v, %d records", st.log.all.Lost, len(st.log.all.Finished))
		}
		st.want("greet c1", "open the menu for c1", "call +79210000001 in to c1", "end c1")
	})
}
