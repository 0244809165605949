package wait_test

import (
	"testing"

	"switchboard/telephony/wait"
)

func TestAnHonestEstimate(t *testing.T) {
	t.Parallel()
	even := []wait.Millis{60_000, 62_000, 58_000, 61_000, 60_000}
	for _, x := range []struct {
		name   string
		waits  []wait.Millis
		places []int
		after  wait.Instant
		place  int
		want   wait.Millis
		ok     bool
	}{
		{"nothing is known", nil, nil, 0, 1, 0, false},
		{"too few were answered", even[:4], nil, 0, 1, 0, false},
		{"five at one pace", even, nil, 0, 1, 60_000, true},
		{"the third waits three times that", even, nil, 0, 3, 180_000, true},
		{"a wait is by the places before it", []wait.Millis{60_000, 120_000, 180_000, 60_000, 120_000}, []int{1, 2, 3, 1, 2}, 0, 2, 120_000, true},
		{"half an hour ago is no guide", even, nil, wait.Instant(wait.Lately) + 6, 1, 0, false},
		{"the past is too uneven", []wait.Millis{1_000, 90_000, 2_000, 600_000, 30_000}, nil, 0, 1, 0, false},
		{"one odd one does not matter", []wait.Millis{60_000, 62_000, 900_000, 61_000, 60_000}, nil, 0, 1, 61_000, true},
		{"nobody is at no place", even, nil, 0, 0, 0, false},
	} {
		var p wait.Pace
		now := wait.Instant(0)
		for i, w := range x.waits {
			now++
			place := 1
			if x.places != nil {
				place = x.places[i]
			}
			p.Answered(now, place, w)
		}
		if got, ok := p.Expect(now+x.after, x.place); got != x.want || ok != x.ok {
			t.Errorf("%s: %d, %v; want %d, %v", x.name, got, ok, x.want, x.ok)
		}
	}
}

// Only the last answers count, and what makes no sense does not.
func TestThePastIsShort(t *testing.T) {
	t.Parallel()
	var p wait.Pace
	for i := range wait.Instant(100) {
		p.Answered(i, 1, 600_000)
	}
	p.Answered(100, 0, 1)
	p.Answered(100, 1, -1)
	for i := range wait.Instant(wait.Most) {
		p.Answered(101+i, 1, 10_000)
	}
	if got, ok := p.Expect(130, 2); got != 20_000 || !ok {
		t.Errorf("%d, %v", got, ok)
	}
}
