// Package embedded runs the engines that Switchboard needs, for whoever has
// none: PostgreSQL as a child process, Redis in this process.
package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is the role that initdb makes; nothing but migrations of roles
// and the creation of databases may use it.
const superuser = "postgres"

// Options of StartPostgres; the zero value is a durable server.
type Options struct {
	// Fresh throws away the databases that an earlier start left in the folder.
	Fresh bool
	// Throwaway is for tests: nothing is synced to disk, memory is small, and
	// Stop removes the folder. With it, dir may be empty: a new temporary folder.
	Throwaway bool
}

// Postgres is a running server that nobody else uses. It ends when this
// process ends, however that happens.
type Postgres struct {
	dir      string
	data     string
	password string
	port     int
	options  Options
	who      who
	lock     *os.File
	child    *child
}

// StartPostgres starts a server on the databases in dir, made on the first
// start, and returns when it takes connections. It listens on 127.0.0.1, on a
// port of the kernel's choice. The databases move where Place says if the
// user that the server runs as can't reach dir: see Dir.
func StartPostgres(ctx context.Context, dir string, o Options) (*Postgres, error) {
	p, err := claim(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	if err := p.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL on %s: %w", p.dir, err), p.release())
	}
	return p, nil
}

// claim makes the folder and takes its lock, so that two servers never meet.
func claim(ctx context.Context, dir string, o Options) (*Postgres, error) {
	w, err := server()
	if err != nil {
		return nil, err
	}
	if dir == "" && o.Throwaway {
		dir, err = w.temporary()
	} else {
		dir, err = w.place(dir, refuge)
	}
	if err != nil {
		return nil, err
	}
	if err := w.prepare(dir); err != nil {
		return nil, err
	}
	lock, err := lockFolder(ctx, dir)
	if err != nil {
		return nil, err
	}
	return &Postgres{dir: dir, data: filepath.Join(dir, "pg"), options: o, who: w, lock: lock}, nil
}

func (p *Postgres) start(ctx context.Context) error {
	if err := p.clear(ctx); err != nil {
		return err
	}
	bin, err := find(ctx, places(), p.major(), p.who)
	if err != nil {
		return err
	}
	if err := p.create(bin); err != nil {
		return err
	}
	// A port is free only until somebody takes it, and the last servant of a
	// server that was killed may still be leaving: both pass with another try.
	for range 3 {
		if err = p.launch(ctx, bin); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// clear ends what a killed process left running on the databases and removes
// what it left half made.
func (p *Postgres) clear(ctx context.Context) error {
	if err := endRemains(ctx, p.data); err != nil {
		return err
	}
	half, err := filepath.Glob(filepath.Join(p.dir, "pg-new-*"))
	if err != nil {
		return err
	}
	if p.options.Fresh {
		half = append(half, p.data)
	}
	for _, d := range half {
		if err := os.RemoveAll(d); err != nil {
			return fmt.Errorf("remove old databases: %w", err)
		}
	}
	return nil
}

// major returns the major version that made the databases, or 0 if there are none.
func (p *Postgres) major() int {
	text, err := os.ReadFile(filepath.Join(p.data, "PG_VERSION"))
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text))) // 0 too: initdb then says what is wrong there
	return n
}

// create makes the databases unless they are there, under another name until
// they are whole, so that a kill in the middle leaves nothing half made.
func (p *Postgres) create(bin string) error {
	secret := filepath.Join(p.dir, "postgres.password")
	if p.major() != 0 {
		text, err := os.ReadFile(secret)
		p.password = strings.TrimSpace(string(text))
		return err
	}
	p.password = rand.Text()
	if err := p.who.write(secret, p.password+"\n"); err != nil {
		return err
	}
	half, err := os.MkdirTemp(p.dir, "pg-new-")
	if err != nil {
		return err
	}
	if err := p.who.own(half); err != nil {
		return err
	}
	initdb := p.who.command(half, filepath.Join(bin, "initdb"), "-D", half, "-U", superuser, "-A", "scram-sha-256",
		"--pwfile", secret, "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions")
	if p.options.Throwaway {
		initdb.Args = append(initdb.Args, "--no-sync")
	}
	if err := run(initdb); err != nil {
		return fmt.Errorf("make the databases: %w", err)
	}
	return os.Rename(half, p.data)
}

// launch runs the server on a port that was free a moment ago and waits until it answers.
func (p *Postgres) launch(ctx context.Context, bin string) (err error) {
	if p.port, err = freePort(); err != nil {
		return err
	}
	logged, err := openLog(filepath.Join(p.dir, "postgres.log"))
	if err != nil {
		return err
	}
	defer logged.Close()
	before, err := logged.Seek(0, 2)
	if err != nil {
		return err
	}
	cmd := p.who.command(p.data, filepath.Join(bin, "postgres"), p.arguments()...)
	cmd.Stdout, cmd.Stderr = logged, logged
	if p.child, err = start(cmd); err != nil {
		return err
	}
	if err := p.answer(ctx); err != nil {
		p.child.end(syscall.SIGQUIT, stopPatience)
		said, _ := os.ReadFile(logged.Name())
		return fmt.Errorf("%w; it said: %s", err, strings.TrimSpace(string(said[min(int(before), len(said)):])))
	}
	return nil
}

func (p *Postgres) arguments() []string {
	set := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(p.port), "unix_socket_directories=",
		"max_connections=200", "timezone=UTC", "log_timezone=UTC", "log_min_messages=warning",
		"jit=off", // our queries are short: compiling them costs more than it saves
	}
	if p.options.Throwaway {
		set = append(set, "fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_wal_size=256MB")
	}
	args := []string{"-D", p.data}
	for _, s := range set {
		args = append(args, "-c", s)
	}
	return args
}

// patience is how long a server may take to answer: after a crash it replays
// its log first, which took 20 s at worst with the default max_wal_size of 1 GB.
const patience = 60 * time.Second

func (p *Postgres) answer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := p.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.child.done:
			return fmt.Errorf("it ended: %w", p.child.failure())
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *Postgres) ping(ctx context.Context) error {
	c, err := pgx.Connect(ctx, p.AdminURL())
	if err != nil {
		return err
	}
	return c.Close(ctx)
}

// Dir returns the folder that holds the databases, the password and the log
// of the server. It may not be the one that was asked for: see Place.
func (p *Postgres) Dir() string { return p.dir }

// PID returns the server's process id.
func (p *Postgres) PID() int { return p.child.cmd.Process.Pid }

// Done is closed when the server has ended, asked or not.
func (p *Postgres) Done() <-chan struct{} { return p.child.done }

// AdminURL returns the address of the superuser in the database postgres.
func (p *Postgres) AdminURL() string { return p.URL(superuser, p.password, "postgres") }

// URL returns the address of a role in a database.
func (p *Postgres) URL(user, password, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + database,
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)), RawQuery: "sslmode=disable",
	}
	return u.String()
}

// stopPatience is how long each way of stopping may take before a harsher one.
const stopPatience = 20 * time.Second

// Stop ends the server, whatever is connected to it, and frees its folder.
func (p *Postgres) Stop() error {
	how := syscall.SIGINT // fast: ends sessions, writes a checkpoint
	if p.options.Throwaway {
		how = syscall.SIGQUIT // at once
	}
	p.child.end(how, stopPatience)
	return p.release()
}

func (p *Postgres) release() error {
	var err error
	if p.options.Throwaway {
		err = os.RemoveAll(p.dir)
	}
	return errors.Join(err, p.lock.Close())
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// openLog opens the server's log, emptied first when it has grown past 16 MiB:
// nobody rotates the log of an embedded server.
func openLog(path string) (*os.File, error) {
	flags := os.O_CREATE | os.O_APPEND | os.O_WRONLY
	info, err := os.Stat(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err == nil && info.Size() > 16<<20 {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o600)
}
