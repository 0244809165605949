package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
	"switchboard/tenant/ticket"
)

// A desk is told how it is: at once, and again whenever the switch hints at it
// and at no other.
func TestADeskIsToldWhenItChanges(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	teller := live.NewTeller(w.Redis)
	go teller.Run(ctx)
	at := command.Desk{Operator: g["operator"], State: "idle", OnDuty: true, Phone: "browser", Since: time.Now().UTC()}
	w.Phones.Put(at)
	lines := events(t, w.SignIn(t, "anna@floor.test.example"), "/desk/events")
	until(t, lines, `"state":"idle"`)

	until60 := time.Now().UTC().Add(time.Minute)
	at.State, at.Call = "talking", &command.Call{ID: uuid.New(), ShopID: w.A.ID.UUID(), QueueID: w.A.Queue, NumberID: w.A.Number,
		State: "held", StartedAt: time.Now().UTC(), Muted: true, AwayUntil: &until60}
	w.Admin(t, `insert into shop.call (shop_id, id, no, direction, state, pool, epoch, node, started_at)
		select shop_id, $1, 999, direction, 'talking', pool, epoch, node, now() from shop.call where id = $2`, at.Call.ID, g["call"])
	w.Admin(t, "insert into shop.call_party (shop_id, call_id, phone_raw, phone) select shop_id, $1, phone_raw, phone from shop.call_party where call_id = $2", at.Call.ID, g["call"])
	w.Phones.Put(at)
	teller.Tell(live.Hint{Kind: live.Desk, ID: uuid.New()}) // somebody else's
	teller.Tell(live.Hint{Kind: live.Desk, ID: at.Operator})
	told := strings.Join(until(t, lines, `"state":"held"`), "\n")
	for _, want := range []string{`"held":true`, `"muted":true`, `"away_until":"2`} {
		if !strings.Contains(told, want) {
			t.Errorf("no %s in %s", want, told)
		}
	}
	if n := strings.Count(told, "event: desk"); n != 1 {
		t.Errorf("told %d times of one hint: %s", n, told)
	}
}

func TestATicketIsTheOperatorsOwn(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	var got struct {
		Ticket string `json:"ticket"`
		GoodS  int    `json:"good_s"`
	}
	w.SignIn(t, "anna@floor.test.example").Do(t, "POST", "/desk/tickets", nil).Want(t, http.StatusCreated).JSON(t, &got)
	var whose uuid.UUID
	take := func() error {
		return w.DB.Across(t.Context(), "test", func(tx tenant.AcrossTx) (err error) {
			whose, err = ticket.Redeem(tx, got.Ticket)
			return err
		})
	}
	if err := take(); err != nil || whose != g["operator"] || got.GoodS != 30 {
		t.Errorf("%+v is %s's, %v", got, whose, err)
	}
	if err := take(); !errors.Is(err, fault.NotFound) {
		t.Errorf("the second time: %v", err)
	}
	w.Owner(t, w.A).Do(t, "POST", "/desk/tickets", nil).Want(t, http.StatusForbidden)
}

// What the switch refuses for a reason that a page can tell apart has its code.
func TestRefusalsHaveCodes(t *testing.T) {
	t.Parallel()
	w, _ := filled(t)
	anna := w.SignIn(t, "anna@floor.test.example")
	for code, err := range command.Codes {
		w.Phones.Refuse(err)
		var p struct{ Code string }
		if a := anna.Do(t, "POST", "/desk/ready", nil); a.Status < 400 {
			t.Errorf("%s is answered %d", code, a.Status)
		} else {
			a.JSON(t, &p)
		}
		if p.Code != code {
			t.Errorf("code %q, want %q", p.Code, code)
		}
	}
}
