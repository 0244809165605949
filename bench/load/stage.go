package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// Addresses of the run, all loopback.
var (
	everywhere = netip.IPv4Unspecified()
	operators  = netip.MustParseAddr("127.21.0.3")
	deaf       = netip.MustParseAddrPort("127.21.0.9:4000") // audio that nobody sends or hears
	yard       = netip.MustParseAddr("127.21.0.5")
	mediaHost  = "127.21.0.1"
)

// The numbers of the seed's shops.
const (
	recorded   = "+74950000001"
	unrecorded = "+74950000002"
	fewOnDuty  = "+74950000003"
	ofItsOwn   = "+74950000004" // for a telephony process of its own
)

const seedText = `
plans: [{name: bench, currency: RUB, base_fee: 0, first_increment_s: 60, next_increment_s: 60, rate_per_min: "12.00", included_s: 0, setup_fee: 0, billable: [talk, hold]}]
trunks: [{name: carrier, from: [127.0.0.0/8], outbound: "sip:127.0.0.1:5090", transport: udp, codecs: [pcma, pcmu]}]
shops:
  - {slug: taped, name: {ru: Запись, en: Recorded}, timezone: Europe/Moscow, language: ru, plan: bench, owner: {email: o1@bench.test, password: "bench-Password-1"}, greeting: none,
     numbers: [{e164: "+74950000001", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: plain, name: {ru: Просто, en: Plain}, timezone: Europe/Moscow, language: ru, plan: bench, owner: {email: o2@bench.test, password: "bench-Password-1"}, greeting: none, recording: off,
     numbers: [{e164: "+74950000002", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: few, name: {ru: Мало, en: Few}, timezone: Europe/Moscow, language: ru, plan: bench, owner: {email: o3@bench.test, password: "bench-Password-1"}, greeting: none, recording: off,
     numbers: [{e164: "+74950000003", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: apart, name: {ru: Отдельно, en: Apart}, timezone: Europe/Moscow, language: ru, plan: bench, owner: {email: o4@bench.test, password: "bench-Password-1"}, greeting: none, recording: off,
     numbers: [{e164: "+74950000004", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
  - {slug: pages, name: {ru: Страницы, en: Pages}, timezone: Europe/Moscow, language: ru, plan: bench, owner: {email: o5@bench.test, password: "bench-Password-1"}, greeting: none,
     numbers: [{e164: "+74950000005", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}]}
operators:
  - {template: "d{01..50}", email: "{name}@bench.test", password: "bench-Password-1", tier: order, shops: [pages], wrap_up: 0s}
  - {name: Chromium, email: chromium@bench.test, password: "bench-Password-1", tier: order, shops: [pages], wrap_up: 0s}
  - {template: "a{0001..1000}", email: "{name}@bench.test", password: "bench-Password-1", tier: order, shops: [taped, plain, apart], sip: "sip:{name}@%[1]s", ready: true, wrap_up: 0s}
  - {template: "b{001..020}", email: "{name}@bench.test", password: "bench-Password-1", tier: order, shops: [few], sip: "sip:{name}@%[1]s", ready: true, wrap_up: 0s}
`

// stage is what a run works with.
type stage struct {
	sheet
	dir     string
	out     io.Writer
	setup   rig.Setup
	redis   *rig.Redis // a real one, as in production: the embedded one would count as Switchboard's
	sb      *rig.Switchboard
	sip     netip.AddrPort
	callers *gen.Phone
	floor   *gen.Phone // the operators' telephones

	resting   float64 // allocations a second when nobody calls
	rtpengine relayed
	kamailio  proxied

	next   atomic.Int64 // number of the last caller
	mu     sync.Mutex
	expect map[string]func(*gen.Call) // what an operator does with the call of a caller
}

// open starts Switchboard and the telephones.
func open(ctx context.Context, binary string, out io.Writer) (*stage, error) {
	dir, err := os.MkdirTemp("", "switchboard-bench-")
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's user must pass through
		return nil, err
	}
	s := &stage{dir: dir, out: out, expect: map[string]func(*gen.Call){}}
	if err := s.start(ctx, binary); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) start(ctx context.Context, binary string) (err error) {
	if s.callers, err = gen.Listen(everywhere, nil); err != nil {
		return err
	}
	if s.floor, err = gen.Listen(operators, s.taken); err != nil {
		return err
	}
	s.setup = rig.Setup{
		Binary: binary, Dir: s.dir, SIP: mediaHost + ":0", Seed: fmt.Sprintf(seedText, s.floor.Addr()),
		Env: []string{"LOG_LEVEL=warn", "RTP_ADDR=" + mediaHost, "RTP_FROM=10000", "RTP_TO=60000"},
	}
	if s.redis, err = rig.StartRedis(ctx, s.dir); err != nil {
		return err
	}
	s.setup.Env = append(s.setup.Env, "REDIS_URL="+s.redis.URL())
	if s.sb, err = rig.Start(ctx, s.setup); err != nil {
		return err
	}
	s.sip, err = netip.ParseAddrPort(s.sb.Info.SIP.UDP)
	return err
}

func (s *stage) close() {
	if s.sb != nil {
		if err := s.sb.Stop(); err != nil {
			fmt.Fprintln(s.out, "load:", err)
		}
	}
	if s.redis != nil {
		s.redis.Kill()
	}
	for _, p := range []*gen.Phone{s.callers, s.floor} {
		if p != nil {
			p.Close()
		}
	}
	_ = os.RemoveAll(s.dir)
}

// taken is what an operator's telephone does when it rings: what the caller's
// story says.
func (s *stage) taken(c *gen.Call) {
	s.mu.Lock()
	do := s.expect[c.From]
	s.mu.Unlock()
	if do == nil {
		c.Refuse(480, "Nobody Expects It")
		return
	}
	do(c)
}

// caller makes up a number that nobody has called from, and says what the
// operator does who gets its call.
func (s *stage) caller(do func(*gen.Call)) string {
	number := fmt.Sprintf("+7999%07d", s.next.Add(1))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expect[number] = do
	return number
}

func (s *stage) forget(number string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.expect, number)
}

// ring calls a number; each caller comes from one of some hundred hosts.
func (s *stage) ring(from, number string, to netip.AddrPort, at netip.AddrPort) (*gen.Call, error) {
	n := s.next.Load()
	via := netip.AddrFrom4([4]byte{127, 22, byte(n % 100), 1})
	return s.callers.Call(gen.Dial{To: to, User: number, From: from, Via: via, Audio: at})
}

// after waits for d, or for the end of the run.
func after(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// say prints how far the run is.
func (s *stage) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }
