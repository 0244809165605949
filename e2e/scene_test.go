package e2e

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// Addresses of all scenes: the carrier's hosts, the telephones of operators,
// and a host that nobody knows. Ports are the kernel's.
var (
	everywhere = netip.IPv4Unspecified()
	carrier    = netip.MustParseAddr("127.20.0.1")
	desks      = netip.MustParseAddr("127.30.0.3")
	stranger   = netip.MustParseAddr("127.40.0.1")
	deaf       = netip.MustParseAddrPort("127.20.0.9:4000") // audio that nobody sends or hears
)

// The shops' numbers.
const (
	tyres   = "+74950000101" // straight to the queue
	greeted = "+74950000102" // with a greeting
	shut    = "+74950000103" // suspended
	lonely  = "+74950000104" // nobody is on duty
)

const shopsSeed = `
plans: [{name: e2e, currency: RUB, base_fee: 0, first_increment_s: 1, next_increment_s: 1, rate_per_min: "12.00", included_s: 0, setup_fee: 0, billable: [talk, hold]}]
trunks: [{name: carrier, from: [127.20.0.0/16], outbound: "sip:127.20.0.1:5090", transport: udp, codecs: [pcma, pcmu]}]
staff: [{role: supervisor, email: s@floor.test, password: "e2e-Password-1"}, {role: finance, email: f@floor.test, password: "e2e-Password-1"}]
shops:
  - {slug: tyres, name: {ru: Шины, en: Tyres}, timezone: Europe/Moscow, language: ru, plan: e2e, owner: {email: o@tyres.test, password: "e2e-Password-1"}, greeting: none,
     numbers: [{e164: "+74950000101", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: greeted, name: {ru: Привет, en: Greeted}, timezone: Europe/Moscow, language: en, plan: e2e, owner: {email: o@greeted.test, password: "e2e-Password-1"},
     numbers: [{e164: "+74950000102", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: shut, name: {ru: Закрыто, en: Shut}, timezone: Europe/Moscow, language: ru, plan: e2e, owner: {email: o@shut.test, password: "e2e-Password-1"}, status: suspended,
     numbers: [{e164: "+74950000103", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: lonely, name: {ru: Никого, en: Lonely}, timezone: Europe/Moscow, language: ru, plan: e2e, owner: {email: o@lonely.test, password: "e2e-Password-1"}, greeting: none,
     numbers: [{e164: "+74950000104", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
operators:
`

// fixed is a seed's line of operators whose telephones are at the scene's desks.
const fixed = `  - {template: "%s", email: "{name}@floor.test", password: "e2e-Password-1", tier: order, shops: [%s], sip: "sip:{name}@%s", ready: true, wrap_up: 0s}` + "\n"

// scene is a running Switchboard with the telephones around it.
type scene struct {
	*rig.Switchboard
	t       *testing.T
	setup   rig.Setup
	sip     netip.AddrPort
	callers *gen.Phone // of the carrier, or of a stranger
	desks   *gen.Phone // of the operators with fixed addresses

	*floor
}

// floor is how the operators behave.
type floor struct {
	mu     sync.Mutex
	manner func(*gen.Call)
}

// stage prepares a scene; operators are lines of the seed's, which are given
// the address of the desks.
func stage(t *testing.T, operators func(desks netip.AddrPort) string, env ...string) *scene {
	t.Helper()
	return stageSeeded(t, func(desks netip.AddrPort) string { return shopsSeed + operators(desks) }, env...)
}

// stageSeeded is stage with a seed of one's own.
func stageSeeded(t *testing.T, seed func(desks netip.AddrPort) string, env ...string) *scene {
	t.Helper()
	s := &scene{t: t, floor: &floor{manner: answers}}
	var err error
	if s.callers, err = gen.Listen(everywhere, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.callers.Close)
	if s.desks, err = gen.Listen(desks, s.taken); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.desks.Close)
	s.setup = rig.Setup{
		Binary: program, Dir: folder(t), Seed: seed(s.desks.Addr()),
		Env: append([]string{"LOG_LEVEL=info", "SIP_PHONES_FROM=127.30.0.0/16", "RTP_FROM=0", "RTP_TO=0"}, env...),
	}
	s.start()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("switchboard said: %s", s.Log())
		}
	})
	return s
}

// folder is one that PostgreSQL's user may pass through: t.TempDir's is not, when
// we are root.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "switchboard-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// start runs Switchboard, at the address of before if it ran before.
func (s *scene) start() {
	s.t.Helper()
	sb, err := rig.Start(s.t.Context(), s.setup)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Switchboard = sb
	s.sip = netip.MustParseAddrPort(sb.Info.SIP.UDP)
	s.setup.SIP = s.sip.String()
}

// taken is what an operator's telephone does when it rings.
func (f *floor) taken(c *gen.Call) {
	f.mu.Lock()
	do := f.manner
	f.mu.Unlock()
	do(c)
}

// operators says what their telephones do from now on.
func (f *floor) operators(do func(*gen.Call)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.manner = do
}

// in is the scene in a part of its test.
func (s *scene) in(t *testing.T) *scene {
	part := *s
	part.t = t
	return &part
}

// answers is the manner of an operator who takes every call and stays.
func answers(c *gen.Call) {
	c.Ring()
	c.Answer(deaf)
}

// dial rings a number of a shop's from a host of the carrier's.
func (s *scene) dial(from, number string, audio netip.AddrPort) *gen.Call {
	s.t.Helper()
	c, err := s.callers.Call(gen.Dial{To: s.sip, User: number, From: from, Via: carrier, Audio: audio})
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// Patience of the tests: longer than the busiest machine takes, as only a test
// that fails waits so long. What is bounded by a promise of the product's says so
// where it is awaited.
const patience = time.Minute

// within waits for something, no longer than patience.
func (s *scene) within(what string, done <-chan struct{}) {
	s.t.Helper()
	select {
	case <-done:
	case <-time.After(patience):
		s.t.Fatalf("%s: not within %s", what, patience)
	}
}

// outcome waits for the end of a call, and checks what came of it.
func (s *scene) outcome(c *gen.Call, status int, by gen.Side) {
	s.t.Helper()
	s.within("end of the call from "+c.From, c.Ended())
	if got, who := c.Outcome(); got != status || who != by {
		s.t.Errorf("the call from %s ended with %d by %s, want %d by %s", c.From, got, who, status, by)
	}
}

// await polls until ok, no longer than most.
func (s *scene) await(what string, most time.Duration, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(most); !ok(); <-time.After(50 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("%s: not within %s", what, most)
		}
	}
}

// owner enters as the owner of a shop.
func (s *scene) owner(slug string) *rig.Client {
	s.t.Helper()
	for _, shop := range s.Info.Shops {
		if shop.Slug == slug {
			return s.enter(shop.Owner)
		}
	}
	s.t.Fatalf("no shop %s", slug)
	return nil
}

func (s *scene) enter(l rig.Login) *rig.Client {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	c, err := rig.Enter(ctx, s.Info.API, l)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// buyer is the number of the nth caller.
func buyer(n int) string { return fmt.Sprintf("+7999%07d", n) }
