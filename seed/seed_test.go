package seed_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"switchboard/demo/data"
	"switchboard/seed"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

const small = `
plans: [{name: demo, currency: RUB, first_increment_s: 60, next_increment_s: 60, rate_per_min: "12.00", billable: [talk, hold]}]
trunks: [{name: carrier, from: [127.0.0.1/32], outbound: "sip:127.0.0.1:5090"}]
shops:
  - {slug: books, name: {ru: Книги}, timezone: Europe/Moscow, language: ru, plan: demo, owner: {email: o@books.test, password: "..."},
     numbers: [{e164: "+74950000301", source: TV, queue: orders}], queues: [{name: orders, tier: order, promise: {share: 0.9, within: 10s}, hours: always}],
     greeting: none, recording: off}
operators:
  - {name: Anna, email: a1@floor.test, password: "...", tier: order, shops: [books], sip: "sip:a001@127.0.0.3:6000", ready: true, wrap_up: 0s}
  - {template: "b{008..012}", email: "{name}@floor.test", password: "...", tier: order, shops: [books], sip: "sip:{name}@127.0.0.3:6000", ready: true, wrap_up: 0s}
staff: [{role: supervisor, email: s@floor.test, password: "..."}]
pay: {currency: RUB, talk_per_min: "7.80", wrap_up_per_min: 3.9}
`

func read(t *testing.T, text string) (*seed.Plan, error) {
	t.Helper()
	return seed.Read(seed.Source{Name: "seed.yaml", Files: fstest.MapFS{"seed.yaml": {Data: []byte(text)}}})
}

func apply(t *testing.T, w *tenanttest.World, text string) error {
	t.Helper()
	p, err := read(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return seed.New(w.DB, "switchboard").Apply(t.Context(), p)
}

const census = `select format('%s shops %s numbers %s queues %s operators %s served %s staff %s trunks %s plans %s versions %s subscribed %s pay',
	(select count(*) from house.shop where slug = 'books'), (select count(*) from house.did where e164 = '+74950000301'),
	(select count(*) from shop.queue q join house.shop s on s.id = q.shop_id where s.slug = 'books'), (select count(*) from house.operator),
	(select count(*) from house.operator_shop), (select count(*) from house.staff), (select count(*) from house.trunk), (select count(*) from house.plan),
	(select count(*) from house.tariff_version), (select count(*) from shop.subscription),
	(select string_agg(talk_rate || '/' || hold_rate || '/' || wrap_up_rate, ' ') from house.pay_term))`

func TestApplyingTwiceIsApplyingOnce(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for range 2 {
		if err := apply(t, w, small); err != nil {
			t.Fatal(err)
		}
		want := "1 shops 1 numbers 1 queues 6 operators 6 served 7 staff 1 trunks 1 plans 1 versions 1 subscribed 7800000/0/3900000 pay"
		if got := tenanttest.One[string](t, w, census); got != want {
			t.Errorf("there are %s, want %s", got, want)
		}
	}
	if uri := tenanttest.One[string](t, w, "select sip_uri from house.operator o join house.account a on a.id = o.id where a.email = 'b010@floor.test'"); uri != "sip:b010@127.0.0.3:6000" {
		t.Errorf("the template made %s", uri)
	}
	if on := tenanttest.One[bool](t, w, "select greeting = 'none' and not recording from house.shop where slug = 'books'"); !on {
		t.Error("greeting: none and recording: off did not arrive")
	}
}

func TestAChangedFileChangesWhatItNames(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	if err := apply(t, w, small); err != nil {
		t.Fatal(err)
	}
	if err := apply(t, w, strings.Replace(small, "recording: off", "recording: on, status: suspended", 1)); err != nil {
		t.Fatal(err)
	}
	if ok := tenanttest.One[bool](t, w, "select recording and status = 'suspended' from house.shop where slug = 'books'"); !ok {
		t.Error("the shop is as it was")
	}
}

// A shop's own greeting arrives, and leaves with the line that says it.
func TestAShopGreetsInItsOwnWords(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	for _, words := range []string{"Здравствуйте, это Книги!", ""} {
		if err := apply(t, w, strings.Replace(small, "greeting: none", "greeting_text: "+strconv.Quote(words), 1)); err != nil {
			t.Fatal(err)
		}
		if got := tenanttest.One[string](t, w, "select greeting_text from house.shop where slug = 'books'"); got != words {
			t.Errorf("the shop greets with %q, want %q", got, words)
		}
	}
}

// All mistakes are told at once, each with its line.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, old, new string
		want           []string // line: part of the problem
	}{
		{"unknown field", "source: TV", "sorce: TV", []string{`6: "sorce" is no field here`}},
		{"bad number", "+74950000301", "84950000301", []string{`6: numbers[0].e164`}},
		{"no such queue", "queue: orders}", "queue: sales}", []string{`6: shop books has no queue "sales"`}},
		{"bad share", "share: 0.9", "share: 90", []string{"6: 90 is not a share"}},
		{"bad duration", "within: 10s", "within: 10", []string{`6: "10" is no duration`}},
		{"bad zone", "Europe/Moscow", "Moscow", []string{`5: "Moscow" is no IANA time zone`}},
		{"bad network", "127.0.0.1/32", "localhost", []string{`3: "localhost" is no network`}},
		{"bad plan", `"12.00"`, `"twelve"`, []string{"2: plans[0].rate_per_min"}},
		{"bad range", "{008..012}", "{012..008}", []string{"10: operators[1].template"}},
		{"bad role", "supervisor", "boss", []string{`11: "boss" is none of supervisor`}},
		{"two at once", "tier: order, shops: [books], sip: \"sip:a001@127.0.0.3:6000\"", "tier: chief, shops: [books], sip: \"a001\"", []string{"9: operators[0].tier", "9: operators[0].sip"}},
		{"missing script", "greeting: none", "script: books.script.yaml, greeting: none", []string{"7: shops[0].script"}},
		{"greeting never heard", "greeting: none", "greeting: none, greeting_text: Hello", []string{"7: shops[0].greeting_text"}},
		{"long greeting", "greeting: none", "greeting_text: " + strings.Repeat("ш", 501), []string{"7: shops[0].greeting_text"}},
		{"same number twice", `numbers: [`, `numbers: [{e164: "+74950000301", source: x, queue: orders}, `, []string{"number \"+74950000301\" is there already"}},
		{"bad currency of pay", "pay: {currency: RUB", "pay: {currency: rub", []string{`12: "rub" is no currency`}},
		{"bad pay", `"7.80"`, `"much"`, []string{"12: pay.talk_per_min"}},
		{"no YAML", "plans: [", "plans: [[", []string{"did not find"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(t, strings.Replace(small, tc.old, tc.new, 1))
			var ps fault.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("%v, want problems", err)
			}
			all := ""
			for _, p := range ps {
				all += fmt.Sprintf("%d: %s\n", p.Line, p.Error())
			}
			for _, want := range tc.want {
				line, text, _ := strings.Cut(want, ": ")
				if !strings.Contains(all, want) && !(strings.Contains(all, line+": ") && strings.Contains(all, text)) {
					t.Errorf("problems\n%swant %s", all, want)
				}
			}
		})
	}
}

// What only the database can know fails as a whole: nothing is half made.
func TestNothingIsHalfMade(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	err := apply(t, w, strings.Replace(small, "+74950000301", w.A.E164, 1)) // shop-a's number
	if err == nil || !strings.Contains(err.Error(), "belongs to another shop") {
		t.Errorf("taking another shop's number: %v", err)
	}
	var ps fault.Problems
	err = apply(t, w, strings.Replace(small, "shops: [books], sip: \"sip:a001", "shops: [books, toys], sip: \"sip:a001", 1))
	if !errors.As(err, &ps) || ps[0].Line != 9 {
		t.Errorf("an operator of no shop: %v", err)
	}
	if n := tenanttest.One[int](t, w, "select (select count(*) from house.operator) + (select count(*) from house.plan) + (select count(*) from house.trunk)"); n != 0 {
		t.Errorf("%d rows of refused files stayed", n)
	}
}

// A second file may build on what is there.
func TestAFileMayUseWhatIsThere(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	more := `operators: [{name: Vera, email: v@floor.test, password: "...", tier: consultant, shops: [shop-a], phone: {user: op9, password: secret}}]`
	if err := apply(t, w, more); err != nil {
		t.Fatal(err)
	}
	if ha1 := tenanttest.One[string](t, w, "select sip_ha1 from house.operator where sip_user = 'op9'"); ha1 != seed.HA1("op9", "switchboard", "secret") {
		t.Errorf("the telephone's digest is %s", ha1)
	}
}

func TestTheDemosOwnData(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	p, err := seed.Read(seed.Source{Name: data.Seed, Files: data.Files})
	if err != nil {
		t.Fatal(err)
	}
	if err := seed.New(w.DB, "switchboard").Apply(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, shop := range []string{"tyres", "clothes"} {
		n := tenanttest.One[int](t, w, "select count(*) from shop.item i join house.shop s on s.id = i.shop_id where s.slug = $1 and i.last_seq is null", shop)
		if n < 200 {
			t.Errorf("%s has %d items", shop, n)
		}
		if n := tenanttest.One[int](t, w, "select count(*) from shop.script_version v join house.shop s on s.id = v.shop_id where s.slug = $1", shop); n != 1 {
			t.Errorf("%s has %d published scripts, want 1", shop, n)
		}
	}
}

func TestWhomAShopMayCall(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	out := `outgoing: {countries: [KZ, BY], spend_per_hour: "12.50", at_once: 3}, greeting: none`
	if err := apply(t, w, strings.Replace(small, "greeting: none", out, 1)); err != nil {
		t.Fatal(err)
	}
	got := tenanttest.One[string](t, w, "select enabled || ' ' || array_to_string(countries, ',') || ' ' || hour_spend || ' ' || day_spend || ' ' || at_once || ' ' || hour from shop.outgoing_limit")
	if got != "true BY,KZ 12500000 1500000000 3 120" {
		t.Errorf("the limits are %s", got)
	}
	var wrong fault.Problems
	_, err := read(t, strings.Replace(small, "greeting: none", `outgoing: {countries: [ZZ], spend_per_day: lots, at_once: -1}, greeting: none`, 1))
	if !errors.As(err, &wrong) || len(wrong) != 3 {
		t.Errorf("%v", err)
	}
}

// The pool, the rule of transfers, a menu and a supervisor's telephone arrive;
// what makes no sense leaves with its line.
func TestTelephonyOfASeed(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	src := strings.Replace(small, "greeting: none", `pool: north, refusal_key: "9", transfers: {operators: off, outside: ["+7495"], ring: 25s, park_free: true}, greeting: none`, 1)
	src = strings.Replace(src, "queue: orders}], queues", `queue: orders, menu: "start: a\nnodes:\n  a: {queue: }\n"}], queues`, 1)
	src = strings.Replace(src, `tier: order, shops: [books], sip: "sip:a001`, `tier: order, pool: north, shops: [books], sip: "sip:a001`, 1)
	src = strings.Replace(src, "email: s@floor.test,", `email: s@floor.test, sip: "sip:s@127.0.0.3:6000",`, 1)
	for range 2 {
		if err := apply(t, w, src); err != nil {
			t.Fatal(err)
		}
	}
	for what, query := range map[string]string{
		"pool of the shop": "select 1 from house.shop where slug = 'books' and pool = 'north' and refusal_key = '9'",
		"pool of anna":     "select 1 from house.operator o join house.account a on a.id = o.id where a.email = 'a1@floor.test' and o.pool = 'north'",
		"pool of others":   "select 1 from house.operator o join house.account a on a.id = o.id where a.email = 'b010@floor.test' and o.pool = 'main'",
		"transfers":        "select 1 from shop.transfer_rule where not operators and queues and outside = '{+7495}' and ring_s = 25 and queue_s = 60 and park_free",
		"telephone":        "select 1 from house.supervisor_phone p join house.account a on a.id = p.account_id where a.email = 's@floor.test' and p.sip_uri = 'sip:s@127.0.0.3:6000'",
		"menu":             "select 1 from shop.number n join shop.menu_version v on v.menu_id = n.menu_id where n.e164 = '+74950000301' and v.version = 1",
	} {
		if !tenanttest.One[bool](t, w, "select exists ("+query+")") {
			t.Errorf("the %s did not arrive", what)
		}
	}
	for bad, line := range map[string]string{`pool: "North pole"`: "shops[0].pool", `refusal_key: "12"`: "shops[0].refusal_key"} {
		if _, err := read(t, strings.Replace(small, "greeting: none", bad+", greeting: none", 1)); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
