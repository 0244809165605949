package rig

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"switchboard/deploy/embedded"
	"switchboard/migrations"
)

// Engines are a PostgreSQL with the schema and a Redis, for processes of
// Switchboard that run apart, as in production.
type Engines struct {
	pg                 *embedded.Postgres
	redis              *Redis
	App, Across, Owner string // URLs
	Admin              string // URL of the superuser
	dir                string
}

// StartEngines runs them in dir, and seeds them.
func StartEngines(ctx context.Context, s Setup) (_ *Engines, err error) {
	e := &Engines{dir: s.Dir}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.Stop())
		}
	}()
	if e.pg, err = embedded.StartPostgres(ctx, filepath.Join(s.Dir, "postgres"), embedded.Options{}); err != nil {
		return nil, err
	}
	const name = "switchboard"
	pw := migrations.Passwords{Owner: rand.Text(), App: rand.Text(), Across: rand.Text()}
	if err := migrations.Provision(ctx, e.pg.AdminURL(), name, pw); err != nil {
		return nil, err
	}
	e.App, e.Across = e.pg.URL("switchboard_app", pw.App, name), e.pg.URL("switchboard_across", pw.Across, name)
	e.Owner = e.pg.URL("switchboard_owner", pw.Owner, name)
	e.Admin = strings.Replace(e.pg.AdminURL(), "/postgres?", "/"+name+"?", 1)
	if _, err := migrations.Up(ctx, e.Owner); err != nil {
		return nil, err
	}
	if e.redis, err = StartRedis(ctx, s.Dir); err != nil {
		return nil, err
	}
	return e, e.seed(ctx, s)
}

func (e *Engines) seed(ctx context.Context, s Setup) error {
	file := filepath.Join(s.Dir, "seed.yaml")
	if err := os.WriteFile(file, []byte(s.Seed), 0o600); err != nil {
		return fmt.Errorf("write the seed: %w", err)
	}
	cmd := exec.CommandContext(ctx, s.Binary, "seed", file, "--database", e.Owner) //nolint:gosec // the binary under test
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("seed: %w: %s", err, out)
	}
	return nil
}

// Stop ends them.
func (e *Engines) Stop() error {
	if e.redis != nil {
		e.redis.Kill()
	}
	if e.pg == nil {
		return nil
	}
	return e.pg.Stop()
}

// Part runs one process of Switchboard, with more settings.
func (e *Engines) Part(s Setup, verb string, env ...string) (*Process, error) {
	cmd := exec.Command(s.Binary, verb) //nolint:gosec // the binary under test
	cmd.Env = append(append(clean(os.Environ()), s.Env...),
		"DATABASE_URL="+e.App, "DATABASE_ACROSS_URL="+e.Across, "REDIS_URL="+e.redis.URL(), "DATA_DIR="+filepath.Join(e.dir, "data"))
	cmd.Env = append(cmd.Env, env...)
	return start(e.dir, cmd, syscall.SIGKILL)
}

// Serving waits until GET of a URL is answered with 200.
func (p *Process) Serving(ctx context.Context, url string) error {
	return p.until(ctx, "answered at "+url, func() bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// Listening waits until it takes connections at an address.
func (p *Process) Listening(ctx context.Context, at netip.AddrPort) error {
	return p.until(ctx, "listened at "+at.String(), func() bool {
		c, err := net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(at))
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
}

// Signal sends it a signal, and does not wait.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Err is why it ended, once it is Done.
func (p *Process) Err() error { return p.err }

// StartProxy runs kamailio with a configuration file in dir, which includes
// others beside it, until it answers.
func StartProxy(ctx context.Context, config string, at netip.AddrPort) (*Kamailio, error) {
	modules, err := filepath.Glob("/usr/lib/*/kamailio/modules")
	if err != nil || len(modules) == 0 {
		return nil, fmt.Errorf("no modules of kamailio in /usr/lib/*/kamailio: install the package kamailio")
	}
	dir := filepath.Dir(config)
	p, err := start(dir, exec.Command("kamailio", "-DD", "-E", "-m", "64", "-M", "16", "-L", modules[0], "-f", config, "-Y", dir, "-w", dir), syscall.SIGTERM) //nolint:gosec // our own file
	if err != nil {
		return nil, err
	}
	k := &Kamailio{p, at}
	if err := p.until(ctx, "answered OPTIONS", func() bool { return Answers(at) }); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return k, nil
}
