package acd

import (
	"fmt"
	"testing"
)

// floor is a large shift: 5,000 operators of 64 profiles over 2,000 shops, all
// of them talking, and 10,000 callers waiting.
type floor struct {
	room   *Room
	now    Instant
	serial int
	talks  []CallID // the longest first
	steps  int
}

const (
	shops     = 2000
	operators = 5000
	profiles  = 64
)

func newFloor(waiting int) *floor {
	f := &floor{room: NewRoom(Policy{})}
	skills := make([][]ShopID, profiles)
	for p := range profiles { // the last eight serve every shop, the others three in four
		for s := range shops {
			if p >= profiles-8 || (s+p)%4 != 0 {
				skills[p] = append(skills[p], shop(s))
			}
		}
	}
	for i := range operators {
		tier := Order
		if i%10 < 3 {
			tier = Consult
		}
		op := OperatorID(fmt.Sprintf("o%04d", i))
		f.step(Ready{Operator: op, Tier: tier, Shops: skills[i%profiles]})
	}
	for f.room.waiting < waiting {
		f.arrive()
	}
	return f
}

func shop(i int) ShopID { return ShopID(fmt.Sprintf("7e7e7e7e-0000-4000-8000-%012d", i)) }

func (f *floor) arrive() {
	f.serial++
	n := f.serial * 2_654_435_761 % (1 << 32) // spreads the shops without chance
	tier := Order
	if n%4 == 0 {
		tier = Consult
	}
	within := Millis(10_000)
	if n%2 == 0 {
		within = 20_000
	}
	f.now++
	f.step(Arrived{Call: CallID(fmt.Sprintf("c%08d", f.serial)), Shop: shop(n / 8 % shops), Queue: "main", Tier: tier, Promise: Promise{within, 900}})
}

// step tells the room ev; every offer is accepted at once.
func (f *floor) step(ev Event) {
	f.steps++
	for _, a := range f.room.Step(f.now, ev) {
		switch a := a.(type) {
		case Offer:
			f.step(Accepted{a.Operator, a.Call})
		case Connect:
			f.talks = append(f.talks, a.Call)
		}
	}
}

// hangUp ends the longest call.
func (f *floor) hangUp() {
	c := f.talks[0]
	f.talks = f.talks[1:]
	f.step(HungUp{c})
}

// BenchmarkStepFull is one call through a full room: it arrives to wait, some
// operator gets free, is offered the most urgent caller and accepts: 3 steps.
func BenchmarkStepFull(b *testing.B) {
	f := newFloor(10_000)
	f.steps = 0
	b.ReportAllocs()
	for b.Loop() {
		f.hangUp()
		f.arrive()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(f.steps), "ns/step")
}

// BenchmarkStepQuiet is the same with operators to spare: a call is offered as
// it arrives.
func BenchmarkStepQuiet(b *testing.B) {
	f := newFloor(0)
	for range operators / 2 {
		f.arrive()
	}
	f.steps = 0
	b.ReportAllocs()
	for b.Loop() {
		f.hangUp()
		f.arrive()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(f.steps), "ns/step")
}
