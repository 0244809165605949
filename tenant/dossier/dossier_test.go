package dossier_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/dossier"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// canary is in whatever tells of the buyer; so are the digits of their numbers.
const canary = "Канарейкина"

// telling finds what tells of the buyer in a row's text.
const telling = canary + "|9215550144|9215550199"

// haunt fills every row that can tell of a buyer, in one shop.
func haunt(t *testing.T, w *tenanttest.World, s tenanttest.Shop) (buyer, call uuid.UUID) {
	t.Helper()
	id := s.ID.UUID()
	call = w.AddCall(t, s, w.AddOperator(t, "anna-"+s.Slug, s), noon)
	buyer = uuid.New()
	source, snapshot, order, walk, task, version, script := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	do := func(query string, args ...any) { t.Helper(); w.Admin(t, query, append([]any{id}, args...)...) }
	do("update shop.call_party set display = $2 where shop_id = $1", canary)
	do(`insert into shop.buyer (shop_id, id, phone, name, address, note, blocked_at, blocked_reason, segments, created_at, updated_at)
		values ($1, $2, '+79215550144', $3, $3, $3, now(), $3, array[$3], now(), now())`, buyer, canary)
	do("insert into shop.buyer_phone (shop_id, phone, buyer_id) values ($1, '+79215550199', $2)", buyer)
	do(`insert into shop.consent (shop_id, id, buyer_id, purpose, given, source, wording, noted_at, noted_by)
		values ($1, gen_random_uuid(), $2, 'data', true, $3, $3, now(), 'member:x')`, buyer, canary)
	do("insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', 'x', now())", source)
	do("insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at) values ($1, $2, 1, $3, 'published', now(), now())", snapshot, source)
	do(`insert into shop."order" (shop_id, id, no, buyer_id, snapshot_id, status, currency, total_minor, created_at)
		values ($1, $2, 1, $3, $4, 'draft', 'RUB', 100, now())`, order, buyer, snapshot)
	do("insert into shop.order_contact (shop_id, order_id, name, phone, address, comment) values ($1, $2, $3, '+79215550199', $3, $3)", order, canary)
	do("insert into shop.menu_entry (shop_id, call_id, seq, node, digits, at) values ($1, $2, 1, 'card', '9215550144', now())", call)
	do("insert into shop.transcript (shop_id, call_id, state, words, at) values ($1, $2, 'ready', $3, now())", call, canary)
	do("insert into shop.call_trace (shop_id, call_id, body, saved_at) values ($1, $2, convert_to($3, 'UTF8'), now())", call, canary)
	do("insert into shop.call_draft (shop_id, call_id, revision, body, saved_by, saved_at) values ($1, $2, 1, json_build_object('name', $3::text), 'operator:x', now())", call, canary)
	do("insert into shop.call_comment (shop_id, id, call_id, author_id, at_ms, text, created_at) values ($1, gen_random_uuid(), $2, gen_random_uuid(), 1, $3, now())", call, canary)
	do("insert into shop.disposition (shop_id, call_id, outcome, note, said_by, said_at) values ($1, $2, 'order', $3, 'operator:x', now())", call, canary)
	do(`insert into shop.task (shop_id, id, kind, state, call_id, owner, due_at, created_at, closed_at, closed_reason, subject)
		values ($1, $2, 'callback', 'done', $3, 'pool:main', now(), now(), now(), $4, $4)`, task, call, canary)
	do("insert into shop.script (shop_id, id, name, created_at, updated_at) values ($1, $2, 'x', now(), now())", script)
	do("insert into shop.script_version (shop_id, id, script_id, version, source, graph, published_at, published_by) values ($1, $2, $3, 1, '', '{}', now(), 'x')", version, script)
	do("insert into shop.walk (shop_id, id, call_id, script_version_id, state, started_at, updated_at) values ($1, $2, $3, $4, jsonb_build_object('said', $5::text), now(), now())", walk, call, version, canary)
	do("insert into shop.walk_step (shop_id, walk_id, seq, node, answer, at) values ($1, $2, 1, 'name', to_jsonb($3::text), now())", walk, canary)
	do(`insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, data_key, kind, place)
		values ($1, gen_random_uuid(), $2, 'ready', 'x.tape', now(), 0, '\x01', 'voicemail', 'spool')`, call)
	do("insert into shop.idempotency (shop_id, actor, key, request_hash, answer, created_at) values ($1, 'member:x', 'k', '\\x01', jsonb_build_object('name', $2::text, 'buyer', $3::text), now())", canary, buyer.String())
	doc, err := json.Marshal(map[string]any{
		"Parties": []any{map[string]any{"shop_id": id, "call_id": call, "phone_raw": "89215550144", "phone": "+79215550144", "display": canary}},
		"Entries": []any{map[string]any{"call_id": call, "digits": "9215550144", "node": "card"}},
		"Events":  []any{map[string]any{"call_id": call, "seq": json.Number("9007199254740993"), "kind": "arrived", "body": map[string]any{}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Admin(t, "insert into house.journal (pool, epoch, seq, node, doc, failed_at, error) values ($1, 1, 1, 'n', $2, now(), 'refused')", "main-"+s.Slug, doc)
	return buyer, call
}

// told are the tables that tell of the buyer, in one shop or in none.
func told(t *testing.T, w *tenanttest.World, s tenanttest.Shop) (tables []string) {
	t.Helper()
	all := tenanttest.One[[]string](t, w, `select array_agg(c.oid::regclass::text order by 1) from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('shop', 'house') and c.relkind in ('r', 'p') and not c.relispartition`)
	for _, table := range all {
		query := fmt.Sprintf("select count(*) from %s r where (to_jsonb(r) ->> 'shop_id' = $1 or (to_jsonb(r) ->> 'shop_id' is null and r::text like '%%%s%%')) and %s ~ $2",
			table, s.Slug, text(table))
		if tenanttest.One[int](t, w, query, s.ID.String(), telling) > 0 {
			tables = append(tables, table)
		}
	}
	return tables
}

// text is a row as text, bytes as what they say.
func text(table string) string {
	switch table {
	case "house.journal", "journal":
		return "(r::text || convert_from(r.doc, 'UTF8'))"
	case "shop.call_trace", "call_trace":
		return "(r::text || convert_from(r.body, 'UTF8'))"
	}
	return "r::text"
}

func erase(t *testing.T, w *tenanttest.World, s tenanttest.Shop, buyer uuid.UUID) (done dossier.Erased, err error) {
	t.Helper()
	var found dossier.Subject
	err = w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error { found, err = dossier.Find(tx, buyer); return err })
	if err != nil {
		return done, err
	}
	err = w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error { return dossier.Scrub(tx, found) })
	if err != nil {
		return done, err
	}
	err = w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error { done, err = dossier.Erase(tx, found, noon); return err })
	return done, err
}

func TestNothingTellsOfABuyerWhoWasErased(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	buyer, call := haunt(t, w, w.A)
	haunt(t, w, w.B)
	before := told(t, w, w.B)
	if here := told(t, w, w.A); len(here) < 15 || strings.Join(here, " ") != strings.Join(before, " ") {
		t.Fatalf("the canary is in %v only", here)
	}
	if _, err := erase(t, w, w.B, buyer); !errors.Is(err, fault.NotFound) {
		t.Fatalf("shop b erases a buyer of shop a: %v", err)
	}
	done, err := erase(t, w, w.A, buyer)
	if err != nil || done != (dossier.Erased{Calls: 1, Orders: 1, Recordings: 1}) {
		t.Fatalf("%+v, %v", done, err)
	}
	if left := told(t, w, w.A); len(left) > 0 {
		t.Errorf("the buyer is still in %v", left)
	}
	if after := told(t, w, w.B); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("of the other shop's buyer only %v is left", after)
	}
	kept := tenanttest.One[string](t, w, `select (select count(*) from shop.call where id = $1) || ' ' || (select count(*) from shop."order" where shop_id = $2) || ' ' ||
		(select state || ' ' || deleted_rule || ' ' || (data_key is null) from shop.recording where call_id = $1)`, call, w.A.ID.UUID())
	if kept != "1 1 erased buyer true" {
		t.Errorf("of what must be kept there is %s", kept)
	}
	if seq := tenanttest.One[bool](t, w, "select convert_from(doc, 'UTF8') like '%9007199254740993%' from house.journal where pool = 'main-shop-a'"); !seq {
		t.Error("what happened was changed with who it happened to")
	}
	if n := tenanttest.One[int](t, w, "select count(*) from house.audit where action = 'buyer.erase'"); n != 1 {
		t.Errorf("%d records of it", n)
	}
}

func TestWhoCannotBeErasedNow(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	buyer, call := haunt(t, w, w.A)
	for _, hindrance := range []struct{ begin, end string }{
		{"update shop.recording set held = true, held_reason = 'case 7' where call_id = $1", "update shop.recording set held = false where call_id = $1"},
		{"update shop.call set state = 'wrap-up', finished_at = null where id = $1", "update shop.call set state = 'ended', finished_at = now() where id = $1"},
	} {
		w.Admin(t, hindrance.begin, call)
		before := told(t, w, w.A)
		if _, err := erase(t, w, w.A, buyer); !errors.Is(err, fault.Conflict) {
			t.Errorf("after %q: %v", hindrance.begin, err)
		}
		if after := told(t, w, w.A); strings.Join(after, " ") != strings.Join(before, " ") {
			t.Errorf("after %q half of it is gone: %v", hindrance.begin, after)
		}
		w.Admin(t, hindrance.end, call)
	}
	if _, err := erase(t, w, w.A, buyer); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestABuyerIsHandedAllThatIsKept(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	buyer, _ := haunt(t, w, w.A)
	var d dossier.Dossier
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) (err error) { d, err = dossier.Gather(tx, buyer, noon); return err })
	if err != nil {
		t.Fatal(err)
	}
	for part, doc := range map[string]json.RawMessage{"buyer": d.Buyer, "consents": d.Consents, "calls": d.Calls, "orders": d.Orders, "tasks": d.Tasks} {
		if !strings.Contains(string(doc), canary) || !json.Valid(doc) {
			t.Errorf("%s: %s", part, doc)
		}
	}
	for _, word := range []string{`"digits"`, `"message"`, `"answers"`, `"draft"`, `"comments"`} {
		if strings.Contains(string(d.Calls), word+" : null") || !strings.Contains(string(d.Calls), word) {
			t.Errorf("calls lack %s: %s", word, d.Calls)
		}
	}
	if strings.Join(d.Phones, " ") != "+79215550144 +79215550199" {
		t.Errorf("numbers %v", d.Phones)
	}
	err = w.DB.Within(t.Context(), w.B.Scope, func(tx tenant.Tx) error { _, err := dossier.Gather(tx, buyer, noon); return err })
	if !errors.Is(err, fault.NotFound) {
		t.Errorf("shop b is handed a buyer of shop a: %v", err)
	}
}
