package buyer_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/fault"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const sergei = e164.Number("+79215550144")

func within[T any](t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		v, err = do(tx)
		return err
	})
	return v, err
}

func put(t *testing.T, w *tenanttest.World, s tenant.Scope, f buyer.Facts) buyer.Buyer {
	t.Helper()
	b, err := within(t, w, s, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.Put(tx, f, noon) })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestABuyerIsKnownByTheirNumberWithinTheShop(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	first := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей", Address: "Невский, 1"})
	again := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Address: "Садовая, 2"})
	if again.ID != first.ID || again.Name != "Сергей" || again.Address != "Садовая, 2" {
		t.Errorf("what was not said again was lost: %+v", again)
	}
	theirs := put(t, w, w.B.Scope, buyer.Facts{Phone: sergei, Name: "Sergey of shop b"})
	if theirs.ID == first.ID {
		t.Error("two shops share a buyer")
	}
	byPhone := func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.ByPhone(tx, sergei) }
	if b, err := within(t, w, w.A.Scope, byPhone); err != nil || b.Name != "Сергей" {
		t.Errorf("shop a knows %+v, %v", b, err)
	}
	if _, err := within(t, w, w.B.Scope, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.Take(tx, first.ID) }); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b takes a buyer of shop a: %v", err)
	}
	if b, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.Take(tx, first.ID) }); err != nil || b.Phone != sergei {
		t.Errorf("%+v, %v", b, err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where action = 'buyer.put' and subject = $1", first.ID.String()); n != 2 {
		t.Errorf("%d records in the audit log, want 2", n)
	}
	if leak := tenanttest.One[int](t, w, "select count(*) from house.audit where detail::text || subject || actor ~ '7921|Сергей|Невский'"); leak != 0 {
		t.Error("the audit log holds personal data")
	}
}

func TestTwoWhoWriteDownTheSameBuyerMakeOne(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей"}) })
	}
	all.Wait()
	if n := tenanttest.One[int](t, w, "select count(*) from shop.buyer"); n != 1 {
		t.Errorf("%d buyers", n)
	}
}

func TestWhatCannotBeWrittenDown(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	_, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Buyer, error) {
		return buyer.Put(tx, buyer.Facts{Phone: "89215550144", Name: strings.Repeat("я", 201), Note: strings.Repeat("я", 2000)}, noon)
	})
	var p fault.Problems
	if !errors.As(err, &p) || len(p) != 2 || p[0].Field != "phone" || p[1].Field != "name" {
		t.Errorf("%v", err)
	}
}

func TestTheCardCountsWhatThereWas(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	var last uuid.UUID
	for i := range 3 {
		last = w.AddCall(t, w.A, anna, noon.Add(time.Duration(i)*time.Hour))
	}
	w.AddCall(t, w.B, anna, noon.Add(9*time.Hour))
	w.Admin(t, `insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, lost_at) values ($1, $2, $2, 'abandoned', '', 1, 'pool:main', now())`, w.A.ID.UUID(), last)
	card := func(s tenant.Scope, n e164.Number) buyer.Card {
		c, err := within(t, w, s, func(tx tenant.Tx) (buyer.Card, error) { return buyer.CardOf(tx, n) })
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := card(w.A.Scope, sergei); c.Buyer != nil || c.Calls != 3 || c.Answered != 3 || c.Lost != 1 || c.Orders != 0 || !c.LastCallAt.Equal(noon.Add(2*time.Hour)) {
		t.Errorf("before anything was written down: %+v", c)
	}
	b := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей"})
	source, snapshot := uuid.New(), uuid.New()
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())", w.A.ID.UUID(), source)
	w.Admin(t, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())`, w.A.ID.UUID(), snapshot, source)
	for no, status := range []string{"confirmed", "confirmed", "draft"} {
		w.Admin(t, `insert into shop."order" (shop_id, id, no, buyer_id, snapshot_id, status, currency, total_minor, created_at) values ($1, gen_random_uuid(), $2, $3, $4, $5, 'RUB', 1, $6)`,
			w.A.ID.UUID(), no+1, b.ID, snapshot, status, noon.Add(time.Duration(no)*time.Minute))
	}
	if c := card(w.A.Scope, sergei); c.Buyer == nil || c.Buyer.Name != "Сергей" || c.Orders != 2 || *c.LastOrderNo != 3 {
		t.Errorf("of a known buyer: %+v", c)
	}
	if c := card(w.B.Scope, sergei); c.Buyer != nil || c.Calls != 1 || c.Orders != 0 {
		t.Errorf("shop b's card: %+v", c)
	}
	if c := card(w.A.Scope, "+79990001122"); c.Calls != 0 || c.LastCallAt != nil {
		t.Errorf("of a stranger: %+v", c)
	}
}

func row(t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) (buyer.Row, error)) (buyer.Row, error) {
	t.Helper()
	return within(t, w, s, do)
}

func TestACardIsReplacedByWhoReadTheLast(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	b, other := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей"}), put(t, w, w.A.Scope, buyer.Facts{Phone: "+79210000055"})
	put(t, w, w.B.Scope, buyer.Facts{Phone: "+79210000077"}) // another shop's: no hindrance
	form := buyer.Form{Phones: []string{"8 921 000-00-77", string(sergei)}, Name: "Сергей Викторович", Segments: buyer.Segments{"опт", ` vip "gold", a\b `, "опт"}}
	save := func(f buyer.Form, read time.Time) (buyer.Row, error) {
		return row(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Row, error) { return buyer.Save(tx, b.ID, f, read, noon.Add(time.Hour)) })
	}
	r, err := save(form, b.UpdatedAt)
	if err != nil || r.Phone != "+79210000077" || len(r.Phones) != 2 || r.Phones[1] != sergei || len(r.Segments) != 2 || r.Segments[0] != `vip "gold", a\b` {
		t.Fatalf("%+v, %v", r, err)
	}
	if _, err := save(form, b.UpdatedAt); !errors.Is(err, fault.Conflict) {
		t.Errorf("a card that somebody saved since: %v", err)
	}
	form.Phones = []string{string(sergei), string(other.Phone)}
	var p fault.Problems
	if _, err := save(form, r.UpdatedAt); !errors.As(err, &p) || p[0].Field != "phones[1]" {
		t.Errorf("another buyer's number: %v", err)
	}
	if again, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.ByPhone(tx, "+79210000077") }); err != nil || again.ID != b.ID {
		t.Errorf("by the other number: %+v, %v", again, err)
	}
	if learnt := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Note: "rang"}); learnt.ID != b.ID || learnt.Name != "Сергей Викторович" {
		t.Errorf("who rings from their second number is %+v", learnt)
	}
}

func TestBuyersAreListedAndSearched(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	b := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Name: "Сергей 100%", Address: "Невский, 1"})
	put(t, w, w.A.Scope, buyer.Facts{Phone: "+79210000055", Name: "Ольга"})
	put(t, w, w.B.Scope, buyer.Facts{Phone: sergei, Name: "Сергей 100%"})
	w.Admin(t, "update shop.buyer set segments = '{опт}', refused_before = 1, redeemed_before = 3 where id = $1", b.ID)
	for _, c := range []struct {
		f    buyer.Filter
		want int
	}{
		{buyer.Filter{}, 2}, {buyer.Filter{Text: "сергей"}, 1}, {buyer.Filter{Text: "100%"}, 1}, {buyer.Filter{Text: "%%%"}, 0}, {buyer.Filter{Text: "невский"}, 1},
		{buyer.Filter{Text: "8 (921) 555-01-44"}, 1}, {buyer.Filter{Text: "0144"}, 1}, {buyer.Filter{Text: "999"}, 0}, {buyer.Filter{Segment: "опт"}, 1},
		{buyer.Filter{Caution: buyer.Refuses}, 1}, {buyer.Filter{Caution: buyer.Blocked}, 0},
	} {
		found, err := within(t, w, w.A.Scope, func(tx tenant.Tx) ([]buyer.Row, error) {
			r, _, err := buyer.List(tx, c.f, page.Cursor{}, 0)
			return r, err
		})
		if err != nil || len(found) != c.want {
			t.Errorf("%+v finds %d, want %d: %v", c.f, len(found), c.want, err)
		}
	}
	r, err := row(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Row, error) { return buyer.Look(tx, b.ID) })
	if share, known := r.Buyouts().Share(); err != nil || !known || share != 750 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestADuplicateIsMerged(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	kept, gone := put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Note: "likes tea"}), put(t, w, w.A.Scope, buyer.Facts{Phone: "+79210000055", Name: "Сергей", Note: "rings late"})
	theirs := put(t, w, w.B.Scope, buyer.Facts{Phone: "+79210000055"})
	for _, change := range []func(tx tenant.Tx) (buyer.Row, error){
		func(tx tenant.Tx) (buyer.Row, error) { return buyer.Block(tx, gone.ID, "took nothing", noon) },
		func(tx tenant.Tx) (buyer.Row, error) {
			_, err := buyer.NoteConsent(tx, buyer.Consent{BuyerID: gone.ID, Purpose: "advertising", Given: true, Source: "call"}, noon)
			return buyer.Row{}, err
		},
	} {
		if _, err := row(t, w, w.A.Scope, change); err != nil {
			t.Fatal(err)
		}
	}
	merge := func(m buyer.Merger) (buyer.Row, error) {
		return row(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Row, error) { return buyer.Merge(tx, m, noon) })
	}
	if _, err := merge(buyer.Merger{Kept: kept.ID, Duplicate: gone.ID, Confirm: string(sergei)}); err == nil {
		t.Error("merged without its word")
	}
	if _, err := merge(buyer.Merger{Kept: kept.ID, Duplicate: theirs.ID, Confirm: "+79210000055"}); !errors.Is(err, fault.NotFound) {
		t.Errorf("merged with another shop's: %v", err)
	}
	r, err := merge(buyer.Merger{Kept: kept.ID, Duplicate: gone.ID, Confirm: "+79210000055"})
	if err != nil || r.Name != "Сергей" || r.Note != "likes tea\nrings late" || len(r.Phones) != 2 || buyer.CautionOf(r.Buyer, r.Buyouts()) != buyer.Blocked {
		t.Errorf("%+v, %v", r, err)
	}
	words, err := within(t, w, w.A.Scope, func(tx tenant.Tx) ([]buyer.Consent, error) { return buyer.ConsentsOf(tx, kept.ID) })
	if err != nil || len(words) != 1 {
		t.Errorf("consents %+v, %v", words, err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.buyer"); n != 2 {
		t.Errorf("%d buyers, want the kept one and shop b's", n)
	}
}

const file = "Телефон;Имя;Сегменты;Черный список;Выкуплено;Не выкуплено\n" +
	"8 921 555-01-44;Сергей;опт, vip;;3;1\n" +
	"8 921 000-00-55, 8 921 000-00-56;Ольга;;не берёт заказы;;\n" +
	"12;Пётр;;;;\n" +
	"+79215550144;Опять;;;;\n" +
	"8 921 000-00-57;Юля;;;много;-1\n"

func TestAFileIsReadTwiceAndChangesOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	put(t, w, w.A.Scope, buyer.Facts{Phone: sergei, Address: "Невский, 1"})
	entries, wrong, err := buyer.ReadFile([]byte(file))
	if err != nil || len(entries) != 2 {
		t.Fatalf("%+v, %v", entries, err)
	}
	var told []string
	for _, p := range wrong {
		told = append(told, fmt.Sprint(p.Line, " ", p.Field))
	}
	if strings.Join(told, ", ") != "4 phones[0], 5 phone, 6 redeemed, 6 refused" {
		t.Errorf("wrong: %v", told)
	}
	load := func() buyer.Loaded {
		l, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Loaded, error) { return buyer.Load(tx, entries, noon) })
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if l := load(); l.New != 1 || l.Changed != 1 || l.Same != 0 || len(l.Wrong) != 0 {
		t.Errorf("at first: %+v", l)
	}
	if l := load(); l.New != 0 || l.Changed != 0 || l.Same != 2 {
		t.Errorf("again: %+v", l)
	}
	b, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Buyer, error) { return buyer.ByPhone(tx, "+79210000056") })
	if err != nil || b.Name != "Ольга" || b.BlockedReason != "не берёт заказы" || b.Phone != "+79210000055" {
		t.Errorf("%+v, %v", b, err)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.buyer where shop_id = $1", w.B.ID.UUID()); n != 0 {
		t.Errorf("shop b has %d of them", n)
	}
	if leak := tenanttest.One[int](t, w, "select count(*) from house.audit where detail::text || subject ~ '7921|Сергей|Ольга'"); leak != 0 {
		t.Error("the audit log holds personal data")
	}
	split := []buyer.Entry{{Line: 2, Form: buyer.Form{Phones: []string{string(sergei), "+79210000055"}}}}
	l, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (buyer.Loaded, error) { return buyer.Load(tx, split, noon) })
	if err != nil || len(l.Wrong) != 1 || l.Wrong[0].Line != 2 {
		t.Errorf("numbers of two buyers in one line: %+v, %v", l, err)
	}
}
