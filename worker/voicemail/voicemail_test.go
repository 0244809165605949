package voicemail_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/live"
	"switchboard/tenant/task"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/voicemail"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

const secret = "between us"

// service writes down what it is sent, if it is signed; at first it is down.
func service(t *testing.T, asked *atomic.Int32) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		signed := "sha256=" + voicemail.Sign(secret, r.Header.Get("X-Switchboard-Timestamp"), body)
		switch {
		case asked.Add(1) == 1:
			w.WriteHeader(http.StatusBadGateway)
		case err != nil || r.Header.Get("X-Switchboard-Signature") != signed || string(body) != "RIFF" || r.Header.Get("X-Switchboard-Language") != "ru":
			w.WriteHeader(http.StatusForbidden)
		default:
			_ = json.NewEncoder(w).Encode(voicemail.Heard{Text: "Перезвоните мне", Language: "ru", Confidence: 0.9})
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// A message is written down once, by a request that is signed; a service that is
// down is asked again.
func TestAMessageIsWrittenDownOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	w.Admin(t, "update house.shop set language = 'ru'")
	m := task.Message{ShopID: w.A.ID.UUID(), CallID: w.AddCall(t, w.A, uuid.New(), time.Now())}
	var asked, told atomic.Int32
	wav := func(context.Context, tenant.Tx, task.Message) ([]byte, error) { return []byte("RIFF"), nil }
	taker := voicemail.New(w.DB, func(live.Hint) { told.Add(1) }, wav, voicemail.Hook{URL: service(t, &asked), Secret: secret})
	if err := taker.Take(t.Context(), m); err == nil {
		t.Error("a service that is down is no error")
	}
	for range 2 {
		if err := taker.Take(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the service was asked %d times, want 2", n)
	}
	if told.Load() < 2 {
		t.Error("nobody was told")
	}
	if got := tenanttest.One[string](t, w, "select words from shop.transcript where confidence = 900"); got != "Перезвоните мне" {
		t.Errorf("kept %q", got)
	}
}

// By default nothing leaves the house.
func TestNothingIsSentWithoutAHook(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	wav := func(context.Context, tenant.Tx, task.Message) ([]byte, error) {
		t.Error("the recording was opened")
		return nil, nil
	}
	taker := voicemail.New(w.DB, func(live.Hint) {}, wav, voicemail.Hook{})
	if err := taker.Take(t.Context(), task.Message{ShopID: w.A.ID.UUID(), CallID: uuid.New()}); err != nil {
		t.Fatal(err)
	}
	for _, h := range []voicemail.Hook{{URL: "ftp://x", Secret: "s"}, {URL: "https://x.example"}} {
		if h.Check() == nil {
			t.Errorf("%+v is taken", h)
		}
	}
}
