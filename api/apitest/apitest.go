// Package apitest gives a test the whole API over a database with two shops,
// reached by real HTTP.
package apitest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/api"
	"switchboard/deploy/embedded"
	"switchboard/tenant/account"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/depot"
	"switchboard/tenant/keyring"
	"switchboard/tenant/recording"
	"switchboard/tenant/seal"
	"switchboard/tenant/tenanttest"
)

// World is a running API. Everybody in it has the password Password.
type World struct {
	*tenanttest.World
	URL        string // of the server
	Redis      *redis.Client
	Phones     *Phones
	Recordings string // directory
	Tapes      recording.Library
	Log        *Log
	Stop       func() // tells the API to stop; the test does it at its end
}

// Password of everybody.
const Password = "correct horse battery"

// hash is made once: it costs as much as a sign-in.
var hash = sync.OnceValues(func() (account.Hash, error) { return account.NewHasher(1).Hash(context.Background(), Password) })

// Open starts an API.
func Open(t testing.TB) *World {
	t.Helper()
	w := &World{World: tenanttest.Open(t), Phones: NewPhones(), Recordings: t.TempDir(), Log: &Log{}}
	server, err := embedded.StartRedis()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	w.Redis = redis.NewClient(&redis.Options{Addr: server.Addr()})
	t.Cleanup(func() { _ = w.Redis.Close() })
	w.openTapes(t)
	box, err := seal.New("a secret of the tests, 32 bytes or more")
	if err != nil {
		t.Fatal(err)
	}
	a, err := api.New(api.Config{Secret: "a secret of the tests, 32 bytes or more"}, api.Deps{
		DB: w.DB, Redis: w.Redis, Phones: w.Phones, Tapes: w.Tapes, Media: t.TempDir(), Log: slog.New(slog.NewJSONHandler(w.Log, nil)),
		Box: box, Door: fetch.NewDoor([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}),
		Pages: fstest.MapFS{"index.html": {Data: []byte("<title>Switchboard</title>")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, w, a)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.Log.errors())
		}
	})
	w.GivePasswords(t)
	return w
}

// openTapes has recordings in a directory, with a master key of the tests.
func (w *World) openTapes(t testing.TB) {
	t.Helper()
	var err error
	if w.Tapes.Spool, err = os.OpenRoot(w.Recordings); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Tapes.Spool.Close() })
	if w.Tapes.Store, err = (depot.Config{}).Open(w.Recordings); err != nil {
		t.Fatal(err)
	}
	if w.Tapes.Masters, err = keyring.ParseMasters("test:" + strings.Repeat("07", 32)); err != nil {
		t.Fatal(err)
	}
}

// serve runs the API's own server on a port of the kernel's choice.
func serve(t testing.TB, w *World, a *api.API) {
	t.Helper()
	ln := httptest.NewUnstartedServer(nil).Listener
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, ln) }()
	w.Stop = stop
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("the API ended with %v", err)
		}
	})
	w.URL = "http://" + ln.Addr().String()
}

// GivePasswords lets everybody in who has no password yet.
func (w *World) GivePasswords(t testing.TB) {
	t.Helper()
	h, err := hash()
	if err != nil {
		t.Fatal(err)
	}
	w.Admin(t, "update house.account set password_hash = $1 where password_hash = '!'", string(h))
}

// AddStaff makes an account with a role of the platform, and returns its address.
func (w *World) AddStaff(t testing.TB, role account.Role) string {
	t.Helper()
	email := string(role) + "@staff.test.example"
	id := w.AddAccount(t, email, string(role))
	w.Admin(t, "insert into house.staff (account_id, role, created_at) values ($1, $2, now())", id, string(role))
	w.GivePasswords(t)
	return email
}

// Record puts a recording of a call into its place.
func (w *World) Record(t testing.TB, s tenanttest.Shop, call uuid.UUID, sound []byte) {
	t.Helper()
	name, sum := call.String()+".wav", sha256.Sum256(sound)
	if err := os.WriteFile(filepath.Join(w.Recordings, name), sound, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Admin(t, `insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, place)
		values ($1, gen_random_uuid(), $2, 'ready', $3, now(), 5000, 100000, $4, $5, 'directory')`, s.ID.UUID(), call, name, len(sound), sum[:])
}

// Log gathers what the API logs.
type Log struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(b)
}

// String returns all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// errors returns the lines of what went wrong.
func (l *Log) errors() string {
	var wrong []string
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, `"level":"INFO"`) {
			wrong = append(wrong, line)
		}
	}
	return strings.Join(wrong, "")
}

// Client is somebody who asks; the zero Client is nobody.
type Client struct {
	w      *World
	Header http.Header
	from   string // its address; "" is 127.0.0.1
}

// Anonymous returns somebody who has not signed in.
func (w *World) Anonymous() Client { return Client{w: w, Header: http.Header{}} }

// SignIn returns a program of the person's.
func (w *World) SignIn(t testing.TB, email string) Client {
	t.Helper()
	var got struct {
		AccessToken string `json:"access_token"`
	}
	a := w.Anonymous().Do(t, "POST", "/sessions", map[string]string{"email": email, "password": Password, "client": "api"})
	a.Want(t, http.StatusCreated).JSON(t, &got)
	return w.Anonymous().With("Authorization", "Bearer "+got.AccessToken)
}

// Owner returns a program of a shop's owner.
func (w *World) Owner(t testing.TB, s tenanttest.Shop) Client {
	t.Helper()
	return w.SignIn(t, s.Slug+"-owner@test.example")
}

// With returns the client with a header more.
func (c Client) With(name, value string) Client {
	c.Header = c.Header.Clone()
	c.Header.Set(name, value)
	return c
}

// From returns the client at another address of this machine's: 127.0.0.x.
func (c Client) From(address string) Client {
	c.from = address
	return c
}

// transport connects from the client's address.
func (c Client) transport() *http.Transport {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(c.from)}}
	return &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true}
}

// patience is how long any answer may take: one that never ends is a failure.
const patience = time.Minute

// Answer is what the API said.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	asked  string
}

// Do asks. path is below /api/v1 unless it is a whole one; body is sent as
// JSON, nil as nothing.
func (c Client) Do(t testing.TB, method, path string, body any) Answer {
	t.Helper()
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(b)
	}
	if !strings.HasPrefix(path, "/api/") {
		path = "/api/v1" + path
	}
	return c.send(t, method, path, sent)
}

// Get asks for an address outside the API.
func (c Client) Get(t testing.TB, path string) Answer {
	t.Helper()
	return c.send(t, http.MethodGet, path, nil)
}

// Send is Do with a body that is no JSON.
func (c Client) Send(t testing.TB, method, path, contentType string, body []byte) Answer {
	t.Helper()
	return c.With("Content-Type", contentType).send(t, method, "/api/v1"+path, bytes.NewReader(body))
}

func (c Client) send(t testing.TB, method, path string, body io.Reader) Answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.w.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.Header.Clone()
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	transport := http.DefaultTransport
	if c.from != "" {
		transport = c.transport()
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return Answer{res.StatusCode, res.Header, b, method + " " + path}
}

// Want fails the test if the status is another.
func (a Answer) Want(t testing.TB, status int) Answer {
	t.Helper()
	if a.Status != status {
		t.Fatalf("%s: %d, want %d: %s", a.asked, a.Status, status, a.Body)
	}
	return a
}

// JSON reads the body.
func (a Answer) JSON(t testing.TB, into any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, into); err != nil {
		t.Fatalf("%s: %v in %s", a.asked, err, a.Body)
	}
}

// Problem reads the body as one.
func (a Answer) Problem(t testing.TB) Problem {
	t.Helper()
	if ct := a.Header.Get("Content-Type"); ct != "application/problem+json" {
		t.Errorf("%s: an error of type %q: %s", a.asked, ct, a.Body)
	}
	var p Problem
	a.JSON(t, &p)
	return p
}

// Problem is an error as clients see it.
type Problem struct {
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id"`
	Errors    []struct {
		Location string `json:"location"`
		Message  string `json:"message"`
		Line     int    `json:"line"`
	} `json:"errors"`
}

// URL returns the address of a path below /api/v1, for what Do cannot ask.
func (c Client) URL(path string) string { return c.w.URL + "/api/v1" + path }

// GiveUp asks and goes away after a while, answered or not.
func (c Client) GiveUp(t testing.TB, path string, after time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.Header.Clone()
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		_ = res.Body.Close()
	}
}
