package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api"
	"switchboard/api/apitest"
	"switchboard/telephony/command"
	"switchboard/tenant/account"
	"switchboard/tenant/tenanttest"
)

// course is every operation in an order in which each works, and by whom. What
// the siege finds shut must be open to the shop's own people, or it proves
// nothing.
var course = []struct{ operation, by string }{
	{"get-me", "owner"}, {"get-session", "owner"}, {"get-shop", "owner"},
	{"list-buyers", "owner"}, {"get-buyer", "owner"}, {"save-buyer", "owner"}, {"block-buyer", "owner"}, {"unblock-buyer", "owner"}, {"merge-buyer", "owner"},
	{"note-consent", "owner"}, {"export-buyer", "owner"}, {"import-buyers", "owner"},
	{"list-members", "owner"}, {"list-numbers", "owner"}, {"list-queues", "owner"},
	{"list-shops", "admin"}, {"list-trunks", "admin"}, {"get-floor", "admin"}, {"report-quality", "admin"},
	{"create-trunk", "admin"}, {"save-trunk", "admin"}, {"drain-trunk", "admin"}, {"resume-trunk", "admin"}, {"delete-trunk", "admin"},
	{"search-items", "operator"}, {"list-facets", "operator"}, {"list-snapshots", "owner"}, {"accept-snapshot", "owner"},
	{"get-freshness", "operator"}, {"set-freshness", "owner"}, {"report-answers", "owner"}, {"export-answers", "owner"},
	{"list-sources", "owner"}, {"create-source", "owner"}, {"save-source", "owner"}, {"import-source", "owner"},
	{"list-scripts", "owner"}, {"create-script", "owner"}, {"get-script", "owner"}, {"save-script", "owner"}, {"publish-script", "owner"}, {"restore-script", "owner"},
	{"get-desk", "operator"}, {"ready-desk", "operator"}, {"pause-desk", "operator"}, {"extend-desk", "operator"}, {"finish-desk", "operator"},
	{"create-desk-ticket", "operator"}, {"mute-desk-call", "operator"}, {"unmute-desk-call", "operator"},
	{"hold-desk-call", "operator"}, {"resume-desk-call", "operator"},
	{"pause-recording-desk-call", "operator"}, {"resume-recording-desk-call", "operator"}, {"stop-recording-desk-call", "operator"},
	{"list-transfer-targets", "operator"}, {"transfer-desk-call", "operator"}, {"consult-desk-call", "operator"}, {"swap-desk-call", "operator"},
	{"conference-desk-call", "operator"}, {"back-desk-call", "operator"}, {"complete-desk-call", "operator"}, {"park-desk-call", "operator"},
	{"hangup-desk-call", "operator"}, {"get-supervision-policy", "owner"}, {"set-supervision-policy", "owner"}, {"get-transfer-rule", "owner"}, {"set-transfer-rule", "owner"}, {"set-member-phone", "owner"},
	{"begin-walk", "operator"}, {"get-walk", "operator"}, {"open-walk-card", "operator"}, {"close-walk-card", "operator"}, {"step-walk", "operator"},
	{"get-draft", "operator"}, {"order-draft", "operator"}, {"save-draft", "operator"}, {"get-call-summary", "operator"},
	{"get-disposition", "operator"}, {"set-disposition", "operator"}, {"get-desk-day", "operator"}, {"compare-items", "operator"}, {"take-item", "operator"},
	{"note-searches", "operator"}, {"list-topics", "owner"}, {"export-topics", "owner"},
	{"list-calls", "owner"}, {"get-call", "operator"}, {"get-call-buyer", "operator"}, {"create-listening", "owner"}, {"get-recording", "owner"}, {"list-lost-calls", "owner"},
	{"get-recording-policy", "owner"}, {"set-recording-policy", "owner"}, {"create-recording-key", "owner"}, {"list-recording-keys", "owner"},
	{"hold-recording", "owner"}, {"release-recording", "owner"}, {"delete-recording", "owner"},
	{"get-summary", "owner"}, {"list-operators", "owner"}, {"list-comments", "owner"}, {"create-comment", "owner"}, {"delete-comment", "owner"},
	{"list-tasks", "owner"}, {"claim-task", "owner"}, {"release-task", "owner"}, {"list-desk-callbacks", "operator"}, {"call-desk-callback", "operator"},
	{"get-callback-rule", "owner"}, {"set-callback-rule", "owner"}, {"set-outgoing-script", "owner"}, {"done-task", "owner"},
	{"list-orders", "owner"}, {"create-order", "operator"}, {"get-order", "operator"}, {"confirm-order", "operator"}, {"cancel-order", "operator"},
	{"supervise-call", "admin"}, {"take-over-call", "admin"}, {"leave-call", "admin"}, {"pause-operator", "admin"}, {"create-floor-ticket", "admin"},
	{"list-menus", "owner"}, {"create-menu", "owner"}, {"get-menu", "owner"}, {"save-menu", "owner"}, {"publish-menu", "owner"}, {"restore-menu", "owner"},
	{"list-sounds", "owner"}, {"get-voice", "owner"}, {"set-voice", "owner"}, {"set-queue-voice", "owner"}, {"set-number-voice", "owner"},
	{"get-outgoing", "owner"}, {"set-outgoing-limits", "owner"}, {"list-countries", "owner"}, {"get-call-trace", "owner"},
	{"get-security", "admin"}, {"pardon-address", "admin"}, {"list-alerts", "admin"}, {"see-alert", "admin"},
	{"list-api-keys", "owner"}, {"create-api-key", "owner"}, {"revoke-api-key", "owner"},
	{"list-receivers", "owner"}, {"create-receiver", "owner"}, {"save-receiver", "owner"}, {"rotate-receiver", "owner"}, {"test-receiver", "owner"},
	{"list-deliveries", "owner"}, {"get-delivery", "owner"}, {"replay-delivery", "owner"}, {"replay-receiver", "owner"},
	{"pause-receiver", "owner"}, {"resume-receiver", "owner"}, {"delete-receiver", "owner"},
	{"erase-buyer", "owner"}, // ends the course: little is left
	{"export-billing", "owner"}, {"count-billing", "owner"}, {"delete-session", "admin"},
}

// apart are operations that another test asks: they need a secret of their own,
// do not end, take a file, or change nothing.
var apart = []string{"create-session", "refresh-session", "stream-events", "stream-desk", "stream-floor", "get-peaks", "play-sound",
	"create-sound", "destroy-recording-keys", "get-sound-audio", "delete-sound", "speak-voice", "try-menu", "get-call-pcap", "get-call-trace-text",
	"discard-snapshot", "send-feed", "preview-table", "preview-file"}

func TestEveryOperationWorksForItsOwnAndIsAuditedOnce(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	w, people := s.w, map[string]apitest.Client{"admin": s.w.SignIn(t, s.w.AddStaff(t, account.Admin))}
	people["owner"], people["operator"] = s.people[1].client, s.people[3].client
	hand(t, s)
	ops, done := map[string]func(apitest.Goods) request{}, map[string]bool{}
	for _, op := range operationsOf(api.Contract()) {
		ops[op.OperationID] = plainRequest(t, op)
	}
	for _, c := range course {
		build, known := ops[c.operation]
		if !known {
			t.Fatalf("%s is no operation any more", c.operation)
		}
		done[c.operation] = true
		before := records(t, w)
		goods := s.own
		if c.operation == "accept-snapshot" {
			goods = goods.With("snapshot", apitest.Goods{"snapshot": s.own["held"]})
		}
		r := build(goods)
		a := r.by(t, person{client: people[c.by]})
		if a.Status >= 300 {
			t.Errorf("%s by the %s: %d %s", c.operation, c.by, a.Status, a.Body)
		}
		if n := records(t, w) - before; r.method != http.MethodGet && n != 1 {
			t.Errorf("%s has %d records in the audit log, want 1", c.operation, n)
		}
	}
	for _, id := range apart {
		done[id] = true
	}
	for id := range ops {
		if !done[id] {
			t.Errorf("%s is not in the course: show that it works", id)
		}
	}
}

// hand gives boris the call of shop b, and makes what the course accepts and saves.
func hand(t *testing.T, s siege) {
	t.Helper()
	now := time.Now().UTC()
	s.w.Phones.Put(command.Desk{Operator: s.own["operator"], State: "talking", Phone: "fixed", Since: now,
		Call: &command.Call{ID: s.own["call"], ShopID: s.w.B.ID.UUID(), QueueID: s.w.B.Queue, NumberID: s.w.B.Number, State: "talking", StartedAt: now}})
	s.w.Admin(t, "update shop.script set updated_at = 'epoch'::timestamptz + interval '1 microsecond' where id = $1", s.own["script"])
	s.w.Admin(t, "update shop.menu set updated_at = 'epoch'::timestamptz + interval '1 microsecond' where id = $1", s.own["menu"])
	s.w.Admin(t, "update shop.buyer set updated_at = 'epoch'::timestamptz + interval '1 microsecond' where id = $1", s.own["buyer"])
	held := tenanttest.One[string](t, s.w.World, `insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at)
		values ($1, gen_random_uuid(), 2, $2, 'held', now()) returning id::text`, s.w.B.ID.UUID(), s.own["source"])
	s.w.Admin(t, `insert into shop.item_staged (shop_id, snapshot_id, offer_id, body, content_hash) select shop_id, $2::uuid, offer_id,
		jsonb_build_object('sku', sku, 'name', name, 'vendor', '', 'category', '', 'price', price_minor, 'currency', currency, 'available', true, 'barcode', '', 'url', '',
		'picture', '', 'params', '[]'::jsonb, 'a', name, 'b', '', 'c', '', 'd', ''), content_hash from shop.item where id = $1`, s.own["item"], held)
	s.own["held"] = uuid.MustParse(held)
	s.w.Admin(t, `insert into shop.call_draft (shop_id, call_id, revision, body, saved_by, saved_at)
		values ($1, $2, 1, json_build_object('order', json_build_object('items', json_build_array(json_build_object('item_id', $3::uuid)))), 'operator:before', now())`,
		s.w.B.ID.UUID(), s.own["call"], s.own["item"])
}

func records(t *testing.T, w *apitest.World) int {
	t.Helper()
	return tenanttest.One[int](t, w.World, "select count(*) from house.audit")
}
