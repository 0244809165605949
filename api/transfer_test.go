package api_test

import (
	"net/http"
	"testing"
	"time"

	"switchboard/telephony/command"
)

// What the switch forbids reaches the page by a code of its own, for each way
// of asking; a transfer that is no sentence does not reach the switch.
func TestForbiddenTransferHasACode(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Phones.Put(command.Desk{Operator: g["operator"], State: "talking", Phone: "fixed", Since: time.Now().UTC(),
		Call: &command.Call{ID: g["call"], ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, NumberID: w.A.Number, State: "talking", StartedAt: time.Now().UTC()}})
	anna := w.SignIn(t, "anna@floor.test.example")
	path := "/desk/calls/" + g["call"].String()
	outside := map[string]any{"to": map[string]any{"kind": "outside", "phone": "+79210000077"}}
	w.Phones.Refuse(command.ErrBarred)
	for _, way := range []string{"/transfer", "/consult"} {
		var p struct{ Code string }
		anna.Do(t, "POST", path+way, outside).Want(t, http.StatusForbidden).JSON(t, &p)
		if p.Code != "no_transfer_here" {
			t.Errorf("%s is refused with %q", way, p.Code)
		}
	}
	for _, to := range []map[string]any{nil, {"kind": "friend"}, {"kind": "tier", "tier": "boss"}} {
		anna.Do(t, "POST", path+"/transfer", map[string]any{"to": to}).Want(t, http.StatusUnprocessableEntity)
	}
	if asked := w.Phones.Orders(); len(asked) > 0 {
		t.Errorf("the switch has taken %v", asked)
	}
}
