package recall_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/live"
	"switchboard/tenant/task"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/recall"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func TestOnlyWhatIsOverdueIsRemindedOf(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	due := time.Now()
	owed := func(s tenanttest.Shop) task.DueTask {
		l := task.Lost{ShopID: s.ID.UUID(), ID: uuid.New(), TaskID: uuid.New(), CallID: w.AddCall(t, s, uuid.New(), due), Reason: task.Abandoned, Owner: "pool:main", LostAt: due, DueAt: due}
		if err := w.DB.Across(t.Context(), "lose", func(tx tenant.AcrossTx) error { return task.Lose(tx, l) }); err != nil {
			t.Fatal(err)
		}
		return task.DueTask{ShopID: l.ShopID, TaskID: l.TaskID}
	}
	open, done, foreign := owed(w.A), owed(w.A), owed(w.B)
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		_, err := task.Finish(tx, done.TaskID, task.Closing{Now: due})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	crossed := task.DueTask{ShopID: w.A.ID.UUID(), TaskID: foreign.TaskID}
	for _, c := range []struct {
		name string
		task task.DueTask
		at   time.Time
		want int
	}{
		{"overdue", open, due.Add(time.Second), 1}, {"early", open, due.Add(-time.Second), 0}, {"done", done, due.Add(time.Second), 0},
		{"erased", task.DueTask{ShopID: w.A.ID.UUID(), TaskID: uuid.New()}, due.Add(time.Second), 0}, {"of shop b as of shop a", crossed, due.Add(time.Second), 0},
	} {
		told := 0
		r := recall.New(w.DB, func(h live.Hint) {
			if told++; h != (live.Hint{Shop: w.A.ID, Kind: live.Task, ID: open.TaskID, State: recall.Overdue}) {
				t.Errorf("%s: told of %+v", c.name, h)
			}
		}, func() time.Time { return c.at })
		if err := r.Remind(t.Context(), c.task); err != nil || told != c.want {
			t.Errorf("%s: told %d times, want %d; %v", c.name, told, c.want, err)
		}
	}
}
