package acd

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// FuzzRoom feeds a random shift to three rooms and checks what must always
// hold: two are told the same, the third the same an hour later.
func FuzzRoom(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		s := newShift(t, seed)
		for range 400 {
			s.play(s.pause(), s.randomEvent())
		}
		if s.room.Hash() != s.twin.Hash() || s.room.Hash() == s.later.Hash() {
			t.Fatal("a hash tells nothing")
		}
		s.goHome()
	})
}

// shift watches a room from outside: it knows what it told the room and what
// the room answered.
type shift struct {
	t      *testing.T
	rng    *rand.Rand
	room   *Room
	twin   *Room
	later  *Room
	now    Instant
	came   int
	states map[CallID]State // by the actions; "" is gone
	with   map[CallID]OperatorID
	why    map[CallID]Explanation // as it should be
	left   map[OperatorID]CallID  // who writes up a call that goes on
	serial int
}

const hour = 3_600_000

func newShift(t *testing.T, seed uint64) *shift {
	policy := Policy{RingFor: 4_000, Queueing: Queueing(seed % 2)}
	return &shift{
		t: t, rng: rand.New(rand.NewPCG(seed, 0)), now: 1000,
		room: NewRoom(policy), twin: NewRoom(policy), later: NewRoom(policy),
		states: map[CallID]State{}, with: map[CallID]OperatorID{}, why: map[CallID]Explanation{}, left: map[OperatorID]CallID{},
	}
}

// pause returns the instant of the next event. Mostly the alarm rings in time;
// now and then the shell is late, and once in a while its clock steps back.
func (s *shift) pause() Instant {
	next := s.now + Instant(s.rng.IntN(1500))
	if d, ok := s.room.Deadline(); ok && d < next && s.rng.IntN(20) > 0 {
		return d
	}
	if s.rng.IntN(30) == 0 {
		return s.now - 500
	}
	return next
}

func (s *shift) play(at Instant, ev Event) {
	before := s.room.View()
	got := s.room.Step(at, ev)
	s.now = max(s.now, at)
	if again := s.twin.Step(at, ev); !reflect.DeepEqual(got, again) {
		s.t.Fatalf("same events, other actions: %v and %v", got, again)
	}
	shifted := s.later.Step(at+hour, ev)
	for i := range shifted {
		shifted[i] = earlier(shifted[i])
	}
	if !reflect.DeepEqual(got, shifted) {
		s.t.Fatalf("an hour later other actions: %v and %v", got, shifted)
	}
	s.explain(before, ev, got)
	s.note(ev, got)
	s.check(ev, got)
}

func earlier(a Action) Action {
	switch a := a.(type) {
	case Offer:
		a.Until -= hour
		return a
	case Wrap:
		a.Until -= hour
		return a
	case Summon:
		a.Until -= hour
		return a
	case Leave:
		a.Until -= hour
		return a
	}
	return a
}

// note follows each call through the actions and fails on one that its state
// does not allow.
func (s *shift) note(ev Event, got []Action) {
	if a, ok := ev.(Arrived); ok && !ignored(got) {
		s.came++
		s.states[a.Call] = StateWaiting
	}
	if d, ok := ev.(Declined); ok && !ignored(got) && !excused(got) {
		s.move(d.Call, d.Operator, StateWaiting, StateOffered)
	}
	if m, ok := ev.(Sent); ok && !ignored(got) {
		s.states[m.Call] = StateWaiting // from whoever had it; a Leave follows
	}
	if h, ok := ev.(HungUp); ok && s.states[h.Call] == StateMoving {
		s.states[h.Call] = ""
	}
	for _, a := range got {
		switch a := a.(type) {
		case Take:
			s.states[a.Call], s.with[a.Call] = StateTalking, a.Operator
		case Leave:
			s.left[a.Operator] = a.Call
			if _, is := ev.(Left); is {
				s.states[a.Call] = StateMoving
			}
		case Offer:
			s.move(a.Call, a.Operator, StateOffered, StateWaiting)
		case Withdraw:
			s.move(a.Call, a.Operator, StateWaiting, StateOffered)
		case Connect:
			s.move(a.Call, a.Operator, StateTalking, StateOffered)
		case Lose:
			s.move(a.Call, "", "", StateWaiting)
		case Wrap:
			s.move(a.Call, a.Operator, StateWrapUp, StateTalking)
		case Return:
			s.move(a.Call, a.Operator, StateWaiting, StateTalking)
		case Release:
			if s.left[a.Operator] == a.Call {
				delete(s.left, a.Operator)
				continue
			}
			s.move(a.Call, a.Operator, "", StateTalking, StateWrapUp)
		}
	}
}

func (s *shift) move(c CallID, o OperatorID, to State, from ...State) {
	s.t.Helper()
	is := s.states[c]
	if !slices.Contains(from, is) {
		s.t.Fatalf("%s becomes %q while %q", c, to, is)
	}
	if is != StateWaiting && s.with[c] != o {
		s.t.Fatalf("%s becomes %q by %s, but is with %s", c, to, o, s.with[c])
	}
	s.states[c] = to
	s.with[c] = o
}

func excused(got []Action) bool {
	return slices.ContainsFunc(got, func(a Action) bool { _, ok := a.(Excuse); return ok })
}

func ignored(got []Action) bool {
	return slices.ContainsFunc(got, func(a Action) bool { _, ok := a.(Ignore); return ok })
}

func (s *shift) check(ev Event, got []Action) {
	s.t.Helper()
	if d, ok := s.room.Deadline(); ok && d <= s.now {
		s.t.Fatalf("deadline %d is not after %d", d, s.now)
	}
	v := s.room.View()
	s.checkHands(v)
	for _, c := range v.Calls {
		if c.State == StateWaiting {
			s.checkWaiting(c, v)
		}
	}
	for _, a := range got {
		m, _ := ev.(Sent)
		if a, ok := a.(Offer); ok && (a.Call != m.Call || a.Operator != m.For) { // else it comes back to its own
			s.checkOffer(a, v)
		}
	}
}

// checkHands: calls and operators agree on who is with whom, nobody holds two,
// and no call is lost on the way.
func (s *shift) checkHands(v View) {
	here := 0
	for _, st := range s.states {
		if st != "" {
			here++
		}
	}
	if here != len(v.Calls) {
		s.t.Fatalf("%d calls should be here, %d are", here, len(v.Calls))
	}
	hands := map[OperatorID]CallID{}
	for _, c := range v.Calls {
		if s.states[c.Call] != c.State || (c.State != StateWaiting && c.State != StateMoving && s.with[c.Call] != c.Operator) {
			s.t.Fatalf("%+v should be %s with %s", c, s.states[c.Call], s.with[c.Call])
		}
		if c.Guest != "" {
			if hands[c.Guest] != "" {
				s.t.Fatalf("%s holds %s and is the guest of %s", c.Guest, hands[c.Guest], c.Call)
			}
			hands[c.Guest] = c.Call
		}
		if c.Operator == "" {
			continue
		}
		if hands[c.Operator] != "" {
			s.t.Fatalf("%s holds %s and %s", c.Operator, hands[c.Operator], c.Call)
		}
		hands[c.Operator] = c.Call
	}
	onDuty := 0
	for _, o := range v.Operators {
		if o.Left != (s.left[o.Operator] != "") || o.Left && (o.Call != s.left[o.Operator] || hands[o.Operator] != "") {
			s.t.Fatalf("%+v should write up %q", o, s.left[o.Operator])
		}
		if !o.Left && hands[o.Operator] != o.Call {
			s.t.Fatalf("%+v should hold %q", o, hands[o.Operator])
		}
		if o.OnDuty {
			onDuty++
		}
	}
	if onDuty != s.room.onDuty {
		s.t.Fatalf("%d on duty, counted %d", onDuty, s.room.onDuty)
	}
}

// checkWaiting: nobody waits whom a free operator could take, and a call that
// all able operators refused will be offered to them again.
func (s *shift) checkWaiting(c CallView, v View) {
	hopeful := false
	for _, o := range v.Operators {
		if !o.OnDuty || !able(o, c) || slices.Contains(c.RefusedBy, o.Operator) {
			continue
		}
		hopeful = true
		if o.State == StateIdle {
			s.t.Fatalf("%+v waits while %+v is free", c, o)
		}
	}
	if asks := c.AskAgain != Never; len(c.RefusedBy) > 0 && asks == hopeful {
		s.t.Fatalf("%+v: hopeful %v, asks again %v", c, hopeful, asks)
	}
}

// checkOffer: the offer fits, goes to the best placed operator and is of the
// most urgent call that they could take.
func (s *shift) checkOffer(a Offer, v View) {
	i := slices.IndexFunc(v.Calls, func(c CallView) bool { return c.Call == a.Call })
	j := slices.IndexFunc(v.Operators, func(o OperatorView) bool { return o.Operator == a.Operator })
	c, o := v.Calls[i], v.Operators[j]
	if !able(o, c) || !o.OnDuty || slices.Contains(c.RefusedBy, o.Operator) {
		s.t.Fatalf("%+v offered to %+v", c, o)
	}
	for _, x := range v.Operators {
		if x.State == StateIdle && able(x, c) && !slices.Contains(c.RefusedBy, x.Operator) && better(x, o) {
			s.t.Fatalf("%+v offered to %+v instead of %+v", c, o, x)
		}
	}
	for _, x := range v.Calls {
		if x.State == StateWaiting && able(o, x) && !slices.Contains(x.RefusedBy, o.Operator) && s.goesBefore(x, c) {
			s.t.Fatalf("%+v offered to %+v before %+v", c, o, x)
		}
	}
}

func able(o OperatorView, c CallView) bool {
	return (o.Tier == Consult || c.Tier == Order) && slices.Contains(o.Shops, c.Shop)
}

func better(x, o OperatorView) bool {
	if x.Tier != o.Tier {
		return x.Tier == Order
	}
	if x.IdleSince != o.IdleSince {
		return x.IdleSince < o.IdleSince
	}
	return x.Operator < o.Operator
}

func (s *shift) goesBefore(x, c CallView) bool {
	if s.room.policy.Queueing == ByPromise && x.Due != c.Due {
		return x.Due < c.Due
	}
	if x.ArrivedAt != c.ArrivedAt {
		return x.ArrivedAt < c.ArrivedAt
	}
	return x.Call < c.Call
}

func (s *shift) randomEvent() Event {
	op := OperatorID(fmt.Sprintf("o%d", s.rng.IntN(8)))
	switch s.rng.IntN(17) {
	case 0, 1, 2:
		return s.randomArrival()
	case 3:
		return HungUp{s.randomCall()}
	case 4:
		return s.randomReady(op)
	case 5:
		return Away{op, "tea"}
	case 6, 7, 8:
		return s.answer(op)
	case 9:
		return Finished{op}
	case 10:
		return Extended{op, Millis(s.rng.IntN(3000))}
	case 11:
		return s.loss(op)
	case 12, 13, 14, 15:
		return s.handOn(op)
	}
	return Tick{}
}

// loss is of an operator's telephone, mostly of one in a call.
func (s *shift) loss(op OperatorID) Event {
	for _, o := range s.room.View().Operators {
		if o.State == StateTalking && s.rng.IntN(3) == 0 {
			return Gone{o.Operator, o.Call}
		}
	}
	return Gone{op, s.randomCall()}
}

func (s *shift) randomArrival() Event {
	s.serial++
	id := CallID(fmt.Sprintf("c%03d", s.serial))
	if s.rng.IntN(10) == 0 {
		id = s.randomCall() // told twice
		if s.states[id] == "" {
			return Tick{}
		}
	}
	shop := ShopID([]string{"tyres", "books", "shoes"}[s.rng.IntN(3)])
	tier := []Tier{Order, Order, Consult}[s.rng.IntN(3)]
	return Arrived{Call: id, Shop: shop, Queue: "main", Tier: tier, Promise: Promise{Millis(s.rng.IntN(4) * 5000), 900}}
}

func (s *shift) randomCall() CallID {
	return CallID(fmt.Sprintf("c%03d", max(0, s.serial-s.rng.IntN(20))))
}

func (s *shift) randomReady(op OperatorID) Event {
	all := []ShopID{"tyres", "books", "shoes"}
	s.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return Ready{
		Operator: op, Tier: []Tier{Order, Consult}[s.rng.IntN(2)], Shops: all[:1+s.rng.IntN(3)],
		WrapUp: Millis(s.rng.IntN(3) * 2000), KeepReady: s.rng.IntN(3) == 0,
	}
}

// answer is what the operator's telephone says, mostly to a call that is
// offered, seldom to another.
func (s *shift) answer(op OperatorID) Event {
	call := s.randomCall()
	for _, o := range s.room.View().Operators {
		if o.State == StateOffered && s.rng.IntN(2) == 0 { // or summoned
			op, call = o.Operator, o.Call
		}
	}
	if s.rng.IntN(2) == 0 {
		return Accepted{op, call}
	}
	return Declined{op, call, []Reason{Refused, Busy, Unreachable}[s.rng.IntN(3)]}
}

// goHome ends the shift: every call has ended once, and the room is empty.
func (s *shift) goHome() {
	for _, c := range s.room.View().Calls {
		if c.State != StateWrapUp {
			s.play(s.now, HungUp{c.Call})
		}
	}
	for _, o := range s.room.View().Operators {
		s.play(s.now, Away{o.Operator, "home"})
	}
	if v := s.room.View(); len(v.Calls) > 0 || len(s.states) != s.came {
		s.t.Fatalf("%d calls came, %d are known, %v left", s.came, len(s.states), v.Calls)
	}
	if d, ok := s.room.Deadline(); ok {
		s.t.Fatalf("deadline %d in an empty room", d)
	}
}
