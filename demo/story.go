// Package demo plays one call through a running Switchboard: a buyer rings, an
// operator answers and takes an order, and the story is told as it happens.
// Buyer and operator are telephones of their own that use SIP, RTP and the
// public API like anyone.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// ForAPerson is how long the built-in operator leaves the call to a person.
const ForAPerson = 20 * time.Second

// whole is how long the story may take.
const whole = 2 * time.Minute

// Cast is who plays.
type Cast struct {
	API      string         // base URL
	SIP      netip.AddrPort // of the switchboard
	Number   string         // that the buyer rings, E.164
	Shop     string         // slug of the shop that has it
	Owner    Login          // of the shop
	Finance  Login
	Operator Operator
	Patience time.Duration // before the built-in operator comes on duty
}

// Operator is the built-in one, with the telephone that registers for them.
type Operator struct {
	Login
	User, Secret string
}

// steps of the story, in their order.
var steps = []string{"rang", "greeted", "queued", "offered", "joined", "ordered", "ended", "recorded", "rated", "exported"}

// Play plays the call and tells it to out. The error names the steps that did
// not happen.
func Play(ctx context.Context, cast Cast, out io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	owner, err := signIn(ctx, cast.API, cast.Owner)
	if err != nil {
		return err
	}
	finance, err := signIn(ctx, cast.API, cast.Finance)
	if err != nil {
		return err
	}
	n := &narrator{cast: cast, owner: owner, finance: finance, out: out, begun: time.Now(), told: map[string]bool{}, joined: make(chan struct{})}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return operate(ctx, cast) })
	g.Go(func() error { return ring(ctx, cast, n.joined) })
	g.Go(func() error {
		defer cancel() // whoever still waits may go
		return n.tell(ctx)
	})
	err = g.Wait()
	if missing := n.missing(); len(missing) > 0 {
		return fmt.Errorf("the story is not complete: missing %s: %w", strings.Join(missing, ", "), err)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	fmt.Fprintln(out, "the story is complete")
	return nil
}

// narrator follows the call through the shop's own eyes.
type narrator struct {
	cast    Cast
	owner   *client
	finance *client
	out     io.Writer
	begun   time.Time
	call    string
	told    map[string]bool
	joined  chan struct{}
}

// look is how often the narrator asks.
const look = 200 * time.Millisecond

// call as the API tells it, as far as the story goes.
type call struct {
	ID           string    `json:"id"`
	StartedAt    time.Time `json:"started_at"`
	State        string    `json:"state"`
	Outcome      string    `json:"outcome"`
	TalkS        float64   `json:"talk_s"`
	RecordingURL *string   `json:"recording_url"`
	OrderID      *string   `json:"order_id"`
	Charge       *struct {
		Amount   int64  `json:"amount"`
		Currency string `json:"currency"`
	} `json:"charge"`
	Events []struct {
		At   time.Time `json:"at"`
		Kind string    `json:"kind"`
	} `json:"events"`
}

// tell follows the call until it is exported or ctx ends.
func (n *narrator) tell(ctx context.Context) error {
	t := time.NewTicker(look)
	defer t.Stop()
	for len(n.missing()) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
		if err := n.step(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (n *narrator) step(ctx context.Context) error {
	if n.call == "" {
		return n.find(ctx)
	}
	var c call
	if err := n.owner.get(ctx, "/calls/"+n.call, nil, &c); err != nil {
		return err
	}
	n.events(c)
	if c.OrderID != nil {
		n.say("ordered", time.Now(), "order "+*c.OrderID)
	}
	if c.State == "wrap-up" || c.State == "ended" {
		n.say("ended", time.Now(), fmt.Sprintf("%s, talked %.0f s", c.Outcome, c.TalkS))
	}
	if c.RecordingURL != nil {
		n.say("recorded", time.Now(), *c.RecordingURL)
	}
	if c.Charge == nil {
		return nil
	}
	n.say("rated", time.Now(), fmt.Sprintf("%d.%02d %s", c.Charge.Amount/100, c.Charge.Amount%100, c.Charge.Currency))
	return n.export(ctx)
}

// find looks for the call that began after the story did.
func (n *narrator) find(ctx context.Context) error {
	var page struct {
		Items []call `json:"items"`
	}
	if err := n.owner.get(ctx, "/calls", url.Values{"limit": {"5"}}, &page); err != nil {
		return err
	}
	for _, c := range page.Items {
		if !c.StartedAt.Before(n.begun.Add(-time.Second)) {
			n.call = c.ID
		}
	}
	return nil
}

// words for the events of the journal.
var words = map[string][2]string{
	"arrived": {"rang", "a buyer rings"},
	"greeted": {"greeted", "greeting and notice of recording heard"},
	"enqueue": {"queued", "waits in the pooled room"},
	"offer":   {"offered", "an operator's telephone rings"},
	"connect": {"joined", "buyer and operator talk"},
}

func (n *narrator) events(c call) {
	for _, e := range c.Events {
		w, ok := words[e.Kind]
		if !ok {
			continue
		}
		if w[0] == "joined" && !n.told["joined"] {
			close(n.joined)
		}
		n.say(w[0], e.At, w[1])
	}
}

// say tells a step, once.
func (n *narrator) say(step string, at time.Time, text string) {
	if n.told[step] {
		return
	}
	n.told[step] = true
	fmt.Fprintf(n.out, "%s  %-9s %s\n", at.Local().Format("15:04:05.000"), step, text)
}

// export looks for the call in finance's billing export.
func (n *narrator) export(ctx context.Context) error {
	day := n.begun.UTC()
	q := url.Values{"from": {day.AddDate(0, 0, -1).Format(time.DateOnly)}, "to": {day.AddDate(0, 0, 2).Format(time.DateOnly)}, "shop": {n.cast.Shop}}
	csv, err := n.finance.raw(ctx, http.MethodGet, "/exports/billing.csv?"+q.Encode(), nil)
	if err != nil {
		return err
	}
	if strings.Contains(string(csv), n.call) {
		n.say("exported", time.Now(), "a line of /exports/billing.csv")
	}
	return nil
}

func (n *narrator) missing() []string {
	var out []string
	for _, s := range steps {
		if !n.told[s] {
			out = append(out, s)
		}
	}
	return out
}

// Table prints who is who.
func Table(out io.Writer, lines [][2]string) {
	for _, l := range lines {
		fmt.Fprintf(out, "  %-18s %s\n", l[0], l[1])
	}
	fmt.Fprintln(out)
}
