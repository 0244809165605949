package asked_test

import (
	"fmt"
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/asked"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

func TestNothingPersonalIsKept(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"шина 205/55 R16":               "шина 205/55 R16",
		"  доставка   в Омск ":          "доставка в Омск",
		"+7 921 555-01-44 шина":         "… шина",
		"89215550144":                   "…",
		"8 (921) 555 01 44":             "…",
		"заказ 114020":                  "заказ …",
		"555-01-44":                     "…",
		"anna@example.test матрас":      "… матрас",
		"iphone 15 256":                 "iphone 15 256",
		"карта 4111 1111 1111 1111 ...": "карта … ...",
		"a\x00b\xff":                    "ab",
	} {
		if got := asked.Mask(typed); got != want {
			t.Errorf("%q is kept as %q, want %q", typed, got, want)
		}
	}
}

func TestWhatRecurs(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	evening := time.Date(2026, 11, 24, 22, 30, 0, 0, time.UTC) // the 25th in Moscow
	note := func(s tenanttest.Shop, at time.Time, found bool, texts ...string) {
		var all []asked.Search
		for _, text := range texts {
			all = append(all, asked.Search{Text: text, Found: found})
		}
		if err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error { return asked.Note(tx, all, at) }); err != nil {
			t.Fatal(err)
		}
	}
	note(w.A, evening, false, "доставка в Омск", "Омск доставки", "зимняя резина 89215550144", "Сергей Викторович", "89215550144", "!!!")
	note(w.A, evening.Add(48*time.Hour), false, "доставка омск в")
	note(w.A, evening, true, "шина", "шины", "шин")
	note(w.B, evening, false, "чужое", "чужое")
	week := asked.Days{From: day(25), To: day(30)}
	for _, tc := range []struct {
		shop tenanttest.Shop
		days asked.Days
		want string
	}{
		{w.A, week, "[nothing доставка омск в 3 2 11-27 search шин 3 1 11-25]"},
		{w.A, asked.Days{From: day(25), To: day(25)}, "[nothing Омск доставки 2 1 11-25 search шин 3 1 11-25]"},
		{w.A, asked.Days{From: day(24), To: day(24)}, "[]"},
		{w.B, week, "[nothing чужое 2 1 11-25]"},
	} {
		got := []string{}
		err := w.DB.Within(t.Context(), tc.shop.Scope, func(tx tenant.Tx) error {
			topics, err := asked.Topics(tx, tc.days, 2, 10)
			for _, p := range topics {
				got = append(got, fmt.Sprint(p.Kind, " ", p.Example, " ", p.Times, " ", p.Days, " ", p.Last.Format("01-02")))
			}
			return err
		})
		if err != nil || fmt.Sprint(got) != tc.want {
			t.Errorf("%v: %v, %v, want %s", tc.days, got, err, tc.want)
		}
	}
	if n := tenanttest.One[int](t, w, "select count(*) from shop.asked where example ~ '[0-9]{5}' or key ~ '[0-9]{5}'"); n != 0 {
		t.Errorf("%d rows have a telephone's digits", n)
	}
}

func day(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }

// TestCardsThatWereOpened: aside, and by a step of the script.
func TestCardsThatWereOpened(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	at := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	operator := w.AddOperator(t, "anna", w.A)
	script := tenanttest.One[string](t, w, "insert into shop.script (shop_id, id, name, created_at, updated_at) values ($1, gen_random_uuid(), 's', now(), now()) returning id::text", w.A.ID.UUID())
	version := tenanttest.One[string](t, w, `insert into shop.script_version (shop_id, id, script_id, version, source, graph, published_at, published_by)
		values ($1, gen_random_uuid(), $2, 1, '', '{"faq": [{"id": "way", "question": {"ru": "Как проехать?"}}, {"id": "pay", "question": {"en": "Paying?"}}],
		"nodes": [{"id": "which", "kind": "lookup", "lookup": "faq"}, {"id": "hello", "kind": "say"}]}', now(), 'x') returning id::text`, w.A.ID.UUID(), script)
	for range 2 {
		w.Admin(t, `insert into shop.walk (shop_id, id, call_id, script_version_id, state, started_at, updated_at) values ($1, gen_random_uuid(), $2, $3::uuid,
			jsonb_build_object('path', jsonb_build_array(jsonb_build_object('node', 'which', 'at', $4::bigint, 'answer', jsonb_build_object('text', 'pay')),
			jsonb_build_object('node', 'hello', 'at', $4, 'answer', jsonb_build_object('text', 'way'))),
			'jumps', jsonb_build_array(jsonb_build_object('card', 'way', 'at', $4), jsonb_build_object('card', 'way', 'at', $4))), $5, $5)`,
			w.A.ID.UUID(), w.AddCall(t, w.A, operator, at), version, at.UnixMilli(), at)
	}
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		topics, err := asked.Topics(tx, asked.Days{From: day(25), To: day(25)}, 2, 10)
		if err != nil {
			return err
		}
		if len(topics) != 2 || topics[0].Example != "Как проехать?" || topics[0].Times != 4 || topics[1].Example != "Paying?" || topics[1].Times != 2 || topics[1].Kind != asked.Card {
			t.Errorf("got %+v", topics)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
