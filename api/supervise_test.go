package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/telephony/command"
	"switchboard/tenant/account"
	"switchboard/tenant/tenanttest"
)

// What a supervisor did is in the shop's own log, once each; what the switch
// refused is not, and says why by a code.
func TestSupervisionIsAuditedOnce(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Phones.Put(command.Desk{Operator: g["operator"], State: "talking", Phone: "browser", Since: time.Now().UTC(),
		Call: &command.Call{ID: g["call"], ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, NumberID: w.A.Number, State: "talking", StartedAt: time.Now().UTC(), From: "+79215550144"}})
	sofia := w.SignIn(t, w.AddStaff(t, account.Supervisor))
	path := "/floor/calls/" + g["call"].String() + "/supervision"
	logged := func(action string) int {
		return tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = $1 and shop_id = $2 and subject = $3 and actor like 'staff:%' and detail->>'operator' is null",
			action, w.A.ID.UUID(), "call:"+g["call"].String())
	}
	for _, mode := range []string{"listen", "whisper", "barge"} {
		sofia.Do(t, "PUT", path, map[string]any{"mode": mode}).Want(t, http.StatusOK)
		if n := logged("floor." + mode); n != 1 {
			t.Errorf("%s has %d lines in the shop's log", mode, n)
		}
	}
	sofia.Do(t, "DELETE", path, nil).Want(t, http.StatusOK)
	if n := logged("floor.stop"); n != 1 {
		t.Errorf("stop has %d lines in the shop's log", n)
	}
	sofia.Do(t, "POST", strings.Replace(path, "supervision", "take-over", 1), nil).Want(t, http.StatusOK)
	if n := logged("floor.take-over"); n != 1 {
		t.Errorf("take-over has %d lines in the shop's log", n)
	}
	w.Phones.Refuse(command.ErrCrowded)
	var p struct{ Code string }
	sofia.Do(t, "PUT", path, map[string]any{"mode": "listen"}).Want(t, http.StatusConflict).JSON(t, &p)
	if n := logged("floor.listen"); p.Code != "crowded" || n != 1 {
		t.Errorf("refused with %q, and %d lines in the log", p.Code, n)
	}
	sofia.Do(t, "PUT", "/floor/calls/"+uuid.NewString()+"/supervision", map[string]any{"mode": "listen"}).Want(t, http.StatusNotFound)
	sofia.Do(t, "PUT", path, map[string]any{"mode": "shout"}).Want(t, http.StatusUnprocessableEntity)
}

// Operators, shops and finance have no business there.
func TestTheFloorIsForSupervisors(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	calls, operators := "/floor/calls/"+g["call"].String(), "/floor/operators/"+g["operator"].String()
	for name, client := range map[string]apitest.Client{
		"operator": w.SignIn(t, "anna@floor.test.example"), "owner": w.Owner(t, w.A), "finance": w.SignIn(t, w.AddStaff(t, account.Finance)),
	} {
		for _, r := range []struct {
			method, path string
			body         any
		}{
			{"GET", "/floor", nil}, {"GET", "/floor/events", nil}, {"POST", "/floor/tickets", nil},
			{"PUT", calls + "/supervision", map[string]any{"mode": "listen"}}, {"DELETE", calls + "/supervision", nil}, {"POST", calls + "/take-over", nil},
			{"POST", operators + "/pause", map[string]any{"reason": "other"}},
		} {
			if a := client.Do(t, r.method, r.path, r.body); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
				t.Errorf("%s: %s %s is answered %d", name, r.method, r.path, a.Status)
			}
		}
	}
	if asked := w.Phones.Orders(); len(asked) > 0 {
		t.Errorf("the switch was asked for %v", asked)
	}
}

// The floor has words for its ids, and hides the buyer's number.
func TestTheFloorSaysWhoIsThere(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	email := w.AddStaff(t, account.Supervisor)
	sofia := tenanttest.One[uuid.UUID](t, w.World, "select id from house.account where email = $1", email)
	w.Phones.Put(command.Desk{Operator: g["operator"], State: "talking", Phone: "browser", Since: time.Now().UTC(),
		Call: &command.Call{ID: g["call"], ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, NumberID: w.A.Number, State: "talking", StartedAt: time.Now().UTC(), From: "+79215550144",
			Watchers: []command.Watcher{{Supervisor: sofia, Mode: command.Whisper, Up: true, Announced: true}}, Why: &command.Why{Ahead: 2, Able: 3},
			Legs: []command.LegQuality{{Party: "buyer", Device: "telephone", Heard: command.Way{Packets: 400, Lost: 10, JitterMS: 3, Score: 4.4}, Told: command.Way{Packets: 400, Score: 3.5}}, {Party: "operator", Device: "browser"}}}})
	client := w.SignIn(t, email)
	text := string(client.Do(t, "GET", "/floor", nil).Want(t, http.StatusOK).Body)
	for _, want := range []string{`"mode":"whisper"`, `"me":true`, `"queue":"orders"`, `"ahead":2`, `+7921*****44`,
		`"party":"buyer","device":"telephone","word":"poor","mos":3.5,"heard":{"loss_percent":2.5,"jitter_ms":3,"mos":4.4}`,
		`"party":"operator","device":"browser","word":"unknown","mos":null,"heard":{"loss_percent":null`} {
		if !strings.Contains(text, want) {
			t.Errorf("the floor has no %s: %s", want, text)
		}
	}
	if strings.Contains(text, "5550144") {
		t.Errorf("the floor shows the buyer's number: %s", text)
	}
	until(t, events(t, client, "/floor/events"), `"mode":"whisper"`)
}
