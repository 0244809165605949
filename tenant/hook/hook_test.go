package hook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/page"
	"switchboard/tenant/seal"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func change(t *testing.T) hook.Change {
	t.Helper()
	box, err := seal.New("a secret of the tests, 32 bytes or more")
	if err != nil {
		t.Fatal(err)
	}
	return hook.Change{At: time.Now(), Box: box}
}

func within(t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) error) error {
	t.Helper()
	return w.DB.Within(t.Context(), s, do)
}

func all() (events []body.Event) {
	for _, a := range body.About {
		events = append(events, a.Event)
	}
	return events
}

func settings(name string) hook.Settings {
	return hook.Settings{Name: name, Form: hook.Standard, URL: "https://shop.example/hook", Events: all()}
}

// TestWhatHappensIsTold changes rows as the rest of the program does, and looks what
// is owed to whom: each thing once, to the shop's own receiver, and nothing that
// was rolled back.
func TestWhatHappensIsTold(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c := change(t)
	for _, s := range []tenanttest.Shop{w.A, w.B} {
		err := within(t, w, s.Scope, func(tx tenant.Tx) error { _, _, err := hook.Create(tx, settings("crm"), c); return err })
		if err != nil {
			t.Fatal(err)
		}
	}
	call := live(t, w, w.A)
	for _, step := range []string{
		"update shop.call set state = 'talking', answered_at = now() where id = $1",
		"update shop.call set state = 'held' where id = $1",
		"update shop.call set state = 'wrap-up', outcome = 'answered', ended_at = now() where id = $1",
		"update shop.call set state = 'ended', finished_at = now() where id = $1",
		"insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms) select shop_id, id, id, 'recording', 'x', now(), 0 from shop.call where id = $1",
		"update shop.recording set state = 'ready' where call_id = $1",
		"update shop.recording set bytes = 7 where call_id = $1",
		"insert into shop.task (shop_id, id, kind, state, call_id, owner, due_at, created_at) select shop_id, id, 'callback', 'open', id, 'pool:main', now(), now() from shop.call where id = $1",
		"insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, task_id, lost_at) select shop_id, id, id, 'voicemail', '', 0, 'x', id, now() from shop.call where id = $1",
		"update shop.task set state = 'claimed' where call_id = $1",
		"update shop.task set state = 'done', closed_at = now() where call_id = $1",
	} {
		w.Admin(t, step, call)
	}
	if got, want := told(t, w, w.A.Scope), []body.Event{body.CallStarted, body.CallAnswered, body.CallEnded, body.RecordingReady, body.VoicemailLeft, body.CallbackDone}; !slices.Equal(got, want) {
		t.Errorf("told of %v, want %v", got, want)
	}
	if got := told(t, w, w.B.Scope); len(got) != 0 {
		t.Errorf("the other shop is told of %v", got)
	}
	undone := errors.New("undone")
	err := within(t, w, w.B.Scope, func(tx tenant.Tx) error {
		_, err := tx.Exec("insert into shop.buyer (id, phone, created_at, updated_at) values ($1, '+79215550144', now(), now())", uuid.New())
		return errors.Join(err, undone)
	})
	if !errors.Is(err, undone) || len(told(t, w, w.B.Scope)) != 0 {
		t.Errorf("what was undone is told: %v", err)
	}
}

// live makes a call that waits.
func live(t *testing.T, w *tenanttest.World, s tenanttest.Shop) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, `insert into shop.call (shop_id, id, no, direction, state, pool, epoch, node, number_id, queue_id, started_at)
		values ($1, $2, 7, 'inbound', 'waiting', 'main', 1, 'test', $3, $4, now())`, s.ID.UUID(), id, s.Number, s.Queue)
	return id
}

// told lists what is owed to the shop's receivers, the oldest first.
func told(t *testing.T, w *tenanttest.World, s tenant.Scope) (events []body.Event) {
	t.Helper()
	err := within(t, w, s, func(tx tenant.Tx) error {
		list, _, err := hook.ListDeliveries(tx, hook.Filter{}, page.Cursor{}, 0)
		for _, d := range slices.Backward(list) {
			events = append(events, d.Event)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// TestOnlyAnOwnerHandsOutBuyers: neither to a new system, nor by leading an old one
// elsewhere.
func TestOnlyAnOwnerHandsOutBuyers(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c := change(t)
	account := w.AddAccount(t, "manager@shop-a.test", "Manager")
	w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, gen_random_uuid(), $2, 'manager', now())", w.A.ID.UUID(), account)
	manager, err := w.DB.EnterAsMember(t.Context(), account, w.A.ID)
	if err != nil {
		t.Fatal(err)
	}
	personal := settings("crm")
	personal.Personal = true
	var id uuid.UUID
	create := func(s tenant.Scope, to hook.Settings) error {
		return within(t, w, s, func(tx tenant.Tx) (err error) { id, _, err = hook.Create(tx, to, c); return err })
	}
	var invalid fault.Invalid
	if err := create(manager, personal); !errors.As(err, &invalid) || invalid.Field != "personal" {
		t.Errorf("a manager hands out buyers: %v", err)
	}
	if err := create(manager, settings("masked")); err != nil {
		t.Errorf("a manager adds a receiver: %v", err)
	}
	if err := create(w.A.Scope, personal); err != nil {
		t.Fatal(err)
	}
	elsewhere := personal
	elsewhere.URL = "https://elsewhere.example/"
	save := func(s tenant.Scope, to hook.Settings) error {
		return within(t, w, s, func(tx tenant.Tx) error { return hook.Save(tx, id, to, c.At) })
	}
	if err := save(manager, elsewhere); !errors.As(err, &invalid) {
		t.Errorf("a manager leads buyers elsewhere: %v", err)
	}
	personal.Name = "renamed"
	if err := save(manager, personal); err != nil {
		t.Errorf("a manager renames it: %v", err)
	}
	if err := save(w.B.Scope, personal); !errors.Is(err, fault.NotFound) {
		t.Errorf("another shop saves it: %v", err)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for field, s := range map[string]hook.Settings{
		"name":      {Form: hook.Standard, Events: all()},
		"url":       {Name: "x", Form: hook.Standard, Events: all(), URL: strings.Repeat("x", 3000)},
		"form":      {Name: "x", Form: "xml", Events: all()},
		"events":    {Name: "x", Form: hook.Standard},
		"events[0]": {Name: "x", Form: hook.Standard, Events: []body.Event{"call.dreamt"}},
	} {
		err := within(t, w, w.A.Scope, func(tx tenant.Tx) error { _, _, err := hook.Create(tx, s, change(t)); return err })
		var p fault.Problems
		if !errors.As(err, &p) || p[0].Field != field {
			t.Errorf("wrong %s: %v", field, err)
		}
	}
}
