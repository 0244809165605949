package session

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/apikey"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// TestPace: a key has a burst, then so many a second; another key has its own.
func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	now, one, other := time.Unix(1_800_000_000, 0), uuid.New(), uuid.New()
	for i := range burst {
		if err := p.spend(one, now); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	if err := p.spend(one, now); !errors.Is(err, fault.TooMany) {
		t.Errorf("beyond the burst: %v", err)
	}
	if err := p.spend(other, now); err != nil {
		t.Errorf("another key: %v", err)
	}
	later := now.Add(time.Second)
	for i := range perSecond {
		if err := p.spend(one, later); err != nil {
			t.Fatalf("a second later, request %d: %v", i, err)
		}
	}
	if err := p.spend(one, later); !errors.Is(err, fault.TooMany) {
		t.Errorf("more than a second's: %v", err)
	}
	if err := p.spend(one, now.Add(-time.Hour)); !errors.Is(err, fault.TooMany) {
		t.Errorf("with the clock set back: %v", err)
	}
}

// TestAProgramIsToldWhenToComeAgain, by a clock that stands still.
func TestAProgramIsToldWhenToComeAgain(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	now := time.Now()
	var token string
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) (err error) {
		_, token, err = apikey.Create(tx, apikey.New{Name: "crm", Scopes: []apikey.Scope{apikey.OrdersRead}}, now)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	g := NewGuard(w.DB, Options{Secret: make(Secret, secretBytes), Now: func() time.Time { return now }})
	e := web.New(web.Options{Log: slog.New(slog.DiscardHandler), Metrics: web.NewMetrics()})
	a := web.NewAPI(e)
	a.UseMiddleware(g.Identify)
	huma.Register(a, web.Op("look", "GET /things", "Looks", g.Allow(Owner), Keys(apikey.OrdersRead)), func(context.Context, *struct{}) (*struct{}, error) { return nil, nil })
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, web.Prefix+"/things", nil)
		r.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		e.ServeHTTP(answer, r)
		return answer
	}
	for i := range burst {
		if a := ask(); a.Code != http.StatusNoContent {
			t.Fatalf("request %d: %d %s", i, a.Code, a.Body)
		}
	}
	if a := ask(); a.Code != http.StatusTooManyRequests || a.Header().Get("Retry-After") != "1" {
		t.Errorf("beyond the burst: %d, Retry-After %q: %s", a.Code, a.Header().Get("Retry-After"), a.Body)
	}
}
