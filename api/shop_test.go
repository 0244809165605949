package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/billing/rating"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/wav"
	"switchboard/tenant/tenanttest"
)

type money struct {
	Amount   int64
	Scale    int
	Currency string
}

type summaryOf struct {
	Calls, Kept, Late, Lost, Orders, Waiting, Talking int
	GaveUp                                            int `json:"gave_up"`
	Turnover, Spent                                   []money
	Hours                                             []struct{ Hour, Calls, Kept, Late, Lost int }
	Sources                                           []struct {
		NumberID            uuid.UUID `json:"number_id"`
		Calls, Lost, Orders int
	}
}

// busyDay gives shop a a day of calls with every standing, and shop b the same.
func busyDay(t *testing.T) (w *apitest.World, day time.Time) {
	t.Helper()
	w = apitest.Open(t)
	anna := w.AddOperator(t, "anna", w.A, w.B)
	day = time.Date(2026, 11, 22, 21, 0, 0, 0, time.UTC) // midnight in Moscow
	for _, s := range []tenanttest.Shop{w.A, w.B} {
		for i, wait := range []int{4000, 10_000, 10_001, 30_000, 2000} {
			id := w.AddCall(t, s, anna, day.Add(time.Duration(9+i)*time.Hour))
			w.Admin(t, "update shop.call set queue_ms = $2 where id = $1", id, wait)
			w.Admin(t, "update shop.queue set promise_ms = 10000 where id = $1", s.Queue)
			if i < 2 {
				charge(t, w, s, id, rating.Usage{Answered: true, TalkMs: 100_000, QueueMs: int64(wait)})
			}
			if i == 4 { // nobody took it
				w.Admin(t, "update shop.call set outcome = 'abandoned', answered_at = null, operator_id = null where id = $1", id)
				w.Admin(t, `insert into shop.lost_call (shop_id, id, call_id, reason, words, waited_ms, owner, lost_at)
					values ($1, gen_random_uuid(), $2, 'abandoned', '', 2000, 'pool:main', $3)`, s.ID.UUID(), id, day.Add(13*time.Hour))
			}
		}
		w.AddCall(t, s, anna, day.Add(-time.Second))
		w.AddCall(t, s, anna, day.Add(24*time.Hour))
		live := w.AddCall(t, s, anna, day.Add(20*time.Hour))
		w.Admin(t, "update shop.call set state = 'waiting', outcome = null, ended_at = null, finished_at = null, answered_at = null where id = $1", live)
	}
	return w, day
}

// charge posts what a call costs at 12.00 a minute, 30/6.
func charge(t *testing.T, w *apitest.World, s tenanttest.Shop, call uuid.UUID, u rating.Usage) {
	t.Helper()
	c, err := rating.Rate(rating.Tariff{
		Currency: "RUB", FirstS: 30, NextS: 6, Rate: 12_000_000, NextRate: 12_000_000, Billable: rating.Talk | rating.Hold, Scale: 2,
	}, u)
	if err != nil {
		t.Fatal(err)
	}
	record, err := json.Marshal(struct {
		Plan        string `json:"plan"`
		PlanVersion int    `json:"plan_version"`
		rating.Explain
	}{"by the minute", 3, c.Explain()})
	if err != nil {
		t.Fatal(err)
	}
	plan, version := uuid.New(), uuid.New()
	w.Admin(t, "insert into house.plan (id, name, currency, created_at) values ($1, $2, 'RUB', now())", plan, plan.String())
	w.Admin(t, "insert into house.tariff_version (id, plan_id, version, effective_from, body, published_at) values ($1, $2, 3, now(), '{}', now())", version, plan)
	w.Admin(t, `insert into shop.charge (shop_id, id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, explain, posted_at)
		values ($1, gen_random_uuid(), 'shop', $2, 1, 1, 'usage', $3, '2026-11-23T08:00:00Z', '2026-11', $4, $5, 0, $6, 2, 'RUB', $7, now())`,
		s.ID.UUID(), call, version, c.RawMs, c.BilledS, c.Amount, record)
}

// Each figure of the day is the length of the list that its filter gives.
func TestTheFiguresOfADayAreItsLists(t *testing.T) {
	t.Parallel()
	w, day := busyDay(t)
	owner := w.Owner(t, w.A)
	span := "from=" + day.Format(time.RFC3339) + "&to=" + day.Add(24*time.Hour).Format(time.RFC3339)
	var s summaryOf
	owner.Do(t, "GET", "/summary?"+span, nil).Want(t, http.StatusOK).JSON(t, &s)
	if s.Calls != 6 || s.Kept != 2 || s.Late != 2 || s.Lost != 1 || s.GaveUp != 1 || s.Waiting != 1 || s.Talking != 0 {
		t.Errorf("summary %+v", s)
	}
	for filter, want := range map[string]int{
		"/calls?" + span: s.Calls, "/calls?promise=kept&" + span: s.Kept, "/calls?promise=late&" + span: s.Late,
		"/lost-calls?" + span: s.Lost, "/lost-calls?reason=abandoned&" + span: s.GaveUp, "/orders?status=confirmed&" + span: s.Orders,
		"/calls?live=waiting": s.Waiting, "/calls?live=talking": s.Talking, "/calls?number_id=" + w.A.Number.String() + "&" + span: s.Sources[0].Calls,
	} {
		if got := lengthOf(t, owner, filter); got != want {
			t.Errorf("%s has %d, the summary says %d", filter, got, want)
		}
	}
	// 100 s of talk are 30 + 12 x 6 = 102 s, 20.40 each
	if !slices.Equal(s.Spent, []money{{4080, 2, "RUB"}}) {
		t.Errorf("spent %+v", s.Spent)
	}
	if h := s.Hours; len(h) != 24 || h[9].Kept != 1 || h[11].Late != 1 || h[13].Lost != 1 || h[0].Calls != 0 {
		t.Errorf("hours %+v", h)
	}
	owner.Do(t, "GET", "/summary?to="+day.Format(time.RFC3339)+"&from="+day.Format(time.RFC3339), nil).Want(t, http.StatusUnprocessableEntity)
}

func lengthOf(t *testing.T, c apitest.Client, path string) int {
	t.Helper()
	var p struct{ Items []any }
	c.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &p)
	return len(p.Items)
}

func TestAShopShowsItsOwnGreeting(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	w.Admin(t, "update house.shop set greeting_text = 'Здравствуйте, это Шины' where id = $1", w.A.ID.UUID())
	for shop, want := range map[tenanttest.Shop]string{w.A: "Здравствуйте, это Шины", w.B: ""} {
		var s struct {
			Text *string `json:"greeting_text"`
		}
		w.Owner(t, shop).Do(t, "GET", "/shop", nil).Want(t, http.StatusOK).JSON(t, &s)
		if s.Text == nil || *s.Text != want {
			t.Errorf("%s greets with %v, want %q", shop.Slug, s.Text, want)
		}
	}
}

func TestACallGoesByItsNumber(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A)
	var s struct{ ID uuid.UUID }
	owner.Do(t, "GET", "/calls/1", nil).Want(t, http.StatusOK).JSON(t, &s)
	if s.ID != g["call"] || lengthOf(t, owner, "/calls?no=1") != 1 || lengthOf(t, owner, "/calls?no=2") != 0 {
		t.Errorf("call no 1 is %s, want %s", s.ID, g["call"])
	}
	if lengthOf(t, owner, "/orders?no=1") != 1 || lengthOf(t, owner, "/orders?no=2") != 0 {
		t.Error("an order does not go by its number")
	}
	for _, none := range []string{"2", "-1", "x", "99999999999999999999"} {
		owner.Do(t, "GET", "/calls/"+none, nil).Want(t, http.StatusNotFound)
	}
	w.Owner(t, w.B).Do(t, "GET", "/calls/1", nil).Want(t, http.StatusNotFound)
}

func TestAShopNamesOnlyTheOperatorsWhoTookItsCalls(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	anna, boris := w.AddOperator(t, "anna", w.A, w.B), w.AddOperator(t, "boris", w.A, w.B)
	w.AddOperator(t, "vera", w.A)
	for range 2 {
		w.AddCall(t, w.A, anna, time.Now())
		w.AddCall(t, w.B, boris, time.Now())
	}
	var p struct{ Items []struct{ Name string } }
	w.Owner(t, w.A).Do(t, "GET", "/operators", nil).Want(t, http.StatusOK).JSON(t, &p)
	if len(p.Items) != 1 || p.Items[0].Name != "anna" {
		t.Errorf("operators %+v", p)
	}
}

func TestLostCallsAreNarrowed(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A)
	tomorrow := url.QueryEscape(time.Now().Add(24 * time.Hour).Format(time.RFC3339))
	for filter, want := range map[string]int{
		"callback=owed": 1, "callback=open": 1, "callback=done": 0, "reason=abandoned": 1, "reason=busy": 0,
		"owner=pool:main": 1, "owner=pool:night": 0, "to=" + tomorrow: 1, "from=" + tomorrow: 0, "call_id=" + g["call"].String(): 1,
	} {
		if got := lengthOf(t, owner, "/lost-calls?"+filter); got != want {
			t.Errorf("%s finds %d, want %d", filter, got, want)
		}
	}
}

func TestWhoTookACallbackGivesItBack(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner, task := w.Owner(t, w.A), "/tasks/"+g["task"].String()
	owner.Do(t, "POST", task+"/release", nil).Want(t, http.StatusConflict)
	owner.Do(t, "POST", task+"/claim", nil).Want(t, http.StatusOK)
	w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, $2, $3, 'manager', now())", w.A.ID.UUID(), uuid.New(), w.B.Owner)
	w.Owner(t, w.B).Do(t, "POST", task+"/release?shop=shop-a", nil).Want(t, http.StatusConflict)
	owner.Do(t, "POST", task+"/release", nil).Want(t, http.StatusOK)
	if n := lengthOf(t, owner, "/lost-calls?callback=open"); n != 1 {
		t.Errorf("%d callbacks are open, want 1", n)
	}
}

func TestABillSaysHowItWasReckoned(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	charge(t, w, w.A, g["call"], rating.Usage{Answered: true, QueueMs: 6000, TalkMs: 95_400, HoldMs: 2000, WrapUpMs: 30_000})
	var s struct {
		Bill *struct {
			Plan           string
			TariffVersion  int `json:"tariff_version"`
			Parts          []struct{ Billable bool }
			CountedS       int   `json:"counted_s"`
			BilledS        int   `json:"billed_s"`
			RoundingAmount int64 `json:"rounding_amount"`
			Amount         int64
			Proven         bool
			Steps          []string
		}
	}
	owner := w.Owner(t, w.A)
	owner.Do(t, "GET", "/calls/1", nil).Want(t, http.StatusOK).JSON(t, &s)
	b := s.Bill
	// 97.4 s, 98 begun, 30 + 12 x 6 = 102 s, 102/60 x 12.00 = 20.40; 4.6 s of them are rounding: 0.92
	if b == nil || b.Plan != "by the minute" || b.TariffVersion != 3 || b.CountedS != 98 || b.BilledS != 102 || b.Amount != 2040 || b.RoundingAmount != 92 || !b.Proven || len(b.Steps) == 0 {
		t.Fatalf("bill %+v", b)
	}
	if p := b.Parts; len(p) != 5 || p[1].Billable || !p[2].Billable || !p[3].Billable || p[4].Billable {
		t.Errorf("parts %+v", b.Parts)
	}
	var count struct{ Lines int }
	owner.Do(t, "GET", "/exports/billing-count?from=2026-11-01&to=2026-12-01", nil).Want(t, http.StatusOK).JSON(t, &count)
	lines := strings.Count(string(owner.Do(t, "GET", "/exports/billing.csv?from=2026-11-01&to=2026-12-01", nil).Want(t, http.StatusOK).Body), "\n")
	if count.Lines != 1 || lines != 2 {
		t.Errorf("%d lines are told, the file has %d with its header", count.Lines, lines)
	}
	w.Admin(t, "alter table shop.charge disable trigger user")
	w.Admin(t, "update shop.charge set amount = amount + 1")
	owner.Do(t, "GET", "/calls/1", nil).Want(t, http.StatusOK).JSON(t, &s)
	if s.Bill.Proven {
		t.Error("a bill of another amount than its record gives is called proven")
	}
	w.Admin(t, `insert into shop.charge (shop_id, id, subject, call_id, leg, version, kind, tariff_version_id, service_at, period, raw_ms, billed_s, bundle_s, amount, scale, currency, reverses_id, explain, posted_at)
		select shop_id, gen_random_uuid(), subject, call_id, leg, version, 'reversal', tariff_version_id, service_at, period, -raw_ms, -billed_s, 0, -amount, scale, currency, id, explain, posted_at from shop.charge`)
	owner.Do(t, "GET", "/calls/1", nil).Want(t, http.StatusOK).JSON(t, &s)
	if s.Bill != nil {
		t.Errorf("a charge that was taken back is shown as %+v", s.Bill)
	}
}

// sound is a second of A-law, the buyer loud in its first half.
func sound() []byte {
	head := wav.StereoHeader(2 * wav.Rate)
	file := head[:]
	for i := range wav.Rate {
		buyer := int16(0)
		if i < wav.Rate/2 {
			buyer = 30_000
		}
		file = append(file, g711.ALaw.Byte(buyer), g711.ALaw.Byte(0))
	}
	return file
}

func TestPeaksAreDrawnOnceAndKeptBesideTheRecording(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), time.Now())
	w.Record(t, w.A, call, sound())
	owner, path := w.Owner(t, w.A), "/calls/"+call.String()+"/peaks"
	var p struct {
		DurationS       float64 `json:"duration_s"`
		Buyer, Operator []int
	}
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &p)
	n := len(p.Buyer)
	if p.DurationS != 1 || n == 0 || p.Buyer[n/4] < 200 || p.Buyer[n*3/4] > 5 || slices.Max(p.Operator) > 5 {
		t.Fatalf("peaks %+v", p)
	}
	file := filepath.Join(w.Recordings, call.String()+".wav")
	if err := os.WriteFile(file, []byte("not read again"), 0o600); err != nil {
		t.Fatal(err)
	}
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK)
	w.Admin(t, `update shop.recording set sha256 = '\x00'`) // other content: what was kept is of no use
	owner.Do(t, "GET", path, nil).Want(t, http.StatusInternalServerError)
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'recording.listen'"); n != 0 {
		t.Errorf("looking at a wave is written as %d listenings", n)
	}
}

func TestAListeningIsSignedAuditedAndLapses(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner, ask := w.Owner(t, w.A), "/calls/"+g["call"].String()+"/listenings"
	var l struct {
		URL    string
		Lapses time.Time `json:"lapses_at"`
	}
	owner.Do(t, "POST", ask, nil).Want(t, http.StatusCreated).JSON(t, &l)
	if left := time.Until(l.Lapses); left < 10*time.Minute || left > time.Hour {
		t.Errorf("lapses in %s", left)
	}
	loader := w.Anonymous()
	if whole := loader.Do(t, "GET", l.URL, nil).Want(t, http.StatusOK); string(whole.Body) != apitest.Canary(w.A) {
		t.Errorf("%s", whole.Body)
	}
	loader.With("Range", "bytes=7-8").Do(t, "GET", l.URL, nil).Want(t, http.StatusPartialContent)
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'recording.listen'"); n != 1 {
		t.Errorf("%d records of one listening", n)
	}
	for what, text := range map[string]string{"another signature": l.URL[:len(l.URL)-4] + "AAAA", "no token": "/api/v1/sound?token=x"} {
		if a := loader.Do(t, "GET", text, nil); a.Status != http.StatusNotFound {
			t.Errorf("%s: %d", what, a.Status)
		}
	}
	w.Admin(t, "update shop.member set role = 'specialist' where account_id = $1", w.A.Owner)
	loader.Do(t, "GET", l.URL, nil).Want(t, http.StatusNotFound)
	w.Admin(t, "update shop.member set role = 'owner' where account_id = $1", w.A.Owner)
	w.Admin(t, "update shop.recording set state = 'erased', deleted_at = now()")
	loader.Do(t, "GET", l.URL, nil).Want(t, http.StatusGone)
	w.Admin(t, "update shop.recording set state = 'ready', deleted_at = null")
	owner.Do(t, "DELETE", "/sessions/current", nil).Want(t, http.StatusNoContent)
	loader.Do(t, "GET", l.URL, nil).Want(t, http.StatusNotFound)
}

func TestCommentsStickToASecond(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner, path := w.Owner(t, w.A), "/calls/"+g["call"].String()+"/comments"
	var c struct {
		ID     uuid.UUID
		AtS    float64 `json:"at_s"`
		Author string
	}
	mine := owner.With("Idempotency-Key", "k1")
	for range 2 {
		mine.Do(t, "POST", path, map[string]any{"at_s": 3.25, "text": " Здесь перебил. "}).Want(t, http.StatusCreated).JSON(t, &c)
	}
	var p struct{ Items []struct{ Text string } }
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &p)
	if c.AtS != 3.25 || c.Author == "" || fmt.Sprint(p.Items) != "[{Здесь перебил.} {"+apitest.Canary(w.A)+"}]" {
		t.Errorf("comment %+v, all %+v", c, p)
	}
	for _, bad := range []any{map[string]any{"at_s": -1, "text": "x"}, map[string]any{"at_s": 1, "text": " "}, map[string]any{"at_s": 1, "text": strings.Repeat("я", 2001)}} {
		owner.Do(t, "POST", path, bad).Want(t, http.StatusUnprocessableEntity)
	}
	w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, $2, $3, 'manager', now())", w.A.ID.UUID(), uuid.New(), w.B.Owner)
	w.Owner(t, w.B).Do(t, "DELETE", "/comments/"+c.ID.String()+"?shop=shop-a", nil).Want(t, http.StatusNotFound) // another's
	owner.Do(t, "DELETE", "/comments/"+c.ID.String(), nil).Want(t, http.StatusNoContent)
	owner.Do(t, "DELETE", "/comments/"+c.ID.String(), nil).Want(t, http.StatusNotFound)
}
