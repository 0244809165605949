package catalogue_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/tenanttest"
)

// TestMain is also the process that gets killed: with IMPORT set it imports its
// standard input.
func TestMain(m *testing.M) {
	if job := os.Getenv("IMPORT"); job != "" {
		if err := importStdin(strings.Fields(job)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	tenanttest.Main(m)
}

func importStdin(job []string) error {
	ctx := context.Background()
	db, err := tenant.Open(ctx, job[0], job[1])
	if err != nil {
		return err
	}
	defer db.Close()
	scope, err := db.EnterAsJob(ctx, "feed", tenant.ID(uuid.MustParse(job[2])))
	if err != nil {
		return err
	}
	_, err = catalogue.Import(ctx, db, scope, uuid.MustParse(job[3]), os.Stdin, time.Now())
	return err
}

// child is an import in a process of its own.
type child struct {
	cmd  *exec.Cmd
	feed io.WriteCloser
}

func (s *shelf) start() *child {
	s.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("IMPORT=%s %s %s %s", s.w.AppURL, s.w.CrossURL, s.shop.ID, s.source))
	cmd.Stderr = os.Stderr
	feed, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	c := &child{cmd, feed}
	s.t.Cleanup(c.kill)
	return c
}

// kill ends the process as a power cut would.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// until waits for a query of the superuser to answer true.
func until(t *testing.T, w *tenanttest.World, query string, args ...any) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if tenanttest.One[bool](t, w, query, args...) {
			return
		}
	}
	t.Fatalf("never true: %s", query)
}

// of is how many items the feeds have: three batches and a rest.
const of = 1600

// generation is a feed of items of one price.
func generation(price int) []offer {
	all := make([]offer, of)
	more := "<description>" + strings.Repeat("Длинное описание. ", 10) + "</description>" // or all would fit into the first read
	for i := range all {
		all[i] = offer{fmt.Sprintf("id-%d", i), fmt.Sprintf("Товар %d", i), price, more}
	}
	return all
}

// TestKilledAnywhere: whenever the process dies, operators see the old snapshot,
// whole, and the next import goes through as if nothing had happened.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	price := 100
	old := s.put(generation(price)...)
	points := []struct {
		name  string
		items int    // that the feed delivers before the kill; all: to its end
		hold  string // what stops the import there
		when  string // it has come there
	}{
		{"before the first item", 0, "", "select exists (select 1 from shop.snapshot where state = 'staging')"},
		{"after the first batch", 520, "", "select count(*) = 500 from shop.item_staged"},
		{"before the last batch", 1590, "", lastBatch},
		{"before it compares", of, "select 1 from shop.catalogue_source for update", waiting},
		{"before it is numbered", of, "select pg_advisory_xact_lock(hashtextextended('snapshot ' || '" + w.A.ID.String() + "', 0))", waiting},
		{"before items are ended", of, "lock table shop.item in share mode", waiting},
		{"after items were written", of, "select 1 from shop.item_staged for update", waiting},
	}
	for _, p := range points {
		price++
		src := yml(generation(price)...)
		c := s.start()
		if _, err := io.WriteString(c.feed, src[:cutAt(src, min(p.items, of-1))]); err != nil {
			t.Fatal(err)
		}
		release := func() {}
		if p.hold != "" {
			until(t, w, lastBatch)
			release = hold(t, w, p.hold)
			if _, err := io.WriteString(c.feed, src[cutAt(src, of-1):]); err != nil {
				t.Fatal(err)
			}
			c.feed.Close()
		}
		until(t, w, p.when)
		c.kill()
		release()
		until(t, w, "select not exists (select 1 from pg_stat_activity where datname = current_database() and usename = 'switchboard_app' and state <> 'idle')")
		if got, want := tenanttest.One[string](t, w, seen), fmt.Sprintf("%d items of %d-%d, snapshot %d", of, price-1, price-1, old.Seq); got != want {
			t.Errorf("killed %s: %s, want %s", p.name, got, want)
		}
		old = s.put(generation(price)...)
		if got, want := tenanttest.One[string](t, w, seen), fmt.Sprintf("%d items of %d-%d, snapshot %d", of, price, price, old.Seq); got != want {
			t.Errorf("after the kill %s and another import: %s, want %s", p.name, got, want)
		}
		if n := tenanttest.One[int](t, w, "select count(*) from shop.item_staged"); n != 0 {
			t.Errorf("killed %s: %d rows are left staged", p.name, n)
		}
	}
}

// seen is what operators see.
const seen = `select count(*) || ' items of ' || min(price_minor) / 100 || '-' || max(price_minor) / 100 ||
	', snapshot ' || (select max(seq) from shop.snapshot where state = 'published') from shop.item where last_seq is null`

// lastBatch: the last whole batch is staged, and the rest not.
const lastBatch = "select count(*) = 1500 from shop.item_staged"

// waiting: a transaction of the application waits for a lock.
const waiting = `select exists (select 1 from pg_stat_activity where datname = current_database() and usename = 'switchboard_app' and wait_event_type = 'Lock')`

// cutAt returns where item n of a feed begins.
func cutAt(src string, n int) int {
	return strings.Index(src, fmt.Sprintf(`<offer id="id-%d"`, n))
}

// hold keeps a lock in a transaction of its own until it is released.
func hold(t *testing.T, w *tenanttest.World, sql string) (release func()) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), w.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"begin", sql} {
		if _, err := c.Exec(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return func() { _ = c.Close(context.Background()) }
}
