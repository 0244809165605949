// Package acd decides which operator is offered which waiting call.
//
// It is a pure state machine: it opens no sockets, starts no goroutines, reads
// no clock and logs nothing. The live switch and the simulator drive the same
// code by feeding it events and carrying out the actions it returns, so a
// recorded night can be replayed, and a what-if costs no telephone calls.
//
// A Room belongs to one goroutine.
package acd

import "math"

type (
	CallID     string
	OperatorID string
	ShopID     string
	QueueID    string
)

// Instant is a number of milliseconds since a base that the shell chose. It is
// never read from a clock here.
type Instant int64

// Millis is a duration in milliseconds.
type Millis = int64

// Never is later than every Instant.
const Never Instant = math.MaxInt64

// Tier is what a call needs and what an operator can give.
type Tier string

const (
	Order   Tier = "order"      // takes orders by the script
	Consult Tier = "consultant" // advises on goods; can also take orders
)

// Promise is what a shop has bought: Share of its calls answered Within.
type Promise struct {
	Within Millis
	Share  int // permille
}

// Queueing is the order in which waiting calls are taken.
type Queueing uint8

const (
	ByPromise Queueing = iota // nearest to breaking its promise first
	ByArrival                 // first come, first served
)

// DefaultRingFor is how long an operator is rung when the policy does not say:
// about three rings, after which a person who is at the desk has answered.
const DefaultRingFor Millis = 12_000

// Rest is how long a telephone that could not take an offer is left alone, and
// how long a call that every able operator refused waits before they are asked
// again. It bounds what a dead telephone can cost to one attempt in 5 s.
const Rest Millis = 5_000

// Policy is the numbers a supervisor may turn.
type Policy struct {
	RingFor  Millis // how long one operator is rung; 0 is DefaultRingFor
	Queueing Queueing
}

// Room is everything known about who waits and who works.
type Room struct {
	policy    Policy
	calls     map[CallID]*call
	operators map[OperatorID]*operator
	lines     map[lineKey]*line
	profiles  map[string]*profile
	alarms    heap[*alarm]
	refused   []*call // waiting calls that some operator has refused
	waiting   int
	onDuty    int

	now     Instant // of the step under way, and of the last one between steps
	out     []Action
	back    []*call     // calls that this step made assignable
	freed   []*operator // operators whom this step set free
	stirred []*profile  // of those operators, each once
	review  bool        // whether this step may have changed who is able to take a refused call
}

// NewRoom returns an empty room.
func NewRoom(p Policy) *Room {
	if p.RingFor <= 0 {
		p.RingFor = DefaultRingFor
	}
	return &Room{
		policy:    p,
		calls:     map[CallID]*call{},
		operators: map[OperatorID]*operator{},
		lines:     map[lineKey]*line{},
		profiles:  map[string]*profile{},
	}
}

// Step tells the room that ev happened at now, and returns what to do about
// it, in order. Every event has an answer in every state: telephones race, and
// a late event is answered with Ignore, never with a panic. Time never runs
// backwards: a now before the last step's counts as the last step's.
func (r *Room) Step(now Instant, ev Event) []Action {
	r.now, r.out = max(r.now, now), nil
	r.apply(ev)
	r.fire()
	r.assign()
	r.reviewRefusals()
	return r.out
}

// Deadline returns the next instant at which Step must be called, with Tick,
// even if nothing happens. It lies after the last step. Without one it returns
// Never and false.
func (r *Room) Deadline() (Instant, bool) {
	if len(r.alarms) == 0 {
		return Never, false
	}
	return r.alarms[0].at, true
}

func (r *Room) apply(ev Event) {
	switch ev := ev.(type) {
	case Arrived:
		r.arrive(ev)
	case HungUp:
		r.hangUp(ev)
	case Ready:
		r.ready(ev)
	case Away:
		r.away(ev)
	case Accepted:
		r.accept(ev)
	case Declined:
		r.decline(ev)
	case Gone:
		r.gone(ev)
	case Finished:
		r.finish(ev)
	case Extended:
		r.extend(ev)
	case Called:
		r.called(ev)
	case Excused:
		r.excused(ev)
	case Handed:
		r.handed(ev)
	case Left:
		r.left(ev)
	case Sent:
		r.sent(ev)
	case Tick:
	}
}

func (r *Room) do(a Action) { r.out = append(r.out, a) }

func (r *Room) ignore(why string) { r.do(Ignore{why}) }

// later returns the instant d after now, or Never where that is too far off to
// be counted.
func (r *Room) later(d Millis) Instant {
	if at := r.now + Instant(d); at >= r.now {
		return at
	}
	return Never
}
