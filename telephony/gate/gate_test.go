package gate

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"switchboard/telephony/destination"
	"switchboard/telephony/directory"
	"switchboard/tenant/fault"
	"switchboard/tenant/outgoing"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

// open makes a gate whose clock the test moves.
func open(t *testing.T) (g *Gate, w *tenanttest.World, forward func(time.Duration)) {
	w = tenanttest.Open(t)
	log := slog.New(slog.DiscardHandler)
	d, err := directory.Load(t.Context(), w.DB, log)
	if err != nil {
		t.Fatal(err)
	}
	g = New(w.DB, func() *directory.Directory { return d }, nil, log)
	at := time.Now()
	g.now = func() time.Time { return at }
	return g, w, func(d time.Duration) { at = at.Add(d) }
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	g, w, _ := open(t)
	for dialled, want := range map[string]destination.Reason{
		"sip:88091234567@x": destination.Premium, "+5352345678": destination.Abroad, w.B.E164: destination.Own, "+79161234567": destination.Caller,
	} {
		from := w.A.E164
		if want == destination.Caller {
			from = w.B.E164 // another shop's number is not ours to show
		}
		_, err := g.Allow(t.Context(), Call{Shop: w.A.ID.UUID(), Path: outgoing.Redirect, Dialled: dialled, From: from})
		var no *Refused
		if !errors.As(err, &no) || no.No != want || no.Error() == "" || !errors.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", dialled, err)
		}
	}
}

// TestCut: a call that nothing more can be bought for ends when what was paid
// is used up, and not before.
func TestCut(t *testing.T) {
	t.Parallel()
	g, w, forward := open(t)
	w.Admin(t, `insert into shop.outgoing_limit (shop_id, enabled, countries, currency, hour, hour_each, day_minutes, hour_spend, day_spend, at_once, changed_at, changed_by)
		values ($1, true, '{}', 'RUB', 9, 9, 99, 21000000, 99000000, 2, now(), 'test')`, w.A.ID.UUID())
	cut := ""
	p, err := g.Allow(t.Context(), Call{Shop: w.A.ID.UUID(), Path: outgoing.Callback, Dialled: "89161234567", From: w.A.E164, Cut: func(why string) { cut += why }})
	if err != nil || p.Number != "+79161234567" {
		t.Fatalf("%+v, %v", p, err)
	}
	p.Answered()
	for i, step := range []time.Duration{0, 4*time.Minute + 50*time.Second, 2 * time.Minute} { // two minutes are bought
		forward(step)
		if g.look(t.Context()); cut != "" {
			t.Fatalf("cut at step %d: %s", i, cut)
		}
	}
	forward(15 * time.Second)
	g.look(t.Context())
	g.look(t.Context())
	if cut != "what the shop may spend on calls in an hour is spent" {
		t.Errorf("cut: %q", cut)
	}
	p.Ended()
	p.Ended()
	g.look(t.Context())
	if cost := tenanttest.One[int64](t, w, "select cost from shop.outgoing_call where ended_at is not null"); cost != 24_000_000 || len(g.up) != 0 {
		t.Errorf("it cost %d, %d are up", cost, len(g.up)) // the cap and the minute in which it ended
	}
}
