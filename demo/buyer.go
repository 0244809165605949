package demo

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"switchboard/telephony/sipua"
)

// buyerNumber is what the buyer's carrier shows us: the national form, as
// Russian trunks do.
const buyerNumber = "89215550144"

// ring has the buyer ring the shop, ask a question once somebody is there, and
// stay until the other side hangs up.
func ring(ctx context.Context, cast Cast, joined <-chan struct{}) error {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	p, err := newPhone(func(l *sipua.Leg, _ sipua.Invite) { l.Refuse(486, "a caller only") })
	if err != nil {
		return err
	}
	defer p.unplug()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return p.ua.Run(ctx) })
	g.Go(func() error {
		defer hangUp()
		return p.talk(ctx, cast, joined)
	})
	return expected(g.Wait())
}

func (p *phone) talk(ctx context.Context, cast Cast, joined <-chan struct{}) error {
	question, err := spoken("question")
	if err != nil {
		return err
	}
	l, err := p.open()
	if err != nil {
		return err
	}
	events := make(chan sipua.Event, 16)
	leg, err := p.ua.Dial(sipua.Target{
		URI: fmt.Sprintf("sip:%s@%s", cast.Number, cast.SIP), FromUser: buyerNumber, FromDisplay: "Сергей", SDP: l.local.Offer(),
		Timeout: whole, Listen: func(ev sipua.Event) { events <- ev },
	})
	if err != nil {
		return fmt.Errorf("ring %s: %w", cast.Number, err)
	}
	defer leg.Hangup("bye")
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-joined:
			p.player.Play(l.rtp, question)
			joined = nil
		case ev := <-events:
			if over, err := l.heard(ev); over || err != nil {
				return err
			}
		}
	}
}

// heard takes what happens to the buyer's call, and answers whether it is over.
func (l line) heard(ev sipua.Event) (over bool, err error) {
	switch ev := ev.(type) {
	case sipua.Answered:
		return false, l.accept(ev.SDP)
	case sipua.Failed:
		return true, fmt.Errorf("the buyer's call came to nothing: %d %s", ev.Code, ev.Reason)
	case sipua.Ended:
		return true, nil
	}
	return false, nil
}
