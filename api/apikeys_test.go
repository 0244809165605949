package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api"
	"switchboard/api/apitest"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
	"switchboard/tenant/tenanttest"
)

// program returns a client with a new key of the shop, and the key's id.
func program(t *testing.T, w *apitest.World, s tenanttest.Shop, scopes ...apikey.Scope) (apitest.Client, uuid.UUID) {
	t.Helper()
	var id uuid.UUID
	var token string
	err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) (err error) {
		id, token, err = apikey.Create(tx, apikey.New{Name: "crm", Scopes: scopes}, time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w.Anonymous().With("Authorization", "Bearer "+token), id
}

// TestAKeyOpensItsScopes walks the contract with keys of shop b: what is for people
// stays shut, what the key lacks the scope for too, and what it opens is of its own
// shop alone.
func TestAKeyOpensItsScopes(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	before, opened := s.w.Print(t, s.w.A), 0
	var whole, none apitest.Client
	for i, op := range operationsOf(api.Contract()) {
		if i%10 == 0 { // a key's requests are counted
			whole, _ = program(t, s.w, s.w.B, apikey.Scopes...)
			none, _ = program(t, s.w, s.w.B, apikey.Personal)
		}
		if len(op.Security) == 0 || endless(op) && op.OperationID != "delete-session" {
			continue
		}
		scope, _ := op.Extensions["x-key-scope"].(apikey.Scope)
		build := plainRequest(t, op)
		ask := func(c apitest.Client, g apitest.Goods) apitest.Answer { return build(g).by(t, person{client: c}) }
		if a := ask(none, s.own); a.Status != http.StatusForbidden {
			t.Errorf("%s by a key without its scope: %d %s", op.OperationID, a.Status, a.Body)
		}
		if scope == "" {
			if a := ask(whole, s.own); a.Status != http.StatusForbidden {
				t.Errorf("%s is for people, and a key is answered %d %s", op.OperationID, a.Status, a.Body)
			}
			continue
		}
		opened++
		s.keyIsConfined(t, op, whole)
		if a := ask(whole, s.own); a.Status >= 500 || slices.Contains([]int{401, 403, 404}, a.Status) { // what is sent may be refused, who asks may not
			t.Errorf("%s by a key with the scope %s: %d %s", op.OperationID, scope, a.Status, a.Body)
		}
	}
	if opened < 10 {
		t.Errorf("keys open %d operations", opened)
	}
	if after := s.w.Print(t, s.w.A); after != before {
		t.Error("a key of shop b changed shop a")
	}
}

// keyIsConfined asks for the things of the other shop.
func (s siege) keyIsConfined(t *testing.T, op *huma.Operation, c apitest.Client) {
	t.Helper()
	r := plainRequest(t, op)(s.own)
	if hasShop(op) {
		if a := (request{r.method, withQuery(r.path, "shop", s.w.A.Slug), r.body, r.header}).by(t, person{client: c}); a.Status != http.StatusNotFound {
			t.Errorf("%s in shop a by a key of shop b: %d %s", op.OperationID, a.Status, a.Body)
		}
	}
	if kind := pathKind(op.Path); kind != "" {
		a := plainRequest(t, op)(s.own.With(kind, s.foreign)).by(t, person{client: c})
		if a.Status != http.StatusNotFound {
			t.Errorf("%s of shop a by a key of shop b: %d %s", op.OperationID, a.Status, a.Body)
		}
		s.clean(t, op.OperationID+" by a key", a)
	}
}

// TestAKeyEnds: revoked or past its day it opens nothing, from then on.
func TestAKeyEnds(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	owner := w.Owner(t, w.B)
	for name, end := range map[string]func(uuid.UUID){
		"revoked": func(id uuid.UUID) {
			owner.Do(t, "DELETE", "/api-keys/"+id.String(), nil).Want(t, http.StatusNoContent)
		},
		"expired": func(id uuid.UUID) {
			w.Admin(t, "update shop.api_key set expires_at = now() - interval '1 s' where id = $1", id)
		},
	} {
		key, id := program(t, w, w.B, apikey.OrdersRead)
		key.Do(t, "GET", "/orders", nil).Want(t, http.StatusOK)
		end(id)
		if p := key.Do(t, "GET", "/orders", nil).Want(t, http.StatusUnauthorized).Problem(t); p.Code != "unauthorized" {
			t.Errorf("%s: %+v", name, p)
		}
		var list struct {
			Items []struct {
				ID         uuid.UUID
				State      string
				LastUsedAt *time.Time `json:"last_used_at"`
			}
		}
		owner.Do(t, "GET", "/api-keys", nil).Want(t, http.StatusOK).JSON(t, &list)
		at := slices.IndexFunc(list.Items, func(k struct {
			ID         uuid.UUID
			State      string
			LastUsedAt *time.Time `json:"last_used_at"`
		}) bool {
			return k.ID == id
		})
		if at < 0 || list.Items[at].State != name || list.Items[at].LastUsedAt == nil {
			t.Errorf("the list has %+v", list.Items)
		}
	}
	w.Anonymous().With("Authorization", "Bearer sbk_guessed").Do(t, "GET", "/orders", nil).Want(t, http.StatusUnauthorized)
}

// TestAKeySeesNobodyUnlessItMay, and its token is nowhere to be read.
func TestAKeySeesNobodyUnlessItMay(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	goods := w.Fill(t, w.B, w.AddOperator(t, "boris", w.B))
	masked, _ := program(t, w, w.B, apikey.CallsRead, apikey.OrdersRead)
	personal, _ := program(t, w, w.B, apikey.CallsRead, apikey.OrdersRead, apikey.Personal)
	for _, path := range []string{"/calls", "/calls/" + goods["call"].String(), "/orders", "/orders/" + goods["order"].String(), "/lost-calls"} {
		for c, sees := range map[*apitest.Client]bool{&masked: false, &personal: true} {
			a := c.Do(t, "GET", path, nil).Want(t, http.StatusOK)
			if strings.Contains(string(a.Body), "9215550144") != sees {
				t.Errorf("%s, personal %v: %s", path, sees, a.Body)
			}
		}
	}
	token := strings.TrimPrefix(masked.Header.Get("Authorization"), "Bearer ")
	if n := tenanttest.One[int](t, w.World, "select count(*) from shop.api_key k where k::text like '%' || $1 || '%'", token[10:]); n != 0 {
		t.Error("the table has the token")
	}
	if strings.Contains(w.Log.String(), token[10:]) {
		t.Error("the log has the token")
	}
}
