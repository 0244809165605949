// Package tenanttest gives a test a real database with two shops in it, so
// that every test can look for the other's rows.
package tenanttest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/deploy/embedded"
	"switchboard/migrations"
	"switchboard/tenant"
)

// World is a fresh database.
type World struct {
	DB       *tenant.DB
	AdminURL string // superuser, this database
	OwnerURL string // owner of the schema
	AppURL   string
	CrossURL string
	A, B     Shop
}

// Shop is one of the two.
type Shop struct {
	ID     tenant.ID
	Slug   string
	Owner  uuid.UUID    // account of its owner
	Member uuid.UUID    // the owner's row in shop.member
	Scope  tenant.Scope // the owner's
	Queue  uuid.UUID
	Number uuid.UUID
	E164   string
}

// passwords of the test logins; the server listens on loopback and dies with
// the test.
var passwords = migrations.Passwords{Owner: "test-owner", App: "test-app", Across: "test-across"}

// server is the PostgreSQL of this test process, with a template database that
// has every migration.
var server = sync.OnceValues(startServer)

const template = "switchboard_template"

func startServer() (*embedded.Postgres, error) {
	ctx := context.Background()
	pg, err := embedded.StartPostgres(ctx, "", embedded.Options{Throwaway: true})
	if err != nil {
		return nil, err
	}
	if err := migrations.Provision(ctx, pg.AdminURL(), template, passwords); err != nil {
		return nil, err
	}
	if _, err := migrations.Up(ctx, pg.URL("switchboard_owner", passwords.Owner, template)); err != nil {
		return nil, err
	}
	return pg, nil
}

// Main runs the tests of a package that uses Open and stops the server after
// them: call it as TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if serial.Load() > 0 {
		if pg, err := server(); err == nil {
			_ = pg.Stop()
		}
	}
	os.Exit(code)
}

var serial atomic.Int64

// onDatabase returns the URL with another database's name.
func onDatabase(address, name string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // our own launcher wrote it
	}
	u.Path = "/" + name
	return u.String()
}

// Open makes a database for the test.
func Open(t testing.TB) *World {
	t.Helper()
	name := fmt.Sprintf("test_%d", serial.Add(1))
	pg, err := server()
	if err != nil {
		t.Fatalf("start the test database: %v", err)
	}
	clone(t, pg, name)
	w := &World{
		AdminURL: onDatabase(pg.AdminURL(), name),
		OwnerURL: pg.URL("switchboard_owner", passwords.Owner, name),
		AppURL:   pg.URL("switchboard_app", passwords.App, name),
		CrossURL: pg.URL("switchboard_across", passwords.Across, name),
	}
	w.DB, err = tenant.Open(t.Context(), w.AppURL, w.CrossURL)
	if err != nil {
		t.Fatalf("open %s: %v", name, err)
	}
	t.Cleanup(w.DB.Close)
	w.A = w.AddShop(t, "shop-a", "+74950000001")
	w.B = w.AddShop(t, "shop-b", "+74950000002")
	return w
}

// cloning is one at a time: a template may have no second user.
var cloning sync.Mutex

func clone(t testing.TB, pg *embedded.Postgres, name string) {
	t.Helper()
	cloning.Lock()
	defer cloning.Unlock()
	c, err := pgx.Connect(t.Context(), pg.AdminURL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), fmt.Sprintf("create database %s template %s owner switchboard_owner", name, template)); err != nil {
		t.Fatalf("clone %s: %v", name, err)
	}
	t.Cleanup(func() {
		c, err := pgx.Connect(context.Background(), pg.AdminURL())
		if err != nil {
			return
		}
		defer c.Close(context.Background())
		_, _ = c.Exec(context.Background(), fmt.Sprintf("drop database if exists %s with (force)", name))
	})
}

// Admin runs a statement as superuser, past every wall: to arrange what a test
// looks for, never to check what the product does.
func (w *World) Admin(t testing.TB, query string, args ...any) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), w.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	if _, err := c.Exec(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// Lock keeps everybody away from a table until unlock is called.
func (w *World) Lock(t testing.TB, table string) (unlock func()) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), w.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	unlock = sync.OnceFunc(func() { _ = c.Close(context.Background()) })
	t.Cleanup(unlock)
	if _, err := c.Exec(t.Context(), "begin; lock table "+table); err != nil {
		t.Fatalf("lock %s: %v", table, err)
	}
	return unlock
}

// One returns the one value that a query of the superuser answers.
func One[T any](t testing.TB, w *World, query string, args ...any) T {
	t.Helper()
	c, err := pgx.Connect(t.Context(), w.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var v T
	if err := c.QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

// AddShop makes a shop with an owner, a queue and a number.
func (w *World) AddShop(t testing.TB, slug, e164 string) Shop {
	t.Helper()
	s := Shop{ID: tenant.ID(uuid.New()), Slug: slug, Owner: uuid.New(), Member: uuid.New(), Queue: uuid.New(), Number: uuid.New(), E164: e164}
	now := time.Now().UTC()
	id := s.ID.UUID()
	w.Admin(t, "insert into house.shop (id, slug, name_ru, name_en, timezone, language, created_at) values ($1, $2, $2, $2, 'Europe/Moscow', 'ru', $3)", id, slug, now)
	s.Owner = w.AddAccount(t, slug+"-owner@test.example", "Owner of "+slug)
	w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, $2, $3, 'owner', $4)", id, s.Member, s.Owner, now)
	w.Admin(t, "insert into shop.queue (shop_id, id, name, tier, promise_share, promise_ms, created_at) values ($1, $2, 'orders', 'order', 900, 10000, $3)", id, s.Queue, now)
	w.Admin(t, "insert into shop.number (shop_id, id, e164, queue_id, created_at) values ($1, $2, $3, $4, $5)", id, s.Number, e164, s.Queue, now)
	w.Admin(t, "insert into house.did (e164, shop_id, number_id) values ($1, $2, $3)", e164, id, s.Number)
	var err error
	if s.Scope, err = w.DB.EnterAsMember(t.Context(), s.Owner, s.ID); err != nil {
		t.Fatal(err)
	}
	return s
}

// AddAccount makes a login whose password nobody knows.
func (w *World) AddAccount(t testing.TB, email, name string) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, "insert into house.account (id, email, name, password_hash, created_at) values ($1, $2, $3, '!', now())", id, email, name)
	return id
}

// AddOperator makes an order taker who serves the shops.
func (w *World) AddOperator(t testing.TB, name string, shops ...Shop) uuid.UUID {
	t.Helper()
	id := w.AddAccount(t, name+"@floor.test.example", name)
	w.Admin(t, "insert into house.staff (account_id, role, created_at) values ($1, 'operator', now())", id)
	w.Admin(t, "insert into house.operator (id, tier, wrap_up_ms) values ($1, 'order', 0)", id)
	for _, s := range shops {
		w.Admin(t, "insert into house.operator_shop (operator_id, shop_id) values ($1, $2)", id, s.ID.UUID())
	}
	return id
}

// AddCall makes an ended, answered inbound call of 100 s of talk, and returns
// its id.
func (w *World) AddCall(t testing.TB, s Shop, operator uuid.UUID, startedAt time.Time) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, `insert into shop.call (shop_id, id, no, direction, state, outcome, ended_by, pool, epoch, node, number_id, queue_id, operator_id,
		started_at, answered_at, ended_at, finished_at, queue_ms, talk_ms)
		values ($1, $2, (select count(*) + 1 from shop.call where shop_id = $1), 'inbound', 'ended', 'answered', 'caller', 'main', 1, 'test', $3, $4, $5,
		$6, $6::timestamptz + interval '5 s', $6::timestamptz + interval '105 s', $6::timestamptz + interval '105 s', 5000, 100000)`,
		s.ID.UUID(), id, s.Number, s.Queue, operator, startedAt)
	w.Admin(t, "insert into shop.call_party (shop_id, call_id, phone_raw, phone) values ($1, $2, '89215550144', '+79215550144')", s.ID.UUID(), id)
	return id
}
