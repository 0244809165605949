package order_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/order"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// shelf is a shop's catalogue of two snapshots: "winter" cost 800 RUB in the
// first and 845 RUB in the second, "summer" is gone since.
type shelf struct {
	old, new       uuid.UUID
	winter, summer uuid.UUID // as the first snapshot has them
}

func stock(t *testing.T, w *tenanttest.World, s tenanttest.Shop) shelf {
	t.Helper()
	source, c := uuid.New(), shelf{uuid.New(), uuid.New(), uuid.New(), uuid.New()}
	w.Admin(t, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'feed', now())", s.ID.UUID(), source)
	for seq, id := range []uuid.UUID{c.old, c.new} {
		w.Admin(t, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, $3, $4, 'published', now(), now())`, s.ID.UUID(), id, seq+1, source)
	}
	item := func(id uuid.UUID, sku string, price int64, first int, last *int) {
		w.Admin(t, `insert into shop.item (shop_id, id, source_id, offer_id, first_seq, last_seq, sku, name, price_minor, currency, available, content_hash, search)
			values ($1, $2, $3, $4, $5, $6, $4, $4, $7, 'RUB', true, '', '')`, s.ID.UUID(), id, source, sku, first, last, price)
	}
	one := 1
	item(c.winter, "winter", 80000, 1, &one)
	item(uuid.New(), "winter", 84500, 2, nil)
	item(c.summer, "summer", 50000, 1, &one)
	return c
}

func within[T any](t *testing.T, w *tenanttest.World, s tenant.Scope, do func(tenant.Tx) (T, error)) (T, error) {
	t.Helper()
	var v T
	err := w.DB.Within(t.Context(), s, func(tx tenant.Tx) (err error) {
		v, err = do(tx)
		return err
	})
	return v, err
}

func create(t *testing.T, w *tenanttest.World, s tenant.Scope, n order.New) (order.Order, error) {
	t.Helper()
	return within(t, w, s, func(tx tenant.Tx) (order.Order, error) { return order.Create(tx, n, noon) })
}

func take(t *testing.T, w *tenanttest.World, s tenant.Scope, id uuid.UUID) (order.Order, error) {
	t.Helper()
	return within(t, w, s, func(tx tenant.Tx) (order.Order, error) { return order.Take(tx, id) })
}

func fourWinterTyres() order.New {
	return order.New{Items: []order.Ask{{SKU: "Winter ", Quantity: 4}}, DeliveryMinor: 30000,
		Contact: order.Contact{Name: "Сергей", Address: "Невский, 1", Entrance: "2, код 15", Deliver: "завтра с 10 до 14", Comment: "позвонить"}}
}

func TestAnOrderOfACallIsPricedAsTheOperatorSawIt(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c := stock(t, w, w.A)
	anna := w.AddOperator(t, "anna", w.A)
	call := w.AddCall(t, w.A, anna, noon)
	w.Admin(t, "update shop.call set snapshot_id = $2 where id = $1", call, c.old)
	n := fourWinterTyres()
	n.CallID = &call
	made, err := create(t, w, w.A.Scope, n)
	if err != nil {
		t.Fatal(err)
	}
	o, err := take(t, w, w.A.Scope, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if o.No != 1 || o.Status != order.Draft || o.SnapshotID != c.old || *o.CallID != call || *o.OperatorID != anna || !o.CreatedAt.Equal(noon) {
		t.Errorf("order %+v", o)
	}
	if o.Total().String() != "3500.00 RUB" || o.DeliveryMinor != 30000 || len(o.Lines) != 1 || o.Lines[0].ItemID != c.winter || o.Lines[0].SumMinor != 320000 {
		t.Errorf("total %s, lines %+v", o.Total(), o.Lines)
	}
	want := n.Contact
	want.OrderID, want.Phone = o.ID, "+79215550144"
	if o.Contact != want {
		t.Errorf("contact %+v, want %+v with the number of the call", o.Contact, want)
	}
	if name := tenanttest.One[string](t, w, "select name from shop.buyer where id = $1 and phone = '+79215550144'", *o.BuyerID); name != "Сергей" {
		t.Errorf("buyer %q", name)
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where actor = $1", w.A.Scope.Actor()); n != 1 {
		t.Errorf("%d records in the audit log, want 1", n)
	}
}

func TestWhichCatalogueAnOrderIsPricedBy(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c := stock(t, w, w.A)
	theirs := stock(t, w, w.B)
	held := uuid.New()
	w.Admin(t, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at) select shop_id, $1, 3, source_id, 'held', now() from shop.snapshot where id = $2`, held, c.old)
	price := func(snapshot *uuid.UUID) string {
		o, err := create(t, w, w.A.Scope, order.New{SnapshotID: snapshot, Items: []order.Ask{{SKU: "winter", Quantity: 1}}})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(o.TotalMinor)
	}
	for _, s := range []struct {
		name     string
		snapshot *uuid.UUID
		want     string
	}{
		{"the newest", nil, "84500"},
		{"a named one", &c.old, "80000"},
		{"one that is held", &held, "snapshot_id: is no published catalogue of this shop"},
		{"one of shop b", &theirs.new, "snapshot_id: is no published catalogue of this shop"},
	} {
		if got := price(s.snapshot); got != s.want {
			t.Errorf("%s: %s, want %s", s.name, got, s.want)
		}
	}
}

func TestWhatIsNotInTheCatalogueCannotBeOrdered(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	c, theirs := stock(t, w, w.A), stock(t, w, w.B)
	_, err := create(t, w, w.A.Scope, order.New{Items: []order.Ask{
		{SKU: "winter", Quantity: 1}, {SKU: "summer", Quantity: 1}, {ItemID: &c.winter, Quantity: 1}, {ItemID: &theirs.summer, Quantity: 1}}})
	var p fault.Problems
	errors.As(err, &p)
	var fields []string
	for _, e := range p {
		fields = append(fields, e.Field)
	}
	if want := []string{"items[1].sku", "items[2].item_id", "items[3].item_id"}; !slices.Equal(fields, want) {
		t.Errorf("%v, want %v: gone, an old version, shop b's", err, want)
	}
	if n := tenanttest.One[int](t, w, `select (select count(*) from shop."order") + (select count(*) from shop.numbering) + (select count(*) from shop.buyer)`); n != 0 {
		t.Errorf("%d rows are half made", n)
	}
	empty := w.AddShop(t, "shop-c", "+74950000003")
	if _, err := create(t, w, empty.Scope, fourWinterTyres()); !errors.Is(err, fault.Conflict) {
		t.Errorf("without a catalogue: %v", err)
	}
}

func TestAnOperatorOrdersInTheirOwnCallOnly(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	stock(t, w, w.A)
	anna, boris := w.AddOperator(t, "anna", w.A), w.AddOperator(t, "boris", w.A)
	hers, his, foreign := w.AddCall(t, w.A, anna, noon), w.AddCall(t, w.A, boris, noon), w.AddCall(t, w.B, anna, noon)
	w.Admin(t, `insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
		values (gen_random_uuid(), $1, $2, 'call', $3, now(), now() + interval '1 hour')`, anna, w.A.ID.UUID(), hers)
	scope, err := w.DB.EnterForCall(t.Context(), anna, w.A.ID, hers)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		scope tenant.Scope
		call  uuid.UUID
		ok    bool
	}{{"hers", scope, hers, true}, {"his", scope, his, false}, {"of shop b", scope, foreign, false}, {"of shop b, by the owner of a", w.A.Scope, foreign, false}, {"his, by the owner", w.A.Scope, his, true}} {
		n := fourWinterTyres()
		n.CallID = &c.call
		_, err := create(t, w, c.scope, n)
		var invalid fault.Invalid
		if c.ok && err != nil || !c.ok && (!errors.As(err, &invalid) || invalid.Field != "call_id") {
			t.Errorf("in a call that is %s: %v", c.name, err)
		}
	}
}

func TestNumbersHaveNoGapsAndAreTheShopsOwn(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	stock(t, w, w.A)
	stock(t, w, w.B)
	var all sync.WaitGroup
	for range 10 {
		for _, s := range []tenanttest.Shop{w.A, w.B} {
			all.Go(func() {
				if _, err := create(t, w, s.Scope, fourWinterTyres()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	for _, s := range []tenanttest.Shop{w.A, w.B} {
		if nos := tenanttest.One[string](t, w, `select string_agg(no::text, ' ' order by no) from shop."order" where shop_id = $1`, s.ID.UUID()); nos != "1 2 3 4 5 6 7 8 9 10" {
			t.Errorf("%s has orders %s", s.Slug, nos)
		}
	}
}

func TestTheSameRequestMakesOneOrder(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	stock(t, w, w.A)
	n := fourWinterTyres()
	n.ID = uuid.New()
	first, err := create(t, w, w.A.Scope, n)
	if err != nil {
		t.Fatal(err)
	}
	again, err := create(t, w, w.A.Scope, n)
	if err != nil || again.ID != first.ID || again.No != first.No || len(again.Lines) != 1 {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if n := tenanttest.One[int](t, w, `select count(*) from shop."order"`); n != 1 {
		t.Errorf("%d orders", n)
	}
}

func TestTheLifeOfAnOrder(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	stock(t, w, w.A)
	o, err := create(t, w, w.A.Scope, fourWinterTyres())
	if err != nil {
		t.Fatal(err)
	}
	type verb = func(tenant.Tx, uuid.UUID, time.Time) (order.Order, error)
	for _, step := range []struct {
		name  string
		scope tenant.Scope
		do    verb
		want  any
	}{
		{"shop b confirms", w.B.Scope, order.Confirm, fault.NotFound},
		{"shop b cancels", w.B.Scope, order.Cancel, fault.NotFound},
		{"confirm", w.A.Scope, order.Confirm, order.Confirmed},
		{"confirm again", w.A.Scope, order.Confirm, fault.Conflict},
		{"cancel", w.A.Scope, order.Cancel, order.Cancelled},
		{"cancel again", w.A.Scope, order.Cancel, fault.Conflict},
		{"confirm after", w.A.Scope, order.Confirm, fault.Conflict},
	} {
		got, err := within(t, w, step.scope, func(tx tenant.Tx) (order.Order, error) { return step.do(tx, o.ID, noon.Add(time.Minute)) })
		if want, ok := step.want.(error); ok {
			if !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", step.name, err, want)
			}
		} else if err != nil || got.Status != step.want || len(got.Lines) != 1 {
			t.Errorf("%s: %+v, %v", step.name, got, err)
		}
	}
	last, err := take(t, w, w.A.Scope, o.ID)
	if err != nil || !last.ConfirmedAt.Equal(noon.Add(time.Minute)) || !last.CancelledAt.Equal(noon.Add(time.Minute)) {
		t.Errorf("%+v, %v", last, err)
	}
	if got := tenanttest.One[string](t, w, "select string_agg(action, ' ' order by at) from house.audit where subject = $1", o.ID.String()); got != "order.create order.confirm order.cancel" {
		t.Errorf("audit: %s", got)
	}
}

func TestOrdersAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	stock(t, w, w.A)
	stock(t, w, w.B)
	var mine []uuid.UUID
	for range 3 {
		o, err := create(t, w, w.A.Scope, fourWinterTyres())
		if err != nil {
			t.Fatal(err)
		}
		mine = append(mine, o.ID)
		w.Admin(t, `update shop."order" set created_at = created_at + no * interval '1 minute' where id = $1`, o.ID)
	}
	if _, err := create(t, w, w.B.Scope, fourWinterTyres()); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(mine)
	var seen []uuid.UUID
	for after := (page.Cursor{}); ; {
		var next page.Cursor
		got, err := within(t, w, w.A.Scope, func(tx tenant.Tx) (os []order.Order, err error) {
			os, next, err = order.List(tx, order.Filter{Status: order.Draft}, after, 2)
			return os, err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range got {
			seen = append(seen, o.ID)
			if len(o.Lines) != 1 || o.Contact.Name != "Сергей" {
				t.Errorf("listed without its lines or contact: %+v", o)
			}
		}
		if after = next; after == (page.Cursor{}) {
			break
		}
	}
	if !slices.Equal(seen, mine) {
		t.Errorf("listed %v, want %v", seen, mine)
	}
	none, err := within(t, w, w.A.Scope, func(tx tenant.Tx) ([]order.Order, error) {
		os, _, err := order.List(tx, order.Filter{Status: order.Confirmed}, page.Cursor{}, 0)
		return os, err
	})
	if err != nil || len(none) != 0 {
		t.Errorf("%d confirmed orders, %v", len(none), err)
	}
	if _, err := take(t, w, w.B.Scope, mine[0]); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b takes an order of shop a: %v", err)
	}
}
