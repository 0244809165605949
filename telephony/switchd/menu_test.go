package switchd

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/menu"
)

func (f *fakePhones) Ask(c uuid.UUID, _ Ask)    { f.say("open the menu for", c) }
func (f *fakePhones) Wait(uuid.UUID, uuid.UUID) {}
func (f *fakePhones) Tell(c uuid.UUID, p Place) {
	f.say(fmt.Sprintf("tell place %d, %d s, to", p.No, p.WaitMS/1000), c)
}
func (f *fakePhones) Farewell(c uuid.UUID) { f.say("say farewell to", c) }
func (f *fakePhones) Prepare(c uuid.UUID, _ *directory.Number, b e164.Number) {
	f.named[c] = "the call back"
	f.prepared = c
	f.did = append(f.did, "prepare a call to "+string(b))
}
func (f *fakePhones) CallBack(o Outgoing) { f.say("ring the buyer of", o.Call) }
func (f *fakePhones) Bridge(c, _ uuid.UUID, r *Recording) {
	f.say(map[bool]string{true: "bridge and record", false: "bridge"}[r != nil], c)
}
func (f *fakePhones) TakeMessage(c uuid.UUID, _ Message) { f.say("take a message of", c) }

// menued is a stage whose callers meet a menu first.
func menued(t *testing.T, story func(*stage)) {
	t.Helper()
	play(t, func(st *stage) {
		st.menu = &directory.Menu{ID: uuid.New(), Version: uuid.New(), No: 3, Graph: menu.Menu{Start: "main"}}
		story(st)
	})
}

func (st *stage) written() string {
	var b strings.Builder
	for _, e := range st.log.all.Events {
		b.Write(e.Body)
	}
	return b.String()
}

// Digits are in a row that can be erased, and nowhere else.
func TestAMenuLeadsToAPerson(t *testing.T) {
	t.Parallel()
	menued(t, func(st *stage) {
		st.onDuty(0)
		st.arrive(true)
		time.Sleep(time.Second)
		st.tell(Greeted{Call: st.call})
		time.Sleep(3 * time.Second)
		st.tell(Chosen{Call: st.call, Node: "main", Key: "1"})
		st.tell(Entered{Call: st.call, Node: "number", Digits: "104577"})
		time.Sleep(2 * time.Second)
		st.tell(Left{Call: st.call, To: menu.Queue, Queue: "no such"})
		st.tell(Accepted{Call: st.call, Operator: st.anna, Leg: st.phones.leg, Dialog: []byte("{}")})
		time.Sleep(time.Second)
		st.tell(HungUp{Call: st.call, By: call.Caller})
		st.want("greet c1", "open the menu for c1", "offer c1 to anna", "join and record c1", "end c1")
		if got := st.log.all.Finished; len(got) != 1 || got[0].GreetingMS != 6000 || got[0].QueueMS != 0 {
			t.Errorf("records %+v", got)
		}
		if strings.Contains(st.written(), "104577") || !strings.Contains(st.written(), `"count":6`) {
			t.Errorf("the journal has %s", st.written())
		}
		if e := st.log.all.Entries; len(e) != 1 || e[0].Digits != "104577" || e[0].Node != "number" {
			t.Errorf("entries %+v", e)
		}
	})
}

// Who is told what they rang for and hangs up was served; who hangs up in the
// menu without is owed a call.
func TestWhoLeavesInTheMenu(t *testing.T) {
	t.Parallel()
	for _, told := range []bool{true, false} {
		menued(t, func(st *stage) {
			st.number.Shop.Greeting = "none"
			st.arrive(true)
			if told {
				st.tell(Told{Call: st.call, Node: "found"})
			}
			st.tell(HungUp{Call: st.call, By: call.Caller})
			st.want("open the menu for c1", "end c1")
			outcome, lost := map[bool]string{true: "served", false: "abandoned"}[told], map[bool]int{true: 0, false: 1}[told]
			if r := st.log.all.Finished; len(r) != 1 || r[0].Disposition != outcome || len(st.log.all.Lost) != lost {
				t.Errorf("told %v: %+v, lost %d", told, r, len(st.log.all.Lost))
			}
		})
	}
}

// Outside hours a menu that has a way for it is walked, another is not.
func TestAMenuOutsideHours(t *testing.T) {
	t.Parallel()
	menued(t, func(st *stage) {
		st.arrive(false)
		st.want("announce closed to c1")
	})
	menued(t, func(st *stage) {
		st.menu.Graph.Closed = "night"
		st.arrive(false)
		st.tell(Greeted{Call: st.call})
		st.tell(Left{Call: st.call, To: menu.HangUp})
		st.tell(Left{Call: st.call, To: menu.Queue}) // late
		st.tell(Chosen{Call: st.call})               // late
		st.want("greet c1", "open the menu for c1", "end c1")
		if r := st.log.all.Finished; len(r) != 1 || r[0].Disposition != "served" {
			t.Errorf("%+v", r)
		}
	})
}
