package cdr_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func within[T any](t *testing.T, w *tenanttest.World, s tenant.Scope, read func(tenant.Tx) (T, error)) T {
	t.Helper()
	var v T
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		v, err = read(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func list(t *testing.T, w *tenanttest.World, s tenant.Scope, f cdr.Filter) []cdr.Call {
	t.Helper()
	return within(t, w, s, func(tx tenant.Tx) ([]cdr.Call, error) {
		calls, _, err := cdr.List(tx, f, page.Cursor{}, 0)
		return calls, err
	})
}

func TestAShopListsItsOwnCallsNewestFirst(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	var mine []uuid.UUID
	for i := range 5 {
		mine = append(mine, w.AddCall(t, w.A, anna, noon.Add(time.Duration(i)*time.Minute)))
		w.AddCall(t, w.B, anna, noon.Add(time.Duration(i)*time.Minute))
	}
	slices.Reverse(mine)
	var seen []uuid.UUID
	for after, pages := (page.Cursor{}), 1; ; pages++ {
		var next page.Cursor
		calls := within(t, w, w.A.Scope, func(tx tenant.Tx) (c []cdr.Call, err error) {
			c, next, err = cdr.List(tx, cdr.Filter{}, after, 2)
			return c, err
		})
		for _, c := range calls {
			seen = append(seen, c.ID)
			if c.ShopID != w.A.ID.UUID() {
				t.Errorf("call %s of shop %s in shop a's list", c.ID, c.ShopID)
			}
		}
		if after = next; after == (page.Cursor{}) {
			if pages != 3 {
				t.Errorf("5 calls came in %d pages of 2", pages)
			}
			break
		}
	}
	if !slices.Equal(seen, mine) {
		t.Errorf("listed %v, want %v", seen, mine)
	}
}

// Calls of the same instant must not fall between two pages.
func TestPagesMissNoCallOfTheSameInstant(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	want := map[uuid.UUID]bool{}
	for range 5 {
		want[w.AddCall(t, w.A, anna, noon)] = true
	}
	after, seen := page.Cursor{}, 0
	for {
		var next page.Cursor
		calls := within(t, w, w.A.Scope, func(tx tenant.Tx) (c []cdr.Call, err error) {
			c, next, err = cdr.List(tx, cdr.Filter{}, after, 2)
			return c, err
		})
		for _, c := range calls {
			delete(want, c.ID)
			seen++
		}
		if after = next; after == (page.Cursor{}) {
			break
		}
	}
	if len(want) > 0 || seen != 5 {
		t.Errorf("%d calls came, %d are missing", seen, len(want))
	}
}

func TestACallHasEveryFieldOfTheInterface(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	id := w.AddCall(t, w.A, anna, noon)
	recording, order := addRecording(t, w, w.A, id), addOrder(t, w, w.A, id)
	addCharge(t, w, w.A, id, 2400)
	c := list(t, w, w.A.Scope, cdr.Filter{})[0]
	if c.ID != id || c.ShopID != w.A.ID.UUID() || c.No != 1 || c.Direction != "inbound" || c.From != "+79215550144" || c.To != "+74950000001" {
		t.Errorf("who and whom: %+v", c)
	}
	if c.State != cdr.Ended || c.Outcome != "answered" || c.EndedBy != "caller" || *c.OperatorID != anna {
		t.Errorf("how it ended: %+v", c)
	}
	if !c.StartedAt.Equal(noon) || !c.AnsweredAt.Equal(noon.Add(5*time.Second)) || !c.EndedAt.Equal(noon.Add(105*time.Second)) {
		t.Errorf("when: %s, %s, %s", c.StartedAt, c.AnsweredAt, c.EndedAt)
	}
	if c.Parts != (cdr.Parts{QueueMS: 5000, TalkMS: 100000}) {
		t.Errorf("how long: %+v", c.Parts)
	}
	if c.RecordingID == nil || *c.RecordingID != recording || c.OrderID == nil || *c.OrderID != order {
		t.Errorf("recording %v, want %s; order %v, want %s", c.RecordingID, recording, c.OrderID, order)
	}
	if c.Charge == nil || *c.Charge != (cdr.Charge{Amount: 2400, Scale: 2, Currency: "RUB"}) {
		t.Errorf("charge %+v", c.Charge)
	}
}

func TestFilters(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna, boris := w.AddOperator(t, "anna", w.A), w.AddOperator(t, "boris", w.A)
	first, second := w.AddCall(t, w.A, anna, noon), w.AddCall(t, w.A, boris, noon.Add(time.Hour))
	live := addLive(t, w, w.A, cdr.Talking, noon.Add(2*time.Hour))
	w.Admin(t, "update shop.call_party set phone = '+79990001122' where call_id = $1", second)
	later, queue := noon.Add(time.Minute), w.A.Queue
	for _, c := range []struct {
		name   string
		filter cdr.Filter
		want   []uuid.UUID
	}{
		{"nothing", cdr.Filter{}, []uuid.UUID{live, second, first}},
		{"live", cdr.Filter{Live: cdr.Under}, []uuid.UUID{live}},
		{"state", cdr.Filter{State: cdr.Ended}, []uuid.UUID{second, first}},
		{"outcome", cdr.Filter{Outcome: "abandoned"}, nil},
		{"operator", cdr.Filter{OperatorID: &boris}, []uuid.UUID{second}},
		{"queue", cdr.Filter{QueueID: &queue, Outcome: "answered"}, []uuid.UUID{second, first}},
		{"phone", cdr.Filter{Phone: "+79990001122"}, []uuid.UUID{second}},
		{"from", cdr.Filter{From: &later, State: cdr.Ended}, []uuid.UUID{second}},
		{"to", cdr.Filter{To: &later}, []uuid.UUID{first}},
		{"direction", cdr.Filter{Direction: "outbound"}, nil},
	} {
		var got []uuid.UUID
		for _, call := range list(t, w, w.A.Scope, c.filter) {
			got = append(got, call.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("by %s: %v, want %v", c.name, got, c.want)
		}
		if others := list(t, w, w.B.Scope, c.filter); len(others) > 0 {
			t.Errorf("by %s: shop b sees %d calls of shop a", c.name, len(others))
		}
	}
}

func TestTakeTellsTheWholeStory(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), noon)
	addRecording(t, w, w.A, id)
	addWalk(t, w, w.A, id)
	w.Admin(t, `update shop.call set explanation = '{"rule": 3}' where id = $1`, id)
	for i, kind := range []string{"arrived", "offer", "joined"} {
		w.Admin(t, "insert into shop.call_event (shop_id, call_id, seq, at_ms, at, kind, body) values ($1, $2, $3, $4, $5, $6, '{}')",
			w.A.ID.UUID(), id, 10-i, 1000*(i+1), noon.Add(time.Duration(i)*time.Second), kind)
	}
	s := within(t, w, w.A.Scope, func(tx tenant.Tx) (cdr.Story, error) { return cdr.Take(tx, id) })
	var kinds []string
	for _, e := range s.Events {
		kinds = append(kinds, e.Kind)
	}
	if !slices.Equal(kinds, []string{"arrived", "offer", "joined"}) {
		t.Errorf("events in the order %v", kinds)
	}
	if s.Walk == nil || s.Walk.Version != 1 || len(s.Walk.Steps) != 2 || s.Walk.Steps[1].Node != "order" {
		t.Errorf("walk %+v", s.Walk)
	}
	if s.Recording == nil || s.Recording.Path != "a.wav" || string(s.Explanation) != `{"rule": 3}` {
		t.Errorf("recording %+v, explanation %s", s.Recording, s.Explanation)
	}
}

func TestAnotherShopsCallIsNotFound(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	id := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), noon)
	addRecording(t, w, w.A, id)
	err := w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		if _, err := cdr.Take(tx, id); !errors.Is(err, fault.NotFound) {
			t.Errorf("call: %v", err)
		}
		if _, err := cdr.RecordingOf(tx, id); !errors.Is(err, fault.NotFound) {
			t.Errorf("recording: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	r := within(t, w, w.A.Scope, func(tx tenant.Tx) (cdr.Recording, error) { return cdr.RecordingOf(tx, id) })
	if r.DurationMS != 100000 || r.State != "ready" {
		t.Errorf("own recording: %+v", r)
	}
}

func TestTheBuyersNumberIsMaskedForWhoeverNeedNotKnowIt(t *testing.T) {
	t.Parallel()
	in := cdr.Call{Direction: "inbound", From: "+79215550144", To: "+74950000001"}
	out := cdr.Call{Direction: "outbound", From: "+74950000001", To: "+79215550144"}
	for role, want := range map[string]string{
		"owner": "+79215550144", "manager": "+79215550144", "specialist": "+79215550144", "operator": "+79215550144",
		"supervisor": "+7921*****44", "finance": "+7921*****44", "admin": "+7921*****44", "": "+7921*****44",
	} {
		if got := in.For(role); string(got.From) != want || got.To != in.To {
			t.Errorf("%s sees a call from %s to %s", role, got.From, got.To)
		}
		if got := out.For(role); string(got.To) != want || got.From != out.From {
			t.Errorf("%s sees a call to %s from %s", role, got.To, got.From)
		}
	}
}
