package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"switchboard/api/apitest"
)

func TestABrokenScriptIsToldWithLines(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner := w.Owner(t, w.A)
	broken := strings.NewReplacer("next: find", "next: nowhere", "kind: say", "kind: shout").Replace(apitest.Script)
	p := owner.Do(t, "POST", "/scripts", map[string]any{"name": "broken", "source": broken}).Want(t, http.StatusUnprocessableEntity).Problem(t)
	lines := map[int]bool{}
	for _, e := range p.Errors {
		lines[e.Line] = true
		if e.Location != "body.source" {
			t.Errorf("an error at %q", e.Location)
		}
	}
	if !lines[5] || !lines[12] {
		t.Errorf("%+v, want errors of lines 5 and 12", p.Errors)
	}
	path := "/scripts/" + g["script"].String()
	read := owner.Do(t, "GET", path, nil).Want(t, http.StatusOK)
	saved := owner.With("If-Match", read.Header.Get("ETag")).Do(t, "PUT", path, map[string]any{"source": broken}).Want(t, http.StatusOK)
	if p := owner.With("If-Match", read.Header.Get("ETag")).Do(t, "PUT", path, map[string]any{"source": "mine"}).Want(t, http.StatusPreconditionFailed).Problem(t); p.Code != "changed" {
		t.Errorf("an old ETag: %+v", p)
	}
	owner.Do(t, "PUT", path, map[string]any{"source": "mine"}).Want(t, http.StatusUnprocessableEntity) // no ETag
	var draft struct {
		Source   string
		Version  int
		Problems []struct{ Line int }
	}
	saved.JSON(t, &draft)
	if draft.Source != broken || draft.Version != 1 || len(draft.Problems) == 0 {
		t.Errorf("the draft %+v", draft)
	}
	p = owner.Do(t, "POST", path+"/publish", nil).Want(t, http.StatusUnprocessableEntity).Problem(t)
	if len(p.Errors) == 0 || p.Errors[0].Line != 5 {
		t.Errorf("publishing it: %+v", p)
	}
}

type walked struct {
	Seen int
	View struct {
		Node, Kind, Sentence string
		Choices              []struct{ ID string }
		Ended                bool
	}
	Path []struct {
		Node   string
		Answer struct{ Text, SKU string }
	}
}

func TestAScriptIsWalkedInACall(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Hold(t, w.A, g["operator"], g["call"])
	anna, path := w.SignIn(t, "anna@floor.test.example"), "/calls/"+g["call"].String()+"/walk"
	anna.Do(t, "GET", path, nil).Want(t, http.StatusNotFound)
	var at walked
	anna.Do(t, "POST", path, nil).Want(t, http.StatusOK).JSON(t, &at)
	if at.View.Node != "hello" || at.View.Sentence != "shop-a, anna, слушаю вас." || at.Seen != 0 {
		t.Errorf("begun: %+v", at)
	}
	step := func(seen int, answer map[string]any, want int) walked {
		t.Helper()
		var now walked
		a := anna.Do(t, "POST", path+"/steps", map[string]any{"seen": seen, "answer": answer}).Want(t, want)
		if want == http.StatusOK {
			a.JSON(t, &now)
		}
		return now
	}
	if at = step(0, map[string]any{}, http.StatusOK); at.View.Node != "need" || len(at.View.Choices) != 2 {
		t.Errorf("asked: %+v", at)
	}
	step(0, map[string]any{}, http.StatusConflict) // seen is old
	step(1, map[string]any{"text": "sell"}, http.StatusUnprocessableEntity)
	step(1, map[string]any{"text": "1"}, http.StatusOK)
	step(2, map[string]any{"sku": "none"}, http.StatusUnprocessableEntity)
	if at = step(2, map[string]any{"sku": "TS1"}, http.StatusOK); !at.View.Ended || at.View.Node != "bye" {
		t.Errorf("ended: %+v", at)
	}
	var now walked
	anna.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &now)
	if len(now.Path) != 4 || now.Path[1].Answer.Text != "buy" || now.Path[2].Answer.SKU != "ts1" {
		t.Errorf("path %+v", now.Path)
	}
	var story struct {
		ScriptPath []struct{ Node string } `json:"script_path"`
		Walk       struct {
			ScriptVersionID uuid.UUID `json:"script_version_id"`
		}
	}
	w.Owner(t, w.A).Do(t, "GET", "/calls/"+g["call"].String(), nil).Want(t, http.StatusOK).JSON(t, &story)
	if len(story.ScriptPath) != 4 || story.Walk.ScriptVersionID != g["version"] {
		t.Errorf("the call's page: %+v", story)
	}
}

func TestAnExportAsksForAnHonestSpan(t *testing.T) {
	t.Parallel()
	w, _ := filled(t)
	owner := w.Owner(t, w.A)
	for _, bad := range []string{"", "?from=2026-11-01", "?from=2026-11-01&to=2026-11-01", "?from=yesterday&to=2026-11-01", "?from=2026-11-02&to=2026-11-01", "?from=1900-01-01&to=2026-11-01"} {
		p := owner.Do(t, "GET", "/exports/billing.csv"+bad, nil).Want(t, http.StatusUnprocessableEntity).Problem(t)
		if len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, "query.") {
			t.Errorf("%s: %+v", bad, p)
		}
	}
	a := owner.Do(t, "GET", "/exports/billing.csv?from=2026-11-01&to=2026-12-01", nil).Want(t, http.StatusOK)
	if !strings.HasPrefix(a.Header.Get("Content-Type"), "text/csv") || !strings.HasPrefix(string(a.Body), "call_id,leg,") {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	p := owner.Do(t, "POST", "/catalogue/sources", map[string]string{"url": "file:///etc/passwd"}).Want(t, http.StatusUnprocessableEntity).Problem(t)
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.url" {
		t.Errorf("a file as a feed: %+v", p)
	}
}
