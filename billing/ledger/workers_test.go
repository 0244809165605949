package ledger_test

import (
	"sync"
	"testing"
	"time"

	"switchboard/tenant/cdr"
	"switchboard/tenant/tenanttest"
)

// TestManyWorkers: eight of them post the same legs of two shops, with included
// seconds to fight for. Each leg has one charge, and no second is used twice.
func TestManyWorkers(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS = 600
	w := world(t, p)
	const legs = 12 // of 120 billed seconds: five are covered, seven are paid
	due := map[*tenanttest.Shop][]cdr.FinishedCall{}
	for _, s := range []*tenanttest.Shop{&w.A, &w.B} {
		for range legs {
			due[s] = append(due[s], addLeg(t, w, *s, shape{at: noon, talk: 61 * time.Second}))
		}
	}
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := range legs {
				for s, fs := range due {
					if _, err := post(t.Context(), w, *s, fs[(i*5+worker)%legs]); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	want := sums{Charges: legs, Amount: 7 * 2400, Transfers: 7, Owed: 7 * 2400, Earned: 7 * 2400, UsedS: 600, Live: legs}
	for s := range due {
		if got := books(t, w, *s); got != want {
			t.Errorf("books of %s say %+v; want %+v", s.Slug, got, want)
		}
	}
}

// TestVersionsAtOnce: records of a call and of its correction that workers post
// at the same moment leave the newest alone.
func TestVersionsAtOnce(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	var fs []cdr.FinishedCall
	for range 6 {
		one := addLeg(t, w, w.A, shape{at: noon, talk: 130 * time.Second})
		fs = append(fs, one)
		mustPost(t, w, w.A, one)
		for v := 2; v <= 3; v++ {
			fs = append(fs, addVersion(t, w, w.A, one.CallID, shape{at: noon, talk: time.Duration(v) * time.Minute, version: v}))
		}
	}
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range fs {
				if _, err := post(t.Context(), w, w.A, fs[(i*7+worker*3)%len(fs)]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := books(t, w, w.A)
	if got.Live != 6 || got.Amount != 6*3600 || got.Owed != 6*3600 || got.Earned != 6*3600 || got.Charges != 18 {
		t.Errorf("books say %+v", got)
	}
}
