package feed_test

import (
	"errors"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
	"switchboard/tenant/tenanttest"
	"switchboard/worker/feed"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

const yml = `<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2026-11-22T12:00:00+03:00"><shop><name>Tyres</name><currencies><currency id="RUB" rate="1"/></currencies>
<categories><category id="1">Шины</category></categories>
<offers><offer id="1" available="true"><price>8450</price><currencyId>RUB</currencyId><categoryId>1</categoryId><name>Nokian</name></offer></offers></shop></yml_catalog>`

func TestLook(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	wanted := func(s tenanttest.Shop, location string) catalogue.Wanted {
		var src catalogue.Source
		err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) (err error) {
			src, err = catalogue.Ensure(tx, location, time.Now())
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return catalogue.Wanted{ShopID: s.ID.UUID(), SourceID: src.ID}
	}
	whole, broken, missing, foreign := wanted(w.A, "whole.yml"), wanted(w.A, "broken.yml"), wanted(w.A, "missing.yml"), wanted(w.B, "whole.yml")
	crossed := catalogue.Wanted{ShopID: w.A.ID.UUID(), SourceID: foreign.SourceID}
	for _, c := range []struct {
		name  string
		look  catalogue.Wanted
		state string // that is told
	}{{"whole", whole, "published"}, {"again", whole, "published"}, {"broken", broken, "refused"}, {"missing", missing, ""}, {"of shop b as of shop a", crossed, ""}} {
		var told string
		r := feed.New(w.DB, catalogue.Origin{Files: fstest.MapFS{"whole.yml": {Data: []byte(yml)}, "broken.yml": {Data: []byte(yml[:300])}}}, func(h live.Hint) {
			if told = h.State; h.Shop != w.A.ID || h.Kind != live.Snapshot {
				t.Errorf("%s: told of %+v", c.name, h)
			}
		})
		if err := r.Look(t.Context(), c.look); err != nil || told != c.state {
			t.Errorf("%s: told %q, want %q; %v", c.name, told, c.state, err)
		}
	}
	for id, bad := range map[catalogue.Wanted]bool{whole: false, broken: true, missing: true} {
		if got := tenanttest.One[bool](t, w, "select error <> '' from shop.catalogue_source where id = $1", id.SourceID); got != bad {
			t.Errorf("source %s says that something is wrong: %t", id.SourceID, got)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.snapshot where shop_id = $1", w.B.ID.UUID()); n != 0 {
		t.Error("shop b's source was read for shop a")
	}
}

func TestAFeedThatIsWantedTwiceIsLookedAtOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	want := func(s tenanttest.Shop, source uuid.UUID) error {
		return w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error { return catalogue.Want(tx, source, time.Now()) })
	}
	var src catalogue.Source
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) (err error) {
		src, err = catalogue.Ensure(tx, "whole.yml", time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := want(w.A, src.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if err := want(w.B, src.ID); !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b wants shop a's feed: %v", err)
	}
	owed := func() int {
		return tenanttest.One[int](t, w, "select count(*) from house.outbox where kind = 'catalogue.look' and shop_id = $1", w.A.ID.UUID())
	}
	if n := owed(); n != 1 {
		t.Errorf("%d looks are owed", n)
	}
	w.Admin(t, "update house.outbox set done_at = now()")
	if err := want(w.A, src.ID); err != nil || owed() != 2 {
		t.Errorf("after it was looked at: %v, %d looks", err, owed())
	}
}
