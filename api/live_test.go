package api_test

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/telephony/command"
	"switchboard/tenant/account"
	"switchboard/tenant/live"
	"switchboard/tenant/tenanttest"
)

// events opens a stream and hands over its lines; the channel ends with it.
func events(t *testing.T, c apitest.Client, path string) <-chan string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.URL(path), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = c.Header.Clone()
	res, err := http.DefaultTransport.RoundTrip(req) //nolint:bodyclose // whoever reads the lines closes it
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
	}
	lines := make(chan string, 100)
	go func() {
		defer close(lines)
		defer res.Body.Close()
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			lines <- s.Text()
		}
	}()
	return lines
}

// until reads lines up to one that contains the text.
func until(t *testing.T, lines <-chan string, text string) (seen []string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case l, open := <-lines:
			seen = append(seen, l)
			if !open {
				t.Fatalf("the stream ended before %q: %q", text, seen)
			}
			if strings.Contains(l, text) {
				return seen
			}
		case <-limit:
			t.Fatalf("no %q: %q", text, seen)
		}
	}
}

func TestHintsReachTheirShopOnly(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	teller := live.NewTeller(w.Redis)
	go teller.Run(ctx)
	lines := events(t, w.Owner(t, w.A), "/events")
	all := events(t, w.SignIn(t, w.AddStaff(t, account.Supervisor)), "/events")
	until(t, lines, "event: resync")
	until(t, all, "event: resync")
	foreign, own := uuid.New(), uuid.New()
	teller.Tell(live.Hint{Shop: w.B.ID, Kind: live.Call, ID: foreign, State: "waiting"})
	teller.Tell(live.Hint{Shop: w.A.ID, Kind: live.Call, ID: own, State: "talking"})
	seen := strings.Join(until(t, lines, own.String()), "\n")
	if strings.Contains(seen, foreign.String()) || !strings.Contains(seen, "event: call") || !strings.Contains(seen, `"state":"talking"`) {
		t.Errorf("shop a was told %s", seen)
	}
	until(t, all, foreign.String())
	until(t, all, own.String())
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	lines := events(t, w.Owner(t, w.A), "/events")
	until(t, lines, "event: resync")
	w.Admin(t, "update house.account set disabled_at = now() where id = $1", w.A.Owner)
	limit := time.After(20 * time.Second)
	for {
		select {
		case _, open := <-lines:
			if !open {
				return
			}
		case <-limit:
			t.Fatal("a disabled person goes on being told")
		}
	}
}

func TestADeskActsOnItsOwnCallOnly(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	anna, call := g["operator"], g["call"]
	client, path := w.SignIn(t, "anna@floor.test.example"), "/desk/calls/"+g["call"].String()
	client.Do(t, "POST", path+"/hold", nil).Want(t, http.StatusNotFound)
	at := command.Desk{Operator: anna, State: "offered", Phone: "fixed", Since: time.Now().UTC(),
		Call: &command.Call{ID: call, ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, NumberID: w.A.Number, State: "waiting", StartedAt: time.Now().UTC()}}
	w.Phones.Put(at)
	var desk struct {
		State string
		Call  struct {
			From, Queue string
			Shop        struct{ Slug string }
		}
	}
	client.Do(t, "GET", "/desk", nil).Want(t, http.StatusOK).JSON(t, &desk)
	if desk.State != "offered" || desk.Call.From != "+7921*****44" || desk.Call.Queue != "orders" || desk.Call.Shop.Slug != w.A.Slug {
		t.Errorf("offered: %+v", desk)
	}
	at.State = "talking"
	w.Phones.Put(at)
	client.Do(t, "POST", path+"/hold", nil).Want(t, http.StatusOK).JSON(t, &desk)
	if desk.Call.From != "+79215550144" {
		t.Errorf("in hand: %+v", desk)
	}
	client.Do(t, "POST", "/desk/pause", map[string]string{"reason": "lunch"}).Want(t, http.StatusOK)
	client.Do(t, "POST", "/desk/pause", map[string]string{"reason": "because"}).Want(t, http.StatusUnprocessableEntity)
	client.Do(t, "POST", "/desk/calls/"+uuid.NewString()+"/hangup", nil).Want(t, http.StatusNotFound)
	want := []command.Order{{Verb: command.Hold, Operator: anna, Call: call}, {Verb: command.Pause, Operator: anna, Reason: "lunch"}}
	got := w.Phones.Orders()
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("the switch was asked for %+v", got)
	}
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action like 'desk.%'"); n != 2 {
		t.Errorf("%d records of 2 orders", n)
	}
	w.Phones.SetDown()
	if a := client.Do(t, "GET", "/desk", nil).Want(t, http.StatusServiceUnavailable); a.Header.Get("Retry-After") == "" {
		t.Error("503 without Retry-After")
	}
}

func TestTheFloorHasNames(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Phones.Put(command.Desk{Operator: g["operator"], State: "talking", Phone: "fixed", Since: time.Now().UTC(),
		Call: &command.Call{ID: g["call"], ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, State: "talking", StartedAt: time.Now().UTC()}})
	var floor struct {
		Calls     []struct{ Shop string }
		Operators []struct {
			Name   string
			CallID uuid.UUID `json:"call_id"`
		}
	}
	w.SignIn(t, w.AddStaff(t, account.Supervisor)).Do(t, "GET", "/floor", nil).Want(t, http.StatusOK).JSON(t, &floor)
	if len(floor.Calls) != 1 || floor.Calls[0].Shop != w.A.Slug || len(floor.Operators) != 1 || floor.Operators[0].Name != "anna" || floor.Operators[0].CallID != g["call"] {
		t.Errorf("floor %+v", floor)
	}
	w.Owner(t, w.A).Do(t, "GET", "/floor", nil).Want(t, http.StatusForbidden)
}

func TestATaskIsClaimedByOne(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	owner, supervisor := w.Owner(t, w.A), w.SignIn(t, w.AddStaff(t, account.Supervisor))
	var tasks struct {
		Items []struct {
			ID    uuid.UUID
			Phone string
		}
	}
	owner.Do(t, "GET", "/tasks?state=open", nil).Want(t, http.StatusOK).JSON(t, &tasks)
	if len(tasks.Items) != 1 || tasks.Items[0].ID != g["task"] || tasks.Items[0].Phone != "+79215550144" {
		t.Fatalf("tasks %+v", tasks)
	}
	path := "/tasks/" + g["task"].String()
	owner.Do(t, "POST", path+"/claim", nil).Want(t, http.StatusOK)
	owner.Do(t, "POST", path+"/claim", nil).Want(t, http.StatusOK)
	supervisor.Do(t, "POST", path+"/claim?shop=shop-a", nil).Want(t, http.StatusConflict)
	owner.Do(t, "POST", path+"/done", map[string]any{"reason": "ordered", "call_id": g["call"]}).Want(t, http.StatusOK)
	owner.Do(t, "POST", path+"/done", map[string]any{}).Want(t, http.StatusConflict)
	var lost struct {
		Items []struct{ Callback struct{ State string } }
	}
	owner.Do(t, "GET", "/lost-calls", nil).Want(t, http.StatusOK).JSON(t, &lost)
	if len(lost.Items) != 1 || lost.Items[0].Callback.State != "done" {
		t.Errorf("lost calls %+v", lost)
	}
}
