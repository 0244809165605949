package disposition_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/disposition"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/script/walk"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func say(t *testing.T, w *tenanttest.World, s tenant.Scope, call uuid.UUID, word disposition.Word) (disposition.Disposition, error) {
	t.Helper()
	var d disposition.Disposition
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		d, err = disposition.Say(tx, call, word, noon)
		return err
	})
	return d, err
}

func take(t *testing.T, w *tenanttest.World, s tenant.Scope, call uuid.UUID) (disposition.Disposition, error) {
	t.Helper()
	var d disposition.Disposition
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		d, err = disposition.Take(tx, call)
		return err
	})
	return d, err
}

func TestTheLastWordCounts(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	d, err := take(t, w, w.A.Scope, call)
	if err != nil || d.Outcome != "" || d.Proposed != "" || d.Callback != nil || !slices.Equal(d.Options, graph.Outcomes) {
		t.Errorf("before a word: %+v, %v", d, err)
	}
	at := func(hours int) *disposition.Promise {
		return &disposition.Promise{DueAt: noon.Add(time.Duration(hours) * time.Hour), Subject: fmt.Sprintf("in %d h", hours)}
	}
	for _, step := range []struct {
		word disposition.Word
		task string // its state, due time and subject
	}{
		{disposition.Word{Outcome: "consultation", Note: "asked"}, ""},
		{disposition.Word{Outcome: "callback", Promise: at(2)}, "open 2 in 2 h"},
		{disposition.Word{Outcome: "order", Note: "and later", Promise: at(3)}, "open 3 in 3 h"},
		{disposition.Word{Outcome: "order", Note: "after all"}, ""},
		{disposition.Word{Outcome: "callback", Promise: at(4)}, "open 4 in 4 h"},
	} {
		said, err := say(t, w, w.A.Scope, call, step.word)
		if err != nil {
			t.Fatal(err)
		}
		if said.Outcome != step.word.Outcome || said.Note != step.word.Note || said.SaidBy != w.A.Scope.Actor() || !said.SaidAt.Equal(noon) {
			t.Errorf("said %+v", said)
		}
		got := ""
		if c := said.Callback; c != nil {
			got = fmt.Sprintf("%s %d %s", c.State, int(c.DueAt.Sub(noon).Hours()), c.Subject)
			if c.Owner != "pool:main" || c.CallID != call || c.Phone != "+79215550144" || *c.QueueID != w.A.Queue {
				t.Errorf("task %+v", c)
			}
		}
		owed := tenanttest.One[int](t, w, "select count(*) from shop.task where closed_at is null")
		if (owed == 1) != (step.task != "") {
			t.Errorf("after %+v: %d callbacks are owed", step.word, owed)
		}
		if got != step.task {
			t.Errorf("after %+v: task %q, want %q", step.word, got, step.task)
		}
	}
	if n := tenanttest.One[string](t, w, "select count(*) || ' ' || (select count(*) from house.outbox where kind = 'task.due') from shop.task"); n != "1 3" {
		t.Errorf("%s tasks and bells, want one task and a bell for each time that was promised", n)
	}
	if n := tenanttest.One[string](t, w, "select count(*) || ' ' || bool_or(detail::text like '%after all%' or detail::text like '%in 2 h%') from house.audit where action = 'call.dispose'"); n != "5 false" {
		t.Errorf("the audit log: %s, want 5 records without words", n)
	}
}

func TestABadWordChangesNothing(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	promise := func(due time.Time, subject string) *disposition.Promise {
		return &disposition.Promise{DueAt: due, Subject: subject}
	}
	for _, tc := range []struct {
		word   disposition.Word
		fields []string
	}{
		{disposition.Word{Outcome: ""}, []string{"outcome"}},
		{disposition.Word{Outcome: "sold"}, []string{"outcome"}},
		{disposition.Word{Outcome: "callback"}, []string{"callback"}},
		{disposition.Word{Outcome: "callback", Promise: promise(noon.Add(-2*time.Minute), "")}, []string{"callback.due_at"}},
		{disposition.Word{Outcome: "callback", Promise: promise(noon.Add(91*24*time.Hour), "\x00")}, []string{"callback.subject", "callback.due_at"}},
		{disposition.Word{Outcome: "other", Note: strings.Repeat("ы", 20_001)}, []string{"note"}},
	} {
		_, err := say(t, w, w.A.Scope, call, tc.word)
		var p fault.Problems
		errors.As(err, &p)
		var fields []string
		for _, e := range p {
			fields = append(fields, e.Field)
		}
		if !slices.Equal(fields, tc.fields) {
			t.Errorf("%.40v: %v, want %v", tc.word, err, tc.fields)
		}
	}
	if _, err := say(t, w, w.B.Scope, call, disposition.Word{Outcome: "other"}); !errors.Is(err, fault.NotFound) {
		t.Errorf("by shop b: %v", err)
	}
	if _, err := take(t, w, w.B.Scope, call); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b looks: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select (select count(*) from shop.disposition) + (select count(*) from shop.task)"); n != 0 {
		t.Errorf("%d rows", n)
	}
}

func TestACallbackThatIsDoneIsNotPromisedAgain(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	word := disposition.Word{Outcome: "callback", Promise: &disposition.Promise{DueAt: noon.Add(time.Hour)}}
	if _, err := say(t, w, w.A.Scope, call, word); err != nil {
		t.Fatal(err)
	}
	w.Admin(t, "update shop.task set state = 'done', closed_at = now()")
	if _, err := say(t, w, w.A.Scope, call, word); !errors.Is(err, fault.Conflict) {
		t.Errorf("promised again: %v", err)
	}
	if d, err := say(t, w, w.A.Scope, call, disposition.Word{Outcome: "other"}); err != nil || tenanttest.One[string](t, w, "select state from shop.task") != "done" {
		t.Errorf("taken back, what was done is not done: %+v, %v", d, err)
	}
}

// A lost call's callback is none of the operator's promises.
func TestWhatIsOwedOtherwiseStays(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna"), noon)
	w.Admin(t, `insert into shop.task (shop_id, id, kind, state, call_id, owner, due_at, created_at) values ($1, gen_random_uuid(), 'callback', 'open', $2, 'pool:main', now(), now())`, w.A.ID.UUID(), call)
	if _, err := say(t, w, w.A.Scope, call, disposition.Word{Outcome: "other"}); err != nil {
		t.Fatal(err)
	}
	if state := tenanttest.One[string](t, w, "select state from shop.task"); state != "open" {
		t.Errorf("the task is %s", state)
	}
}

const short = `name: {ru: Коротко}
languages: [ru]
start: ask
nodes:
  - {id: ask, kind: ask, ask: choice, text: {ru: "Что?"}, choices: [{id: a, text: {ru: Брак}, next: claim}, {id: b, text: {ru: Ошиблись}, next: wrong}]}
  - {id: claim, kind: end, text: {ru: "Жаль."}, outcome: claim}
  - {id: wrong, kind: end, text: {ru: "Пока."}, outcome: wrong_number}
`

func TestTheScriptAndTheOrderPropose(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna")
	call := w.AddCall(t, w.A, anna, noon)
	step := func(do func(tenant.Tx) error) disposition.Disposition {
		t.Helper()
		if err := w.DB.Within(t.Context(), w.A.Scope, do); err != nil {
			t.Fatal(err)
		}
		d, err := take(t, w, w.A.Scope, call)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	facts := walk.Facts{Now: walk.Instant(noon.UnixMilli()), Language: graph.RU}
	d := step(func(tx tenant.Tx) error {
		v, err := script.Shelf.Put(tx, "short", short, noon)
		if err == nil {
			_, err = script.Begin(tx, call, v, facts)
		}
		return err
	})
	if d.Proposed != "" || !slices.Equal(d.Options[:3], []string{"claim", "wrong_number", "order"}) || len(d.Options) != len(graph.Outcomes) {
		t.Errorf("on the way: %+v", d)
	}
	d = step(func(tx tenant.Tx) error {
		_, err := script.Answer(tx, call, walk.Answer{Text: "b"}, 0, facts)
		return err
	})
	if d.Proposed != "wrong_number" {
		t.Errorf("at the end: %q", d.Proposed)
	}
	source, snapshot := uuid.New(), uuid.New()
	id := w.A.ID.UUID()
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())", id, source)
	w.Admin(t, "insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())", id, snapshot, source)
	w.Admin(t, `insert into shop."order" (shop_id, id, no, call_id, snapshot_id, status, currency, total_minor, created_at, confirmed_at)
		values ($1, gen_random_uuid(), 1, $2, $3, 'confirmed', 'RUB', 100, now(), now())`, id, call, snapshot)
	if d = step(func(tenant.Tx) error { return nil }); d.Proposed != "order" {
		t.Errorf("with an order: %q", d.Proposed)
	}
}
