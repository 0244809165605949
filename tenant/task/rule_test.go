package task_test

import (
	"errors"
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/task"
	"switchboard/tenant/tenanttest"
)

// The next attempt is after the gap of what came of the last, and within the
// hours.
func TestNextAttempt(t *testing.T) {
	t.Parallel()
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, moscow) }
	for _, c := range []struct {
		was    task.Result
		ended  time.Time
		next   time.Time
		counts bool
	}{
		{task.InUse, at(23, 14, 0), at(23, 14, 10), true},
		{task.Silent, at(23, 14, 0), at(23, 16, 0), true},
		{task.Silent, at(23, 20, 30), at(24, 9, 0), true},
		{task.InUse, at(23, 20, 50), at(24, 9, 0), true}, // 21:00 is late
		{task.InUse, at(23, 20, 49), at(23, 20, 59), true},
		{task.Dropped, at(23, 14, 0), at(23, 14, 0), false},
		{task.Cut, at(23, 3, 0), at(23, 9, 0), false},
		{task.Barred, at(23, 14, 0), at(23, 14, 10), false},
		{task.NoWay, at(23, 14, 0), at(23, 14, 10), true},
		{task.Rejected, at(23, 14, 0), at(23, 16, 0), true},
	} {
		next, ever := task.Usual().Next(c.was, c.ended)
		if !ever || !next.Equal(c.next) || c.was.Counts() != c.counts {
			t.Errorf("%s at %s: again at %s (%v), counts %v", c.was, c.ended, next, ever, c.was.Counts())
		}
	}
}

func TestResultOfAnAnswer(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]task.Result{486: task.InUse, 600: task.InUse, 480: task.Silent, 408: task.Silent, 487: task.Silent, 603: task.Rejected, 403: task.Barred, 404: task.NoWay, 503: task.NoWay} {
		if got := task.ResultOf(code); got != want {
			t.Errorf("%d is %s, want %s", code, got, want)
		}
	}
}

func TestARuleIsSetWithinItsBounds(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	set := func(scope tenant.Scope, change func(*task.Rule)) (r task.Rule, err error) {
		r = task.Usual()
		change(&r)
		err = w.DB.Within(t.Context(), scope, func(tx tenant.Tx) error {
			r, err = task.SetRule(tx, r, noon)
			return err
		})
		return r, err
	}
	for name, change := range map[string]func(*task.Rule){
		"no attempt":   func(r *task.Rule) { r.Attempts = 0 },
		"many":         func(r *task.Rule) { r.Attempts = 11 },
		"at once":      func(r *task.Rule) { r.Busy = 59 * time.Second },
		"short":        func(r *task.Rule) { r.Ring = 14 * time.Second },
		"never open":   func(r *task.Rule) { r.Source = "{}" },
		"unreadable":   func(r *task.Rule) { r.Source = `{"day": []}` },
		"hardly quiet": func(r *task.Rule) { r.Silent = time.Minute },
	} {
		if _, err := set(w.A.Scope, change); !isInvalid(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := set(w.A.Scope, func(r *task.Rule) { r.Attempts, r.Source = 5, `{"mon": ["10:00-18:00"]}` })
	if err != nil || r.Attempts != 5 || r.Hours.Open(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", r, err)
	}
	err = w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		if r, err := task.TakeRule(tx); err != nil || r.Attempts != 3 {
			t.Errorf("shop b has %+v, %v", r, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func isInvalid(err error) bool {
	var p fault.Problems
	return errors.As(err, &p)
}
