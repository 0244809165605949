package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"switchboard/api"
	"switchboard/frontend"
	"switchboard/telephony"
	"switchboard/telephony/command"
	"switchboard/telephony/switchd"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/keyring"
	"switchboard/tenant/live"
	"switchboard/tenant/recording"
	"switchboard/worker"
)

// parts are the processes that one command runs.
type parts struct {
	name                   string
	api, telephony, worker bool
}

var (
	everything    = parts{"serve", true, true, true}
	onlyAPI       = parts{name: "api", api: true}
	onlyTelephony = parts{name: "telephony", telephony: true}
	onlyWorker    = parts{name: "worker", worker: true}
)

// service is what runs: the processes and what they stand on.
type service struct {
	log       *slog.Logger
	db        *tenant.DB
	redis     *redis.Client
	teller    *live.Teller
	http      net.Listener
	api       *api.API
	node      *telephony.Node
	drainFor  time.Duration // how long calls in hand may go on once we are told to stop
	browsers  net.Listener  // of a telephony process of its own
	work      *worker.Worker
	dirs      folders
	tapes     recording.Library
	rtpConfig telephony.Config
}

// folders are where files go that are not the database's.
type folders struct{ recordings, mail, media string }

// serve runs the parts until ctx ends.
func serve(ctx context.Context, c config, which parts) error {
	if err := c.complete(); err != nil {
		return err
	}
	if which != everything && (c.DatabaseURL == "" || c.RedisURL == "") {
		return fmt.Errorf("%s alone shares its database and Redis with the other processes: set DATABASE_URL, DATABASE_ACROSS_URL and REDIS_URL", which.name)
	}
	e, err := startEngines(ctx, &c, false)
	if err != nil {
		return err
	}
	defer e.stop()
	s, err := build(ctx, c, which)
	if err != nil {
		return err
	}
	defer s.close()
	return s.run(ctx)
}

// build makes the parts. Sockets are bound here, so that a port in use is told
// before anything else happens.
func build(ctx context.Context, c config, which parts) (_ *service, err error) {
	s := &service{log: c.logger()}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.dirs.recordings, err = c.recordings(); err != nil {
		return nil, err
	}
	if s.dirs.media, err = c.media(); err != nil {
		return nil, err
	}
	if s.dirs.mail, err = c.folder("mail"); err != nil {
		return nil, err
	}
	if err = s.openTapes(c); err != nil {
		return nil, err
	}
	if c.Telephony.Box, err = c.box(which); err != nil {
		return nil, err
	}
	options, err := redis.ParseURL(c.RedisURL)
	if err != nil {
		return nil, fmt.Errorf("read REDIS_URL: %w", err)
	}
	redis.SetLogger(redisLog{s.log})
	s.redis = redis.NewClient(options)
	if s.db, err = tenant.Open(ctx, c.DatabaseURL, c.AcrossURL); err != nil {
		return nil, err
	}
	if which == everything && c.Telephony.ControlSecret == "" {
		c.Telephony.ControlSecret, c.Telephony.ControlAddr = rand.Text(), "127.0.0.1:0" // known to this process alone
	}
	for _, part := range []struct {
		wanted bool
		build  func(context.Context, config) error
	}{{which.telephony, s.buildTelephony}, {which.worker, s.buildWorker}, {which.api, s.buildAPI}} {
		if !part.wanted {
			continue
		}
		if err := part.build(ctx, c); err != nil {
			return nil, err
		}
	}
	if which == onlyTelephony {
		if s.browsers, err = new(net.ListenConfig).Listen(ctx, "tcp", c.Telephony.RTCAddr); err != nil {
			return nil, fmt.Errorf("listen for browsers, set by RTC_ADDR: %w", err)
		}
	}
	return s, nil
}

// openTapes makes ready what the processes share of the recordings.
func (s *service) openTapes(c config) (err error) {
	if s.tapes.Spool, err = os.OpenRoot(s.dirs.recordings); err != nil { // no link leads out of it
		return fmt.Errorf("open the recordings: %w", err)
	}
	if s.tapes.Store, err = c.Store.Open(s.dirs.recordings); err != nil {
		return err
	}
	s.tapes.Masters, err = keyring.LoadMasters(c.Telephony.RecordingKeys, c.DataDir)
	return err
}

// redisLog takes what the Redis client says by itself while it has no server.
type redisLog struct{ *slog.Logger }

// Printf implements the client's logger.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.DebugContext(ctx, fmt.Sprintf(format, v...))
}

func (s *service) buildTelephony(ctx context.Context, c config) (err error) {
	c.Telephony.RecordingsDir, c.Telephony.DataDir = s.dirs.recordings, c.DataDir
	if c.Telephony.Speech.Dir, err = c.speech(); err != nil {
		return err
	}
	c.Telephony.MediaDir = s.dirs.media
	s.rtpConfig, s.drainFor = c.Telephony, c.Telephony.DrainFor
	s.teller = live.NewTeller(s.redis)
	s.node, err = telephony.New(ctx, c.Telephony, s.db, func(hs []switchd.Hint) {
		for _, h := range hs {
			s.teller.Tell(hint(h))
		}
	}, s.log)
	return err
}

// hint is what the room tells, as pages are told it.
func hint(h switchd.Hint) live.Hint {
	if h.Operator != uuid.Nil {
		return live.Hint{Kind: live.Desk, ID: h.Operator}
	}
	return live.Hint{Shop: tenant.ID(h.Shop), Kind: live.Call, ID: h.Call, State: h.State}
}

func (s *service) buildWorker(_ context.Context, c config) error {
	feeds := catalogue.Origin{Web: fetch.New(fetch.Policy{}), Files: c.feeds, Box: c.Telephony.Box}
	if c.feeds == nil && c.FeedsDir != "" {
		feeds.Files = os.DirFS(c.FeedsDir)
	}
	if err := c.Transcribe.Check(); err != nil {
		return err
	}
	s.work = worker.New(worker.Config{DB: s.db, Redis: s.redis, Log: s.log, Feeds: feeds, Tapes: s.tapes,
		Door: fetch.NewDoor(c.HookNetworks), Box: c.Telephony.Box, Message: s.message, Transcribe: c.Transcribe})
	return nil
}

func (s *service) buildAPI(ctx context.Context, c config) (err error) {
	url := c.nodes()
	if s.node != nil {
		url = s.node.ControlURL()
	}
	c.API.DataDir = c.DataDir
	var browsers http.Handler // of a telephony process of its own: a proxy brings their sockets there
	if s.node != nil {
		browsers = s.node.Browsers()
	}
	s.api, err = api.New(c.API, api.Deps{
		DB: s.db, Redis: s.redis, Phones: command.NewClient(url, c.Telephony.ControlSecret),
		Tapes: s.tapes, Media: s.dirs.media, Pages: frontend.Files(), Browsers: browsers, Box: c.Telephony.Box,
		Door: fetch.NewDoor(c.HookNetworks), Log: s.log,
	})
	if err != nil {
		return err
	}
	s.http, err = new(net.ListenConfig).Listen(ctx, "tcp", c.API.Addr)
	if err != nil {
		return fmt.Errorf("listen for HTTP, set by HTTP_ADDR or --http: %w", err)
	}
	return nil
}

// garbage is how much the heap grows, in percent of what lives, between two
// collections. What lives is a few megabytes, so that Go's own 100 would collect
// many times a second and have calls wait for it; GOGC sets another.
const garbage = 400

// run runs the parts until ctx ends and the calls in hand have, or one of the
// parts fails.
func (s *service) run(ctx context.Context) error {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	living, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	g, living := errgroup.WithContext(living)
	g.Go(func() error { defer end(); return s.leave(ctx, living) })
	s.start(living, g)
	if err := g.Wait(); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// start runs the parts in g until ctx ends.
func (s *service) start(ctx context.Context, g *errgroup.Group) {
	if s.node != nil {
		g.Go(func() error { s.teller.Run(ctx); return nil })
		g.Go(func() error { return s.node.Run(ctx) })
	}
	if s.browsers != nil {
		g.Go(func() error { return s.node.ServeBrowsers(ctx, s.browsers) })
	}
	if s.work != nil {
		g.Go(func() error { return s.work.Run(ctx) })
	}
	if s.api != nil {
		g.Go(func() error { return s.api.Serve(ctx, s.http) })
	}
}

// readyWithin is how long the parts may take until all of them serve.
const readyWithin = 30 * time.Second

// ready waits until the API says that it, telephony and the engines serve.
func (s *service) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for {
		ok, says := s.asked(ctx)
		if ok {
			return nil
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return fmt.Errorf("not ready within %v, /readyz says: %s", readyWithin, says)
		}
	}
}

// asked asks /readyz once.
func (s *service) asked(ctx context.Context) (ok bool, says string) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.http.Addr().String()+"/readyz", nil)
	if err != nil {
		return false, err.Error()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, err.Error()
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	if err != nil {
		return false, err.Error()
	}
	return res.StatusCode == http.StatusOK, strings.TrimSpace(string(body))
}

// close gives back what build took.
func (s *service) close() {
	if s.node != nil {
		s.node.Close()
	}
	for _, ln := range []net.Listener{s.http, s.browsers} {
		if ln != nil {
			_ = ln.Close()
		}
	}
	if s.db != nil {
		s.db.Close()
	}
	if s.redis != nil {
		_ = s.redis.Close()
	}
	if s.tapes.Spool != nil {
		_ = s.tapes.Spool.Close()
	}
}
