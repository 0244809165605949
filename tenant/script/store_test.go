package script_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/demo/data"
	"switchboard/tenant"
	"switchboard/tenant/edition"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/walk"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func source(t *testing.T) string {
	t.Helper()
	src, err := os.ReadFile("walk/testdata/shoes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// do runs fn within a shop and returns its error.
func do(t *testing.T, w *tenanttest.World, s tenanttest.Shop, fn func(tenant.Tx) error) error {
	t.Helper()
	return w.DB.Within(t.Context(), s.Scope, fn)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestDraftsAndVersions(t *testing.T) {
	t.Parallel()
	w, src := tenanttest.Open(t), source(t)
	var s edition.Text
	must(t, do(t, w, w.A, func(tx tenant.Tx) (err error) {
		s, err = script.Shelf.Create(tx, " Обувь ", "broken: [", noon)
		return err
	}))
	if s.Name != "Обувь" || s.Draft != "broken: [" {
		t.Errorf("created %+v", s)
	}
	publish := func(at time.Time) (v edition.Version, err error) {
		err = do(t, w, w.A, func(tx tenant.Tx) error { v, err = script.Shelf.Publish(tx, s.ID, "note", at); return err })
		return v, err
	}
	var problems fault.Problems
	if _, err := publish(noon); !errors.As(err, &problems) || problems[0].Line != 1 {
		t.Errorf("a broken draft: %v", err)
	}
	must(t, do(t, w, w.A, func(tx tenant.Tx) (err error) {
		s, err = script.Shelf.Save(tx, s.ID, src, s.UpdatedAt, noon.Add(time.Minute))
		return err
	}))
	if err := do(t, w, w.A, func(tx tenant.Tx) error {
		_, err := script.Shelf.Save(tx, s.ID, "mine", noon, noon.Add(2*time.Minute))
		return err
	}); !errors.Is(err, fault.Conflict) {
		t.Errorf("saved over another's draft: %v", err)
	}
	one, err := publish(noon)
	must(t, err)
	again, err := publish(noon.Add(time.Hour))
	if err != nil || again.ID != one.ID {
		t.Errorf("the same draft is version %d, %v", again.Version, err)
	}
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		_, err := script.Shelf.Save(tx, s.ID, strings.Replace(src, "Чем помочь?", "Что ищете?", 1), s.UpdatedAt, noon.Add(time.Hour))
		return err
	}))
	two, err := publish(noon.Add(time.Hour))
	if err != nil || two.Version != 2 || two.PublishedBy != w.A.Scope.Actor() || two.Note != "note" {
		t.Errorf("second version: %+v, %v", two, err)
	}
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		all, err := script.Shelf.Versions(tx, s.ID)
		if err != nil || len(all) != 2 || all[0].ID != two.ID || all[1].Source != src {
			t.Errorf("versions %d, %v", len(all), err)
		}
		g, err := script.Load(all[1])
		if err != nil || g.Version != one.ID.String() || len(g.Nodes) != 22 {
			t.Errorf("loaded %q with %d nodes, %v", g.Version, len(g.Nodes), err)
		}
		return nil
	}))
	err = do(t, w, w.A, func(tx tenant.Tx) error {
		_, err := tx.Exec("update shop.script_version set note = 'altered'")
		return err
	})
	if err == nil {
		t.Error("a published version was altered")
	}
}

func TestPutIsRepeatable(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for _, file := range []string{"tyres.script.yaml", "clothes.script.yaml"} {
		src, err := data.Files.ReadFile(file)
		must(t, err)
		for range 2 {
			must(t, do(t, w, w.A, func(tx tenant.Tx) error {
				v, err := script.Shelf.Put(tx, file, string(src), noon)
				if err == nil && v.Version != 1 {
					t.Errorf("%s is version %d", file, v.Version)
				}
				return err
			}))
		}
	}
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		all, err := script.Shelf.List(tx)
		if err != nil || len(all) != 2 || all[0].Name != "clothes.script.yaml" {
			t.Errorf("list %v, %v", all, err)
		}
		return nil
	}))
}

// ring publishes the script for the shop's queue and returns a call of it.
func ring(t *testing.T, w *tenanttest.World, s tenanttest.Shop) (call uuid.UUID, v edition.Version) {
	t.Helper()
	anna := w.AddOperator(t, "anna-"+s.Slug, s)
	call = w.AddCall(t, s, anna, noon)
	must(t, do(t, w, s, func(tx tenant.Tx) (err error) {
		if v, err = script.Shelf.Put(tx, "Обувь", source(t), noon); err != nil {
			return err
		}
		_, err = tx.Exec("update shop.queue set script_id = $1", v.TextID)
		return err
	}))
	return call, v
}

// facts gathers the facts of a call so many seconds after noon.
func facts(tx tenant.Tx, call uuid.UUID, seconds int) (walk.Facts, error) {
	return script.FactsOf(tx, call, "Анна", noon.Add(time.Duration(seconds)*time.Second))
}

func TestAWalkIsKeptWithItsCall(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call, one := ring(t, w, w.A)
	var stand script.Stand
	begin := func(seconds int) error {
		return do(t, w, w.A, func(tx tenant.Tx) error {
			v, err := script.OfQueue(tx, w.A.Queue, "inbound")
			if err != nil {
				return err
			}
			f, err := facts(tx, call, seconds)
			if err != nil {
				return err
			}
			stand, err = script.Begin(tx, call, v, f)
			return err
		})
	}
	answer := func(seconds, seen int, a walk.Answer) error {
		return do(t, w, w.A, func(tx tenant.Tx) error {
			f, err := facts(tx, call, seconds)
			if err != nil {
				return err
			}
			stand, err = script.Answer(tx, call, a, seen, f)
			return err
		})
	}
	must(t, begin(0))
	if stand.Walk.Node != "hello" || stand.OperatorID == nil || stand.ScriptVersionID != one.ID || stand.Adherence == nil || *stand.Adherence != 0 {
		t.Errorf("begun at %+v", stand.Taken)
	}
	must(t, answer(5, 1, walk.Answer{}))
	var invalid fault.Invalid
	if err := answer(6, 2, walk.Answer{Text: "9"}); !errors.As(err, &invalid) || stand.Walk.Node != "need" {
		t.Errorf("a bad answer: %v, now at %s", err, stand.Walk.Node)
	}
	must(t, answer(7, 2, walk.Answer{Text: "2"}))
	if err := answer(7, 2, walk.Answer{Text: "2"}); !errors.Is(err, fault.Conflict) {
		t.Errorf("answered twice: %v", err)
	}
	// A new version is published meanwhile: the walk stays on its own.
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		_, err := script.Shelf.Put(tx, "Обувь", strings.Replace(source(t), "Что хотите узнать?", "Спрашивайте.", 1), noon)
		return err
	}))
	must(t, begin(9))
	if stand.ScriptVersionID != one.ID || stand.Walk.Node != "faq" {
		t.Errorf("taken over at %s of version %s", stand.Walk.Node, stand.ScriptVersionID)
	}
	must(t, answer(12, 3, walk.Answer{Text: "hours"}))
	if stand.EndedAt == nil || !stand.EndedAt.Equal(noon.Add(12*time.Second)) || *stand.Adherence != 1000 {
		t.Errorf("ended %+v", stand.Taken)
	}
	type step struct {
		Node   string
		Answer string
		At     time.Time
	}
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		var steps []step
		err := tx.Query().Raw("select node, answer::text as answer, at from shop.walk_step order by seq").Scan(&steps).Error
		var got []string
		for _, s := range steps {
			got = append(got, fmt.Sprintf("%s %s %v", s.Node, s.Answer, s.At.Sub(noon)))
		}
		want := []string{`known {"move": "pass"} 0s`, `hello {} 0s`, `need {"text": "question"} 5s`, `faq {"text": "hours"} 7s`, `bye {"move": "pass"} 12s`}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("steps\n%q\nwant\n%q", got, want)
		}
		return err
	}))
}

// TestTheOtherShop finds nothing and changes nothing.
func TestTheOtherShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call, v := ring(t, w, w.A)
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		f, err := facts(tx, call, 0)
		if err == nil {
			_, err = script.Begin(tx, call, v, f)
		}
		return err
	}))
	for name, fn := range map[string]func(tenant.Tx) error{
		"take":    func(tx tenant.Tx) error { _, err := script.Shelf.Take(tx, v.TextID); return err },
		"named":   func(tx tenant.Tx) error { _, err := script.Shelf.Named(tx, "Обувь"); return err },
		"current": func(tx tenant.Tx) error { _, err := script.Shelf.Current(tx, v.TextID); return err },
		"version": func(tx tenant.Tx) error { _, err := script.Shelf.TakeVersion(tx, v.ID); return err },
		"queue":   func(tx tenant.Tx) error { _, err := script.OfQueue(tx, w.A.Queue, "inbound"); return err },
		"draft":   func(tx tenant.Tx) error { _, err := script.Shelf.Save(tx, v.TextID, "x", noon, noon); return err },
		"publish": func(tx tenant.Tx) error { _, err := script.Shelf.Publish(tx, v.TextID, "", noon); return err },
		"where":   func(tx tenant.Tx) error { _, err := script.Where(tx, call); return err },
		"facts":   func(tx tenant.Tx) error { _, err := facts(tx, call, 0); return err },
		"begin":   func(tx tenant.Tx) error { _, err := script.Begin(tx, call, v, walk.Facts{}); return err },
		"answer": func(tx tenant.Tx) error {
			_, err := script.Answer(tx, call, walk.Answer{}, 1, walk.Facts{})
			return err
		},
		"no queue": func(tx tenant.Tx) error { _, err := script.OfQueue(tx, w.B.Queue, "inbound"); return err },
	} {
		if err := do(t, w, w.B, fn); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	}
	must(t, do(t, w, w.B, func(tx tenant.Tx) error {
		all, err := script.Shelf.List(tx)
		versions, err2 := script.Shelf.Versions(tx, v.TextID)
		if len(all)+len(versions) != 0 {
			t.Errorf("b lists %d scripts and %d versions of a", len(all), len(versions))
		}
		return errors.Join(err, err2)
	}))
}

func TestFacts(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	call, _ := ring(t, w, w.A)
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		f, err := facts(tx, call, 0)
		if err != nil {
			return err
		}
		if f.ZoneS != 3*3600 || f.Language != "ru" || f.Shop.Name.RU != "shop-a" || f.Shop.Phone != w.A.E164 || f.Caller.Phone != "+79215550144" ||
			f.Caller.Known || f.Order != nil || f.Catalogue != nil || f.Operator != "Анна" {
			t.Errorf("a stranger's call: %+v", f)
		}
		return nil
	}))
	buyer, source, snapshot, item := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	id := w.A.ID.UUID()
	w.Admin(t, "insert into shop.buyer (shop_id, id, phone, name, created_at, updated_at) values ($1, $2, '+79215550144', 'Сергей', now(), now())", id, buyer)
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())", id, source)
	w.Admin(t, "insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at, item_count) values ($1, $2, 1, $3, 'published', $4, $4, 309)", id, snapshot, source, noon)
	w.Admin(t, `insert into shop.item (shop_id, id, source_id, offer_id, first_seq, sku, name, price_minor, currency, available, content_hash, search)
		values ($1, $2, $3, '1', 1, '1', 'Шина', 845000, 'RUB', true, '', '')`, id, item, source)
	order := uuid.New()
	w.Admin(t, `insert into shop."order" (shop_id, id, no, call_id, buyer_id, snapshot_id, status, currency, total_minor, created_at, confirmed_at)
		values ($1, $2, 17, $3, $4, $5, 'confirmed', 'RUB', 3380000, now(), now())`, id, order, call, buyer, snapshot)
	w.Admin(t, `insert into shop.order_line (shop_id, order_id, line, item_id, sku, name, quantity, price_minor, sum_minor) values ($1, $2, 1, $3, '1', 'Шина', 4, 845000, 3380000)`, id, order, item)
	must(t, do(t, w, w.A, func(tx tenant.Tx) error {
		f, err := facts(tx, call, 60)
		if err != nil {
			return err
		}
		if f.Caller.Name != "Сергей" || !f.Caller.Known || f.Caller.Orders != 1 || f.Order == nil || f.Order.Number != "17" || f.Order.Lines != 1 ||
			f.Order.TotalMinor != 3380000 || f.Catalogue == nil || f.Catalogue.Items != 309 || f.Catalogue.TakenAt != walk.Instant(noon.UnixMilli()) {
			t.Errorf("a buyer's call: %+v %+v", f, f.Order)
		}
		return nil
	}))
}

func TestNames(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	must(t, do(t, w, w.A, func(tx tenant.Tx) error { _, err := script.Shelf.Create(tx, "Шины", "", noon); return err }))
	must(t, do(t, w, w.B, func(tx tenant.Tx) error { _, err := script.Shelf.Create(tx, "Шины", "", noon); return err }))
	for _, tc := range []struct {
		name, draft string
		want        error
	}{
		{"Шины", "", fault.Conflict}, {" Шины", "", fault.Conflict}, {"", "", nil}, {strings.Repeat("я", 201), "", nil},
		{"x", strings.Repeat("#", script.MaxSource+1), nil}, {"y", "\x00", nil}, {"z", "\xff", nil},
	} {
		err := do(t, w, w.A, func(tx tenant.Tx) error { _, err := script.Shelf.Create(tx, tc.name, tc.draft, noon); return err })
		var invalid fault.Invalid
		if tc.want != nil && !errors.Is(err, tc.want) || tc.want == nil && !errors.As(err, &invalid) {
			t.Errorf("%.20q: %v", tc.name, err)
		}
	}
}
