package shift

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/page"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestADayIsThePlatforms(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		now, date, from string
	}{
		{"2026-11-25 20:59", "2026-11-25", "2026-11-24 21:00"},
		{"2026-11-25 21:00", "2026-11-26", "2026-11-25 21:00"},
		{"2026-12-31 21:00", "2027-01-01", "2026-12-31 21:00"},
	} {
		d, err := DayOf(at(tc.now))
		if err != nil || d.Date != tc.date || !d.From.Equal(at(tc.from)) || d.To.Sub(d.From) != 24*time.Hour {
			t.Errorf("%s: %+v, %v", tc.now, d, err)
		}
		if named, err := Named(tc.date); err != nil || named != d {
			t.Errorf("%s by its name: %+v, %v", tc.date, named, err)
		}
	}
	if _, err := Named("25.11.2026"); err == nil {
		t.Error("25.11.2026 is read as a date")
	}
}

func TestHoursOnDuty(t *testing.T) {
	t.Parallel()
	from, to := at("2026-11-25 00:00"), at("2026-11-25 12:00")
	on := func(hour int) turn { return turn{from.Add(time.Duration(hour) * time.Hour), true} }
	off := func(hour int) turn { return turn{from.Add(time.Duration(hour) * time.Hour), false} }
	for _, tc := range []struct {
		name  string
		turns []turn
		hours int
	}{
		{"never", nil, 0},
		{"two turns", []turn{on(1), off(3), on(5), off(6)}, 3},
		{"still", []turn{on(10)}, 2},
		{"since the day before", []turn{on(-3), off(4)}, 4},
		{"off since the day before", []turn{off(-3), on(4), off(5)}, 1},
		{"ready twice, away twice", []turn{on(1), on(2), off(3), off(4)}, 2},
		{"ready after the end", []turn{on(13)}, 0},
	} {
		if got := onDuty(tc.turns, from, to); got != time.Duration(tc.hours)*time.Hour {
			t.Errorf("%s: %v, want %d h", tc.name, got, tc.hours)
		}
	}
}

// work makes a call of an operator's, joined at a time, of so many seconds of
// talk, and returns its id.
func work(t *testing.T, w *tenanttest.World, s tenanttest.Shop, who uuid.UUID, joined time.Time, seconds int) uuid.UUID {
	t.Helper()
	id := w.AddCall(t, s, who, joined.Add(-5*time.Second))
	w.Admin(t, "update shop.call set talk_ms = $2 * 1000, hold_ms = 1000, wrap_up_ms = 2000 where id = $1", id, seconds)
	return id
}

func across(t *testing.T, w *tenanttest.World, do func(tenant.AcrossTx) error) {
	t.Helper()
	if err := w.DB.Across(t.Context(), "test", do); err != nil {
		t.Fatal(err)
	}
}

func TestADayHasTheOperatorsOwnCalls(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna, boris := w.AddOperator(t, "anna", w.A, w.B), w.AddOperator(t, "boris", w.A)
	day, err := Named("2026-11-25")
	if err != nil {
		t.Fatal(err)
	}
	first := work(t, w, w.A, anna, day.From, 10)
	work(t, w, w.A, anna, day.From.Add(-time.Millisecond), 20) // the day before
	work(t, w, w.A, anna, day.To, 30)                          // the day after
	work(t, w, w.A, boris, day.From.Add(time.Hour), 40)
	last := work(t, w, w.B, anna, day.To.Add(-time.Second), 50)
	same := work(t, w, w.B, anna, day.To.Add(-time.Second), 60)
	w.Admin(t, "insert into shop.disposition (shop_id, call_id, outcome, said_by, said_at) values ($1, $2, 'claim', 'operator:x', now())", w.A.ID.UUID(), first)
	across(t, w, func(tx tenant.AcrossTx) error {
		var seen []Call
		for p := (Page{Limit: 1}); ; {
			calls, next, err := Calls(tx, anna, day, p)
			if err != nil {
				return err
			}
			seen = append(seen, calls...)
			if p.After = next; next == (page.Cursor{}) || len(seen) > 9 {
				break
			}
		}
		if len(seen) != 3 || seen[2].ID != first || seen[0].ID == seen[1].ID || (seen[0].ID != last && seen[0].ID != same) {
			t.Fatalf("anna's day is %+v", seen)
		}
		c := seen[2]
		if c.Shop.Slug != "shop-a" || c.Shop.ID != w.A.ID.UUID() || c.Queue != "orders" || c.TalkMS != 10_000 || !c.Ended || c.Disposition == nil || *c.Disposition != "claim" || c.OrderNo != nil {
			t.Errorf("her first call is %+v", c)
		}
		f, err := FiguresOf(tx, anna, day, day.To)
		if err != nil || len(f.Works) != 3 || f.Orders != 0 || f.OnDuty == nil || *f.OnDuty != 0 {
			t.Errorf("figures %+v, %v", f, err)
		}
		return nil
	})
}

func TestDutyIsReadFromTheOperatorsWords(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	anna, boris := w.AddOperator(t, "anna"), w.AddOperator(t, "boris")
	day, err := Named("2026-11-25")
	if err != nil {
		t.Fatal(err)
	}
	say := func(who uuid.UUID, action string, at time.Time) {
		w.Admin(t, "insert into house.audit (id, at, actor, action, subject) values (gen_random_uuid(), $1, $2, $3, 'x')", at, "operator:"+who.String(), action)
	}
	say(anna, "desk.ready", day.From.Add(-2*time.Hour))
	say(boris, "desk.pause", day.From.Add(time.Hour))
	say(anna, "desk.hold", day.From.Add(2*time.Hour))
	say(anna, "desk.pause", day.From.Add(3*time.Hour))
	say(anna, "desk.ready", day.From.Add(4*time.Hour))
	hours := func(who uuid.UUID, until time.Time) (out string) {
		across(t, w, func(tx tenant.AcrossTx) error {
			f, err := FiguresOf(tx, who, day, until)
			out = fmt.Sprint(f.OnDuty)
			if f.OnDuty != nil {
				out = f.OnDuty.String()
			}
			return err
		})
		return out
	}
	if got := hours(anna, day.From.Add(5*time.Hour)); got != "4h0m0s" {
		t.Errorf("anna was on duty %s, want 3 h and 1 h", got)
	}
	if got := hours(anna, day.To.Add(5*time.Hour)); got != "23h0m0s" {
		t.Errorf("by the next day: %s, want all of this one but an hour", got)
	}
	w.Admin(t, "update house.operator set always_on = true where id = $1", boris)
	if got := hours(boris, day.To); got != "<nil>" {
		t.Errorf("a telephone without a desk: %s", got)
	}
}
