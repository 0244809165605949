package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"switchboard/telephony/sipua"
)

// operate has the built-in operator come on duty after the cast's patience,
// answer, take the order by the public API, and hang up.
func operate(ctx context.Context, cast Cast) error {
	select {
	case <-time.After(cast.Patience):
	case <-ctx.Done():
		return expected(ctx.Err())
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	d := &desk{cast: cast, up: make(chan struct{})}
	p, err := newPhone(d.rung)
	if err != nil {
		return err
	}
	defer p.unplug()
	d.phone = p
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.ua.Run(ctx) })
	g.Go(func() error {
		return p.ua.Register(ctx, sipua.Registration{Server: cast.SIP.String(), User: cast.Operator.User, Password: cast.Operator.Secret})
	})
	g.Go(func() error {
		defer stop()
		return d.work(ctx)
	})
	return expected(g.Wait())
}

// expected takes the end of the story for no error.
func expected(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// desk is the built-in operator's.
type desk struct {
	cast  Cast
	phone *phone
	line  line
	leg   *sipua.Leg
	up    chan struct{} // closed when the operator has answered
}

// think is how long the operator takes to pick up.
const think = 1500 * time.Millisecond

// rung answers the first call that comes.
func (d *desk) rung(leg *sipua.Leg, in sipua.Invite) {
	if d.leg != nil {
		leg.Refuse(486, "in a call")
		return
	}
	l, err := d.phone.open()
	if err != nil {
		leg.Refuse(500, "no audio")
		return
	}
	body, err := l.answer(in.SDP)
	if err != nil {
		leg.Refuse(488, "G.711 only")
		return
	}
	d.leg, d.line = leg, l
	leg.Listen(func(sipua.Event) {}) // the API tells how the call is
	leg.Ring()
	time.AfterFunc(think, func() {
		leg.Answer(body)
		close(d.up)
	})
}

// work is one call at the desk, from the greeting to the hang-up.
func (d *desk) work(ctx context.Context) error {
	c, err := signIn(ctx, d.cast.API, d.cast.Operator.Login)
	if err != nil {
		return err
	}
	if err := wait(ctx, d.up); err != nil {
		return err
	}
	answer, err := spoken("answer")
	if err != nil {
		return err
	}
	call, err := d.inHand(ctx, c)
	if err != nil {
		return err
	}
	d.phone.player.Play(d.line.rtp, answer)
	if _, err := walkScript(ctx, c, call); err != nil {
		return fmt.Errorf("walk the script: %w", err)
	}
	select { // the buyer hears the answer out
	case <-time.After(answer.Length()):
	case <-ctx.Done():
		return ctx.Err()
	}
	d.leg.Hangup("goodbye")
	return nil
}

// inHand waits until the desk shows the call as in hand.
func (d *desk) inHand(ctx context.Context, c *client) (string, error) {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		var now struct {
			State string `json:"state"`
			Call  *struct {
				ID string `json:"id"`
			} `json:"call"`
		}
		if err := c.get(ctx, "/desk", nil, &now); err != nil {
			return "", err
		}
		if now.State == "talking" && now.Call != nil {
			return now.Call.ID, nil
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
