package hook

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/hook"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/hook/sign"
	"switchboard/tenant/seal"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// town is a world with a courier whose clock the test sets.
type town struct {
	*tenanttest.World
	box     seal.Box
	courier *Courier
	ahead   atomic.Int64 // ns
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func open(t testing.TB, allow []netip.Prefix) *town {
	t.Helper()
	box, err := seal.New("a secret of the tests, 32 bytes or more")
	if err != nil {
		t.Fatal(err)
	}
	w := &town{World: tenanttest.Open(t), box: box}
	w.courier = New(w.DB, fetch.NewDoor(allow), box, slog.New(slog.DiscardHandler), w.now)
	t.Cleanup(w.courier.Wait)
	return w
}

// now is a second late at least: triggers stamp with the database's clock.
func (w *town) now() time.Time { return time.Now().Add(time.Second + time.Duration(w.ahead.Load())) }

func (w *town) within(t testing.TB, s tenanttest.Shop, do func(tenant.Tx) error) {
	t.Helper()
	if err := w.DB.Within(t.Context(), s.Scope, do); err != nil {
		t.Fatal(err)
	}
}

// tell has an address told of events, and returns the receiver and its secret.
func (w *town) tell(t testing.TB, s tenanttest.Shop, to hook.Settings) (id uuid.UUID, secret string) {
	t.Helper()
	if to.Name == "" {
		to.Name = uuid.NewString()
	}
	to.Form = hook.Standard
	w.within(t, s, func(tx tenant.Tx) (err error) {
		id, secret, err = hook.Create(tx, to, hook.Change{At: time.Now(), Box: w.box})
		return err
	})
	return id, secret
}

// owed counts deliveries of a state.
func (w *town) deliveries(t testing.TB, state string) int {
	t.Helper()
	return tenanttest.One[int](t, w.World, "select count(*) from shop.delivery where state = $1", state)
}

// settle has the courier work, its clock running ahead, until nothing is owed.
func (w *town) settle(t testing.TB, step time.Duration) {
	t.Helper()
	for range 400 {
		w.pass(t)
		if w.deliveries(t, "owed") == 0 {
			return
		}
		w.ahead.Add(int64(step))
	}
	t.Fatalf("%d deliveries are still owed", w.deliveries(t, "owed"))
}

// pass has the courier bring what is due, and waits for it.
func (w *town) pass(t testing.TB) int {
	t.Helper()
	n, err := w.courier.Look(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.courier.Wait()
	return n
}

// order makes a draft order of a shop.
func (w *town) order(t testing.TB, s tenanttest.Shop) uuid.UUID {
	t.Helper()
	source, snapshot, id := uuid.New(), uuid.New(), uuid.New()
	w.Admin(t, `with s as (insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', gen_random_uuid()::text, now()))
		insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at) select $1, $3, coalesce(max(seq), 0) + 1, $2, 'staging', now() from shop.snapshot where shop_id = $1`, s.ID.UUID(), source, snapshot)
	w.Admin(t, `with o as (insert into shop."order" (shop_id, id, no, snapshot_id, status, currency, total_minor, created_at)
		select $1, $2, count(*) + 1, $3, 'draft', 'RUB', 0, now() from shop."order" where shop_id = $1)
		insert into shop.order_contact (shop_id, order_id, name, phone, address) values ($1, $2, 'Сергей Петров', '+79215550144', 'Невский, 1')`, s.ID.UUID(), id, snapshot)
	return id
}

// cost changes an order's total: that is what tells one change from another.
func (w *town) cost(t testing.TB, order uuid.UUID, total int) {
	t.Helper()
	w.Admin(t, `update shop."order" set total_minor = $2 where id = $1`, order, total)
}

// got is a message as it was received.
type got struct {
	id      string
	message body.Message
	raw     string
	header  http.Header
}

func (g got) total() int {
	var f struct {
		Total int `json:"total_minor"`
	}
	_ = json.Unmarshal(g.message.Data.Facts, &f)
	return f.Total
}

// ear is a shop's system that takes what it is told, if how says 200.
type ear struct {
	URL string
	mu  sync.Mutex
	all []got // that was taken
	bad []string
}

// listen starts a receiver that behaves as how does; how returns whether the
// message was taken.
func listen(t testing.TB, how func(http.ResponseWriter, *http.Request) bool) *ear {
	t.Helper()
	e := &ear{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		g := got{id: r.Header.Get("webhook-id"), raw: string(raw), header: r.Header.Clone()}
		if err := json.Unmarshal(raw, &g.message); err != nil {
			e.note(err.Error())
		}
		if how(w, r) {
			e.mu.Lock()
			e.all = append(e.all, g)
			e.mu.Unlock()
		}
	}))
	t.Cleanup(s.Close)
	e.URL = s.URL + "/hook?token=s3cret"
	return e
}

func (e *ear) note(what string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.bad = append(e.bad, what)
}

func (e *ear) heard() []got {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]got(nil), e.all...)
}

// proves fails the test unless every message is signed by the secret.
func (e *ear) proves(t testing.TB, secret string) {
	t.Helper()
	for _, g := range e.heard() {
		seconds, _ := strconv.ParseInt(g.header.Get("webhook-timestamp"), 10, 64)
		now := time.Unix(seconds, 0) // the test's clock runs ahead
		if err := sign.Verify(secret, g.header.Get, []byte(g.raw), now); err != nil {
			t.Errorf("message %s: %v", g.id, err)
		}
	}
	for _, b := range e.bad {
		t.Error(b)
	}
}
