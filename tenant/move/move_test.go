package move_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/move"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// Each word of the rule opens its own kind and no other; a kind that nobody
// knows is closed.
func TestAllows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule   move.Rule
		number e164.Number
		want   []move.Kind
	}{
		"nothing":          {move.Rule{}, "+79210000077", nil},
		"the default":      {move.Default(), "+79210000077", []move.Kind{move.Operator, move.Tier, move.Queue, move.Specialist}},
		"operators":        {move.Rule{Operators: true}, "+79210000077", []move.Kind{move.Operator, move.Tier}},
		"queues":           {move.Rule{Queues: true}, "+79210000077", []move.Kind{move.Queue}},
		"specialists":      {move.Rule{Specialists: true}, "+79210000077", []move.Kind{move.Specialist}},
		"a beginning":      {move.Rule{Outside: []string{"+7495", "+7921"}}, "+79210000077", []move.Kind{move.Outside}},
		"another":          {move.Rule{Outside: []string{"+7495", "+79211"}}, "+79210000077", nil},
		"in the middle":    {move.Rule{Outside: []string{"7921"}}, "+79210000077", nil},
		"without a number": {move.Rule{Outside: []string{"+7921"}}, "", nil},
	} {
		var have []move.Kind
		for _, k := range append(slices.Clone(move.Kinds), "", "friend") {
			if c.rule.Allows(k, c.number) {
				have = append(have, k)
			}
		}
		if !slices.Equal(have, c.want) {
			t.Errorf("%s allows %v, want %v", name, have, c.want)
		}
		if c.rule.Nobody() != (len(have) == 0 && len(c.rule.Outside) == 0) {
			t.Errorf("%s allows nobody: %v", name, c.rule.Nobody())
		}
	}
}

// A shop has the default until it says something; what it says is its own, all
// of it, and audited once.
func TestSetAndTake(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	wantRule(t, w, w.A, move.Default())
	if all := all(t, w); len(all) > 0 {
		t.Errorf("shops that have said nothing have %v", all)
	}
	for _, r := range []move.Rule{
		{RingS: 5, QueueS: 5, ParkS: 5},
		{Operators: true, Queues: true, Specialists: true, Outside: []string{"+7495", "+7921"}, Email: "hello@shop.example", RingS: 120, QueueS: 3600, ParkS: 900, ParkFree: true},
		{Queues: true, Outside: []string{"+371"}, RingS: 20, QueueS: 60, ParkS: 120},
	} {
		if err := set(t, w, r); err != nil {
			t.Fatal(err)
		}
		wantRule(t, w, w.A, r)
		if have := all(t, w); len(have) != 1 || !reflect.DeepEqual(have[w.A.ID.UUID()], r) {
			t.Errorf("across all shops: %+v, want %+v", have, r)
		}
	}
	wantRule(t, w, w.B, move.Default())
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where action = 'transfer_rule.set'"); n != 3 {
		t.Errorf("three changes have %d records", n)
	}
}

func wantRule(t *testing.T, w *tenanttest.World, s tenanttest.Shop, want move.Rule) {
	t.Helper()
	var have move.Rule
	err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) (err error) {
		have, err = move.Take(tx)
		return err
	})
	if err != nil || !reflect.DeepEqual(have, want) {
		t.Errorf("%s has %+v, %v; want %+v", s.Slug, have, err, want)
	}
}

func all(t *testing.T, w *tenanttest.World) (rules map[uuid.UUID]move.Rule) {
	t.Helper()
	err := w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
		rules, err = move.All(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

func set(t *testing.T, w *tenanttest.World, r move.Rule) error {
	t.Helper()
	return w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error { return move.Set(tx, r, noon) })
}

// A rule that makes no sense names its field, and changes nothing.
func TestSetRefuses(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for field, change := range map[string]func(*move.Rule){
		"outside[0]": func(r *move.Rule) { r.Outside = []string{"+7"} },
		"outside[1]": func(r *move.Rule) { r.Outside = []string{"+7495", "7921"} },
		"outside[2]": func(r *move.Rule) { r.Outside = []string{"+7495", "+7921", "+0123"} },
		"outside":    func(r *move.Rule) { r.Outside = strings.Split(strings.Repeat("+7495,", 51)+"+7495", ",") },
		"ring_s":     func(r *move.Rule) { r.RingS = 4 },
		"queue_s":    func(r *move.Rule) { r.QueueS = 3601 },
		"park_s":     func(r *move.Rule) { r.ParkS = 901 },
	} {
		r := move.Default()
		change(&r)
		var bad fault.Invalid
		if err := set(t, w, r); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, p := range []string{"", "+", "+74 95", "+7495*", "*", "+7495\n+1", "+1234567890123456", "+٧495"} {
		r := move.Default()
		r.Outside = []string{p}
		if err := set(t, w, r); !errors.As(err, new(fault.Invalid)) {
			t.Errorf("the beginning %q: %v", p, err)
		}
	}
	wantRule(t, w, w.A, move.Default())
}

// A member is rung where the shop says; of another shop's there is none.
func TestSetPhone(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	ring := func(member uuid.UUID, phone e164.Number) error {
		return w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error { return move.SetPhone(tx, member, phone) })
	}
	for _, phone := range []e164.Number{"+79210000001", ""} {
		if err := ring(w.A.Member, phone); err != nil {
			t.Fatal(err)
		}
		if have := tenanttest.One[string](t, w, "select phone from shop.member where id = $1", w.A.Member); have != string(phone) {
			t.Errorf("is rung at %q, want %q", have, phone)
		}
	}
	if err := ring(w.B.Member, "+79210000001"); !errors.Is(err, fault.NotFound) {
		t.Errorf("another shop's member: %v", err)
	}
	if text := tenanttest.One[string](t, w, "select coalesce(string_agg(detail::text, ' '), '') from house.audit where action = 'member.phone'"); strings.Contains(text, "7921") {
		t.Errorf("the audit log has the number: %s", text)
	}
}
