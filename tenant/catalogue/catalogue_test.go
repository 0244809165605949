package catalogue_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// offer is an offer of a small feed.
type offer struct {
	id, name string
	price    int
	more     string
}

// yml is a feed of these offers; the first stands on line 3.
func yml(offers ...offer) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<yml_catalog><shop><currencies><currency id=\"RUB\" rate=\"1\"/></currencies><offers>\n")
	for _, o := range offers {
		fmt.Fprintf(&b, "<offer id=%q><name>%s</name><price>%d</price>%s</offer>\n", o.id, o.name, o.price, o.more)
	}
	b.WriteString("</offers></shop></yml_catalog>\n")
	return b.String()
}

// shelf is one shop with one source.
type shelf struct {
	t      testing.TB
	w      *tenanttest.World
	shop   tenanttest.Shop
	source uuid.UUID
	now    time.Time
}

func newShelf(t testing.TB, w *tenanttest.World, shop tenanttest.Shop) *shelf {
	t.Helper()
	s := &shelf{t: t, w: w, shop: shop, now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
	s.source = s.addSource("feed.yml")
	return s
}

func (s *shelf) addSource(location string) uuid.UUID {
	s.t.Helper()
	var src catalogue.Source
	s.within(func(tx tenant.Tx) (err error) {
		src, err = catalogue.Ensure(tx, location, s.now)
		return err
	})
	return src.ID
}

func (s *shelf) within(fn func(tenant.Tx) error) {
	s.t.Helper()
	if err := s.w.DB.Within(s.t.Context(), s.shop.Scope, fn); err != nil {
		s.t.Fatal(err)
	}
}

// read imports a feed an hour after the one before.
func (s *shelf) read(r io.Reader) (catalogue.Snapshot, error) {
	s.now = s.now.Add(time.Hour)
	return catalogue.Import(s.t.Context(), s.w.DB, s.shop.Scope, s.source, r, s.now)
}

func (s *shelf) put(offers ...offer) catalogue.Snapshot {
	s.t.Helper()
	snap, err := s.read(strings.NewReader(yml(offers...)))
	if err != nil {
		s.t.Fatal(err)
	}
	return snap
}

// find returns the names and prices that a search finds, in its order.
func (s *shelf) find(typed string) (found []string) {
	s.t.Helper()
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.Search(tx, typed, 10)
		for _, h := range hits {
			found = append(found, fmt.Sprintf("%s %d", h.Name, h.PriceMinor/100))
		}
		return err
	})
	return found
}

func (s *shelf) expect(typed string, want ...string) {
	s.t.Helper()
	if got := s.find(typed); fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("%q finds %q, want %q", typed, got, want)
	}
}

func (s *shelf) at(snap catalogue.Snapshot, sku string) (hit catalogue.Hit, err error) {
	err = s.w.DB.Within(s.t.Context(), s.shop.Scope, func(tx tenant.Tx) error {
		hit, err = catalogue.ItemAt(tx, snap.ID, sku)
		return err
	})
	return hit, err
}

func TestImportPublishesASnapshot(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	one := s.put(offer{"1", "Скатерть", 100, "<vendorCode>SK-1</vendorCode>"}, offer{"2", "Рушник", 50, ""}, offer{"3", "Фартук", 70, "<count>3</count>"})
	if one.State != catalogue.Published || one.ItemCount != 3 || one.NewCount != 3 || one.PublishedAt == nil {
		t.Errorf("first: %+v", one)
	}
	two := s.put(offer{"1", "Скатерть", 120, "<vendorCode>SK-1</vendorCode>"}, offer{"2", "Рушник", 50, ""}, offer{"4", "Саше", 30, ""})
	if two.Seq <= one.Seq || two.ItemCount != 3 || two.NewCount != 1 || two.ChangedCount != 1 || two.GoneCount != 1 {
		t.Errorf("second: %+v", two)
	}
	s.expect("скатерть", "Скатерть 120")
	s.expect("фартук")
	s.expect("", "Рушник 50", "Саше 30", "Скатерть 120")
	if n := tenanttest.One[int](t, w, "select count(*) from shop.item"); n != 5 {
		t.Errorf("%d rows of items, want 5: what has not changed is not written again", n)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.item_staged"); n != 0 {
		t.Errorf("%d rows are left staged", n)
	}
	for _, tc := range []struct {
		snap  catalogue.Snapshot
		sku   string
		price int64
	}{{one, "SK-1", 10000}, {two, "sk-1", 12000}, {one, "3", 7000}, {two, "2", 5000}} {
		hit, err := s.at(tc.snap, tc.sku)
		if err != nil || hit.PriceMinor != tc.price || !hit.AsOf.Equal(tc.snap.TakenAt) || hit.SnapshotID != tc.snap.ID {
			t.Errorf("%s at snapshot %d: %+v, %v, want %d", tc.sku, tc.snap.Seq, hit, err, tc.price)
		}
	}
	for _, missing := range []struct {
		snap catalogue.Snapshot
		sku  string
	}{{one, "4"}, {two, "3"}, {catalogue.Snapshot{ID: uuid.New()}, "2"}} {
		if _, err := s.at(missing.snap, missing.sku); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s at snapshot %d: %v, want not found", missing.sku, missing.snap.Seq, err)
		}
	}
}

func TestAnItemKeepsWhatTheFeedSays(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	s.put(offer{"TS-1", "Шина", 8450, `<oldprice>9200</oldprice><vendor>Nokian</vendor><vendorCode>TS72718</vendorCode><barcode>4607000000017</barcode>
		<url>https://a.test/1</url><picture>https://a.test/1.jpg</picture><count>12</count><param name="Диаметр" unit="дюйм">16</param>`})
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.Search(tx, "ts72718", 10)
		if err != nil || len(hits) != 1 {
			t.Fatalf("found %d, %v", len(hits), err)
		}
		h := hits[0]
		if h.OfferID != "TS-1" || h.SKU != "ts72718" || h.Vendor != "Nokian" || h.Barcode != "4607000000017" || *h.OldPriceMinor != 920000 ||
			h.URL != "https://a.test/1" || h.Picture != "https://a.test/1.jpg" || *h.Stock != 12 || !h.Available || h.Currency != "RUB" ||
			fmt.Sprint(h.Params) != "[{Диаметр 16 дюйм}]" || !h.AsOf.Equal(s.now) {
			t.Errorf("found %+v", h)
		}
		taken, err := catalogue.TakeItem(tx, h.ID)
		if err != nil || taken.SKU != h.SKU || !taken.AsOf.Equal(h.AsOf) {
			t.Errorf("taken %+v, %v", taken, err)
		}
		return nil
	})
}

// TestTheOtherShop: everything that the other shop has stays unseen, in the
// search that looks past the policies most of all.
func TestTheOtherShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	a, b := newShelf(t, w, w.A), newShelf(t, w, w.B)
	of := a.put(offer{"1", "Скатерть льняная", 100, ""})
	b.put(offer{"1", "Скатерть хлопковая", 200, ""}, offer{"2", "Скатерть с вышивкой", 300, ""})
	a.expect("скатерть", "Скатерть льняная 100")
	a.expect("", "Скатерть льняная 100")
	b.expect("скатерть", "Скатерть хлопковая 200", "Скатерть с вышивкой 300")
	if _, err := b.at(of, "1"); !errors.Is(err, fault.NotFound) {
		t.Errorf("b sees a's snapshot: %v", err)
	}
	for name, err := range map[string]error{
		"import into another's source": func() error {
			_, err := catalogue.Import(t.Context(), w.DB, w.B.Scope, a.source, strings.NewReader(yml(offer{"1", "Чужое", 1, ""})), b.now)
			return err
		}(),
		"accept another's snapshot": w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
			_, err := catalogue.Accept(tx, of.ID)
			return err
		}),
		"take another's source": w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
			_, err := catalogue.TakeSource(tx, a.source)
			return err
		}),
	} {
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	}
	a.expect("чужое")
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		_, err := tx.Exec("select set_config('app.shop', '', true)")
		if err != nil {
			return err
		}
		hits, err := catalogue.Search(tx, "скатерть", 10)
		if len(hits) != 0 {
			t.Errorf("without a shop the search finds %d items", len(hits))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBrokenFeedsLeaveTheOldSnapshot, and say why, with the line.
func TestBrokenFeedsLeaveTheOldSnapshot(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	good := s.put(offer{"1", "Скатерть", 100, ""}, offer{"2", "Рушник", 50, ""})
	whole := yml(offer{"1", "Новая скатерть", 1, ""}, offer{"2", "Новый рушник", 1, ""})
	for _, tc := range []struct {
		name   string
		feed   io.Reader
		reason string
	}{
		{"half a file", strings.NewReader(whole[:len(whole)-60]), "line 4: offer 2: the feed is cut off"},
		{"broken XML", strings.NewReader(strings.Replace(whole, "</name>", "</nam>", 1)), "line 3: offer 1: broken XML"},
		{"HTML", strings.NewReader("<html></html>"), "line 1: this is an HTML page"},
		{"no prices", strings.NewReader(strings.ReplaceAll(whole, "price", "prise")), "line 3: offer 1: none of the 2 offers is sound; the first problem: the price is missing"},
		{"an endless text", io.MultiReader(strings.NewReader(strings.TrimSuffix(whole, "</offers></shop></yml_catalog>\n")+"<offer id=\"3\"><name>"), io.LimitReader(endless{}, 64<<20)), "line 5: offer 3: one text or tag is longer"},
	} {
		_, err := s.read(tc.feed)
		var invalid fault.Invalid
		if !errors.As(err, &invalid) {
			t.Errorf("%s: %v", tc.name, err)
		}
		s.within(func(tx tenant.Tx) error {
			all, err := catalogue.Snapshots(tx, 1)
			if err != nil || all[0].State != catalogue.Refused || !strings.HasPrefix(all[0].Reason, tc.reason) {
				t.Errorf("%s: %+v, %v, want %q", tc.name, all, err, tc.reason)
			}
			src, err := catalogue.TakeSource(tx, s.source)
			if err != nil || !strings.HasPrefix(src.Error, tc.reason) || !src.CheckedAt.Equal(s.now) {
				t.Errorf("%s: source %+v, %v", tc.name, src, err)
			}
			current, err := catalogue.Current(tx)
			if err != nil || current.ID != good.ID {
				t.Errorf("%s: the current snapshot is %+v, %v", tc.name, current, err)
			}
			return nil
		})
		s.expect("", "Скатерть 100", "Рушник 50")
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.item_staged"); n != 0 {
		t.Errorf("%d rows are left staged", n)
	}
	s.put(offer{"1", "Скатерть", 100, ""}, offer{"2", "Рушник", 55, ""})
	s.within(func(tx tenant.Tx) error {
		if src, err := catalogue.TakeSource(tx, s.source); err != nil || src.Error != "" {
			t.Errorf("after a good feed: %+v, %v", src, err)
		}
		return nil
	})
	s.expect("рушник", "Рушник 55")
}

// endless is one text without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, strings.Repeat("a", len(p))), nil }

// TestSkippedOffersAreTold with their lines, beside a published snapshot.
func TestSkippedOffersAreTold(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	snap := s.put(offer{"1", "Скатерть", 100, ""}, offer{"2", "", 50, ""}, offer{"1", "Двойник", 1, ""})
	if snap.State != catalogue.Published || snap.ItemCount != 1 {
		t.Errorf("got %+v", snap)
	}
	const want = `[{"line":4,"field":"offer 2","problem":"the offer has neither a name nor a model"},{"line":5,"field":"offer 1","problem":"an offer with this id is there already, in line 3"}]`
	if string(snap.Problems) != want {
		t.Errorf("told %s", snap.Problems)
	}
	if got := tenanttest.One[int](t, w, "select jsonb_array_length(problems) from shop.snapshot"); got != 2 {
		t.Errorf("%d problems are kept", got)
	}
}

// TestAFeedThatLosesHalfIsHeld until a person accepts it, or a better one comes.
func TestAFeedThatLosesHalfIsHeld(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	full := []offer{{"1", "А", 1, ""}, {"2", "Б", 2, ""}, {"3", "В", 3, ""}, {"4", "Г", 4, ""}}
	s.put(full...)
	if half := s.put(full[:2]...); half.State != catalogue.Published {
		t.Fatalf("exactly half are gone: %+v", half)
	}
	s.put(full...)
	held := s.put(full[0])
	if held.State != catalogue.Held || held.GoneCount != 3 || held.Reason != "3 of 4 items are gone" || held.PublishedAt != nil {
		t.Fatalf("got %+v", held)
	}
	s.expect("", "А 1", "Б 2", "В 3", "Г 4")
	if _, err := s.at(held, "1"); !errors.Is(err, fault.NotFound) {
		t.Errorf("a held snapshot can be read: %v", err)
	}
	s.within(func(tx tenant.Tx) error {
		got, err := catalogue.Accept(tx, held.ID)
		if err != nil || got.State != catalogue.Published || got.ItemCount != 1 || !strings.Contains(got.Reason, "accepted by member:") {
			t.Errorf("accepted: %+v, %v", got, err)
		}
		return nil
	})
	s.expect("", "А 1")
	if err := s.w.DB.Within(t.Context(), s.shop.Scope, func(tx tenant.Tx) error { _, err := catalogue.Accept(tx, held.ID); return err }); !errors.Is(err, fault.Conflict) {
		t.Errorf("accepted twice: %v", err)
	}
	s.put(full...)
	overtaken := s.put(full[3])
	s.put(append(full, offer{"5", "Д", 5, ""})...)
	if err := s.w.DB.Within(t.Context(), s.shop.Scope, func(tx tenant.Tx) error { _, err := catalogue.Accept(tx, overtaken.ID); return err }); !errors.Is(err, fault.Conflict) {
		t.Errorf("an overtaken snapshot was accepted: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.item_staged"); n != 0 {
		t.Errorf("%d rows are left staged", n)
	}
	s.expect("", "А 1", "Б 2", "В 3", "Г 4", "Д 5")
}

// TestTwoSources of one shop: each has its own date, and neither's snapshot ends
// the other's items.
func TestTwoSources(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	s := newShelf(t, w, w.A)
	first := s.source
	early := s.put(offer{"1", "Шина", 100, "<vendorCode>b</vendorCode>"})
	s.source = s.addSource("second.yml")
	late := s.put(offer{"1", "Диск", 200, "<vendorCode>a</vendorCode>"})
	s.expect("", "Диск 200", "Шина 100")
	s.source = first
	s.put(offer{"1", "Шина", 110, "<vendorCode>b</vendorCode>"})
	for _, tc := range []struct {
		snap  catalogue.Snapshot
		want  int64
		as_of time.Time
	}{{late, 10000, early.TakenAt}} {
		s.within(func(tx tenant.Tx) error {
			var prices []int64
			err := tx.Query().Raw("select price_minor from shop.item where name = 'Шина' and first_seq <= ? and (last_seq is null or last_seq >= ?)", tc.snap.Seq, tc.snap.Seq).Scan(&prices).Error
			if err != nil || fmt.Sprint(prices) != fmt.Sprint([]int64{tc.want}) {
				t.Errorf("at snapshot %d the other source's item costs %v, %v, want %d", tc.snap.Seq, prices, err, tc.want)
			}
			return nil
		})
	}
	s.within(func(tx tenant.Tx) error {
		hits, err := catalogue.Search(tx, "диск", 1)
		if err != nil || len(hits) != 1 || !hits[0].AsOf.Equal(late.TakenAt) {
			t.Errorf("the item of the second source is as of %v, want %v; %v", hits[0].AsOf, late.TakenAt, err)
		}
		return nil
	})
}
