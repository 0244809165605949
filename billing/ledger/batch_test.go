package ledger_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/ledger"
	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func postAll(ctx context.Context, w *tenanttest.World, s tenanttest.Shop, fs ...cdr.FinishedCall) (all []ledger.Posted, refused []error, err error) {
	err = w.DB.Within(ctx, s.Scope, func(tx tenant.Tx) error {
		all, refused, err = ledger.PostAll(tx, fs, noon.Add(time.Hour))
		return err
	})
	return all, refused, err
}

// TestTogether: the boundary of included seconds lies inside of a batch, which
// also holds a leg twice, one that nobody answered, and two that are refused.
func TestTogether(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS = 150
	w := world(t, p)
	leg := func(talk time.Duration) cdr.FinishedCall { return addLeg(t, w, w.A, shape{at: noon, talk: talk}) }
	first, none, second := leg(70*time.Second), addLeg(t, w, w.A, shape{}), leg(61*time.Second)
	before := addLeg(t, w, w.A, shape{at: noon.AddDate(-1, 0, 0), talk: time.Minute})
	strange := addLeg(t, w, w.B, shape{at: noon, talk: time.Minute})
	all, refused, err := postAll(t.Context(), w, w.A, first, none, before, second, strange, first, leg(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ minor, in int64 }{{0, 120}, {0, 0}, {0, 0}, {1800, 30}, {0, 0}, {0, 120}, {1200, 0}} {
		if all[i].Amount.Minor != want.minor || all[i].IncludedS != want.in || all[i].Again != (i == 5) {
			t.Errorf("leg %d was posted as %+v; want %+v", i, all[i], want)
		}
		if bad := i == 2 || i == 4; errors.Is(refused[i], fault.NotFound) != bad || (refused[i] != nil) != bad {
			t.Errorf("leg %d: %v", i, refused[i])
		}
	}
	if got, want := books(t, w, w.A), (sums{Charges: 3, Amount: 3000, Transfers: 2, Owed: 3000, Earned: 3000, UsedS: 150, Live: 3}); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
	if got := books(t, w, w.B); got != (sums{}) {
		t.Errorf("the other shop's books say %+v", got)
	}
}

// TestVersionsTogether: of a record's versions in one batch, in whatever order,
// the newest alone stands, and takes back what was posted before.
func TestVersionsTogether(t *testing.T) {
	t.Parallel()
	for _, posted := range []bool{false, true} {
		for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0, 2}} {
			w := world(t, demo())
			fs := []cdr.FinishedCall{addLeg(t, w, w.A, shape{at: noon, talk: 130 * time.Second})}
			if posted {
				mustPost(t, w, w.A, fs[0])
			}
			for v := 2; v <= 3; v++ {
				fs = append(fs, addVersion(t, w, w.A, fs[0].CallID, shape{at: noon, talk: time.Duration(v) * time.Minute, version: v}))
			}
			var batch []cdr.FinishedCall
			for _, i := range order {
				batch = append(batch, fs[i])
			}
			if _, refused, err := postAll(t.Context(), w, w.A, batch...); errors.Join(append(refused, err)...) != nil {
				t.Fatal(refused, err)
			}
			want := sums{Charges: 1, Amount: 3600, Transfers: 1, Owed: 3600, Earned: 3600, Live: 1}
			if posted {
				want.Charges, want.Transfers = 3, 3
			}
			if got := books(t, w, w.A); got != want {
				t.Errorf("%v: books say %+v; want %+v", order, got, want)
			}
		}
	}
}

// TestACorrectionHasWhatItGivesBack: the free call of a month that is corrected
// to another short one is the free call still.
func TestACorrectionHasWhatItGivesBack(t *testing.T) {
	t.Parallel()
	p := demo()
	p.FreeCalls = &plan.FreeCalls{UpToS: 10, PerMonth: 1}
	w := world(t, p)
	one := addLeg(t, w, w.A, shape{at: noon, talk: 10 * time.Second})
	mustPost(t, w, w.A, one)
	two := addVersion(t, w, w.A, one.CallID, shape{at: noon, talk: 9 * time.Second, version: 2})
	all, _, err := postAll(t.Context(), w, w.A, two, addLeg(t, w, w.A, shape{at: noon, talk: 10 * time.Second}))
	if err != nil || all[0].Amount != rub(0) || all[0].Reversed != 1 || all[1].Amount != rub(1200) {
		t.Errorf("posted as %+v, %v", all, err)
	}
	if got := books(t, w, w.A); got.UsedCalls != 1 || got.Amount != 1200 {
		t.Errorf("books say %+v", got)
	}
}

// ledgerOf is all that the books of a shop say, without ids and instants of
// writing; calls are named by their place.
func ledgerOf(t *testing.T, w *tenanttest.World, s tenanttest.Shop, calls []uuid.UUID) string {
	t.Helper()
	text := tenanttest.One[string](t, w, `
		select coalesce(string_agg(concat_ws(' ', array_position($2::uuid[], c.call_id), c.version, c.kind, c.service_at, c.period, c.raw_ms, c.billed_s, c.bundle_s, c.amount, c.currency,
		    (select r.version from shop.charge r where r.shop_id = c.shop_id and r.id = c.reverses_id), '|', u.period, u.seconds, u.calls, '|', t.amount, t.kind,
		    replace(t.idem_key, c.call_id::text, ''), d.kind, k.kind, c.explain - 'reverses' - 'cdr_sha256'), e'\n'
		    order by array_position($2::uuid[], c.call_id), c.version, c.kind), '')
		  from shop.charge c left join shop.bundle_use u on u.shop_id = c.shop_id and u.charge_id = c.id
		  left join shop.transfer t on t.shop_id = c.shop_id and t.charge_id = c.id
		  left join shop.account_book d on d.shop_id = c.shop_id and d.id = t.debit_id
		  left join shop.account_book k on k.shop_id = c.shop_id and k.id = t.credit_id
		 where c.shop_id = $1`, s.ID.UUID(), calls)
	return text
}

// TestAnySplitGivesTheSameBooks: what shop a posts one by one shop b posts in
// batches of any size: legs of two months and three tariffs, corrections early
// and late, repeats, free calls, included seconds that run out.
func TestAnySplitGivesTheSameBooks(t *testing.T) {
	t.Parallel()
	for range 3 {
		seed := rand.Uint64()
		r := rand.New(rand.NewPCG(seed, 0))
		w := world(t, generous(300+r.Int64N(600)))
		for i := range 2 {
			publish(t, w, generous(300+r.Int64N(600)), noon.AddDate(0, 0, 1+i*4))
		}
		var calls [2][]uuid.UUID
		for range 3 {
			var fs [2][]cdr.FinishedCall
			for range 10 {
				add(t, w, r, &calls, &fs)
			}
			order := append(r.Perm(len(fs[0])), r.IntN(len(fs[0])), r.IntN(len(fs[0])))
			var batch []cdr.FinishedCall
			for i, n := range order {
				if _, err := post(t.Context(), w, w.A, fs[0][n]); err != nil {
					t.Fatal(err)
				}
				if batch = append(batch, fs[1][n]); r.IntN(5) > 0 && i < len(order)-1 {
					continue
				}
				if _, refused, err := postAll(t.Context(), w, w.B, batch...); errors.Join(append(refused, err)...) != nil {
					t.Fatal(refused, err)
				}
				batch = nil
			}
			one, other := ledgerOf(t, w, w.A, calls[0]), ledgerOf(t, w, w.B, calls[1])
			if one == "" || one != other {
				t.Fatalf("seed %d: posted one by one\n%s\nin batches\n%s", seed, one, other)
			}
		}
	}
}

func generous(includedS int64) plan.Plan {
	p := demo()
	p.IncludedS, p.FreeCalls = includedS, &plan.FreeCalls{UpToS: 20, PerMonth: 2}
	p.Bands = []plan.Band{{Name: "night", From: "22:00", To: "08:00", RatePerMin: "6.50"}}
	return p
}

func publish(t *testing.T, w *tenanttest.World, p plan.Plan, from time.Time) {
	t.Helper()
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		_, err := plan.Publish(tx, p, from)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// add makes the same record in both shops: of a new call, or a correction.
func add(t *testing.T, w *tenanttest.World, r *rand.Rand, calls *[2][]uuid.UUID, fs *[2][]cdr.FinishedCall) {
	sh := shape{at: noon.Add(time.Duration(r.IntN(10*24)) * time.Hour), talk: time.Duration(r.IntN(200_000)) * time.Millisecond, version: 1}
	if r.IntN(6) == 0 {
		sh.at = time.Time{}
	}
	if r.IntN(3) == 0 {
		sh.talk = 15 * time.Second
	}
	n := len(calls[0])
	if n > 0 && r.IntN(3) == 0 {
		n = r.IntN(n)
	}
	for i, s := range []tenanttest.Shop{w.A, w.B} {
		if n == len(calls[i]) {
			f := addLeg(t, w, s, sh)
			calls[i], fs[i] = append(calls[i], f.CallID), append(fs[i], f)
			continue
		}
		sh.version = 1 + tenanttest.One[int](t, w, "select max(version) from shop.call_leg where call_id = $1", calls[i][n])
		fs[i] = append(fs[i], addVersion(t, w, s, calls[i][n], sh))
	}
}

// TestBatchesAtOnce: workers post batches that overlap, each in an order of its
// own. None waits in a circle, and each leg has one charge.
func TestBatchesAtOnce(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS = 600
	w := world(t, p)
	const legs = 24 // of 120 billed seconds: five are covered
	var due []cdr.FinishedCall
	for i := range legs {
		at := noon
		if i%2 == 0 {
			at = noon.AddDate(0, 1, 0) // so that a batch has two months to lock
		}
		due = append(due, addLeg(t, w, w.A, shape{at: at, talk: 61 * time.Second}))
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 6 {
				fs := slices.Clone(due)
				rand.Shuffle(legs, func(i, j int) { fs[i], fs[j] = fs[j], fs[i] })
				if _, refused, err := postAll(t.Context(), w, w.A, fs[:16]...); errors.Join(append(refused, err)...) != nil {
					t.Error(refused, err)
				}
			}
		})
	}
	all.Wait()
	if _, refused, err := postAll(t.Context(), w, w.A, due...); errors.Join(append(refused, err)...) != nil {
		t.Error(refused, err)
	}
	want := sums{Charges: legs, Amount: 14 * 2400, Transfers: 14, Owed: 14 * 2400, Earned: 14 * 2400, UsedS: 1200, Live: legs}
	if got := books(t, w, w.A); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
}

// TestABatchThatBreaksLeavesNothing: not even of the legs before the one that
// the database refused.
func TestABatchThatBreaksLeavesNothing(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	good, bad := addLeg(t, w, w.A, shape{at: noon, talk: time.Minute}), addLeg(t, w, w.A, shape{at: noon, talk: time.Minute})
	w.Admin(t, "alter table shop.charge add constraint test check (call_id <> '"+bad.CallID.String()+"')")
	_, _, err := postAll(t.Context(), w, w.A, good, bad)
	if err == nil || !strings.Contains(err.Error(), "post 2 legs of shop "+w.A.ID.String()) || books(t, w, w.A) != (sums{}) {
		t.Errorf("%v, and the books say %+v", err, books(t, w, w.A))
	}
}
