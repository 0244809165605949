package catalogue_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/term"
	"switchboard/tenant/tenanttest"
)

var (
	benchItems = flag.Int("search.items", 1_000_000, "items of all shops in BenchmarkSearch")
	benchShops = flag.Int("search.shops", 1_000, "shops in BenchmarkSearch")
)

// yardstick is what an empty transaction of a shop takes, in the same run.
const yardstick = "(nothing)"

// stall is a shop of the benchmark.
type stall struct {
	id    uuid.UUID
	scope tenant.Scope
	items int
	wares wares
}

// sizes shares the items among shops: some have 50,000 and more, most some hundreds.
func sizes(items, shops int) []int {
	weights, sum := make([]float64, shops), 0.0
	for i := range weights {
		weights[i] = 1 / float64(i+6)
		sum += weights[i]
	}
	all := make([]int, shops)
	for i, w := range weights {
		all[i] = max(20, int(float64(items)*w/sum))
	}
	return all
}

// market fills a database past its walls, as COPY does.
func market(b *testing.B, w *tenanttest.World) (all []stall) {
	b.Helper()
	ctx := b.Context()
	c, err := pgx.Connect(ctx, w.AdminURL)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	must := func(query string, args ...any) {
		if _, err := c.Exec(ctx, query, args...); err != nil {
			b.Fatalf("%.100s: %v", query, err)
		}
	}
	must("drop index shop.item_search")
	for n, size := range sizes(*benchItems, *benchShops) {
		s := stall{id: uuid.New(), items: size, wares: newWares(n)}
		source, snapshot := uuid.New(), uuid.New()
		must(`insert into house.shop (id, slug, name_ru, name_en, timezone, language, created_at) values ($1, $2, $2, $2, 'Europe/Moscow', 'ru', now())`, s.id, fmt.Sprintf("stall-%d", n))
		must(`insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())`, s.id, source)
		must(`insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())`, s.id, snapshot, source)
		known := map[string]struct{}{}
		f := &filling{s: &s, source: source, writer: term.NewWriter(term.Tag(s.id)), known: known}
		if _, err := c.CopyFrom(ctx, pgx.Identifier{"shop", "item"}, filled, f); err != nil {
			b.Fatal(err)
		}
		words := make([]string, 0, len(known))
		for k := range known {
			words = append(words, k)
		}
		must("insert into shop.vocabulary (shop_id, words) values ($1, $2)", s.id, strings.Join(words, "\n"))
		if s.scope, err = w.DB.EnterAsJob(ctx, "bench", tenant.ID(s.id)); err != nil {
			b.Fatal(err)
		}
		all = append(all, s)
	}
	must("set maintenance_work_mem = '512MB'")
	must("create index item_search on shop.item using gin (search) with (fastupdate = off) where last_seq is null")
	must("vacuum analyze shop.item")
	must("vacuum analyze shop.vocabulary")
	return all
}

var filled = []string{
	"shop_id", "id", "source_id", "offer_id", "first_seq", "sku", "name", "vendor", "category", "price_minor", "currency", "available", "stock",
	"barcode", "params", "content_hash", "head", "search",
}

// filling is the items of a shop, one after the other.
type filling struct {
	s      *stall
	source uuid.UUID
	writer *term.Writer
	known  map[string]struct{}
	n      int
}

func (f *filling) Next() bool { f.n++; return f.n <= f.s.items }
func (f *filling) Err() error { return nil }

func (f *filling) Values() ([]any, error) {
	w := f.s.wares.item(f.n)
	head, rest := f.writer.Vectors(w)
	search := head + " " + rest
	for l := range strings.FieldsSeq(search) {
		key, _, _ := strings.Cut(strings.Trim(l, "'"), "'")
		if key = key[4:]; len(key) > 1 && !strings.ContainsAny(key, "0123456789=~@") {
			f.known[strings.Clone(key)] = struct{}{}
		}
	}
	return []any{
		f.s.id, uuid.New(), f.source, fmt.Sprint(f.n), 1, w.Codes[0], w.Name, w.Vendor, w.Category, int64(100 * (f.n%9000 + 100)), "RUB", w.Available, f.n % 9,
		w.Codes[1], `[{"name":"Цвет","value":"` + w.Params[0].Value + `"}]`, []byte{1}, head, search,
	}, nil
}

// BenchmarkSearch types into 1,000 shops with 1,000,000 items under row security,
// and prints how long one key typed takes, by what is typed, and the plan. It
// fails if the plan walks the table.
func BenchmarkSearch(b *testing.B) {
	w := tenanttest.Open(b)
	began := time.Now()
	all := market(b, w)
	fmt.Printf("%d items in %d shops, of which the largest has %d: filled in %v\n", *benchItems, *benchShops, all[0].items, time.Since(began).Round(time.Second))
	chance := rand.New(rand.NewPCG(1, 2))
	took, busy, found := map[string][]time.Duration{}, map[string][]time.Duration{}, map[string]int{}
	ask := func(kind, typed string, s stall) {
		began := time.Now()
		err := w.DB.Within(b.Context(), s.scope, func(tx tenant.Tx) error {
			if kind == yardstick {
				return nil
			}
			before := onCPU(b, tx)
			hits, err := catalogue.Search(tx, typed, 20)
			found[kind] += min(1, len(hits))
			busy[kind] = append(busy[kind], onCPU(b, tx)-before)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		took[kind] = append(took[kind], time.Since(began))
	}
	for range b.N {
		for i := range 300 {
			s := all[chance.IntN(len(all))]
			if i%3 == 0 { // large shops are asked more
				s = all[chance.IntN(10)]
			}
			ask(yardstick, "", s)
			for kind, typed := range s.wares.queries(s.items, chance) {
				ask(kind, typed, s)
			}
		}
	}
	report(b, took, busy, found)
	for _, s := range []stall{all[0], all[len(all)/2]} {
		explain(b, w, s)
	}
}

// onCPU is how long the connection's backend and this process have been on a
// processor, which says what a search takes also where others want the same
// processors.
func onCPU(b *testing.B, tx tenant.Tx) time.Duration {
	var pid int
	if err := tx.Query().Raw("select pg_backend_pid()").Scan(&pid).Error; err != nil {
		b.Fatal(err)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err != nil {
		b.Fatal(err)
	}
	var ns int64
	if _, err := fmt.Sscan(string(stat), &ns); err != nil {
		b.Fatal(err)
	}
	var own syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &own); err != nil {
		b.Fatal(err)
	}
	return time.Duration(ns + own.Utime.Nano() + own.Stime.Nano())
}

func report(b *testing.B, took, busy map[string][]time.Duration, found map[string]int) {
	for _, of := range []struct {
		what string
		all  map[string][]time.Duration
	}{{"", took}, {"cpu-", busy}} {
		var every []time.Duration
		for _, kind := range slices.Sorted(maps.Keys(of.all)) {
			all := of.all[kind]
			slices.Sort(all)
			if kind != yardstick {
				every = append(every, all...)
			}
			fmt.Printf("%-4s %-12s p50 %6.2f ms  p95 %6.2f ms  p99 %6.2f ms  most %6.2f ms  found %d of %d\n",
				of.what, kind, at(all, .5), at(all, .95), at(all, .99), at(all, 1), found[kind], len(all))
		}
		slices.Sort(every)
		b.ReportMetric(at(every, .5), of.what+"p50-ms")
		b.ReportMetric(at(every, .99), of.what+"p99-ms")
	}
	b.ReportMetric(0, "ns/op")
}

func at(all []time.Duration, share float64) float64 {
	return float64(all[int(share*float64(len(all)-1))].Microseconds()) / 1000
}

// explain prints the plan of search_items as it runs: prepared without knowing
// what is asked, as the role that owns it.
func explain(b *testing.B, w *tenanttest.World, s stall) {
	b.Helper()
	c, err := pgx.Connect(b.Context(), w.AdminURL)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.Background())
	var body string
	if err := c.QueryRow(b.Context(), "select prosrc from pg_proc where proname = 'search_items'").Scan(&body); err != nil {
		b.Fatal(err)
	}
	for i, name := range []string{"query", "code", "begun", "price_from", "price_upto", "at_most"} {
		body = strings.ReplaceAll(body, "search_items."+name, fmt.Sprintf("$%d", i+1))
	}
	tag := term.Tag(s.id)
	typed := fmt.Sprintf("'''%s%s'':*', '''x''', '''x''', 0, 9000000000000, 20", tag, term.Key(s.wares.brands[0]))
	for _, statement := range []string{
		"begin", fmt.Sprintf("select set_config('app.shop', '%s', true)", s.id), "set local role switchboard_definer", "set local plan_cache_mode = force_generic_plan",
		"prepare p(tsquery, tsquery, tsquery, bigint, bigint, int) as " + body,
	} {
		if _, err := c.Exec(b.Context(), statement); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
	rows, err := c.Query(b.Context(), "explain (analyze, buffers, timing off) execute p("+typed+")")
	if err != nil {
		b.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		b.Fatal(err)
	}
	plan := strings.Join(lines, "\n")
	fmt.Printf("a shop of %d items, a brand typed:\n%s\n", s.items, plan)
	if strings.Contains(plan, "Seq Scan") || !strings.Contains(plan, "item_search") {
		b.Error("the search walks the table")
	}
}
