package journal_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/journal"
	"switchboard/tenant/tenanttest"
)

// A leader that retires commits what comes of its calls, which are nobody
// else's until it dies. Then it commits nothing, and its successor ends them.
func TestARetiredLeader(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	ctx := t.Context()
	old := take(t, w, "a")
	first, late := arrival(w.A, uuid.New(), 1, "+79215550144"), arrival(w.A, uuid.New(), 2, "+79215550145")
	if err := old.Commit(ctx, first); err != nil {
		t.Fatal(err)
	}
	anna := w.AddOperator(t, "anna", w.A)
	if err := old.Retire(ctx, []uuid.UUID{anna}); err != nil {
		t.Fatal(err)
	}
	session := onlySession(t, w)
	now := take(t, w, "b")
	if last, err := now.CallNumbers(ctx); err != nil || last[w.A.ID.UUID()] != 1 {
		t.Errorf("the successor counts on from %v, %v", last, err)
	}
	retired, err := now.Retired(ctx)
	if err != nil || len(retired) != 1 || retired[0].Node != "a" || len(retired[0].Operators) != 1 || retired[0].Operators[0] != anna {
		t.Fatalf("retired: %+v, %v", retired, err)
	}
	if gone, err := now.GiveUp(ctx, retired[0]); err != nil || gone {
		t.Errorf("a retired leader that lives is given up: %v, %v", gone, err)
	}
	if calls, err := now.OpenCalls(ctx); err != nil || len(calls) != 0 {
		t.Errorf("the successor ends %v, %v", calls, err)
	}
	late.Arrived[0].Epoch = 1
	commit(t, old, late)
	if err := old.Renew(ctx, nil, nil, 0); err != nil {
		t.Errorf("a retired leader cannot renew: %v", err)
	}

	w.Admin(t, "update house.retired set renewed_at = now() - interval '11 s'")
	if retired, err = now.Retired(ctx); err != nil {
		t.Fatal(err)
	}
	if gone, err := now.GiveUp(ctx, retired[0]); err != nil || gone {
		t.Errorf("a retired leader that holds its lock is given up: %v, %v", gone, err)
	}
	w.Admin(t, "select pg_terminate_backend($1)", session)
	given(t, now, retired[0])
	if calls, err := now.OpenCalls(ctx); err != nil || len(calls) != 2 {
		t.Errorf("the successor ends %v, %v", calls, err)
	}
	if err := old.Commit(context.Background(), arrival(w.A, uuid.New(), 3, "+79215550146")); !errors.Is(err, journal.ErrSucceeded) {
		t.Errorf("a leader that was given up commits: %v", err)
	}
}

// onlySession is the only one that holds a lock of a leader's, once it is that.
func onlySession(t *testing.T, w *tenanttest.World) int {
	t.Helper()
	const in = " from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())"
	for limit := time.Now().Add(5 * time.Second); tenanttest.One[int](t, w, "select count(*)"+in) != 1; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("no single session holds a lock")
		}
	}
	return tenanttest.One[int](t, w, "select pid"+in)
}

// given waits until a leader whose session is gone is given up.
func given(t *testing.T, l *journal.Lease, r journal.Retired) {
	t.Helper()
	for limit := time.Now().Add(5 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		gone, err := l.GiveUp(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		if gone {
			return
		}
	}
	t.Fatal("a dead leader is not given up within 5 s")
}

// A retired leader that has finished is forgotten.
func TestARetiredLeaderDeparts(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	old := take(t, w, "a")
	if err := old.Retire(t.Context(), []uuid.UUID{}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	now, err := journal.Take(ctx, w.DB, "main", "b", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer now.Release()
	if err := old.Depart(ctx); err != nil {
		t.Fatal(err)
	}
	if retired, err := now.Retired(ctx); err != nil || len(retired) != 0 {
		t.Errorf("retired: %+v, %v", retired, err)
	}
}
