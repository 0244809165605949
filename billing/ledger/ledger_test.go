package ledger_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/billing/ledger"
	"switchboard/billing/money"
	"switchboard/billing/plan"
	"switchboard/billing/rating"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func rub(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: money.RUB} }

// TestOneCall: 95 s of talk and 29.5 of hold are three minutes. The other shop
// sees nothing of it.
func TestOneCall(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	f := addLeg(t, w, w.A, shape{at: noon, talk: 95 * time.Second, hold: 29_500 * time.Millisecond})
	p := mustPost(t, w, w.A, f)
	if p.Amount != rub(3600) || p.BilledS != 180 || p.Again || p.ChargeID == uuid.Nil {
		t.Errorf("posted %+v", p)
	}
	if got, want := books(t, w, w.A), (sums{Charges: 1, Amount: 3600, Transfers: 1, Owed: 3600, Earned: 3600, Live: 1}); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
	if got := books(t, w, w.B); got != (sums{}) {
		t.Errorf("the other shop's books say %+v", got)
	}
	if _, err := post(t.Context(), w, w.B, f); !errors.Is(err, fault.NotFound) {
		t.Errorf("posted by the other shop: %v", err)
	}
	if key := tenanttest.One[string](t, w, "select idem_key from shop.transfer"); key != "call:"+f.CallID.String()+":1:1:usage" {
		t.Errorf("transfer's key is %s", key)
	}
	if period := tenanttest.One[string](t, w, "select period from shop.charge"); period != "2026-11" {
		t.Errorf("period %s", period)
	}
}

// TestAgainIsNothing: at least once is delivered, exactly once is posted.
func TestAgainIsNothing(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	f := addLeg(t, w, w.A, shape{at: noon, talk: time.Minute})
	first, second := mustPost(t, w, w.A, f), mustPost(t, w, w.A, f)
	first.Again = true
	if second != first {
		t.Errorf("posted %+v, then %+v", first, second)
	}
	if got, want := books(t, w, w.A), (sums{Charges: 1, Amount: 1200, Transfers: 1, Owed: 1200, Earned: 1200, Live: 1}); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
}

// TestNobodyAnswered: nothing is owed and nothing is written. A call that was
// answered but is free has its charge of nothing.
func TestNobodyAnswered(t *testing.T) {
	t.Parallel()
	p := demo()
	p.FreeUnderS, p.SetupFee = 3, "5"
	w := world(t, p)
	if got := mustPost(t, w, w.A, addLeg(t, w, w.A, shape{})); got != (ledger.Posted{}) || books(t, w, w.A) != (sums{}) {
		t.Errorf("an unanswered call was posted as %+v", got)
	}
	if got := mustPost(t, w, w.A, addLeg(t, w, w.A, shape{at: noon, talk: 2 * time.Second})); got.Amount != rub(0) || got.ChargeID == uuid.Nil {
		t.Errorf("a free call was posted as %+v", got)
	}
	if got, want := books(t, w, w.A), (sums{Charges: 1, Live: 1}); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
}

// TestCorrection: the second version takes the first back, exactly, and posts its
// own; a late repeat of the first changes nothing.
func TestCorrection(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS = 100
	w := world(t, p)
	one := addLeg(t, w, w.A, shape{at: noon, talk: 130 * time.Second})
	if got := mustPost(t, w, w.A, one); got.Amount != rub(1600) || got.IncludedS != 100 {
		t.Fatalf("posted %+v", got)
	}
	two := addVersion(t, w, w.A, one.CallID, shape{at: noon, talk: 50 * time.Second, version: 2})
	got := mustPost(t, w, w.A, two)
	if got.Amount != rub(0) || got.Reversed != 1 || got.IncludedS != 60 {
		t.Errorf("corrected by %+v", got)
	}
	want := sums{Charges: 3, Transfers: 2, UsedS: 60, Live: 1}
	if got := books(t, w, w.A); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
	again := mustPost(t, w, w.A, two)
	late := mustPost(t, w, w.A, one)
	if !again.Again || again.Reversed != 0 || late != (ledger.Posted{}) || books(t, w, w.A) != want {
		t.Errorf("posted again as %+v, the old one late as %+v", again, late)
	}
	for _, column := range []string{"raw_ms", "billed_s", "bundle_s", "amount"} {
		if sum := tenanttest.One[int64](t, w, "select sum("+column+")::bigint from shop.charge where version = 1"); sum != 0 {
			t.Errorf("%s of the first version and its reversal is %d", column, sum)
		}
	}
	three := addVersion(t, w, w.A, one.CallID, shape{version: 3})
	if got := mustPost(t, w, w.A, three); got.Reversed != 1 || got.ChargeID != uuid.Nil {
		t.Errorf("a call that nobody answered after all: %+v", got)
	}
	if got, want := books(t, w, w.A), (sums{Charges: 4, Transfers: 2}); got != want {
		t.Errorf("books say %+v; want %+v", got, want)
	}
}

// TestNewestFirst: a correction whose first version was never posted.
func TestNewestFirst(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	one := addLeg(t, w, w.A, shape{at: noon, talk: 130 * time.Second})
	two := addVersion(t, w, w.A, one.CallID, shape{at: noon, talk: 50 * time.Second, version: 2})
	if got := mustPost(t, w, w.A, one); got != (ledger.Posted{}) {
		t.Errorf("an outdated record was posted as %+v", got)
	}
	if got := mustPost(t, w, w.A, two); got.Amount != rub(1200) || got.Reversed != 0 {
		t.Errorf("the newest was posted as %+v", got)
	}
}

// TestOtherContentIsAConflict: what was posted under a version is not silently
// kept when its record says something else now.
func TestOtherContentIsAConflict(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	f := addLeg(t, w, w.A, shape{at: noon, talk: time.Minute})
	mustPost(t, w, w.A, f)
	w.Admin(t, `set session_replication_role = replica; update shop.call_leg set sha256 = '\x00'`)
	if _, err := post(t.Context(), w, w.A, f); !errors.Is(err, fault.Conflict) {
		t.Errorf("posted again with other content: %v", err)
	}
}

func TestWhatCannotBePosted(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	if _, err := post(t.Context(), w, w.A, cdr.FinishedCall{CallID: uuid.New(), Leg: 1, Version: 1}); !errors.Is(err, fault.NotFound) {
		t.Errorf("a call that is not there: %v", err)
	}
	before := addLeg(t, w, w.A, shape{at: noon.AddDate(-1, 0, 0), talk: time.Minute})
	if _, err := post(t.Context(), w, w.A, before); !errors.Is(err, fault.NotFound) {
		t.Errorf("a call from before the plan: %v", err)
	}
	if got := books(t, w, w.A); got != (sums{}) {
		t.Errorf("books say %+v", got)
	}
}

// TestRolledBackIsNothing: the charge and its transfer stand or fall with the
// caller's transaction.
func TestRolledBackIsNothing(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	f := addLeg(t, w, w.A, shape{at: noon, talk: time.Minute})
	crash := errors.New("crash")
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		if _, err := ledger.Post(tx, f, noon); err != nil {
			return err
		}
		return crash
	})
	if !errors.Is(err, crash) || books(t, w, w.A) != (sums{}) {
		t.Errorf("%v, and the books say %+v", err, books(t, w, w.A))
	}
	if got := mustPost(t, w, w.A, f); got.Again || got.Amount != rub(1200) {
		t.Errorf("posted after that as %+v", got)
	}
}

// TestIncludedSeconds: a month's are debited in billed seconds, by the month of
// the answer in the shop's zone, and each shop has its own.
func TestIncludedSeconds(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS, p.FreeCalls = 150, &plan.FreeCalls{UpToS: 10, PerMonth: 1}
	w := world(t, p)
	newMonth := time.Date(2026, 11, 30, 21, 0, 0, 0, time.UTC) // December in Moscow
	for i, c := range []struct {
		shop      tenanttest.Shop
		at        time.Time
		talk      time.Duration
		minor, in int64
	}{
		{w.A, noon, 70 * time.Second, 0, 120},
		{w.A, noon, 61 * time.Second, 1800, 30},
		{w.A, noon, 10 * time.Second, 0, 0}, // the free call
		{w.A, noon, 10 * time.Second, 1200, 0},
		{w.A, newMonth.Add(-time.Millisecond), 30 * time.Minute, 36_000, 0}, // all of it November
		{w.A, newMonth, 61 * time.Second, 0, 120},
		{w.B, noon, 61 * time.Second, 0, 120},
	} {
		got := mustPost(t, w, c.shop, addLeg(t, w, c.shop, shape{at: c.at, talk: c.talk}))
		if got.Amount != rub(c.minor) || got.IncludedS != c.in {
			t.Errorf("call %d cost %v with %d s included; want %d and %d", i, got.Amount, got.IncludedS, c.minor, c.in)
		}
	}
	if a, b := books(t, w, w.A), books(t, w, w.B); a.UsedS != 270 || a.UsedCalls != 1 || b.UsedS != 120 || b.UsedCalls != 0 {
		t.Errorf("used by A %+v, by B %+v", a, b)
	}
}

// TestAFreeCallIsGivenBack: a correction that makes it a long one leaves it to
// another.
func TestAFreeCallIsGivenBack(t *testing.T) {
	t.Parallel()
	p := demo()
	p.FreeCalls = &plan.FreeCalls{UpToS: 10, PerMonth: 1}
	w := world(t, p)
	one := addLeg(t, w, w.A, shape{at: noon, talk: 10 * time.Second})
	mustPost(t, w, w.A, one)
	mustPost(t, w, w.A, addVersion(t, w, w.A, one.CallID, shape{at: noon, talk: 11 * time.Second, version: 2}))
	if got := mustPost(t, w, w.A, addLeg(t, w, w.A, shape{at: noon, talk: 10 * time.Second})); got.Amount != rub(0) {
		t.Errorf("the free call that was given back costs %v", got.Amount)
	}
	if got := books(t, w, w.A); got.UsedCalls != 1 || got.Amount != 1200 {
		t.Errorf("books say %+v", got)
	}
}

// TestAnEditChangesNothingPosted: a tariff version of later leaves what was
// posted as it is.
func TestAnEditChangesNothingPosted(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	f := addLeg(t, w, w.A, shape{at: noon, talk: time.Minute})
	mustPost(t, w, w.A, f)
	before := books(t, w, w.A)
	dearer := demo()
	dearer.RatePerMin = "99"
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		_, err := plan.Publish(tx, dearer, noon.Add(time.Minute))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := mustPost(t, w, w.A, f); !got.Again || books(t, w, w.A) != before {
		t.Errorf("posted again as %+v", got)
	}
	late := addLeg(t, w, w.A, shape{at: noon.Add(59 * time.Second), talk: time.Hour})
	if got := mustPost(t, w, w.A, late); got.Amount != rub(60*1200) {
		t.Errorf("a call that was answered before the edit costs %v", got.Amount)
	}
}

// TestEveryChargeRecomputes: from its record alone, a reversal to the negative.
func TestEveryChargeRecomputes(t *testing.T) {
	t.Parallel()
	p := demo()
	p.IncludedS, p.SetupFee, p.MaxPerCall = 200, "0.5", "30"
	p.Bands = []plan.Band{{Name: "night", From: "22:00", To: "08:00", RatePerMin: "6.50", SetupFee: "1"}}
	w := world(t, p)
	for hours := range 12 {
		f := addLeg(t, w, w.A, shape{at: noon.Add(time.Duration(hours)*time.Hour - 30*time.Second), talk: time.Duration(20*hours) * time.Second})
		mustPost(t, w, w.A, f)
		if hours%4 == 0 {
			mustPost(t, w, w.A, addVersion(t, w, w.A, f.CallID, shape{at: noon, talk: time.Minute, version: 2}))
		}
	}
	recomputed := 0
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		rows, err := tx.Rows("select kind, amount, billed_s, bundle_s, explain from shop.charge")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var kind string
			var amount, billed, bundle int64
			var text []byte
			if err := rows.Scan(&kind, &amount, &billed, &bundle, &text); err != nil {
				return err
			}
			if kind == "reversal" {
				amount, billed, bundle = -amount, -billed, -bundle
			}
			var record ledger.Record
			if err := json.Unmarshal(text, &record); err != nil {
				return err
			}
			c, err := rating.Recompute(record.Explain)
			if err != nil || c.Amount != amount || c.BilledS != billed || c.IncludedS != bundle || record.Plan != "demo" || record.PlanVersion != 1 {
				t.Errorf("%s\ngives %d for %d s, %v; the charge says %d for %d s", text, c.Amount, c.BilledS, err, amount, billed)
			}
			recomputed++
		}
		return rows.Err()
	})
	if err != nil || recomputed != 18 {
		t.Errorf("recomputed %d, %v", recomputed, err)
	}
}

// TestNobodyEditsTheBooks: neither login, whatever it tries, nor can the shop
// move money in another's name.
func TestNobodyEditsTheBooks(t *testing.T) {
	t.Parallel()
	w := world(t, demo())
	mustPost(t, w, w.A, addLeg(t, w, w.A, shape{at: noon, talk: time.Minute}))
	before := books(t, w, w.A)
	for _, statement := range []string{
		"update shop.charge set amount = 0", "delete from shop.charge", "update shop.transfer set amount = 1",
		"delete from shop.transfer", "update shop.bundle_use set seconds = 0", "delete from shop.bundle_use",
		"truncate shop.transfer",
	} {
		err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error { _, err := tx.Exec(statement); return err })
		if err == nil {
			t.Errorf("the shop did %s", statement)
		}
		err = w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error { _, err := tx.Exec(statement); return err })
		if err == nil {
			t.Errorf("the cross-shop login did %s", statement)
		}
	}
	err := w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		_, err := tx.Exec(`insert into shop.account_book (shop_id, id, kind, currency) values ($1, gen_random_uuid(), 'writeoff', 'RUB')`, w.A.ID.UUID())
		return err
	})
	if err == nil || books(t, w, w.A) != before {
		t.Errorf("the other shop wrote into the books: %v", err)
	}
}
