package api_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/tenant/tenanttest"
)

// orderOf is an order of one item of the goods.
func orderOf(g apitest.Goods) map[string]any {
	return map[string]any{"items": []any{map[string]any{"item_id": g["item"], "quantity": 2}}}
}

type made struct {
	ID         uuid.UUID
	No         int64
	Status     string
	TotalMinor int64      `json:"total_minor"`
	CallID     *uuid.UUID `json:"call_id"`
	OperatorID *uuid.UUID `json:"operator_id"`
	Contact    *struct{ Name, Phone string }
}

func filled(t *testing.T) (*apitest.World, apitest.Goods) {
	t.Helper()
	w := apitest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	w.GivePasswords(t)
	return w, w.Fill(t, w.A, anna)
}

func TestARepeatedOrderIsWrittenOnce(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A).With("Idempotency-Key", "k1")
	var first, again made
	a := owner.Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated)
	a.JSON(t, &first)
	b := owner.Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated)
	b.JSON(t, &again)
	if first.ID != again.ID || string(a.Body) != string(b.Body) {
		t.Errorf("first %s, then %s", a.Body, b.Body)
	}
	if first.TotalMinor != 2*845000 || first.No != 2 {
		t.Errorf("order %+v", first)
	}
	other := orderOf(g)
	other["delivery_minor"] = 50000
	if p := owner.Do(t, "POST", "/orders", other).Want(t, http.StatusUnprocessableEntity).Problem(t); p.Code != "key_reused" {
		t.Errorf("another body with the key: %+v", p)
	}
	owner.With("Idempotency-Key", "k2").Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated)
	w.Owner(t, w.A).Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated)
	if n := tenanttest.One[int](t, w.World, `select count(*) from shop."order"`); n != 4 {
		t.Errorf("%d orders, want the one that was there, k1, k2 and one without a key", n)
	}
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'order.create'"); n != 3 {
		t.Errorf("%d records of 3 orders", n)
	}
}

// A refused request leaves its key free: the client may correct and send again.
func TestARefusedRequestDoesNotUseUpItsKey(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A).With("Idempotency-Key", "k1")
	wrong := map[string]any{"items": []any{map[string]any{"sku": "none", "quantity": 1}, map[string]any{"sku": "ts1", "quantity": 0}}}
	p := owner.Do(t, "POST", "/orders", wrong).Want(t, http.StatusUnprocessableEntity).Problem(t)
	if len(p.Errors) == 0 || p.Errors[0].Location[:len("body.items[")] != "body.items[" {
		t.Errorf("problem %+v", p)
	}
	owner.Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated)
}

func TestTwinsWriteOneOrder(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A)
	var wg sync.WaitGroup
	var mu sync.Mutex
	ids, later := map[uuid.UUID]bool{}, 0
	for i := range 40 {
		wg.Go(func() {
			a := owner.With("Idempotency-Key", fmt.Sprint("k", i%4)).Do(t, "POST", "/orders", orderOf(g))
			mu.Lock()
			defer mu.Unlock()
			switch a.Status {
			case http.StatusCreated:
				var o made
				a.JSON(t, &o)
				ids[o.ID] = true
			case http.StatusConflict:
				later++
				if p := a.Problem(t); p.Code != "in_progress" || a.Header.Get("Retry-After") == "" {
					t.Errorf("a twin: %+v", p)
				}
			default:
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
	wg.Wait()
	if n := tenanttest.One[int](t, w.World, `select count(*) from shop."order"`); n != 5 || len(ids) != 4 {
		t.Errorf("40 requests with 4 keys wrote %d orders and told of %d; %d were told to come later", n-1, len(ids), later)
	}
}

func TestAKeyIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	b := w.Fill(t, w.B, uuid.Nil)
	a := w.Owner(t, w.A).With("Idempotency-Key", "k").Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated)
	c := w.Owner(t, w.B).With("Idempotency-Key", "k").Do(t, "POST", "/orders", orderOf(b)).Want(t, http.StatusCreated)
	if string(a.Body) == string(c.Body) {
		t.Error("shop b was told shop a's answer")
	}
}

func TestAnOperatorTakesTheOrderOfTheCallInHand(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	anna := w.SignIn(t, "anna@floor.test.example")
	order := orderOf(g)
	order["call_id"] = g["call"]
	anna.Do(t, "POST", "/orders", order).Want(t, http.StatusNotFound) // before the call
	w.Hold(t, w.A, g["operator"], g["call"])
	var o made
	anna.Do(t, "POST", "/orders", orderOf(g)).Want(t, http.StatusCreated).JSON(t, &o)
	if o.CallID == nil || *o.CallID != g["call"] || o.OperatorID == nil || *o.OperatorID != g["operator"] || o.Contact == nil || o.Contact.Phone != "+79215550144" {
		t.Errorf("order %+v", o)
	}
	anna.Do(t, "GET", "/orders/"+o.ID.String(), nil).Want(t, http.StatusOK)
	anna.Do(t, "POST", "/orders/"+o.ID.String()+"/confirm", nil).Want(t, http.StatusOK)
	anna.Do(t, "POST", "/orders/"+o.ID.String()+"/confirm", nil).Want(t, http.StatusConflict)
	anna.Do(t, "GET", "/calls/"+g["call"].String(), nil).Want(t, http.StatusOK)
	other := w.AddCall(t, w.A, g["operator"], tenanttest.One[timeOf](t, w.World, "select now()"))
	anna.Do(t, "GET", "/calls/"+other.String(), nil).Want(t, http.StatusNotFound)
	order["call_id"] = other
	anna.Do(t, "POST", "/orders", order).Want(t, http.StatusNotFound)
	outside := map[string]any{"items": order["items"]}
	var elsewhere made
	w.Owner(t, w.A).Do(t, "POST", "/orders", outside).Want(t, http.StatusCreated).JSON(t, &elsewhere)
	anna.Do(t, "GET", "/orders/"+elsewhere.ID.String(), nil).Want(t, http.StatusNotFound)
	w.Admin(t, "update house.operator_grant set lapses_at = now()")
	anna.Do(t, "GET", "/orders/"+o.ID.String(), nil).Want(t, http.StatusNotFound) // after wrap-up
}
