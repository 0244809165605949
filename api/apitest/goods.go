package apitest

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/trace"
	"switchboard/tenant"
	"switchboard/tenant/script"
	"switchboard/tenant/tenanttest"
)

// Goods are one thing of every kind that a shop may have, by the word of its
// kind: "call", "order", "task" and so on.
type Goods map[string]uuid.UUID

// Unknown returns ids of nothing, for the same kinds.
func (g Goods) Unknown() Goods {
	none := Goods{}
	for kind := range g {
		none[kind] = uuid.New()
	}
	return none
}

// With returns the goods with another's thing of one kind.
func (g Goods) With(kind string, other Goods) Goods {
	mixed := Goods{}
	for k, id := range g {
		mixed[k] = id
	}
	mixed[kind] = other[kind]
	return mixed
}

// Canary is in every text of a shop that Fill fills: whoever reads it has seen
// into that shop.
func Canary(s tenanttest.Shop) string { return "canary-of-" + s.Slug }

// Fill gives a shop one thing of every kind, and returns their ids. The call
// was taken by the operator.
func (w *World) Fill(t testing.TB, s tenanttest.Shop, operator uuid.UUID) Goods {
	t.Helper()
	g := Goods{"operator": operator, "shop": s.ID.UUID(), "queue": s.Queue, "number": s.Number, "member": s.Member}
	g["call"] = w.AddCall(t, s, operator, time.Now().UTC().Add(-time.Hour))
	w.Record(t, s, g["call"], []byte(Canary(s)))
	w.fillCatalogue(t, s, g)
	w.fillScript(t, s, g)
	w.fillOrder(t, s, g)
	w.fillLost(t, s, g)
	w.fillVoice(t, s, g)
	g["alert"] = w.add(t, s, "insert into house.alert (shop_id, id, at, last_at, kind, subject) values ($1, $2, now(), now(), 'outbound', $3)", Canary(s))
	w.fillTrace(t, s, g)
	w.fillReceiver(t, s, g)
	g["comment"] = w.add(t, s, `insert into shop.call_comment (shop_id, id, call_id, author_id, at_ms, text, created_at)
		values ($1, $2, $3, $4, 7000, $5, now())`, g["call"], s.Owner, Canary(s))
	g["trunk"] = w.add(t, s, `insert into house.trunk (shop_id, id, name, sources, outbound, transport, codecs, created_at)
		values ($1, $2, $3, '{}', 'sip:192.0.2.1', 'udp', '{pcma}', now())`, Canary(s))
	return g
}

// fillTrace keeps the messages of the call.
func (w *World) fillTrace(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	invite := "INVITE sip:84950000101@192.0.2.1 SIP/2.0\r\nFrom: <sip:+79215550144@192.0.2.9>;tag=" + Canary(s) + "\r\nTo: <sip:84950000101@192.0.2.1>\r\nCall-ID: a@b\r\nCSeq: 1 INVITE\r\n\r\n"
	body, err := trace.Pack(trace.Call{Ours: netip.MustParseAddrPort("192.0.2.1:5060"), Legs: []trace.Leg{{Party: "buyer", Name: "carrier", CallID: "a@b", Messages: []trace.Message{
		{At: time.Now().Add(-time.Hour), Over: "udp", Peer: netip.MustParseAddrPort("192.0.2.9:5060"), Raw: []byte(invite)},
		{At: time.Now().Add(-time.Hour), Out: true, Over: "udp", Peer: netip.MustParseAddrPort("192.0.2.9:5060"), Raw: []byte("SIP/2.0 200 OK\r\nCall-ID: a@b\r\nCSeq: 1 INVITE\r\n\r\n")},
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	w.Admin(t, "insert into shop.call_trace (shop_id, call_id, body, saved_at) values ($1, $2, $3, now())", s.ID.UUID(), g["call"], body)
}

// fillReceiver has a system told, and a program let in.
func (w *World) fillReceiver(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	g["receiver"] = w.add(t, s, `insert into shop.receiver (shop_id, id, name, form, url, events, secret, state, rest_until, created_at, changed_at)
		values ($1, $2, $3, 'standard', 'https://127.0.0.1:9/' || $3, '{order.created}', '\x00', 'on', now(), now(), now())`, Canary(s))
	g["api key"] = w.add(t, s, `insert into shop.api_key (shop_id, id, name, prefix, secret_hash, scopes, created_at, created_by)
		values ($1, $2, $3, 'sbk_x', sha256(convert_to($3::text, 'UTF8')), '{calls:read}', now(), 'member:x')`, Canary(s))
	news := w.add(t, s, "insert into shop.news (shop_id, id, event, object_id, subject_id, at) values ($1, $2, 'order.created', $3, $3, now())", g["order"])
	g["delivery"] = w.add(t, s, `insert into shop.delivery (shop_id, id, receiver_id, news_id, event, object_id, seq, state, due_at, done_at, created_at)
		values ($1, $2, $3, $4, 'order.created', $5, 1, 'done', now(), now(), now())`, g["receiver"], news, g["order"])
	w.Admin(t, "insert into shop.delivery_attempt (shop_id, delivery_id, n, at, took_ms, request) values ($1, $2, 1, now(), 1, $3)", s.ID.UUID(), g["delivery"], Canary(s))
}

// add runs an insert whose first two values are the shop and a new id, which it
// returns.
func (w *World) add(t testing.TB, s tenanttest.Shop, query string, args ...any) uuid.UUID {
	t.Helper()
	id := uuid.New()
	w.Admin(t, query, append([]any{s.ID.UUID(), id}, args...)...)
	return id
}

func (w *World) fillCatalogue(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	g["source"] = w.add(t, s, "insert into shop.catalogue_source (shop_id, id, format, location, created_at) values ($1, $2, 'yml', $3, now())",
		"https://"+Canary(s)+".example/feed.yml")
	g["snapshot"] = w.add(t, s, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at, item_count)
		values ($1, $2, 1, $3, 'published', now(), now(), 1)`, g["source"])
	g["item"] = w.add(t, s, `insert into shop.item (shop_id, id, source_id, offer_id, first_seq, sku, name, price_minor, currency, available, content_hash, search)
		values ($1, $2, $3, 'o1', 1, 'ts1', $4, 845000, 'RUB', true, '\x01', to_tsvector('simple', $4))`, g["source"], Canary(s)+" tyre")
	g["other item"] = w.add(t, s, `insert into shop.item (shop_id, id, source_id, offer_id, first_seq, sku, name, price_minor, currency, available, content_hash, search)
		values ($1, $2, $3, 'o2', 1, 'ts2', $4, 719000, 'RUB', true, '\x02', to_tsvector('simple', $4))`, g["source"], Canary(s)+" other tyre")
	w.Admin(t, "update shop.call set snapshot_id = $2 where id = $1", g["call"], g["snapshot"])
}

// Script is a small script that can be walked: a question, an item, an end.
const Script = `name: {ru: Заказ}
languages: [ru]
start: hello
nodes:
  - {id: hello, kind: say, text: {ru: "{shop.name}, {operator.name}, слушаю вас."}, next: need}
  - id: need
    kind: ask
    ask: choice
    required: true
    text: {ru: "Чем помочь?"}
    choices:
      - {id: buy, text: {ru: Купить}, next: find}
      - {id: none, text: {ru: Ничем}, next: bye}
  - {id: find, kind: lookup, lookup: item, text: {ru: "Что ищете?"}, next: bye, else: bye}
  - {id: bye, kind: end, text: {ru: "Спасибо."}, outcome: other}
faq:
  - {id: hours, question: {ru: "Когда вы работаете?"}, answer: {ru: "С 9 до 21."}}
`

func (w *World) fillScript(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	err := w.DB.Within(t.Context(), s.Scope, func(tx tenant.Tx) error {
		v, err := script.Shelf.Put(tx, Canary(s), Script, time.Now().UTC())
		if err != nil {
			return err
		}
		g["script"], g["version"] = v.TextID, v.ID
		_, err = tx.Exec("update shop.queue set script_id = $1", v.TextID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *World) fillOrder(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	g["buyer"] = w.add(t, s, "insert into shop.buyer (shop_id, id, phone, name, created_at, updated_at) values ($1, $2, '+79215550144', $3, now(), now())", Canary(s))
	g["other buyer"] = w.add(t, s, "insert into shop.buyer (shop_id, id, phone, name, created_at, updated_at) values ($1, $2, '+79215550145', $3, now(), now())", Canary(s))
	g["order"] = w.add(t, s, `insert into shop."order" (shop_id, id, no, call_id, buyer_id, snapshot_id, status, currency, total_minor, created_at)
		values ($1, $2, 1, $3, $4, $5, 'draft', 'RUB', 845000, now())`, g["call"], g["buyer"], g["snapshot"])
	w.Admin(t, "insert into shop.order_contact (shop_id, order_id, name, phone) values ($1, $2, $3, '+79215550144')", s.ID.UUID(), g["order"], Canary(s))
	w.Admin(t, `insert into shop.order_line (shop_id, order_id, line, item_id, sku, name, quantity, price_minor, sum_minor)
		values ($1, $2, 1, $3, 'ts1', $4, 1, 845000, 845000)`, s.ID.UUID(), g["order"], g["item"], Canary(s))
	w.Admin(t, "insert into shop.numbering (shop_id, kind, last) values ($1, 'order', 1)", s.ID.UUID())
}

func (w *World) fillLost(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	g["task"] = w.add(t, s, `insert into shop.task (shop_id, id, kind, state, call_id, queue_id, owner, due_at, created_at)
		values ($1, $2, 'callback', 'open', $3, $4, 'pool:main', now(), now())`, g["call"], s.Queue)
	g["lost-call"] = w.add(t, s, `insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, task_id, lost_at)
		values ($1, $2, $3, 'abandoned', $4, 14000, 'pool:main', $5, now())`, g["call"], Canary(s), g["task"])
}

// Hold gives an operator a call in hand.
func (w *World) Hold(t testing.TB, s tenanttest.Shop, operator, call uuid.UUID) {
	t.Helper()
	w.add(t, s, `insert into house.operator_grant (shop_id, id, operator_id, reason, subject, granted_at, lapses_at)
		values ($1, $2, $3, 'call', $4, now(), now() + interval '1 hour')`, operator, call)
}

// Print returns a checksum over every row of the shop, so that a test can tell
// that nothing of it changed.
func (w *World) Print(t testing.TB, s tenanttest.Shop) string {
	t.Helper()
	tables := tenanttest.One[[]string](t, w.World, `select array_agg(c.oid::regclass::text order by 1) from pg_class c
		join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attname = 'shop_id'
		where n.nspname in ('shop', 'house') and c.relkind in ('r', 'p') and not c.relispartition`)
	sums := make([]string, len(tables))
	for i, table := range tables {
		sums[i] = fmt.Sprintf("select %d as n, '%s ' || coalesce(md5(string_agg(r::text, '|' order by r::text)), '-') as sum from %s r where shop_id = $1", i, table, table)
	}
	return tenanttest.One[string](t, w.World, "select string_agg(sum, E'\n' order by n) from ("+strings.Join(sums, " union all ")+") q", s.ID.UUID())
}

// Menu is a small menu that can be walked through.
const Menu = `start: main
nodes:
  main: {ask: "Один - заказ.", keys: {1: person}}
  person: {queue: Соединяю.}
`

func (w *World) fillVoice(t testing.TB, s tenanttest.Shop, g Goods) {
	t.Helper()
	g["menu"] = w.add(t, s, "insert into shop.menu (shop_id, id, name, draft, created_at, updated_at) values ($1, $2, $3, $4, now(), now())", Canary(s), Menu)
	w.add(t, s, `insert into shop.menu_version (shop_id, id, menu_id, version, source, graph, note, published_at, published_by)
		values ($1, $2, $3, 1, $4, '{}', $5, now(), 'member:x')`, g["menu"], Menu, Canary(s))
	g["sound"] = w.add(t, s, `insert into shop.sound (shop_id, id, name, sha256, bytes, duration_ms, source, created_at, created_by)
		values ($1, $2, 'jingle', decode(repeat('ab', 32), 'hex'), 10, 1000, $3, now(), 'member:x')`, Canary(s))
}
