package task_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
	"switchboard/tenant/task"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// batch sends one statement over rows as the switch does: in a batch.
func batch(t *testing.T, w *tenanttest.World, query string, rows any) {
	t.Helper()
	doc, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	b := &pgx.Batch{}
	b.Queue(query, doc)
	if err := w.DB.AcrossBatch(t.Context(), "test the switch's statements", b); err != nil {
		t.Fatal(err)
	}
}

func lost(t *testing.T, w *tenanttest.World, s tenanttest.Shop, at time.Time) task.Lost {
	t.Helper()
	call, queue := w.AddCall(t, s, w.AddOperator(t, uuid.NewString()), at), s.Queue
	return task.Lost{ShopID: s.ID.UUID(), ID: uuid.New(), TaskID: uuid.New(), CallID: call, QueueID: &queue, Reason: task.Abandoned,
		Words: "Hung up after 14 s.", WaitedMS: 14000, Owner: "pool:main", LostAt: at, DueAt: at.Add(task.CallBackWithin)}
}

func within[T any](t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		v, err = do(tx)
		return err
	})
	return v, err
}

func lostCalls(t *testing.T, w *tenanttest.World, s tenant.Scope) []task.LostCall {
	t.Helper()
	l, err := within(t, w, s, func(tx tenant.Tx) ([]task.LostCall, error) {
		l, _, err := task.ListLost(tx, task.LostFilter{}, page.Cursor{}, 0)
		return l, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestALostCallOwesACallback(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	a1, a2, b1 := lost(t, w, w.A, noon), lost(t, w, w.A, noon.Add(time.Minute)), lost(t, w, w.B, noon)
	for range 2 { // a batch may be sent twice
		batch(t, w, task.LoseSQL, []task.Lost{a1, a2, b1})
	}
	got := lostCalls(t, w, w.A.Scope)
	if len(got) != 2 || got[0].ID != a2.ID || got[1].ID != a1.ID {
		t.Fatalf("shop a lost %+v", got)
	}
	l := got[1]
	if l.Reason != task.Abandoned || l.Words != a1.Words || l.WaitedMS != 14000 || l.Owner != "pool:main" || *l.TaskID != a1.TaskID ||
		l.TaskState != task.Open || !l.DueAt.Equal(a1.DueAt) || l.Phone != "+79215550144" || *l.QueueID != w.A.Queue {
		t.Errorf("lost call %+v", l)
	}
	if others := lostCalls(t, w, w.B.Scope); len(others) != 1 || others[0].ID != b1.ID {
		t.Errorf("shop b lost %+v", others)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.outbox where kind = $1 and due_at = $2 and shop_id = $3", task.Due.Name, a1.DueAt, w.A.ID.UUID()); n != 1 {
		t.Errorf("%d jobs watch over the due time", n)
	}
	payload := tenanttest.One[string](t, w, "select payload::text from house.outbox where due_at = $1", a2.DueAt)
	var due task.DueTask
	if err := json.Unmarshal([]byte(payload), &due); err != nil || due != (task.DueTask{ShopID: w.A.ID.UUID(), TaskID: a2.TaskID}) {
		t.Errorf("payload %s reads as %+v, %v", payload, due, err)
	}
	if queue := tenanttest.One[string](t, w, "select distinct queue from house.outbox"); queue != string(task.Due.Queue) {
		t.Errorf("in queue %s, want %s", queue, task.Due.Queue)
	}
}

func TestAWithheldNumberOwesNoCallback(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := lost(t, w, w.A, noon)
	w.Admin(t, "update shop.call_party set phone = '', phone_raw = 'anonymous'")
	batch(t, w, task.LoseSQL, []task.Lost{l})
	got := lostCalls(t, w, w.A.Scope)
	if len(got) != 1 || got[0].TaskID != nil || got[0].Phone != "" {
		t.Errorf("lost %+v", got)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.task"); n != 0 {
		t.Errorf("%d tasks", n)
	}
}

func TestRingingAgainCancelsTheCallback(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	open, claimed, done := lost(t, w, w.A, noon), lost(t, w, w.A, noon), lost(t, w, w.A, noon)
	another, foreign := lost(t, w, w.A, noon), lost(t, w, w.B, noon)
	batch(t, w, task.LoseSQL, []task.Lost{open, claimed, done, another, foreign})
	w.Admin(t, "update shop.call_party set phone = '+79990001122' where call_id = $1", another.CallID)
	_, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (task.Task, error) {
		if _, err := task.Finish(tx, done.TaskID, task.Closing{Now: noon}); err != nil {
			return task.Task{}, err
		}
		return task.Claim(tx, claimed.TaskID, w.A.Owner)
	})
	if err != nil {
		t.Fatal(err)
	}

	again := w.AddCall(t, w.A, w.AddOperator(t, "vera"), noon.Add(time.Minute))
	rang := task.RangAgain{ShopID: w.A.ID.UUID(), CallID: again, Phone: "+79215550144", At: noon.Add(time.Minute)}
	batch(t, w, task.RangAgainSQL, []task.RangAgain{rang, {ShopID: w.A.ID.UUID(), CallID: again, Phone: "", At: noon}})

	state := func(l task.Lost) string {
		return tenanttest.One[string](t, w, "select concat_ws(',', state, nullif(closed_reason, ''), closed_call_id) from shop.task where id = $1", l.TaskID)
	}
	cancelled := "cancelled,rang again," + again.String()
	for _, c := range []struct {
		name string
		lost task.Lost
		want string
	}{{"open", open, cancelled}, {"claimed", claimed, cancelled}, {"done", done, "done"}, {"of another number", another, "open"}, {"of shop b", foreign, "open"}} {
		if got := state(c.lost); got != c.want {
			t.Errorf("the task that was %s is %s, want %s", c.name, got, c.want)
		}
	}
	if got := lostCalls(t, w, w.A.Scope); got[0].TaskState == "" || !slices.ContainsFunc(got, func(l task.LostCall) bool {
		return l.ID == open.ID && l.ClosedReason == "rang again" && *l.ClosedCallID == again
	}) {
		t.Errorf("lost calls do not tell that the buyer rang again: %+v", got)
	}
}

// The switch sends a batch again if it does not know whether it was committed:
// the call that rang must not cancel the callback it is owed itself.
func TestACallDoesNotCancelItsOwnCallback(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := lost(t, w, w.A, noon)
	batch(t, w, task.LoseSQL, []task.Lost{l})
	batch(t, w, task.RangAgainSQL, []task.RangAgain{{ShopID: l.ShopID, CallID: l.CallID, Phone: "+79215550144", At: noon}})
	if state := tenanttest.One[string](t, w, "select state from shop.task"); state != "open" {
		t.Errorf("the task is %s", state)
	}
}

func TestTheLifeOfATask(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	l := lost(t, w, w.A, noon)
	batch(t, w, task.LoseSQL, []task.Lost{l})
	stranger := w.AddAccount(t, "stranger@test.example", "Stranger")
	claim := func(account uuid.UUID) func(tenant.Tx) (task.Task, error) {
		return func(tx tenant.Tx) (task.Task, error) { return task.Claim(tx, l.TaskID, account) }
	}
	finish := func(tx tenant.Tx) (task.Task, error) {
		return task.Finish(tx, l.TaskID, task.Closing{Now: noon, Reason: "reached", CallID: &l.CallID})
	}
	cancel := func(tx tenant.Tx) (task.Task, error) { return task.Cancel(tx, l.TaskID, task.Closing{Now: noon}) }
	tooMuch := func(tx tenant.Tx) (task.Task, error) {
		return task.Cancel(tx, l.TaskID, task.Closing{Now: noon, Reason: strings.Repeat("ы", 301)})
	}
	for _, step := range []struct {
		name  string
		scope tenant.Scope
		do    func(tenant.Tx) (task.Task, error)
		want  any
	}{
		{"shop b claims", w.B.Scope, claim(w.B.Owner), fault.NotFound},
		{"shop b cancels", w.B.Scope, cancel, fault.NotFound},
		{"owner claims", w.A.Scope, claim(w.A.Owner), task.Claimed},
		{"owner claims again", w.A.Scope, claim(w.A.Owner), task.Claimed},
		{"another claims", w.A.Scope, claim(stranger), fault.Conflict},
		{"with a novel", w.A.Scope, tooMuch, fault.Invalid{Field: "reason", Problem: "is longer than 300 characters"}},
		{"done", w.A.Scope, finish, task.Done},
		{"done twice", w.A.Scope, finish, fault.Conflict},
		{"cancelled after", w.A.Scope, cancel, fault.Conflict},
		{"claimed after", w.A.Scope, claim(w.A.Owner), fault.Conflict},
	} {
		got, err := within(t, w, step.scope, step.do)
		if want, ok := step.want.(error); ok {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", step.name, err, want)
			}
		} else if err != nil || got.State != step.want {
			t.Errorf("%s: %s, %v, want %v", step.name, got.State, err, step.want)
		}
	}
	if n := tenanttest.One[string](t, w, "select string_agg(action, ' ' order by at) from house.audit where subject = $1", l.TaskID.String()); n != "task.claim task.finish" {
		t.Errorf("audit: %s", n)
	}
}

func TestTasksAreListedByTheirDueTime(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	late, soon, foreign := lost(t, w, w.A, noon.Add(time.Hour)), lost(t, w, w.A, noon), lost(t, w, w.B, noon)
	batch(t, w, task.LoseSQL, []task.Lost{late, soon, foreign})
	var seen []uuid.UUID
	for after := (page.Cursor{}); ; {
		var next page.Cursor
		got, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (ts []task.Task, err error) {
			ts, next, err = task.List(tx, task.Filter{Unclosed: true}, after, 1)
			return ts, err
		})
		if err != nil || len(got) != 1 || got[0].Phone != "+79215550144" {
			t.Fatalf("%+v, %v", got, err)
		}
		seen = append(seen, got[0].ID)
		if !got[0].Overdue(got[0].DueAt.Add(1)) || got[0].Overdue(got[0].DueAt) {
			t.Error("a task is overdue after its due time, and only then")
		}
		if after = next; after == (page.Cursor{}) {
			break
		}
	}
	if !slices.Equal(seen, []uuid.UUID{soon.TaskID, late.TaskID}) {
		t.Errorf("listed %v", seen)
	}
	if _, err := within(t, w, w.B.Scope, func(tx tenant.Tx) (task.Task, error) { return task.Take(tx, soon.TaskID) }); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b takes a task of shop a: %v", err)
	}
	if got, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (task.Task, error) { return task.Take(tx, soon.TaskID) }); err != nil || got.CallID != soon.CallID {
		t.Errorf("%+v, %v", got, err)
	}
}
