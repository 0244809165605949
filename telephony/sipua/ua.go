package sipua

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/ban"
	"switchboard/telephony/sipua/guard"
	"switchboard/telephony/sipua/life"
	"switchboard/telephony/sipua/wire"
	"switchboard/telephony/trace"
)

// UA is a SIP user agent: it serves UDP, TCP and TLS, takes calls, makes calls,
// and is a registrar for phones.
type UA struct {
	log       *slog.Logger
	peers     Peers
	invited   func(*Leg, Invite)
	timing    timing
	addr      netip.AddrPort
	ports     map[string]int // by transport, of what is served
	host      string         // as peers know us
	roots     func(name string) *x509.CertPool
	names     names
	proxies   []netip.Prefix
	outbound  string
	away      atomic.Int32 // seconds after which to ask again for what is new; 0: now
	seed      maphash.Seed
	book      *book
	registrar *registrar
	counts    counts
	serving   sync.Map // transaction -> *served

	trunkPackets, phonePackets *guard.Buckets
	calls, callsEach, ghosts   *guard.Buckets
	bans                       *ban.List
	bell                       *bell
	tracer                     *trace.Tracer

	packets *guard.Packets
	streams *guard.Streams
	sealed  *guard.Streams // TLS; nil if it is not served
	own     sip.Addr       // of packets
	tp      *sip.TransportLayer
	tx      *sip.TransactionLayer

	crew    crew          // goroutines of legs and of what they have sent
	closing atomic.Bool   // no new calls
	done    chan struct{} // closed when Run ends
}

// crew is goroutines that are waited for, and can be counted meanwhile.
type crew struct {
	sync.WaitGroup
	working atomic.Int64
}

func (c *crew) Go(do func()) {
	c.working.Add(1)
	c.WaitGroup.Go(func() {
		defer c.working.Add(-1)
		do()
	})
}

// globals are the stack's own settings, which a process has once.
var globals = sync.OnceFunc(func() {
	sip.SetDefaultLogger(slog.New(slog.DiscardHandler))
	sip.UDPMTUSize = guard.Largest + 200        // or responses above 1,300 bytes are never sent
	sip.TransportBufferReadSize = guard.Largest // or larger messages are cut
	sip.Timer_J = 5 * time.Second               // a BYE repeated later meets a grave, which answers too
})

// New binds the sockets and serves nothing yet. invited is called for each call
// that comes in, on the leg's goroutine, which it must not keep.
func New(cfg Config, peers Peers, invited func(*Leg, Invite)) (*UA, error) {
	return newUA(cfg, peers, invited, standard)
}

func newUA(cfg Config, peers Peers, invited func(*Leg, Invite), clock timing) (*UA, error) {
	globals()
	if cfg.Realm == "" {
		cfg.Realm = "switchboard"
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	l := cfg.Limits.withDefaults()
	ua := &UA{
		log: cfg.Logger.With("part", "sip"), peers: peers, invited: invited, timing: clock, seed: maphash.MakeSeed(),
		roots: cfg.Roots, proxies: cfg.Proxies, outbound: cfg.Outbound,
		book: newBook(l, clock.grave), done: make(chan struct{}),
		trunkPackets: guard.NewBuckets(l.Packets, l.Packets), phonePackets: guard.NewBuckets(l.PhonePackets, l.PhonePackets),
		calls: guard.NewBuckets(l.Rate, l.Rate), callsEach: guard.NewBuckets(l.RateEach, l.RateEach),
		ghosts: guard.NewBuckets(ghostsEach, ghostsEach),
	}
	ua.bans, ua.bell, ua.tracer = ban.New(), newBell(cfg.Alarm), trace.New()
	ua.crew.Add(1) // until Run ends, so that nobody joins a crew that is being waited for
	ua.registrar = newRegistrar(ua, cfg.Realm)
	if err := ua.listen(cfg, l); err != nil {
		return nil, err
	}
	ua.build()
	return ua, nil
}

// listen opens the sockets, those of UDP and TCP on one port unless TCP has its
// own address.
func (ua *UA) listen(cfg Config, l Limits) error {
	at, err := net.ResolveUDPAddr("udp", cfg.Addr)
	if err != nil {
		return fmt.Errorf("serve SIP at %q: %w", cfg.Addr, err)
	}
	if ua.host = HostOf(cfg); ua.host == "" {
		return fmt.Errorf("serve SIP at %s: peers can't reach that; say by which host they reach us", cfg.Addr)
	}
	const tries = 20 // any port that is free for UDP may not be for TCP
	for range tries {
		err = ua.bind(at, cfg, l)
		if err == nil || at.Port != 0 {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("serve SIP at %s: %w", cfg.Addr, err)
	}
	return nil
}

func (ua *UA) bind(at *net.UDPAddr, cfg Config, l Limits) error {
	packets, err := guard.ListenPackets(at, &ua.counts.guard, ua.admit)
	if err != nil {
		return err
	}
	bound := packets.LocalAddr().(*net.UDPAddr)
	ua.addr = bound.AddrPort()
	ua.addr = netip.AddrPortFrom(ua.addr.Addr().Unmap(), ua.addr.Port())
	if err := ua.bindStreams(cfg, l); err != nil {
		_ = packets.Close()
		return err
	}
	packets.Sent = ua.sentOn("udp")
	ua.packets = packets
	ua.ports = map[string]int{"UDP": bound.Port, "TCP": portOf(ua.streams)}
	if ua.sealed != nil {
		ua.ports["TLS"] = portOf(ua.sealed)
	}
	return nil
}

func (ua *UA) welcome(src netip.Addr) bool {
	_, trunk := ua.peers.Trunk(src)
	return trunk || ua.proxied(src) || ua.peers.PhoneAllowed(src) && !ua.bans.Banned(src, time.Now())
}

func (ua *UA) inUse(peer netip.AddrPort) bool { return ua.book.uses(peer) || ua.registrar.at(peer) }

func (ua *UA) streamClosed(peer netip.AddrPort) { ua.registrar.closed(peer) }

// build sets up the stack behind the sockets. Our look at a message comes
// before the transactions': they hand it to a goroutine, which would be first
// as often as not.
func (ua *UA) build() {
	log := slog.New(newQuiet(ua.log.Handler()))
	ua.tp = sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil, sip.WithTransportLayerLogger(log))
	ua.tp.OnMessage(ua.onMessage)
	ua.tx = sip.NewTransactionLayer(ua.tp,
		sip.WithTransactionLayerLogger(log), sip.WithTransactionLayerTerminateOnConnClose(),
		sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {}))
	ua.tx.OnRequest(ua.serve)
	// Requests may be sent before Run: the stack must know our socket by then.
	local := ua.packets.LocalAddr().(*net.UDPAddr)
	ua.own = sip.Addr{IP: local.IP, Port: local.Port}
	ua.tp.Pool("udp").Add(local.String(), &sip.UDPConnection{PacketConn: ua.packets, PacketAddr: local.String(), Listener: true})
}

// Addr is the address that is served over UDP, and over TCP unless that has its
// own.
func (ua *UA) Addr() netip.AddrPort { return ua.addr }

// Run serves until ctx ends. Then it hangs up whatever is up, and returns when
// the peers have had a moment to say that they heard.
func (ua *UA) Run(ctx context.Context) error {
	var serving sync.WaitGroup
	serving.Go(func() { ua.supervise("UDP", func() error { return ua.tp.ServeUDP(ua.packets) }) })
	serving.Go(func() { ua.supervise("TCP", func() error { return ua.tp.ServeTCP(ua.streams) }) })
	if ua.sealed != nil {
		serving.Go(func() { ua.supervise("TLS", func() error { return ua.tp.ServeTLS(ua.sealed) }) })
	}
	serving.Go(ua.sweep)
	<-ctx.Done()
	ua.hangUpAll()
	close(ua.done)
	ua.tx.Close()
	err := errors.Join(ua.packets.Close(), ua.streams.Close(), ua.closeSealed(), ua.tp.Close())
	serving.Wait()
	ua.crew.Done()
	ua.crew.Wait()
	if err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, io.EOF) {
		ua.log.Info("closing the sockets", "err", err)
	}
	return ctx.Err()
}

// supervise serves again when a listener ends although nobody closed it: a
// panic in a parser costs one message, not all calls.
func (ua *UA) supervise(what string, serve func() error) {
	for {
		func() {
			defer ua.recovered("listener "+what, "")
			_ = serve()
		}()
		select {
		case <-ua.done:
			return
		case <-time.After(10 * time.Millisecond):
			ua.log.Warn("listener is served anew", "listener", what)
		}
	}
}

// sweep does what is due every second.
func (ua *UA) sweep() {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ua.done:
			return
		case now := <-t.C:
			ua.sweepServing(now)
			ua.book.sweep()
			ua.registrar.sweep(now)
			ua.bans.Sweep(now)
			ua.tracer.Sweep(now)
		}
	}
}

// hangUpAll ends every leg and waits a little for the peers' responses. What
// then still waits for an ACK or a final response does so no longer.
func (ua *UA) hangUpAll() {
	ua.closing.Store(true)
	for _, l := range ua.book.all() {
		l.Hangup("the service stops")
	}
	ua.linger()
	for _, l := range ua.book.all() {
		l.post(l.giveUp)
	}
	ua.linger()
}

// linger waits for the peers.
func (ua *UA) linger() {
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for end := time.Now().Add(ua.timing.farewell); ua.crew.working.Load() > 0 && time.Now().Before(end); {
		<-t.C
	}
}

// newLeg makes a leg that is in no book yet.
func (ua *UA) newLeg(callID string) *Leg {
	return &Leg{ua: ua, id: sip.GenerateTagN(20), callID: callID, box: make(chan func(), mailbox), gone: make(chan struct{}), state: life.Invited}
}

// start runs a leg.
func (ua *UA) start(l *Leg, first func()) {
	l.heardAll = ua.tracer.Open(l.callID)
	ua.crew.Go(func() { l.run(first) })
}

// tagFor is the tag of a response that nothing is kept of: the same for each
// retransmission of its request.
func (ua *UA) tagFor(h *wire.Head) string {
	var sum maphash.Hash
	sum.SetSeed(ua.seed)
	_, _ = sum.Write(h.Branch)
	_, _ = sum.Write(h.CallID)
	return hex.EncodeToString(sum.Sum(nil))
}

// recovered catches a panic; it must be deferred itself.
func (ua *UA) recovered(where, callID string) {
	if p := recover(); p != nil {
		ua.caught(p, where, callID)
	}
}

// caught counts and logs a panic.
func (ua *UA) caught(p any, where, callID string) {
	ua.counts.panics.Add(1)
	stack := string(debug.Stack())
	if i := strings.LastIndex(stack, "panic("); i >= 0 {
		stack = stack[i:]
	}
	ua.log.Error("panic", "where", where, "call", callID, "panic", fmt.Sprint(p), "stack", stack[:min(len(stack), 2000)])
}
