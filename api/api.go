// Package api is the process that browsers and integrations talk to.
package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/redis/go-redis/v9"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/recording"
	"switchboard/tenant/seal"
)

// Config is read from the environment.
type Config struct {
	Addr    string `env:"HTTP_ADDR" envDefault:"127.0.0.1:8080"`
	DataDir string `env:"DATA_DIR" envDefault:".switchboard"`
	Secret  string `env:"API_SECRET"` // hex or any text of 32 bytes and more; empty: made, and kept in DataDir
	Public  string `env:"PUBLIC_URL"` // as people type it; https makes cookies secure
}

// Deps are what the API stands on.
type Deps struct {
	DB       *tenant.DB
	Redis    redis.UniversalClient
	Phones   Phones
	Tapes    recording.Library
	Media    string       // MEDIA_DIR: the sounds of shops
	Pages    fs.FS        // the frontend, index.html at the root
	Browsers http.Handler // of operators' sockets, where telephony is in this process; else nil
	Box      seal.Box     // seals carriers' passwords, and the secrets of receivers
	Door     fetch.Door   // to shops' own systems
	Log      *slog.Logger
}

// API serves HTTP.
type API struct {
	addr    string
	deps    Deps
	guard   *session.Guard
	metrics *web.Metrics
	router  *echo.Echo
	parts   parts
}

// New builds the API. It connects to nothing yet.
func New(cfg Config, d Deps) (*API, error) {
	secret := session.Secret(cfg.Secret)
	if cfg.Secret == "" {
		var err error
		if secret, err = session.LoadSecret(cfg.DataDir); err != nil {
			return nil, err
		}
	}
	if len(secret) < 32 {
		return nil, fmt.Errorf("API_SECRET has %d bytes: give 32 or more, or none to have one made", len(secret))
	}
	return build(d, session.Options{Secret: secret, Secure: strings.HasPrefix(cfg.Public, "https://"), Now: time.Now}, cfg.Addr), nil
}

// Handler serves everything: the API, its contract and documents, the pages.
func (a *API) Handler() http.Handler { return a.router }

// Metrics is where other parts of the process add their figures to /metrics.
func (a *API) Metrics() *web.Metrics { return a.metrics }

// Run listens and serves until ctx is done, and lets requests under way end.
func (a *API) Run(ctx context.Context) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", a.addr)
	if err != nil {
		return fmt.Errorf("listen for HTTP on %s, set by HTTP_ADDR: %w", a.addr, err)
	}
	return a.Serve(ctx, ln)
}

// graceful is how long requests under way may take when the process stops.
const graceful = 10 * time.Second

// Serve is Run on a listener that is open already.
func (a *API) Serve(ctx context.Context, ln net.Listener) error {
	srv := web.Server(a.router, a.deps.Log)
	around, stop := context.WithCancel(ctx)
	var background sync.WaitGroup
	background.Go(func() { a.background(around) })
	defer background.Wait()
	defer stop()
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve HTTP on %s: %w", ln.Addr(), err)
	case <-ctx.Done(): // ends the streams too: their hints end
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
	defer cancel()
	if err := srv.Shutdown(limit); err != nil {
		_ = srv.Close()
		return fmt.Errorf("stop serving HTTP on %s: %w", ln.Addr(), err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP on %s: %w", ln.Addr(), err)
	}
	return nil
}
