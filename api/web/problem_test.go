package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"switchboard/api/web"
	"switchboard/tenant/fault"
)

func TestEachFaultHasItsStatus(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err    error
		status int
		code   string
		shows  string // in the detail; what must not show is in secret
	}{
		{fmt.Errorf("order 7 of secret: %w", fault.NotFound), 404, "not_found", "or it is not yours"},
		{fmt.Errorf("confirm order 7, which is confirmed: %w", fault.Conflict), 409, "conflict", "confirm order 7, which is confirmed"},
		{fmt.Errorf("secret: %w", fault.Forbidden), 403, "forbidden", "role"},
		{fmt.Errorf("secret: %w", fault.Unauthorized), 401, "unauthorized", "Sign in"},
		{fmt.Errorf("secret: %w", fault.TooMany), 429, "too_many", "Retry-After"},
		{fmt.Errorf("secret: %w", fault.Unavailable), 503, "unavailable", "Try again"},
		{fmt.Errorf("secret: %w", context.DeadlineExceeded), 503, "unavailable", "Try again"},
		{fmt.Errorf("secret: %w", &pgconn.ConnectError{}), 503, "unavailable", "Try again"},
		{fmt.Errorf("secret: %w", &pgconn.PgError{Code: "57P01"}), 503, "unavailable", "Try again"},
		{fmt.Errorf("secret: %w", &pgconn.PgError{Code: "40P01"}), 503, "unavailable", "Try again"},
		{fmt.Errorf("secret: %w", &pgconn.PgError{Code: "23505"}), 500, "internal", "quote the request id"},
		{fmt.Errorf("secret: %w", io.ErrUnexpectedEOF), 503, "unavailable", "Try again"},
		{errors.New("secret"), 500, "internal", "quote the request id"},
		{web.Coded("in_progress", fmt.Errorf("under way: %w", fault.Conflict)), 409, "in_progress", "under way"},
	} {
		p := web.Explain(tc.err, "body")
		if p.Status != tc.status || p.Code != tc.code || !strings.Contains(p.Detail, tc.shows) || strings.Contains(p.Detail, "secret") {
			t.Errorf("%v: %+v", tc.err, p)
		}
	}
}

func TestInputErrorsNameTheirPlace(t *testing.T) {
	t.Parallel()
	p := web.Explain(fmt.Errorf("publish: %w", fault.Problems{
		{Field: "items[2].sku", Problem: "is not in this catalogue"},
		{Problem: "ends too soon", Line: 41},
		{Field: "query.to", Problem: "must be after from"},
	}), "body")
	want := []web.Flaw{
		{Location: "body.items[2].sku", Message: "is not in this catalogue"},
		{Location: "body", Message: "ends too soon", Line: 41},
		{Location: "query.to", Message: "must be after from"},
	}
	if p.Status != 422 || p.Code != "invalid" || fmt.Sprint(p.Errors) != fmt.Sprint(want) {
		t.Errorf("%+v, want %+v", p, want)
	}
}

// rig is an API with one operation, which does what do says.
func rig(t *testing.T, do func() error) (*httptest.Server, *strings.Builder) {
	t.Helper()
	log := &strings.Builder{}
	e := web.New(web.Options{Log: slog.New(slog.NewTextHandler(log, nil)), Metrics: web.NewMetrics()})
	type in struct {
		Body struct {
			Password string `json:"password" minLength:"10"`
			Count    int    `json:"count"`
		}
	}
	huma.Register(web.NewAPI(e), web.Op("do", "POST /do", "Does it"), func(context.Context, *in) (*struct{}, error) { return nil, do() })
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	return srv, log
}

func post(t *testing.T, srv *httptest.Server, body string) (status int, answer string, header http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/api/v1/do", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b), res.Header
}

const good = `{"password": "long enough", "count": 1}`

func TestWhatBreaksIsOursAloneAndLoggedOnce(t *testing.T) {
	t.Parallel()
	srv, log := rig(t, func() error { return errors.New("the secret of the table") })
	status, body, header := post(t, srv, good)
	id := header.Get("X-Request-Id")
	if status != 500 || strings.Contains(body, "secret") || !strings.Contains(body, `"request_id":"`+id+`"`) {
		t.Errorf("%d %s", status, body)
	}
	if n := strings.Count(log.String(), "the secret of the table"); n != 1 || strings.Count(log.String(), id) != 2 {
		t.Errorf("the log has it %d times, want once and the access line: %s", n, log)
	}
}

func TestAPanicIsA500(t *testing.T) {
	t.Parallel()
	srv, log := rig(t, func() error { panic("the secret of the stack") })
	status, body, _ := post(t, srv, good)
	if status != 500 || strings.Contains(body, "secret") || !strings.Contains(body, `"code":"internal"`) {
		t.Errorf("%d %s", status, body)
	}
	if !strings.Contains(log.String(), "the secret of the stack") {
		t.Errorf("the log lacks the panic: %s", log)
	}
}

func TestBadRequestsSayWhereAndEchoNothing(t *testing.T) {
	t.Parallel()
	srv, _ := rig(t, func() error { return nil })
	for body, want := range map[string]struct {
		status         int
		code, contains string
	}{
		`{"password": "hunter2", "count": "x"}`:                 {422, "invalid", `"location":"body.count"`},
		`{"password": "hunter2", "count": 1}`:                   {422, "invalid", `"location":"body.password"`},
		`{"count": 1}`:                                          {422, "invalid", "required property password"},
		`{"password": "long enough", "count": 1, "admin":true}`: {422, "invalid", `"location":"body.admin"`},
		`{"password": `:                                         {400, "bad_request", "problem"},
		``:                                                      {400, "bad_request", "body is required"},
		`{"password": "` + strings.Repeat("x", 3<<20) + `"}`: {413, "too_large", "413"},
	} {
		status, got, header := post(t, srv, body)
		if want.contains == "problem" {
			want.contains = `"code":"bad_request"`
		}
		if status != want.status || !strings.Contains(got, `"code":"`+want.code+`"`) || !strings.Contains(got, want.contains) {
			t.Errorf("%.60s: %d %s, want %+v", body, status, got, want)
		}
		if strings.Contains(got, "hunter2") || header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%.60s: %s %s", body, header.Get("Content-Type"), got)
		}
	}
}

func TestUnknownParametersAreRefused(t *testing.T) {
	t.Parallel()
	srv, _ := rig(t, func() error { return nil })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/api/v1/do?shopp=tyres", strings.NewReader(good))
	if err != nil {
		t.Fatal(err)
	}
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a parameter with a typo: %d", res.StatusCode)
	}
}

func TestTheLogHasNoQuestions(t *testing.T) {
	t.Parallel()
	srv, log := rig(t, func() error { return nil })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+"/api/v1/calls?number=79215550144", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if strings.Contains(log.String(), "79215550144") {
		t.Errorf("the log tells whom somebody looked for: %s", log)
	}
}
