package trunk_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
	"switchboard/telephony/trunk/locate"
	"switchboard/tenant/outgoing"
	"switchboard/tenant/seal"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func itoa(n int) string { return strconv.Itoa(n) }

const offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"

const realm = "office"

// lead is whom the tests call, forbidden whom they may not.
const lead, forbidden = e164.Number("+79161234567"), e164.Number("+5352345678")

// office is a Dialler with a SIP side, and a directory that the test writes.
type office struct {
	*trunk.Dialler
	t     *testing.T
	w     *tenanttest.World
	ua    *sipua.UA
	box   seal.Box
	calls chan inbound

	keep func()       // starts to look after the trunks
	cut  func(string) // ends the last call that was allowed
	told []string     // what became of the permits

	mu   sync.Mutex
	book *directory.Directory
}

var errForbidden = errors.New("forbidden")

// Allow has the office keep one rule: nobody calls forbidden.
func (o *office) Allow(_ context.Context, r trunk.Request, cut func(string)) (trunk.Permit, error) {
	if r.Number == forbidden {
		return nil, errForbidden
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cut = cut
	return o, nil
}

func (o *office) Answered() { o.tell("answered") }
func (o *office) Ended()    { o.tell("ended") }

func (o *office) tell(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = append(o.told, what)
}

// permits is what became of them, in order.
func (o *office) permits() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.told, " ")
}

type inbound struct {
	leg *sipua.Leg
	in  sipua.Invite
}

// Trunk has the office take calls from where the directory says.
func (o *office) Trunk(src netip.Addr) (string, bool) {
	if t := o.now().Trunk(src); t != nil {
		return t.Name, true
	}
	registrar := o.From(src)
	return registrar, registrar != ""
}
func (*office) PhoneAllowed(netip.Addr) bool     { return false }
func (*office) Secret(string) (string, bool)     { return "", false }
func (*office) Registered(string, sipua.Contact) {}

func (o *office) now() *directory.Directory {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.book
}

// open makes an office that serves at host. Only keep has it look after its
// trunks.
func open(t *testing.T, host string, dns ...netip.AddrPort) *office {
	t.Helper()
	box, err := seal.New("thirty-two bytes of a secret, at least")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, w: tenanttest.Open(t), box: box, calls: make(chan inbound, 100)}
	log := slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelInfo}))
	o.load()
	o.Dialler = trunk.New(trunk.Config{
		Book: o.now, Box: box, Rules: o, Realm: realm, Resolver: locate.New(netip.MustParseAddr(host), dns...), Log: log,
	})
	o.ua, err = sipua.New(sipua.Config{Addr: net.JoinHostPort(host, "0"), Realm: realm, Logger: log}, o, o.Gate(func(l *sipua.Leg, in sipua.Invite) { o.calls <- inbound{l, in} }))
	if err != nil {
		t.Fatal(err)
	}
	o.Connect(o.ua)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = o.ua.Run(ctx) })
	o.keep = func() { running.Go(func() { o.Run(ctx) }) }
	t.Cleanup(func() { stop(); running.Wait() })
	return o
}

// sealed is a password as SQL, for the trunk of that id.
func (o *office) sealed(id uuid.UUID, password string) string {
	b, err := o.box.Seal(password, id.String())
	if err != nil {
		o.t.Fatal(err)
	}
	return fmt.Sprintf(`'\x%x'`, b)
}

// status waits until what is seen of the only trunk is as it should be.
func (o *office) status(what string, is func(trunk.Status) bool) trunk.Status {
	o.t.Helper()
	var last trunk.Status
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if all := o.Status(); len(all) == 1 {
			if last = all[0]; is(last) {
				return last
			}
		}
	}
	o.t.Fatalf("the trunk is %+v, want %s", last, what)
	return last
}

type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Logf("%s", b)
	}
	return len(b), nil
}

// load reads the directory anew.
func (o *office) load() {
	o.t.Helper()
	d, err := directory.Load(o.t.Context(), o.w.DB, slog.New(slog.DiscardHandler))
	if err != nil {
		o.t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.book = d
}

// trunk makes one; settings are columns and SQL values.
func (o *office) trunk(name, at string, settings ...string) {
	o.t.Helper()
	columns, values := "", ""
	for _, s := range settings {
		column, value, _ := strings.Cut(s, "=")
		columns, values = columns+", "+column, values+", "+value
	}
	o.w.Admin(o.t, fmt.Sprintf(`insert into house.trunk (id, name, sources, outbound, transport, codecs, created_at%s)
		values (gen_random_uuid(), $1, '{}', $2, 'udp', '{pcma,pcmu}', now()%s)`, columns, values), name, "sip:"+at)
	o.load()
}

// out is a call of the office's, with what its owner was told.
type out struct {
	*trunk.Call
	events chan sipua.Event
	mu     sync.Mutex
	tried  []string
}

func (o *office) dial(change ...func(*trunk.Request)) (*out, error) {
	c := &out{events: make(chan sipua.Event, 100)}
	r := trunk.Request{
		Shop: o.w.A.ID.UUID(), Number: lead, Caller: e164.Number(o.w.A.E164), Path: outgoing.Transfer,
		Offer: func(*directory.Trunk) ([]byte, error) { return []byte(offer), nil },
		Tried: func(_ *sipua.Leg, t *directory.Trunk) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.tried = append(c.tried, t.Name)
		},
		Listen: func(ev sipua.Event) { c.events <- ev },
	}
	for _, f := range change {
		f(&r)
	}
	var err error
	c.Call, err = o.Dial(o.t.Context(), r)
	return c, err
}

func (o *office) call(change ...func(*trunk.Request)) *out {
	o.t.Helper()
	c, err := o.dial(change...)
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

func (c *out) trunks(t *testing.T, want ...string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.Equal(c.tried, want) {
		t.Errorf("tried %v, want %v", c.tried, want)
	}
}

// expect returns the next event, which must be of the kind.
func expect[E sipua.Event](t *testing.T, c *out) (want E) {
	t.Helper()
	select {
	case ev := <-c.events:
		e, ok := ev.(E)
		if !ok {
			t.Fatalf("%T%+v, want %T", ev, ev, want)
		}
		return e
	case <-time.After(patience):
		t.Fatalf("no %T", want)
	}
	return want
}
