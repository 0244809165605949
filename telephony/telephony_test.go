package telephony_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony"
	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// house is a running node with a shop, a carrier and operators' telephones.
type house struct {
	t          *testing.T
	w          *tenanttest.World
	node       *telephony.Node
	recordings string
	kill       func() // the node, in the middle of whatever it does
}

// masterKey is that of the tests' recordings.
const masterKey = "test:0707070707070707070707070707070707070707070707070707070707070707"

// open starts a node on a world that prepare, if there is one, has arranged.
func open(t *testing.T, prepare ...func(*tenanttest.World)) *house {
	t.Helper()
	return openWith(t, telephony.Speech{}, prepare...)
}

// openWith is open with another voice.
func openWith(t *testing.T, voice telephony.Speech, prepare ...func(*tenanttest.World)) *house {
	t.Helper()
	h := &house{t: t, w: tenanttest.Open(t), recordings: t.TempDir()}
	for _, p := range prepare {
		p(h.w)
	}
	h.w.Admin(t, `insert into house.trunk (id, name, sources, outbound, transport, codecs, created_at)
		select gen_random_uuid(), 'carrier', '{127.0.0.1/32}', 'sip:127.0.0.1:5090', 'udp', '{pcma,pcmu}', now() where not exists (select from house.trunk)`)
	n, stop := startWith(t, h.w, h.recordings, voice)
	h.node, h.kill = n, sync.OnceFunc(stop)
	t.Cleanup(h.kill)
	return h
}

// phone is a telephone that answers what rings it.
type phone struct {
	ua    *sipua.UA
	ports *media.Ports
	rings chan *ringing
}

type ringing struct {
	leg   *sipua.Leg
	in    sipua.Invite
	audio *media.RTPLeg
	local *sdp.Local
	over  chan sipua.Event
	ears  *hearing // of a second call
}

type anyone struct{}

func (anyone) Trunk(netip.Addr) (string, bool)  { return "switchboard", true }
func (anyone) PhoneAllowed(netip.Addr) bool     { return false }
func (anyone) Secret(string) (string, bool)     { return "", false }
func (anyone) Registered(string, sipua.Contact) {}

func (h *house) phone() *phone {
	h.t.Helper()
	ports, err := media.NewPorts(netip.MustParseAddr("127.0.0.1"), 0, 0)
	if err != nil {
		h.t.Fatal(err)
	}
	p := &phone{ports: ports, rings: make(chan *ringing, 8)}
	p.ua, err = sipua.New(sipua.Config{Addr: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler)}, anyone{}, func(l *sipua.Leg, in sipua.Invite) {
		r := &ringing{leg: l, in: in, over: make(chan sipua.Event, 16)}
		l.Listen(func(ev sipua.Event) { r.over <- ev })
		p.rings <- r
	})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.ua.Run(ctx) }()
	h.t.Cleanup(func() { stop(); <-done; ports.Close() })
	return p
}

// answer takes the call that rings.
func (p *phone) answer(t *testing.T, r *ringing) {
	t.Helper()
	var err error
	if r.audio, err = p.ports.Open(); err != nil {
		t.Fatal(err)
	}
	s, err := sdp.Parse(r.in.SDP)
	if err != nil {
		t.Fatal(err)
	}
	r.local = sdp.NewLocal(r.audio.LocalAddr(), g711.ALaw)
	body, chosen, err := r.local.Answer(s)
	if err != nil {
		t.Fatal(err)
	}
	r.audio.SetRemote(chosen)
	r.leg.Answer(body)
}

// ring calls the shop's number.
func (p *phone) ring(h *house, number, from string) *ringing {
	h.t.Helper()
	r := &ringing{over: make(chan sipua.Event, 16)}
	var err error
	if r.audio, err = p.ports.Open(); err != nil {
		h.t.Fatal(err)
	}
	local := sdp.NewLocal(r.audio.LocalAddr(), g711.ALaw)
	r.leg, err = p.ua.Dial(sipua.Target{
		URI: fmt.Sprintf("sip:%s@%s", number, h.node.SIP()), FromUser: from, SDP: local.Offer(),
		Listen: func(ev sipua.Event) {
			if a, ok := ev.(sipua.Answered); ok {
				if s, err := sdp.Parse(a.SDP); err == nil {
					if chosen, err := local.Accept(s); err == nil {
						r.audio.SetRemote(chosen)
					}
				}
			}
			r.over <- ev
		},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// wait returns the next event of the kind, or fails.
func await[E sipua.Event](t *testing.T, r *ringing) E {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case ev := <-r.over:
			if e, ok := ev.(E); ok {
				return e
			}
		case <-limit:
			var want E
			t.Fatalf("no %T in time", want)
		}
	}
}

func next(t *testing.T, p *phone) *ringing {
	t.Helper()
	select {
	case r := <-p.rings:
		return r
	case <-time.After(patience):
		t.Fatal("the telephone does not ring in time")
		return nil
	}
}

// operator makes one whose telephone is p.
func (h *house) operator(name string, p *phone, shops ...tenanttest.Shop) uuid.UUID {
	h.t.Helper()
	id := h.w.AddOperator(h.t, name, shops...)
	h.w.Admin(h.t, "update house.operator set sip_uri = $2, always_on = true where id = $1", id, fmt.Sprintf("sip:%s@%s", name, p.ua.Addr()))
	return id
}

// onDuty waits until so many operators are.
func (h *house) onDuty(n int) {
	h.t.Helper()
	c := command.NewClient(h.node.ControlURL(), "test")
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		f, err := c.Floor(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if len(f.Operators) == n {
			return
		}
	}
	h.t.Fatalf("no %d operators are on duty in time", n)
}

func (h *house) until(what, query string, args ...any) {
	h.t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		if tenanttest.One[bool](h.t, h.w, "select exists ("+query+")", args...) {
			return
		}
	}
	h.t.Fatalf("not in time: %s", what)
}

func TestABuyerTalksToAnOperator(t *testing.T) {
	t.Parallel()
	h := open(t)
	buyer, desk := h.phone(), h.phone()
	anna := h.operator("anna", desk, h.w.A)
	call := buyer.ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, call)
	r := next(t, desk)
	if r.in.From != "89215550144" {
		t.Errorf("the operator sees %q", r.in.From)
	}
	desk.answer(t, r)
	h.until("the call is talking", "select 1 from shop.call where state = 'talking' and operator_id = $1", anna)

	player := media.NewPlayer()
	defer player.Close()
	heard := make(chan []byte, 400)
	r.audio.SetSink(func(p *media.Packet) {
		select {
		case heard <- append([]byte(nil), p.Payload...):
		default:
		}
	})
	pb := player.Loop(call.audio, media.NewClip(tone.Sine(440, 8000)))
	defer pb.Stop()
	var samples []int16
	for len(samples) < 8000 {
		select {
		case b := <-heard:
			samples = append(samples, g711.ALaw.Decode(b)...)
		case <-time.After(patience):
			t.Fatalf("the operator hears %d samples", len(samples))
		}
	}
	if !tone.Heard(samples[4000:], 440) {
		t.Error("the operator does not hear the buyer's tone")
	}
	call.leg.Hangup("bye")
	await[sipua.Ended](t, r)
	h.until("the call is finished", `select 1 from shop.call c join shop.call_leg l on l.call_id = c.id and l.shop_id = c.shop_id
		where c.state = 'ended' and c.outcome = 'answered' and c.ended_by = 'caller' and l.talk_ms > 0 and c.shop_id = $1`, h.w.A.ID.UUID())
	h.until("the recording is ready", "select 1 from shop.recording where state = 'ready' and duration_ms > 500")
	path := tenanttest.One[string](t, h.w, "select path from shop.recording")
	if _, err := os.Stat(filepath.Join(h.recordings, path)); err != nil {
		t.Error(err)
	}
	if n := tenanttest.One[int](t, h.w, "select count(*) from house.dialog"); n != 0 {
		t.Errorf("%d dialogs of a finished call are left", n)
	}
}

func TestACallerGivesUpAndRingsAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	buyer := h.phone()
	call := buyer.ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, call)
	h.until("the call waits", "select 1 from shop.call where state = 'waiting'")
	call.leg.Hangup("tired")
	h.until("a callback is owed", "select 1 from shop.lost_call l join shop.task t on t.id = l.task_id where t.state = 'open' and l.owner = 'pool:main'")
	again := buyer.ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, again)
	h.until("the callback is cancelled", "select 1 from shop.task where state = 'cancelled' and closed_reason = 'rang again'")
}

func TestANumberOfNobodyIs404(t *testing.T) {
	t.Parallel()
	h := open(t)
	call := h.phone().ring(h, "84959999999", "89215550144")
	if f := await[sipua.Failed](t, call); f.Code != 404 {
		t.Errorf("answered %d %s, want 404", f.Code, f.Reason)
	}
}

func TestASuspendedShopSaysSo(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set status = 'suspended' where id = $1", w.A.ID.UUID())
	})
	call := h.phone().ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, call)
	if e := await[sipua.Ended](t, call); !e.ByPeer {
		t.Errorf("ended %+v, want by the switchboard", e)
	}
	h.until("the call is refused", "select 1 from shop.call where state = 'ended' and outcome = 'refused' and greeting_ms > 1000")
}

// The next operator is rung when the first is busy, and the first when free again.
func TestABusyTelephoneIsPassedOver(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	buyer, first, second := h.phone(), h.phone(), h.phone()
	h.operator("anna", first, h.w.A)
	h.operator("boris", second, h.w.A)
	h.onDuty(2)
	call := buyer.ring(h, "84950000001", "89215550144")
	var r *ringing
	select {
	case r = <-first.rings:
		r.leg.Refuse(486, "busy")
		r = next(t, second)
		second.answer(t, r)
	case r = <-second.rings:
		r.leg.Refuse(486, "busy")
		r = next(t, first)
		first.answer(t, r)
	case <-time.After(patience):
		t.Fatal("nobody is rung")
	}
	await[sipua.Answered](t, call)
	r.leg.Hangup("done")
	await[sipua.Ended](t, call)
	h.until("the operator ended it", "select 1 from shop.call where state = 'ended' and ended_by = 'operator'")
}

// A switch that is started after another died ends what that one left.
func TestTheSuccessorEndsWhatWasLeft(t *testing.T) {
	t.Parallel()
	h := open(t)
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	call := h.phone().ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, call)
	r := next(t, desk)
	desk.answer(t, r)
	h.until("the call is talking", "select 1 from shop.call where state = 'talking'")
	// the dead one's lease and lock go, its process still holds its sockets: the successor has others
	h.w.Admin(t, "select pg_terminate_backend(l.pid) from pg_locks l where l.locktype = 'advisory'")
	_, stop := start(t, h.w, t.TempDir())
	defer stop()
	h.until("the call is closed", "select 1 from shop.call c join shop.call_leg l on l.call_id = c.id where c.state = 'ended' and l.source = 'reaper'")
	await[sipua.Ended](t, call)
	await[sipua.Ended](t, r)
}

func TestControlNeedsItsSecret(t *testing.T) {
	t.Parallel()
	h := open(t)
	if _, err := command.NewClient(h.node.ControlURL(), "guess").Floor(t.Context()); err == nil {
		t.Error("the floor was shown without the secret")
	}
	f, err := command.NewClient(h.node.ControlURL(), "test").Floor(t.Context())
	if err != nil || f.Pool != "main" || f.Epoch != 1 {
		t.Errorf("floor: %+v, %v", f, err)
	}
}
