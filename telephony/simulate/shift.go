package simulate

import (
	"container/heap"
	"fmt"
	"strconv"

	"switchboard/telephony/acd"
)

// Fate is what became of a caller.
type Fate struct {
	Waited   acd.Millis
	Answered bool
}

// Plan is who works by which rule.
type Plan struct {
	Scenario Scenario
	Staffing Staffing
	Policy   acd.Policy
}

// shift is the live loop with a heap for a clock: it tells a room what happens
// and carries out what the room answers. Operators accept at once.
type shift struct {
	room    *acd.Room
	callers []Caller
	fates   []Fate
	next    int // the caller who comes next
	agenda  agenda
	now     acd.Instant
	staff   staff
}

// Play runs the callers through a room and returns what became of each.
func Play(p Plan, callers []Caller) []Fate {
	sh := &shift{room: acd.NewRoom(p.Policy), callers: callers, fates: make([]Fate, len(callers))}
	sh.staff = newStaff(p)
	for n := range sh.staff.changes {
		sh.at(sh.staff.changes[n].at, staffChange, n)
	}
	sh.comeNext()
	for len(sh.agenda) > 0 {
		sh.happen(heap.Pop(&sh.agenda).(moment))
	}
	return sh.fates
}

func (s *shift) comeNext() {
	if s.next < len(s.callers) {
		s.at(s.callers[s.next].At, arrival, s.next)
		s.next++
	}
}

func (s *shift) happen(m moment) {
	for d, ok := s.room.Deadline(); ok && d < m.at; d, ok = s.room.Deadline() {
		s.now = d
		s.tell(acd.Tick{})
	}
	s.now = m.at
	switch m.kind {
	case staffChange:
		s.change(s.staff.changes[m.n])
	case completion:
		s.leaveIfPending(m.n)
		s.tell(acd.HungUp{Call: callID(m.n)})
	case abandonment:
		if !s.fates[m.n].Answered {
			s.tell(acd.HungUp{Call: callID(m.n)})
		}
	case arrival:
		s.arrive(m.n)
	}
}

func (s *shift) arrive(n int) {
	c := s.callers[n]
	s.comeNext()
	s.at(s.now+acd.Instant(c.Patience), abandonment, n)
	s.tell(acd.Arrived{Call: callID(n), Shop: shopID(c.Rank), Tier: c.Tier, Promise: promiseOf(c.Rank)})
}

func (s *shift) tell(ev acd.Event) {
	for _, a := range s.room.Step(s.now, ev) {
		switch a := a.(type) {
		case acd.Offer:
			s.tell(acd.Accepted{Operator: a.Operator, Call: a.Call})
		case acd.Connect:
			n := number(a.Call)
			s.fates[n] = Fate{a.Waited, true}
			s.staff.busy(a.Operator, n)
			s.at(s.now+acd.Instant(s.callers[n].Service), completion, n)
		case acd.Release:
			s.staff.free(a.Operator, number(a.Call))
		case acd.Lose:
			s.fates[number(a.Call)] = Fate{Waited: a.Waited}
		}
	}
}

func (s *shift) at(t acd.Instant, kind momentKind, n int) { heap.Push(&s.agenda, moment{t, kind, n}) }

// Ids are as wide as they can get, so that the room's last word, the order of
// ids, is the order of numbers.
func callID(n int) acd.CallID        { return acd.CallID(fmt.Sprintf("c%09d", n)) }
func shopID(rank int) acd.ShopID     { return acd.ShopID(fmt.Sprintf("s%06d", rank)) }
func opID(serial int) acd.OperatorID { return acd.OperatorID(fmt.Sprintf("o%09d", serial)) }

func number(id acd.CallID) int {
	n, err := strconv.Atoi(string(id[1:]))
	if err != nil {
		panic("number of call " + string(id) + ": " + err.Error())
	}
	return n
}

// momentKind orders what happens in the same millisecond.
type momentKind uint8

const (
	staffChange momentKind = iota
	completion
	abandonment
	arrival
)

// moment is something that will happen to caller, or staff change, n.
type moment struct {
	at   acd.Instant
	kind momentKind
	n    int
}

type agenda []moment

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	x, y := a[i], a[j]
	if x.at != y.at {
		return x.at < y.at
	}
	if x.kind != y.kind {
		return x.kind < y.kind
	}
	return x.n < y.n
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(moment)) }
func (a *agenda) Pop() any {
	old := *a
	x := old[len(old)-1]
	*a = old[:len(old)-1]
	return x
}
