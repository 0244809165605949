// Package telephony is the process for telephones: SIP, media and the live
// room of one pool.
package telephony

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"switchboard/telephony/acd"
	"switchboard/telephony/control"
	"switchboard/telephony/directory"
	"switchboard/telephony/gate"
	"switchboard/telephony/journal"
	"switchboard/telephony/line"
	"switchboard/telephony/media"
	"switchboard/telephony/media/speech"
	"switchboard/telephony/presence"
	"switchboard/telephony/sipua"
	"switchboard/telephony/switchd"
	"switchboard/telephony/trunk"
	"switchboard/telephony/webleg"
	"switchboard/tenant"
	"switchboard/tenant/keyring"
	"switchboard/tenant/seal"
)

// Config is read from the environment by the process that runs the node.
type Config struct {
	SIPAddr       string `env:"SIP_ADDR" envDefault:"127.0.0.1:5060"`
	SIPAdvertise  string `env:"SIP_ADVERTISE"` // host that others reach us by; empty: that of SIP_ADDR
	Seal          Seal
	PhonesFrom    []netip.Prefix `env:"SIP_PHONES_FROM" envDefault:"127.0.0.0/8"`
	Proxies       []netip.Prefix `env:"SIP_PROXIES"`  // before us, which say who sent what
	Outbound      string         `env:"SIP_OUTBOUND"` // host:port of the one that our calls leave by
	RTPAddr       netip.Addr     `env:"RTP_ADDR" envDefault:"127.0.0.1"`
	RTPFrom       uint16         `env:"RTP_FROM" envDefault:"20000"`
	RTPTo         uint16         `env:"RTP_TO" envDefault:"29999"`
	RTCAddr       string         `env:"RTC_ADDR" envDefault:"127.0.0.1:8090"` // only where the api is another process
	RTCPort       uint16         `env:"RTC_PORT"`                             // UDP, at RTPAddr; 0: any
	RTCPublic     netip.Addr     `env:"RTC_PUBLIC"`                           // that browsers are told; zero: RTPAddr
	ICE           ICE
	Public        string `env:"PUBLIC_URL"` // where pages are from
	RecordingsDir string `env:"RECORDINGS_DIR"`
	RecordingKeys string `env:"RECORDING_KEYS"` // NAME:HEX of 32 bytes, by commas; empty: made, and kept in DataDir
	DataDir       string `env:"DATA_DIR" envDefault:".switchboard"`
	Speech        Speech
	MediaDir      string           `env:"MEDIA_DIR"` // the sounds of shops
	ControlAddr   string           `env:"CONTROL_ADDR" envDefault:"127.0.0.1:8089"`
	ControlSecret string           `env:"CONTROL_SECRET"`
	Pool          string           `env:"POOL" envDefault:"main"`
	Node          string           `env:"NODE" envDefault:"node1"`
	Realm         string           `env:"SIP_REALM" envDefault:"switchboard"`
	DNS           []netip.AddrPort `env:"DNS_SERVERS"` // that find trunks; empty: those of the system
	Box           seal.Box         // opens the carriers' passwords
	TraceDays     int              `env:"TRACE_DAYS" envDefault:"7"`    // the SIP messages of calls are kept; 0: not at all
	ShopRate      int              `env:"SIP_SHOP_RATE" envDefault:"0"` // new calls of one shop a second; 0: any
	DrainFor      time.Duration    `env:"DRAIN_FOR" envDefault:"30m"`   // how long calls in hand may go on once we are told to stop
}

// Node is one telephony process.
type Node struct {
	cfg      Config
	db       *tenant.DB
	log      *slog.Logger
	hints    func([]switchd.Hint)
	watched  watched
	control  net.Listener
	ports    *media.Ports
	lines    *line.Lines
	gate     *gate.Gate
	trunks   *trunk.Dialler
	browsers *webleg.Hub
	leads    atomic.Bool // the pool, and takes what is new
	stays    stays
	sureAt   atomic.Int64 // when the lease was last renewed, Unix ms
	unsure   atomic.Bool  // that was too long ago
	present  *presence.Book
	drains   chan struct{} // closed when somebody wants us to end
	drain    sync.Once
	book     *directory.Book
	speech   *speech.Cache
	voices   *voices
	lease    *journal.Lease
	room     *switchd.Switch
	ua       *sipua.UA
	duty     *duty
	masters  keyring.Masters
	ring     *keyring.Ring
	disk     *disk
	began    time.Time
	alarms   chan sipua.Alarm
	traces   chan ended
	shopRate rates
}

// New binds the sockets, so that a port in use is told at once. hints is called
// when calls of a shop changed, or desks that somebody looks at, and must not
// block.
func New(ctx context.Context, cfg Config, db *tenant.DB, hints func([]switchd.Hint), log *slog.Logger) (*Node, error) {
	if cfg.ControlSecret == "" {
		return nil, errors.New("CONTROL_SECRET is empty: api and telephony share it")
	}
	n := &Node{cfg: cfg, db: db, log: log, watched: watched{until: map[uuid.UUID]time.Time{}}, drains: make(chan struct{}),
		began: time.Now().UTC(), alarms: make(chan sipua.Alarm, mostAlarms), traces: make(chan ended, tracesBurst)}
	n.shopRate.most = cfg.ShopRate
	n.hints = func(hs []switchd.Hint) { hints(n.watched.of(hs, time.Now())) }
	var err error
	if n.ports, err = media.NewPorts(cfg.RTPAddr, cfg.RTPFrom, cfg.RTPTo); err != nil {
		return nil, err
	}
	if n.speech, err = openSpeech(cfg.Speech, log); err != nil {
		return nil, err
	}
	if err = n.openKeys(ctx); err != nil {
		return nil, err
	}
	n.disk = newDisk(cfg.RecordingsDir)
	n.voices = newVoices(n.speech, cfg.MediaDir, log)
	n.book, err = directory.Open(ctx, db, log, func(d *directory.Directory) { n.duty.review(d); n.voices.learn(d); n.freshKeys() })
	if err != nil {
		return nil, err
	}
	encryption, err := cfg.Seal.phones()
	if err != nil {
		return nil, err
	}
	n.lines = line.New(line.Config{
		Ports: n.ports, PhoneSRTP: encryption, Node: cfg.Node, Recordings: cfg.RecordingsDir, Book: n.book.Now, Brief: n.brief, Greeting: n.greeting, Voice: n.voice(), Traced: n.traced, Log: log, Trouble: n.disk.report,
		Seek: n.seekByPhone, Network: n.callOut, Summary: n.summary, Gist: n.tell,
	})
	if err = n.openTrunks(); err != nil {
		return nil, err
	}
	n.present = presence.New(db, log)
	n.duty = newDuty(n.book.Now, n.lines, n.mine, n.present)
	if err = n.openBrowsers(); err != nil {
		return nil, err
	}
	if n.ua, err = n.openSIP(); err != nil {
		return nil, fmt.Errorf("serve SIP, set by SIP_ADDR or --sip: %w", err)
	}
	n.trunks.Connect(n.ua)
	if n.control, err = net.Listen("tcp", cfg.ControlAddr); err != nil {
		return nil, fmt.Errorf("listen for control at %s: %w", cfg.ControlAddr, err)
	}
	return n, nil
}

func (n *Node) openSIP() (*sipua.UA, error) {
	c := sipua.Config{Addr: n.cfg.SIPAddr, Advertise: n.cfg.SIPAdvertise, Realm: n.cfg.Realm, Proxies: n.cfg.Proxies, Outbound: n.cfg.Outbound, Alarm: n.alarm, Logger: n.log}
	if err := n.cfg.Seal.put(&c, func(host string) *x509.CertPool { return n.book.Now().Roots(host) }, n.log); err != nil {
		return nil, err
	}
	return sipua.New(c, peers{n}, n.trunks.Gate(n.rated(n.lines.Invited)))
}

// SIP returns the address that SIP is served at.
func (n *Node) SIP() netip.AddrPort { return n.ua.Addr() }

// SIPS returns the address that SIP over TLS is served at; not valid if it isn't.
func (n *Node) SIPS() netip.AddrPort { return n.ua.TLSAddr() }

// Leads reports whether the node leads its pool, and takes what is new.
func (n *Node) Leads() bool { return n.leads.Load() }

// ControlURL returns where the control API is served.
func (n *Node) ControlURL() string { return "http://" + n.control.Addr().String() }

// Run waits until the pool has no leader, and leads it until ctx ends. Before
// the first call is taken it ends whatever a predecessor left.
func (n *Node) Run(ctx context.Context) error {
	n.ua.TurnAway(askAgain)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return n.ua.Run(ctx) })
	g.Go(func() error { return n.serveControl(ctx) })
	g.Go(func() error { n.writeAlarms(ctx); return ctx.Err() })
	g.Go(func() error { n.keepTraces(ctx); return ctx.Err() })
	g.Go(func() error { return n.lead(ctx, g) })
	err := g.Wait()
	if n.lease != nil {
		n.lease.Release()
	}
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// lead becomes the pool's leader, and starts in g what a leader does.
func (n *Node) lead(ctx context.Context, g *errgroup.Group) error {
	n.log.Info("telephony waits to lead the pool", "pool", n.cfg.Pool, "sip", n.SIP())
	lease, err := journal.Take(ctx, n.db, n.cfg.Pool, n.cfg.Node, n.log)
	if err != nil {
		return err
	}
	n.lease = lease
	numbers, err := lease.CallNumbers(ctx)
	if err != nil {
		return err
	}
	n.room = switchd.New(lease, n.lines, numbers, acd.Policy{}, n.hints, n.log)
	n.room.SealWith(n.ring.Seal)
	n.lines.Connect(n.ua, n.browsers, n.room)
	n.duty.open(n.room)
	if err := n.book.Refresh(ctx); err != nil {
		return err
	}
	if err := n.inherit(ctx); err != nil {
		return err
	}
	n.log.Info("telephony leads the pool", "pool", lease.Pool(), "epoch", lease.Epoch(), "sip", n.SIP())
	if err := n.takeOver(ctx); err != nil {
		return err
	}
	g.Go(func() error { return n.room.Run(ctx) })
	g.Go(func() error { n.book.Run(ctx); return ctx.Err() })
	g.Go(func() error { return n.watchTrunks(ctx) })
	g.Go(func() error { n.gate.Run(ctx); return ctx.Err() })
	g.Go(func() error { n.speech.Run(ctx); return ctx.Err() })
	g.Go(func() error { n.present.Run(ctx); return ctx.Err() })
	n.sureAt.Store(time.Now().UnixMilli())
	g.Go(func() error { return n.keepLease(ctx) })
	g.Go(func() error { return n.watchLease(ctx) })
	g.Go(func() error { return n.duty.run(ctx) })
	g.Go(func() error { return n.watchDisk(ctx) })
	g.Go(func() error { return n.mindRetired(ctx) })
	n.leads.Store(true)
	n.ua.TurnAway(0)
	return nil
}

// Close gives back what New took; after Run.
func (n *Node) Close() {
	n.lines.Close()
	if err := n.browsers.Close(); err != nil {
		n.log.Warn("browsers' audio does not end", "err", err)
	}
	n.ports.Close()
	_ = n.control.Close()
}

const (
	heartbeat = 2 * time.Second // bounds what is lost of a call's length by kill -9
	grantFor  = 2 * time.Minute
)

// keepLease says every few seconds that we live and what was last heard. It
// fails only when another node leads: while the database is away the calls
// that are up go on.
func (n *Node) keepLease(ctx context.Context) error {
	t := time.NewTicker(heartbeat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		err := n.renew(ctx)
		if errors.Is(err, journal.ErrSucceeded) {
			return err
		}
		if err != nil && ctx.Err() == nil {
			n.log.Warn("lease is not renewed", "err", err)
		}
		if err == nil {
			n.renewed()
		}
	}
}

// renewWithin is how long a renewal may take. A database that is slow is better
// waited for: who gives up closes the session that holds the lock.
const renewWithin = 15 * time.Second

// renew does it once.
func (n *Node) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, renewWithin)
	defer cancel()
	inHand, err := n.room.InHandOfAll(ctx)
	if err != nil {
		return err
	}
	return n.lease.Renew(ctx, n.lines.Heard(), inHand, grantFor.Milliseconds())
}

func (n *Node) serveControl(ctx context.Context) error {
	srv := &http.Server{Handler: control.Handler(switchboard{n}, n.cfg.ControlSecret, n.log), ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(n.control); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve control: %w", err)
	}
	return ctx.Err()
}
