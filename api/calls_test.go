package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/tenant/account"
	"switchboard/tenant/tenanttest"
)

type timeOf = time.Time

type page struct {
	Items []struct {
		ID           uuid.UUID `json:"id"`
		From         string    `json:"from"`
		RecordingURL *string   `json:"recording_url"`
		TalkS        float64   `json:"talk_s"`
		Outcome      string    `json:"outcome"`
	} `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

func TestPagesGoThroughAllCalls(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	anna := w.AddOperator(t, "anna", w.A)
	now, want := time.Now().UTC(), map[uuid.UUID]bool{}
	for i := range 7 {
		want[w.AddCall(t, w.A, anna, now.Add(-time.Duration(i/2)*time.Minute))] = true // two of each instant
		w.AddCall(t, w.B, anna, now)
	}
	owner, path, seen := w.Owner(t, w.A), "/calls?limit=3", 0
	for pages := 1; ; pages++ {
		var p page
		owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &p)
		for _, c := range p.Items {
			delete(want, c.ID)
			seen++
			if c.TalkS != 100 || c.From != "+79215550144" {
				t.Errorf("call %+v", c)
			}
		}
		if pages == 1 { // what comes meanwhile does not shift the pages
			w.AddCall(t, w.A, anna, now.Add(time.Minute))
		}
		if p.NextCursor == nil {
			break
		}
		path = "/calls?limit=3&cursor=" + *p.NextCursor
	}
	if len(want) > 0 || seen != 7 {
		t.Errorf("%d calls came, %d are missing", seen, len(want))
	}
	for _, bad := range []string{"cursor=xyz", "limit=0", "limit=1000", "from=yesterday", "number=x", "from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "outcome=lost"} {
		p := owner.Do(t, "GET", "/calls?"+bad, nil).Want(t, http.StatusUnprocessableEntity).Problem(t)
		if len(p.Errors) != 1 || !strings.HasPrefix(p.Errors[0].Location, "query.") {
			t.Errorf("%s: %+v", bad, p)
		}
	}
}

func TestACallIsFoundByItsBuyersNumber(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A)
	for number, want := range map[string]int{"%2B79215550144": 1, "+79215550144": 1, "89215550144": 1, "%2B79215550145": 0} {
		var p page
		owner.Do(t, "GET", "/calls?number="+number, nil).Want(t, http.StatusOK).JSON(t, &p)
		if len(p.Items) != want {
			t.Errorf("%s finds %d calls of %s, want %d", number, len(p.Items), g["call"], want)
		}
	}
}

func TestARecordingIsPlayedInPiecesAndAuditedOnce(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	var p page
	owner := w.Owner(t, w.A)
	owner.Do(t, "GET", "/calls", nil).Want(t, http.StatusOK).JSON(t, &p)
	if len(p.Items) != 1 || p.Items[0].RecordingURL == nil || !strings.HasPrefix(*p.Items[0].RecordingURL, "/api/v1/") {
		t.Fatalf("calls %+v", p)
	}
	url := *p.Items[0].RecordingURL
	whole := owner.Do(t, "GET", url, nil).Want(t, http.StatusOK)
	if string(whole.Body) != apitest.Canary(w.A) || whole.Header.Get("Content-Type") != "audio/wav" || whole.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%v %s", whole.Header, whole.Body)
	}
	piece := owner.With("Range", "bytes=7-8").Do(t, "GET", url, nil).Want(t, http.StatusPartialContent)
	if string(piece.Body) != apitest.Canary(w.A)[7:9] {
		t.Errorf("piece %q", piece.Body)
	}
	owner.With("Range", "bytes=10000-").Do(t, "GET", url, nil).Want(t, http.StatusRequestedRangeNotSatisfiable)
	owner.With("If-None-Match", whole.Header.Get("ETag")).Do(t, "GET", url, nil).Want(t, http.StatusNotModified)
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'recording.listen' and subject = $1", "call:"+g["call"].String()); n != 1 {
		t.Errorf("%d records of one listening", n)
	}
	w.Admin(t, "update shop.recording set state = 'erased', deleted_at = now()")
	owner.Do(t, "GET", url, nil).Want(t, http.StatusGone)
	w.Admin(t, "update shop.recording set state = 'ready', deleted_at = null, path = '../../etc/passwd'")
	if a := owner.Do(t, "GET", url, nil); a.Status == http.StatusOK {
		t.Errorf("a file outside the recordings: %s", a.Body)
	}
}

func TestStaffNameTheShopAndSeeWhatTheirWorkNeeds(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	finance := w.SignIn(t, w.AddStaff(t, account.Finance))
	if p := finance.Do(t, "GET", "/calls", nil).Want(t, http.StatusUnprocessableEntity).Problem(t); p.Code != "shop_required" {
		t.Errorf("without a shop: %+v", p)
	}
	finance.Do(t, "GET", "/calls?shop=no-such-shop", nil).Want(t, http.StatusNotFound)
	for _, name := range []string{w.A.Slug, w.A.ID.String()} {
		var p page
		finance.Do(t, "GET", "/calls?shop="+name, nil).Want(t, http.StatusOK).JSON(t, &p)
		if len(p.Items) != 1 || p.Items[0].ID != g["call"] || p.Items[0].From != "+7921*****44" {
			t.Errorf("%s: %+v", name, p)
		}
		finance.Do(t, "GET", *p.Items[0].RecordingURL, nil).Want(t, http.StatusOK)
	}
	finance.Do(t, "POST", "/orders?shop="+w.A.Slug, orderOf(g)).Want(t, http.StatusNotFound)
	finance.Do(t, "GET", "/trunks", nil).Want(t, http.StatusForbidden)
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'shop.enter' and shop_id = $1", w.A.ID.UUID()); n != 4 {
		t.Errorf("%d records of 4 visits by staff", n)
	}
}

func TestAMemberOfTwoShopsNamesOne(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, created_at) values ($1, $2, $3, 'specialist', now())", w.A.ID.UUID(), uuid.New(), w.B.Owner)
	both := w.Owner(t, w.B)
	if p := both.Do(t, "GET", "/calls", nil).Want(t, http.StatusUnprocessableEntity).Problem(t); p.Code != "shop_required" {
		t.Errorf("without a shop: %+v", p)
	}
	var p page
	both.Do(t, "GET", "/calls?shop=shop-a", nil).Want(t, http.StatusOK).JSON(t, &p)
	if len(p.Items) != 1 || p.Items[0].ID != g["call"] {
		t.Errorf("as a specialist of shop a: %+v", p)
	}
	both.Do(t, "GET", "/members?shop=shop-b", nil).Want(t, http.StatusOK)
	both.Do(t, "GET", "/members?shop=shop-a", nil).Want(t, http.StatusForbidden) // a specialist there
	w.Admin(t, "delete from shop.member where account_id = $1 and shop_id = $2", w.B.Owner, w.A.ID.UUID())
	both.Do(t, "GET", "/calls?shop=shop-a", nil).Want(t, http.StatusNotFound)
	both.Do(t, "GET", "/calls", nil).Want(t, http.StatusOK)
}

func TestACallTellsItsStory(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Admin(t, `update shop.call set explanation = '{"rule": 3}'`)
	var s struct {
		SnapshotID  uuid.UUID `json:"catalogue_snapshot_id"`
		Explanation struct{ Rule int }
		Order       struct{ ID uuid.UUID }
		Recording   struct{ Bytes int }
		Events      []any
		ScriptPath  []any `json:"script_path"`
	}
	w.Owner(t, w.A).Do(t, "GET", "/calls/"+g["call"].String(), nil).Want(t, http.StatusOK).JSON(t, &s)
	if s.SnapshotID != g["snapshot"] || s.Explanation.Rule != 3 || s.Order.ID != g["order"] || s.Recording.Bytes == 0 || s.Events == nil || s.ScriptPath == nil {
		t.Errorf("story %+v", s)
	}
	var card struct {
		Phone string
		Buyer struct{ Name string }
		Calls int
	}
	w.Owner(t, w.A).Do(t, "GET", "/calls/"+g["call"].String()+"/buyer", nil).Want(t, http.StatusOK).JSON(t, &card)
	if card.Phone != "+79215550144" || card.Buyer.Name != apitest.Canary(w.A) || card.Calls != 1 {
		t.Errorf("card %+v", card)
	}
}
