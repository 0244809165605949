package api_test

import (
	"bytes"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"switchboard/api"
	"switchboard/api/apitest"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var update = flag.Bool("update", false, "write openapi.yaml anew")

// The contract is generated from the operations; the frontend's client is
// generated from the file.
func TestTheContractIsWrittenDown(t *testing.T) {
	t.Parallel()
	got, err := api.Contract().YAML()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("openapi.yaml", got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("openapi.yaml is not what the operations say: make golden, and read the diff")
	}
}

func TestWhatIsServedBesideTheAPI(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	nobody := w.Anonymous()
	for path, want := range map[string]struct {
		status   int
		contains string
	}{
		"/":                    {http.StatusOK, "<title>Switchboard"},
		"/s/tyres/calls/17":    {http.StatusOK, "<title>Switchboard"},
		"/assets/none.js":      {http.StatusNotFound, "not_found"},
		"/api":                 {http.StatusNotFound, "not_found"},
		"/api/v1/no-such":      {http.StatusNotFound, "not_found"},
		"/docs":                {http.StatusOK, "/calls/{id}"},
		"/docs/page.css":       {http.StatusOK, "body {"},
		"/docs/other":          {http.StatusNotFound, "not_found"},
		"/api/v1/openapi.yaml": {http.StatusOK, "openapi: 3.1.0"},
		"/api/v1/openapi.json": {http.StatusOK, `"openapi":"3.1.0"`},
		"/healthz":             {http.StatusOK, "alive"},
		"/readyz":              {http.StatusOK, `"telephony":"ready"`},
		"/metrics":             {http.StatusOK, "switchboard_http_request_seconds"},
	} {
		a := nobody.Get(t, path)
		if a.Status != want.status || !strings.Contains(string(a.Body), want.contains) {
			t.Errorf("%s: %d %.200s, want %d with %q", path, a.Status, a.Body, want.status, want.contains)
		}
		if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Content-Security-Policy") == "" || a.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s lacks headers: %v", path, a.Header)
		}
	}
}

// The page of documents loads nothing from elsewhere and runs nothing.
func TestTheDocumentsStandAlone(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	page := string(w.Anonymous().Get(t, "/docs").Want(t, http.StatusOK).Body)
	for _, foreign := range []string{"<script", "http://", "https://", "//cdn", "style="} {
		if strings.Contains(page, foreign) {
			t.Errorf("the documents have %q", foreign)
		}
	}
	for path, item := range api.Contract().Paths {
		if item != nil && !strings.Contains(page, "<code>"+path+"</code>") {
			t.Errorf("the documents lack %s", path)
		}
	}
}

func TestNotReadyWithoutTelephony(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	w.Phones.SetDown()
	a := w.Anonymous().Get(t, "/readyz").Want(t, http.StatusServiceUnavailable)
	if !strings.Contains(string(a.Body), `"telephony":"away"`) || strings.Contains(string(a.Body), "ask telephony") {
		t.Errorf("answered %s", a.Body)
	}
	w.Anonymous().Get(t, "/healthz").Want(t, http.StatusOK)
}

// A client that never ends its request is cut off, and does not keep the
// process from stopping.
func TestHalfARequestIsCutOff(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "); err != nil {
		t.Fatal(err)
	}
	if err := c.SetReadDeadline(time.Now().Add(25 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(c); err != nil {
		t.Errorf("the server waits for ever: %v", err)
	}
}

// A process that is told to stop does: streams end, and nobody is left waiting.
func TestStoppingEndsStreams(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	lines := events(t, w.Owner(t, w.A), "/events")
	until(t, lines, "event: resync")
	w.Stop()
	for range lines { // a stream ends by itself
	}
}

// Whoever reads the contract must not guess units.
func TestEveryUnitIsTold(t *testing.T) {
	t.Parallel()
	units := regexp.MustCompile(`_(s|ms|minor)$|share$|adherence$|amount$`)
	for name, s := range api.Contract().Components.Schemas.Map() {
		for field, p := range s.Properties {
			if units.MatchString(field) && p.Description == "" {
				t.Errorf("%s.%s does not say its unit", name, field)
			}
		}
	}
	for _, op := range operationsOf(api.Contract()) {
		if op.Security == nil {
			t.Errorf("%s does not say who may ask", op.OperationID)
		}
		for _, p := range op.Parameters {
			if p.In != "cookie" && p.Name != "id" && p.Description == "" {
				t.Errorf("%s does not say what %s is", op.OperationID, p.Name)
			}
		}
	}
}
