package session

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// TestPace: a key has a burst, then so many a second; another key has its own.
func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	now, one, other := time.Unix(1_800_000_000, 0), uuid.New(), uuid.New()
	for i := range burst {
		if err := p.spend(one, now); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := p.spend(one, now); !errors.Is(err, fault.TooMany) {
		t.Errorf("beyond the burst: %v", err)
	}
	if err := p.spend(other, now); err != nil {
		t.Errorf("another key: %v", err)
	}
	if err := p.spend(one, now.Add(-time.Hour)); !errors.Is(err, fault.TooMany) {
		t.Errorf("with the clock set back: %v", err)
	}
	later := now.Add(time.Second)
	for i := range perSecond {
		if err := p.spend(one, later); err != nil {
			t.Fatalf("a second later, request %d: %v", i, err)
		}
	}
	if err := p.spend(one, later); !errors.Is(err, fault.TooMany) {
		t.Errorf("more than a second's: %v", err)
	}
}
