package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api"
	"switchboard/api/apitest"
	"switchboard/api/session"
	"switchboard/telephony/command"
	"switchboard/tenant/tenanttest"
)

// callNeeds are the operations that a call in hand opens to its operator, in an
// order in which each works. Whatever else names a thing of a shop stays shut.
var callNeeds = []string{
	"get-shop", "get-call", "get-call-buyer", "begin-walk", "get-walk", "open-walk-card", "close-walk-card", "step-walk", "search-items", "list-facets", "note-searches", "get-freshness", "compare-items", "take-item",
	"list-snapshots", "get-draft", "order-draft", "save-draft", "get-call-summary", "list-orders", "create-order", "get-order", "confirm-order", "cancel-order",
	"get-disposition", "set-disposition", "hold-desk-call", "resume-desk-call", "mute-desk-call", "unmute-desk-call", "hangup-desk-call",
	"list-transfer-targets", "transfer-desk-call", "consult-desk-call", "swap-desk-call", "conference-desk-call", "back-desk-call", "complete-desk-call", "park-desk-call",
	"pause-recording-desk-call", "resume-recording-desk-call", "stop-recording-desk-call",
}

// stage is a time in the life of a grant.
type stage struct {
	name   string
	reason string // of the grant; "": there is none
	lapsed bool
	desk   command.State
}

var stages = []stage{
	{name: "before the offer", desk: "idle"},
	{name: "during the offer", reason: "offer", desk: "offered"},
	{name: "with a task", reason: "task", desk: "idle"},
	{name: "at a briefing", reason: "briefing", desk: "idle"},
	{name: "during the call", reason: "call", desk: "talking"},
	{name: "in wrap-up", reason: "call", desk: "wrap-up"},
	{name: "after wrap-up", reason: "call", lapsed: true, desk: "idle"},
}

// open tells whether the call is in hand.
func (s stage) open() bool { return s.reason == "call" && !s.lapsed }

// TestAGrantOpensWhatACallNeeds walks the contract with an operator's token in
// every stage. Nothing of the shop is reached or changed but with the call in
// hand, then what callNeeds says, and of that call alone.
func TestAGrantOpensWhatACallNeeds(t *testing.T) {
	t.Parallel()
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			b := brief(t, s)
			before := b.w.Print(t, b.w.A)
			for _, op := range operationsOf(api.Contract()) {
				if !s.open() || !slices.Contains(callNeeds, op.OperationID) {
					b.shut(t, op)
				}
			}
			if after := b.w.Print(t, b.w.A); after != before {
				t.Errorf("the shop was changed:\n%s\nit was\n%s", after, before)
			}
			if s.open() {
				b.opens(t)
			}
		})
	}
}

// briefed is an operator in a stage, with a call of shop a that is theirs by
// the stage, and one that was another's.
type briefed struct {
	w           *apitest.World
	stage       stage
	anna        person
	goods       apitest.Goods
	anotherCall uuid.UUID
}

func brief(t *testing.T, s stage) briefed {
	t.Helper()
	w := apitest.Open(t)
	anna, boris := w.AddOperator(t, "anna", w.A), w.AddOperator(t, "boris", w.A)
	w.GivePasswords(t)
	b := briefed{w: w, stage: s, goods: w.Fill(t, w.A, anna), anotherCall: w.AddCall(t, w.A, boris, time.Now())}
	w.Admin(t, `insert into shop.call_draft (shop_id, call_id, revision, body, saved_by, saved_at)
		select $1, c, 1, json_build_object('note', $4::text, 'order', json_build_object('items', json_build_array(json_build_object('item_id', $3::uuid)))), 'operator:x', now()
		from unnest($2::uuid[]) c`, w.A.ID.UUID(), []uuid.UUID{b.goods["call"], b.anotherCall}, b.goods["item"], apitest.Canary(w.A))
	now := time.Now().UTC()
	desk := command.Desk{Operator: anna, State: s.desk, OnDuty: true, Phone: "fixed", Since: now}
	if s.desk != "idle" {
		desk.Call = &command.Call{ID: b.goods["call"], ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, NumberID: w.A.Number, State: "talking", StartedAt: now}
	}
	w.Phones.Put(desk)
	if s.reason != "" {
		w.Admin(t, `insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
			values (gen_random_uuid(), $1, $2, $3, $4, now() - interval '2 minutes', now() + $5 * interval '1 minute')`,
			anna, w.A.ID.UUID(), s.reason, b.goods["call"], map[bool]int{true: -1, false: 60}[s.lapsed])
	}
	b.anna = person{"anna " + s.name, []session.Role{session.Operator}, w.SignIn(t, "anna@floor.test.example")}
	return b
}

// endless are operations that do not end, or that end anna's session.
func endless(op *huma.Operation) bool {
	ok := op.Responses["200"]
	return op.OperationID == "delete-session" || ok != nil && ok.Content["text/event-stream"] != nil
}

// shut asks for the operation with every thing that it can name. What names a
// thing of the shop is not there; what names none tells nothing of it.
func (b briefed) shut(t *testing.T, op *huma.Operation) {
	t.Helper()
	if endless(op) {
		return
	}
	build := plainRequest(t, op)
	r := build(b.goods)
	for _, path := range b.waysIn(op, r.path) {
		a := request{r.method, path, r.body, r.header}.by(t, b.anna)
		named := strings.Contains(op.Path, "{") || hasShop(op)
		if named && a.Status != http.StatusNotFound && !b.ownVerb(op) && !refusedByRole(op, b.anna, a, path) {
			t.Errorf("%s %s: %d %s", op.OperationID, path, a.Status, a.Body)
		}
		b.silent(t, op, a)
	}
}

// waysIn are the paths by which the shop may be meant.
func (b briefed) waysIn(op *huma.Operation, path string) []string {
	if !hasShop(op) {
		return []string{path}
	}
	return []string{path, withQuery(path, "shop", b.w.A.Slug), withQuery(path, "shop", b.w.A.ID.String())}
}

// refusedByRole is a 403 of what names no thing: it is the same whatever shops
// there are.
func refusedByRole(op *huma.Operation, who person, a apitest.Answer, path string) bool {
	return a.Status == http.StatusForbidden && !allowed(op, who) && !strings.Contains(op.Path, "{") && !strings.Contains(path, "shop=")
}

// ownVerb is an order to the switch about the call that is at the desk: the
// switch has the last word on it. It has it on a callback too, which whoever serves
// the shop may make: TestWhoSeesCallbacks.
func (b briefed) ownVerb(op *huma.Operation) bool {
	return strings.HasSuffix(op.OperationID, "-desk-call") && b.stage.desk != "idle" || op.OperationID == "call-desk-callback"
}

// silent fails if an answer tells anything of the shop's but what the desk may:
// the card, and one's own day.
func (b briefed) silent(t *testing.T, op *huma.Operation, a apitest.Answer) {
	t.Helper()
	body := string(a.Body)
	for _, secret := range []string{apitest.Canary(b.w.A), "+79215550144", "9215550144"} {
		open := b.stage.open() && secret != apitest.Canary(b.w.A) // the card of the call in hand has the number
		if strings.Contains(body, secret) && !open {
			t.Errorf("%s tells %q: %s", op.OperationID, secret, body)
		}
	}
	for kind, id := range b.goods {
		card := kind == "shop" || kind == "call" || kind == "operator" || kind == "task" && op.OperationID == "list-desk-callbacks"
		if a.Status < 300 && !card && strings.Contains(body, id.String()) {
			t.Errorf("%s tells the %s: %s", op.OperationID, kind, body)
		}
	}
}

// opens asks for all that the call needs, and for the same of another's call.
func (b briefed) opens(t *testing.T) {
	t.Helper()
	ops := map[string]*huma.Operation{}
	for _, op := range operationsOf(api.Contract()) {
		ops[op.OperationID] = op
	}
	foreign := b.goods.With("call", apitest.Goods{"call": b.anotherCall})
	for _, id := range callNeeds {
		op := ops[id]
		if op == nil {
			t.Fatalf("%s is no operation any more", id)
		}
		if r := plainRequest(t, op)(foreign); strings.Contains(r.path+jsonOf(t, r.body), b.anotherCall.String()) {
			if a := r.by(t, b.anna); a.Status != http.StatusNotFound {
				t.Errorf("%s of another's call: %d %s", id, a.Status, a.Body)
			}
		}
		if a := plainRequest(t, op)(b.goods).by(t, b.anna); a.Status >= 300 {
			t.Errorf("%s: %d %s", id, a.Status, a.Body)
		}
	}
	b.knowsNoMoney(t)
}

// knowsNoMoney: what the shop pays, and the sound, are no need of a call.
func (b briefed) knowsNoMoney(t *testing.T) {
	t.Helper()
	var call struct {
		Charge, Explanation, Recording any
		RecordingURL                   *string `json:"recording_url"`
	}
	b.anna.client.Do(t, "GET", "/calls/"+b.goods["call"].String(), nil).Want(t, http.StatusOK).JSON(t, &call)
	if call.Charge != nil || call.Recording != nil || call.RecordingURL != nil || call.Explanation != nil {
		t.Errorf("the operator sees %+v", call)
	}
}

// The offer has the card and no more: who rings is masked, and the shop's words
// are those that are said to everyone.
func TestAnOfferShowsItsCard(t *testing.T) {
	t.Parallel()
	b := brief(t, stages[1])
	spoken := b.w.AddCall(t, b.w.A, b.goods["operator"], time.Date(2026, 11, 2, 22, 30, 0, 0, time.UTC))
	b.w.Admin(t, "update shop.call set answered_at = '2026-11-02T22:30:05Z' where id = $1", spoken)
	b.w.Admin(t, "update shop.call set operator_id = null where id <> $1 and shop_id = $2", spoken, b.w.A.ID.UUID())
	var desk struct {
		State string
		Call  map[string]any
	}
	b.anna.client.Do(t, "GET", "/desk", nil).Want(t, http.StatusOK).JSON(t, &desk)
	c := desk.Call
	if desk.State != "offered" || c["from"] == "+79215550144" || !strings.HasSuffix(fmt.Sprint(c["from"]), "44") ||
		c["greeting"] != "shop-a, anna, слушаю вас." || c["spoke_on"] != "2026-11-03" || c["handed"] != false || c["move"] != nil || c["missed"] != nil || c["queue"] != "orders" {
		t.Errorf("the card is %v", c)
	}
	keys := []string{"id", "state", "from", "started_at", "answered_at", "queue", "source", "greeting", "spoke_on", "handed", "shop", "held", "muted", "away_until", "move", "missed", "recording", "supervised", "outgoing", "calling"}
	for key := range c {
		if !slices.Contains(keys, key) {
			t.Errorf("the card of an offer has %q: is that for whoever has not answered?", key)
		}
	}
	b.w.Hold(t, b.w.A, tenanttest.One[uuid.UUID](t, b.w.World, "select id from house.operator where id <> $1", b.goods["operator"]), b.goods["call"])
	b.anna.client.Do(t, "GET", "/desk", nil).Want(t, http.StatusOK).JSON(t, &desk)
	if desk.Call["handed"] != true {
		t.Error("the card does not say that another had the call")
	}
}
