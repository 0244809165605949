package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/telephony/command"
	"switchboard/tenant/tenanttest"
)

// owedTo returns the ids that an operator's desk lists, and the answer.
func owedTo(t *testing.T, c apitest.Client) ([]uuid.UUID, string) {
	t.Helper()
	a := request{method: http.MethodGet, path: "/desk/callbacks"}.by(t, person{client: c})
	var body struct {
		Items []struct {
			ID       uuid.UUID `json:"id"`
			Callable int       `json:"callable_in_s"`
			Most     int       `json:"most_attempts"`
		} `json:"items"`
	}
	if err := json.Unmarshal(a.Body, &body); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%d %s: %v", a.Status, a.Body, err)
	}
	var ids []uuid.UUID
	for _, i := range body.Items {
		ids = append(ids, i.ID)
	}
	return ids, string(a.Body)
}

// TestWhoSeesCallbacks: who serves the shop, as much as an offer tells, and as
// long as nobody else has it.
func TestWhoSeesCallbacks(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	w.AddOperator(t, "boris", w.B)
	w.GivePasswords(t)
	goods := w.Fill(t, w.A, anna)
	a, b := w.SignIn(t, "anna@floor.test.example"), w.SignIn(t, "boris@floor.test.example")
	ids, body := owedTo(t, a)
	if len(ids) != 1 || ids[0] != goods["task"] || !strings.Contains(body, `"phone":"`) || strings.Contains(body, "5550144") {
		t.Errorf("anna sees %s", body)
	}
	call := request{method: http.MethodPost, path: "/desk/callbacks/" + goods["task"].String() + "/call"}
	if ids, body := owedTo(t, b); len(ids) != 0 {
		t.Errorf("boris, who does not serve the shop, sees %s", body)
	}
	if got := call.by(t, person{client: b}); got.Status != http.StatusNotFound {
		t.Errorf("boris calls: %d %s", got.Status, got.Body)
	}
	if got := call.by(t, person{client: a}); got.Status != http.StatusOK {
		t.Errorf("anna calls: %d %s", got.Status, got.Body)
	}
	if o := w.Phones.Orders(); len(o) != 1 || o[0].Verb != command.Dial || o[0].Operator != anna || o[0].Task != goods["task"] || o[0].Shop != w.A.ID.UUID() {
		t.Errorf("the switch was asked %+v", o)
	}
	for code, err := range map[string]error{"outside_hours": command.ErrHours, "taken": command.ErrTaken, "not_now": command.ErrNotNow} {
		w.Phones.Refuse(err)
		if got := call.by(t, person{client: a}); got.Status != http.StatusConflict || !strings.Contains(string(got.Body), code) {
			t.Errorf("%v is answered %d %s", err, got.Status, got.Body)
		}
	}
	w.Phones.Refuse(nil)
	w.Admin(t, "update shop.task set state = 'claimed', claimed_by = $1", w.A.Owner)
	if ids, body := owedTo(t, a); len(ids) != 0 {
		t.Errorf("anna sees what another has: %s", body)
	}
	w.Admin(t, "update shop.task set state = 'open', claimed_by = null")
	w.Admin(t, "update shop.queue set tier = 'consultant' where id = $1", w.A.Queue)
	if ids, body := owedTo(t, a); len(ids) != 0 {
		t.Errorf("anna sees what takes another skill: %s", body)
	}
}

// TestTheScriptOfACallThatWeMake: it is the queue's own for such calls, if that
// is published.
func TestTheScriptOfACallThatWeMake(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	w.GivePasswords(t)
	goods := w.Fill(t, w.A, anna)
	c := w.SignIn(t, "anna@floor.test.example")
	w.Admin(t, `insert into shop.script (shop_id, id, name, draft, created_at, updated_at) select shop_id, $2, 'back', draft, now(), now() from shop.script where id = $1`, goods["script"], uuid.New())
	back := tenanttest.One[uuid.UUID](t, w.World, "select id from shop.script where name = 'back'")
	w.Admin(t, "update shop.queue set outgoing_script_id = $1 where id = $2", back, w.A.Queue)
	began := func(direction string) uuid.UUID {
		call := w.AddCall(t, w.A, anna, time.Now())
		w.Admin(t, "update shop.call set direction = $2, queue_id = $3 where id = $1", call, direction, w.A.Queue)
		w.Hold(t, w.A, anna, call)
		a := request{method: http.MethodPost, path: "/calls/" + call.String() + "/walk"}.by(t, person{client: c})
		if a.Status >= 300 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return tenanttest.One[uuid.UUID](t, w.World, "select v.script_id from shop.walk k join shop.script_version v on v.id = k.script_version_id where k.call_id = $1", call)
	}
	if s := began("outbound"); s != goods["script"] {
		t.Error("what is not published is walked")
	}
	w.Admin(t, `insert into shop.script_version (shop_id, id, script_id, version, source, graph, published_at, published_by)
		select shop_id, gen_random_uuid(), $2, 1, source, graph, now(), 'test' from shop.script_version where script_id = $1 limit 1`, goods["script"], back)
	if s := began("outbound"); s != back {
		t.Error("a call that we make follows the script of calls that come")
	}
	if s := began("inbound"); s != goods["script"] {
		t.Error("a call that comes follows the script of calls that we make")
	}
}
