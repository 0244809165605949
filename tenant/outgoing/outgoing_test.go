package outgoing

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/destination"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// thief is somebody with an operator's credentials, who asks two nodes by every
// path at once.
type thief struct {
	t     *testing.T
	w     *tenanttest.World
	nodes []*tenant.DB
	shop  tenanttest.Shop
}

func (th thief) owned(n e164.Number) (ours, own bool) {
	return string(n) == th.w.A.E164 || string(n) == th.w.B.E164, string(n) == th.shop.E164
}

func (th thief) within(node int, do func(tenant.Tx) error) {
	th.t.Helper()
	db := th.nodes[node%len(th.nodes)]
	scope, err := db.EnterAsJob(th.t.Context(), "outgoing", th.shop.ID)
	if err == nil {
		err = db.Within(th.t.Context(), scope, do)
	}
	if err != nil {
		th.t.Error(err)
	}
}

func (th thief) ask(node int, dialled string, path Path, at time.Time) (p Permit, v destination.Verdict) {
	th.t.Helper()
	th.within(node, func(tx tenant.Tx) (err error) {
		p, v, err = Request(tx, Ask{Path: path, Operator: uuid.Nil, Attempt: destination.Attempt{Dialled: dialled, From: th.shop.E164}, Owned: th.owned, Now: at})
		return err
	})
	return p, v
}

// set gives the thief's shop limits.
func (th thief) set(change func(*Limits)) {
	th.t.Helper()
	th.within(0, func(tx tenant.Tx) error {
		l, err := Take(tx)
		if err != nil {
			return err
		}
		change(&l)
		_, err = Set(tx, l, time.Now())
		return err
	})
}

// pair opens the database twice, as two nodes do.
func pair(t *testing.T) thief {
	w := tenanttest.Open(t)
	other, err := tenant.Open(t.Context(), w.AppURL, w.CrossURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	return thief{t, w, []*tenant.DB{w.DB, other}, w.A}
}

// TestStolenCredential is row 10 of the reliability goals: whoever has a
// credential spends at most the cap and one call, over two nodes and restarts.
func TestStolenCredential(t *testing.T) {
	t.Parallel()
	th := pair(t)
	th.set(func(l *Limits) {
		l.HourSpend, l.DaySpend, l.Hour, l.HourEach, l.AtOnce, l.Countries = 300*unit, 700*unit, 100_000, 100_000, 1000, []string{"CU", "DE"}
	})
	began := time.Now().Truncate(time.Second)
	var mu sync.Mutex
	spent := map[int]destination.Micro{} // what a carrier would ask, by hour
	calls := 0
	for hour := range 4 {
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				rnd := rand.New(rand.NewPCG(uint64(hour), uint64(worker)))
				for i := range 12 {
					at := began.Add(time.Duration(hour)*time.Hour + time.Duration(i)*4*time.Minute)
					number := []string{"+5352345678", "+493012345678", "89161234567"}[rnd.IntN(3)]
					p, _ := th.ask(worker, number, Refer, at)
					if p.For == 0 {
						continue
					}
					// A call talks until what is paid is used up; half of them
					// "crash" and nobody ever says that they ended.
					talk := time.Duration(p.For) * time.Millisecond
					th.within(worker, func(tx tenant.Tx) error { return Answered(tx, p.ID, at) })
					if rnd.IntN(2) == 0 {
						talk = time.Duration(rnd.IntN(int(talk)))
						th.within(worker+1, func(tx tenant.Tx) error { return End(tx, p.ID, at.Add(talk)) })
					}
					mu.Lock()
					spent[hour] += destination.Cost(talk.Milliseconds(), p.Price)
					calls++
					mu.Unlock()
				}
			})
		}
		all.Wait()
	}
	total := destination.Micro(0)
	for hour, s := range spent {
		total += s
		if s > 300*unit {
			t.Errorf("hour %d: %d roubles are spent of 300", hour, s/unit)
		}
	}
	t.Logf("%d calls for %d roubles in 4 hours", calls, total/unit)
	if total > 700*unit || total < 500*unit {
		t.Errorf("%d roubles are spent, the cap of the day is 700", total/unit)
	}
}

// TestEveryPathIsRefused: what is denied is denied by whatever way it comes.
func TestEveryPathIsRefused(t *testing.T) {
	t.Parallel()
	th := pair(t)
	th.set(func(l *Limits) { l.Hour, l.Countries = 2000, []string{"DE"} })
	for _, path := range []Path{Desk, Transfer, Refer, Redirect, Callback, Overflow, Dialler} {
		for dialled, want := range map[string]destination.Reason{
			"sip:88091234567@10.0.0.1": destination.Premium, "+49900123456": destination.Premium, "+881612345678": destination.Satellite,
			"+5352345678": destination.Abroad, "112": destination.Emergency, th.w.B.E164: destination.Own,
		} {
			if _, v := th.ask(0, dialled, path, time.Now()); v.No != want {
				t.Errorf("%s to %s: %q, want %q", path, dialled, v.No, want)
			}
		}
	}
	if n := tenanttest.One[int](t, th.w, "select count(*) from shop.outgoing_call where refused <> '' and ended_at is not null and cost = 0"); n != 42 {
		t.Errorf("%d refusals are booked, want 42", n)
	}
	if n := tenanttest.One[int](t, th.w, "select count(*) from shop.outgoing_call where shop_id <> $1", th.w.A.ID.UUID()); n != 0 {
		t.Errorf("%d rows are another shop's", n)
	}
	th.within(1, func(tx tenant.Tx) error {
		refused, err := Refused(tx, time.Now().Add(-time.Hour))
		if len(refused) != 35 {
			t.Errorf("%d kinds of refusal", len(refused))
		}
		return err
	})
}

// TestASlice: a call is paid for bit by bit, and what is not talked comes back.
func TestASlice(t *testing.T) {
	t.Parallel()
	th := pair(t)
	th.set(func(l *Limits) { l.HourSpend = 27 * unit })
	at := time.Now().Truncate(time.Millisecond)
	p, v := th.ask(0, "89161234567", Callback, at)
	if v.No != "" || p.For != destination.Slice {
		t.Fatalf("%+v %+v", p, v)
	}
	extend := func(at time.Time) (v destination.Verdict) {
		th.within(1, func(tx tenant.Tx) (err error) { v, err = Extend(tx, p.ID, at); return err })
		return v
	}
	th.within(0, func(tx tenant.Tx) error { return Answered(tx, p.ID, at) })
	if v := extend(at.Add(4 * time.Minute)); v.For != 4*60_000 {
		t.Errorf("four minutes are left, not %d ms", v.For)
	}
	if v := extend(at.Add(8 * time.Minute)); v.No != destination.SpendOfHour {
		t.Errorf("extended without money: %+v", v)
	}
	if _, v := th.ask(1, "89161234567", Desk, at.Add(8*time.Minute)); v.No != destination.SpendOfHour {
		t.Errorf("another call without money: %+v", v)
	}
	th.within(1, func(tx tenant.Tx) error { return End(tx, p.ID, at.Add(61*time.Second)) })
	if cost := tenanttest.One[int64](t, th.w, "select cost from shop.outgoing_call where id = $1", p.ID); cost != int64(6*unit) {
		t.Errorf("61 s cost %d", cost)
	}
	if _, v := th.ask(1, "89161234567", Desk, at.Add(9*time.Minute)); v.No != "" {
		t.Errorf("what came back can't be used: %+v", v)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		l, err := Take(tx)
		if err != nil || l.Home != "RU" || !l.Enabled || len(l.Countries) != 0 {
			t.Errorf("%+v, %v", l, err)
		}
		l.Countries, l.Hour = []string{"DE", "KZ", "DE"}, 7
		if l, err = Set(tx, l, time.Now()); err != nil || fmt.Sprint(l.Countries) != "[DE KZ]" || l.Hour != 7 || l.ChangedBy != w.A.Scope.Actor() {
			t.Errorf("%+v, %v", l, err)
		}
		l.Countries, l.DaySpend, l.AtOnce = []string{"XX"}, 1e15, -1
		_, err = Set(tx, l, time.Now())
		var wrong fault.Problems
		if !errors.As(err, &wrong) || len(wrong) != 3 {
			t.Errorf("%v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error {
		if l, err := Take(tx); err != nil || l.Hour != Defaults().Hour {
			t.Errorf("shop B has %+v, %v", l, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
