package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/billing/wage"
	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/account"
	"switchboard/tenant/tenanttest"
)

// shiftOf is two operators of shop a, and a call that the first has in hand.
type shiftOf struct {
	w           *apitest.World
	goods       apitest.Goods
	anna, boris uuid.UUID
	call        string // its path at the desk
}

func onShift(t *testing.T) shiftOf {
	t.Helper()
	w := apitest.Open(t)
	anna, boris := w.AddOperator(t, "anna", w.A), w.AddOperator(t, "boris", w.A)
	w.GivePasswords(t)
	s := shiftOf{w: w, anna: anna, boris: boris, goods: w.Fill(t, w.A, anna)}
	s.call = "/desk/calls/" + s.goods["call"].String()
	s.give(t, anna, "talking")
	return s
}

// give puts the call into an operator's hands, as the switch does.
func (s shiftOf) give(t *testing.T, operator uuid.UUID, state command.State) {
	t.Helper()
	now := time.Now().UTC()
	s.w.Admin(t, "update house.operator_grant set lapses_at = now() where subject = $1 and operator_id <> $2", s.goods["call"], operator)
	s.w.Admin(t, `insert into house.operator_grant (id, operator_id, shop_id, reason, subject, granted_at, lapses_at)
		values (gen_random_uuid(), $1, $2, 'call', $3, now(), now() + interval '1 hour') on conflict do nothing`, operator, s.w.A.ID.UUID(), s.goods["call"])
	s.w.Phones.Put(command.Desk{Operator: operator, State: state, OnDuty: true, Phone: "fixed", Since: now, Call: &command.Call{
		ID: s.goods["call"], ShopID: s.w.A.ID.UUID(), QueueID: s.w.A.Queue, NumberID: s.w.A.Number, State: state, StartedAt: now, AnsweredAt: &now}})
}

func (s shiftOf) signIn(t *testing.T, name string) apitest.Client {
	t.Helper()
	return s.w.SignIn(t, name+"@floor.test.example")
}

type draftOf struct {
	Revision  int64
	SavedByMe bool `json:"saved_by_me"`
	Body      map[string]any
}

func put(t *testing.T, c apitest.Client, path string, revision int64, body map[string]any) apitest.Answer {
	t.Helper()
	return c.Do(t, "PUT", path+"/draft", map[string]any{"revision": revision, "body": body})
}

func TestWhatIsTypedOutlivesEverything(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	first := s.signIn(t, "anna")
	var d draftOf
	first.Do(t, "GET", s.call+"/draft", nil).Want(t, http.StatusOK).JSON(t, &d)
	if d.Revision != 0 || len(d.Body) != 0 {
		t.Errorf("before a word: %+v", d)
	}
	typed := map[string]any{"note": "звонит с дачи\x00", "search": "205/55", "callback": map[string]any{"when": "завт"}, "step": map[string]any{"node": "need", "text": "4 шт"},
		"order": map[string]any{"delivery": "49", "contact": map[string]any{"phone": "8921"}, "items": []any{map[string]any{"item_id": s.goods["item"].String(), "quantity": "4x", "price_minor": 845000.0}}}}
	put(t, first, s.call, 0, typed).Want(t, http.StatusOK).JSON(t, &d)
	if d.Revision != 1 || !d.SavedByMe {
		t.Errorf("saved %+v", d)
	}
	laptop := s.signIn(t, "anna") // the tab is killed; another device
	laptop.Do(t, "GET", s.call+"/draft", nil).Want(t, http.StatusOK).JSON(t, &d)
	if fmt.Sprint(d.Body) != fmt.Sprint(typed) {
		t.Errorf("another device finds %v\nwhere this was typed: %v", d.Body, typed)
	}
	put(t, laptop, s.call, 1, map[string]any{"note": "newer"}).Want(t, http.StatusOK)
	var refused struct {
		Code    string
		Current draftOf
	}
	put(t, first, s.call, 1, typed).Want(t, http.StatusConflict).JSON(t, &refused)
	if refused.Code != "stale" || refused.Current.Revision != 2 || refused.Current.Body["note"] != "newer" {
		t.Errorf("an older page is answered %+v", refused)
	}
	put(t, laptop, s.call, 2, map[string]any{"note": strings.Repeat("я", 20_000)}).Want(t, http.StatusOK)
	put(t, laptop, s.call, 3, map[string]any{"note": "newer"}).Want(t, http.StatusOK)
	for letters, status := range map[int]int{20_001: http.StatusUnprocessableEntity, 5 << 20: http.StatusRequestEntityTooLarge} {
		if p := put(t, laptop, s.call, 4, map[string]any{"note": strings.Repeat("я", letters)}).Want(t, status).Problem(t); p.Detail == "" {
			t.Errorf("a note of %d letters: %+v", letters, p)
		}
	}
	laptop.Do(t, "GET", s.call+"/draft", nil).Want(t, http.StatusOK).JSON(t, &d)
	if d.Revision != 4 || d.Body["note"] != "newer" {
		t.Errorf("after what was refused: %+v", d)
	}
	if n := tenanttest.One[int](t, s.w.World, "select count(*) from house.audit where detail::text like '%newer%' or detail::text like '%дачи%'"); n > 0 {
		t.Error("the audit log has what was typed")
	}
}

// A session that ends in the middle of a call ends the session: the call goes
// on, and whoever signs in again goes on with it.
func TestASessionThatEndsEndsNoCall(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	anna := s.signIn(t, "anna")
	put(t, anna, s.call, 0, map[string]any{"note": "before"}).Want(t, http.StatusOK)
	anna.Do(t, "POST", "/calls/"+s.goods["call"].String()+"/walk", nil).Want(t, http.StatusOK)
	s.w.Admin(t, "update house.session set expires_at = now()")
	put(t, anna, s.call, 1, map[string]any{"note": "after"}).Want(t, http.StatusUnauthorized)
	again := s.signIn(t, "anna")
	var desk struct {
		State string
		Call  struct{ ID uuid.UUID }
	}
	again.Do(t, "GET", "/desk", nil).Want(t, http.StatusOK).JSON(t, &desk)
	if desk.State != "talking" || desk.Call.ID != s.goods["call"] || len(s.w.Phones.Orders()) != 0 {
		t.Errorf("the desk is %+v, the switch was asked to %v", desk, s.w.Phones.Orders())
	}
	put(t, again, s.call, 1, map[string]any{"note": "after"}).Want(t, http.StatusOK)
	var walk struct{ View struct{ Node string } }
	again.Do(t, "GET", "/calls/"+s.goods["call"].String()+"/walk", nil).Want(t, http.StatusOK).JSON(t, &walk)
	if walk.View.Node != "hello" {
		t.Errorf("the script stands at %q", walk.View.Node)
	}
}

// An operator who is lost leaves the next one all that was done.
func TestTheNextOperatorGoesOn(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	anna, call := s.signIn(t, "anna"), "/calls/"+s.goods["call"].String()
	anna.Do(t, "POST", call+"/walk", nil).Want(t, http.StatusOK)
	for _, text := range []string{"", "buy", "", "none"} {
		a := map[string]any{"text": text}
		if text == "" {
			a = map[string]any{}
		}
		anna.Do(t, "POST", call+"/walk/steps", map[string]any{"answer": a})
	}
	put(t, anna, s.call, 0, map[string]any{"note": "едет через час"}).Want(t, http.StatusOK)
	var sum struct {
		Handed bool
		Before []struct {
			Name string
			Left *time.Time
		}
		Step   string
		Path   []struct{ Title, Answer string }
		Draft  *draftOf
		Orders []struct{ ID uuid.UUID }
	}
	anna.Do(t, "GET", s.call+"/summary", nil).Want(t, http.StatusOK).JSON(t, &sum)
	if sum.Handed || len(sum.Before) != 0 {
		t.Errorf("the first operator is told of %+v", sum)
	}
	s.give(t, s.boris, "talking")
	boris := s.signIn(t, "boris")
	anna.Do(t, "GET", s.call+"/draft", nil).Want(t, http.StatusNotFound)
	boris.Do(t, "GET", s.call+"/summary", nil).Want(t, http.StatusOK).JSON(t, &sum)
	if !sum.Handed || len(sum.Before) != 1 || sum.Before[0].Name != "anna" || sum.Before[0].Left == nil || sum.Step != "find" ||
		len(sum.Path) != 1 || sum.Path[0].Answer != "Купить" || sum.Draft == nil || sum.Draft.Revision != 1 || sum.Draft.SavedByMe ||
		sum.Draft.Body["note"] != "едет через час" || len(sum.Orders) != 1 || sum.Orders[0].ID != s.goods["order"] {
		t.Errorf("the summary is %+v", sum)
	}
	var desk struct{ Call struct{ Handed bool } }
	boris.Do(t, "GET", "/desk", nil).Want(t, http.StatusOK).JSON(t, &desk)
	if !desk.Call.Handed {
		t.Error("the card does not say that there is a summary")
	}
	put(t, boris, s.call, 1, map[string]any{"note": "едет через час, четыре шины"}).Want(t, http.StatusOK)
	put(t, anna, s.call, 1, map[string]any{"note": "late"}).Want(t, http.StatusNotFound)
}

func TestTheDraftIsOrderedOnce(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	anna := s.signIn(t, "anna")
	put(t, anna, s.call, 0, map[string]any{"order": map[string]any{"delivery": "500", "contact": map[string]any{"name": "Сергей", "phone": "8 921 555-01-44"},
		"items": []any{map[string]any{"item_id": s.goods["item"], "quantity": "4"}}}}).Want(t, http.StatusOK)
	ask := map[string]any{"revision": 1, "confirm": true}
	var one, two struct {
		ID      uuid.UUID
		No      int64
		Status  string
		Total   int64 `json:"total_minor"`
		Contact struct{ Phone string }
	}
	keyed := anna.With("Idempotency-Key", "order-1")
	keyed.Do(t, "POST", s.call+"/draft/order", ask).Want(t, http.StatusOK).JSON(t, &one)
	keyed.Do(t, "POST", s.call+"/draft/order", ask).Want(t, http.StatusOK).JSON(t, &two)
	if one.ID != two.ID || one.Status != "confirmed" || one.Total != 4*845000+50000 || one.Contact.Phone != "+79215550144" {
		t.Errorf("ordered %+v and %+v", one, two)
	}
	if n := tenanttest.One[int](t, s.w.World, `select count(*) from shop."order" where status = 'confirmed'`); n != 1 {
		t.Errorf("%d orders", n)
	}
	anna.Do(t, "POST", s.call+"/draft/order", map[string]any{"revision": 9}).Want(t, http.StatusConflict)
	put(t, anna, s.call, 1, map[string]any{"order": map[string]any{"items": []any{map[string]any{"item_id": s.goods["item"], "quantity": "x"}}}}).Want(t, http.StatusOK)
	p := anna.Do(t, "POST", s.call+"/draft/order", map[string]any{"revision": 2}).Want(t, http.StatusUnprocessableEntity).Problem(t)
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.order.items[0].quantity" {
		t.Errorf("%+v", p.Errors)
	}
}

func TestWrapUpEndsWithAWord(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	s.give(t, s.anna, "wrap-up")
	anna := s.signIn(t, "anna")
	due := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Millisecond)
	s.w.Admin(t, "delete from shop.lost_call")
	s.w.Admin(t, "delete from shop.task")
	var d struct {
		Options  []string
		Outcome  *string
		Note     string
		Callback *struct {
			TaskID uuid.UUID `json:"task_id"`
			DueAt  time.Time `json:"due_at"`
			State  string
		}
	}
	anna.Do(t, "GET", s.call+"/disposition", nil).Want(t, http.StatusOK).JSON(t, &d)
	if d.Outcome != nil || len(d.Options) != 8 {
		t.Errorf("before a word: %+v", d)
	}
	p := anna.Do(t, "POST", s.call+"/disposition", map[string]any{"outcome": "callback"}).Want(t, http.StatusUnprocessableEntity).Problem(t)
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.callback" {
		t.Errorf("%+v", p.Errors)
	}
	word := map[string]any{"outcome": "callback", "note": "уточнить размер", "callback": map[string]any{"due_at": due, "subject": "размер"}}
	anna.Do(t, "POST", s.call+"/disposition", word).Want(t, http.StatusOK).JSON(t, &d)
	if *d.Outcome != "callback" || d.Note != "уточнить размер" || d.Callback.State != "open" || !d.Callback.DueAt.Equal(due) {
		t.Errorf("said %+v", d)
	}
	var owed struct {
		OpenTasks []struct{ Subject string } `json:"open_tasks"`
	}
	anna.Do(t, "GET", "/calls/"+s.goods["call"].String()+"/buyer", nil).Want(t, http.StatusOK).JSON(t, &owed)
	if len(owed.OpenTasks) != 1 || owed.OpenTasks[0].Subject != "размер" {
		t.Errorf("the buyer's card has %+v", owed)
	}
	for who, subject := range map[string]string{"shop-a-owner@test.example": "размер", s.w.AddStaff(t, account.Admin): ""} {
		var tasks struct{ Items []struct{ Subject string } }
		s.w.SignIn(t, who).Do(t, "GET", "/tasks?shop=shop-a", nil).Want(t, http.StatusOK).JSON(t, &tasks)
		if len(tasks.Items) != 1 || tasks.Items[0].Subject != subject {
			t.Errorf("%s sees %+v", who, tasks)
		}
	}
}

func TestADayAddsUp(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	anna := s.signIn(t, "anna")
	var day struct {
		Date  string
		Shift struct {
			Calls  int
			TalkS  int64 `json:"talk_s"`
			Earned *struct{ Amount int64 }
		}
		Items []struct {
			Shop struct{ Slug string }
			Pay  *struct {
				Amount int64
				Exact  string
				Parts  []struct {
					Part       string
					MS         int64
					RatePerMin string `json:"rate_per_min"`
				}
			}
		}
		NextCursor *string `json:"next_cursor"`
	}
	s.w.Admin(t, "update shop.call set started_at = '2026-11-20T09:00:00Z', answered_at = '2026-11-20T09:00:05Z', ended_at = '2026-11-20T09:01:45Z', finished_at = '2026-11-20T09:01:45Z'")
	s.w.AddCall(t, s.w.A, s.anna, time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC))
	anna.Do(t, "GET", "/desk/day?date=2026-11-20", nil).Want(t, http.StatusOK).JSON(t, &day)
	if day.Shift.Calls != 2 || day.Shift.TalkS != 200 || day.Shift.Earned != nil || len(day.Items) != 2 || day.Items[0].Pay != nil {
		t.Errorf("without terms: %+v", day)
	}
	if err := s.w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) error {
		return wage.Agree(tx, nil, wage.Terms{Currency: "RUB", Talk: 7_810_000}, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	}); err != nil {
		t.Fatal(err)
	}
	anna.Do(t, "GET", "/desk/day?date=2026-11-20&limit=1", nil).Want(t, http.StatusOK).JSON(t, &day)
	pay := day.Items[0].Pay // 100 s at 7.81 a minute are 13.01666...
	if len(day.Items) != 1 || day.NextCursor == nil || day.Shift.Earned.Amount != 2*1302 || pay.Amount != 1302 || pay.Exact != "13.016666..." ||
		len(pay.Parts) != 1 || pay.Parts[0].RatePerMin != "7.81" || pay.Parts[0].MS != 100_000 || pay.Parts[0].Part != "talk" {
		t.Errorf("with terms: %+v, pay %+v", day, pay)
	}
	anna.Do(t, "GET", "/desk/day?date=2026-11-20&limit=1&cursor="+*day.NextCursor, nil).Want(t, http.StatusOK).JSON(t, &day)
	if len(day.Items) != 1 || day.NextCursor != nil {
		t.Errorf("the second page: %+v", day)
	}
	s.signIn(t, "boris").Do(t, "GET", "/desk/day?date=2026-11-20", nil).Want(t, http.StatusOK).JSON(t, &day)
	if len(day.Items) != 0 || day.Shift.Calls != 0 {
		t.Errorf("boris' day is %+v", day)
	}
	anna.Do(t, "GET", "/desk/day?date=yesterday", nil).Want(t, http.StatusUnprocessableEntity)
}

// Whoever owns a shop may also sit at the desk: the call is the other shop's.
func TestAMemberAtTheDesk(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	s.w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, gen_random_uuid(), $2, 'owner', now())", s.w.B.ID.UUID(), s.anna)
	put(t, s.signIn(t, "anna"), s.call, 0, map[string]any{"note": "x"}).Want(t, http.StatusOK)
}

func TestADeskIsWholeInEveryState(t *testing.T) {
	t.Parallel()
	s := onShift(t)
	for _, name := range []string{"anna", "boris"} { // one in a call, one without any grant
		var desk struct {
			Now          time.Time
			State        string
			PauseReasons []string `json:"pause_reasons"`
			Shift        struct {
				Zone    string
				Calls   int
				OnDutyS *int64 `json:"on_duty_s"`
			}
			Call *struct {
				From string
			}
		}
		s.signIn(t, name).Do(t, "GET", "/desk", nil).Want(t, http.StatusOK).JSON(t, &desk)
		if time.Since(desk.Now).Abs() > time.Minute || len(desk.PauseReasons) != 5 || desk.Shift.Zone != "Europe/Moscow" || desk.Shift.OnDutyS == nil ||
			(desk.Call == nil) != (name == "boris") || desk.Call != nil && desk.Call.From != "+79215550144" {
			t.Errorf("%s' desk is %+v", name, desk)
		}
	}
	boris := s.signIn(t, "boris")
	for _, path := range []string{"/catalogue/items?q=x", "/orders", "/calls/" + s.goods["call"].String(), s.call + "/draft"} {
		boris.Do(t, "GET", path, nil).Want(t, http.StatusNotFound)
	}
}
