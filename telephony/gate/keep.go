package gate

import (
	"context"
	"time"

	"switchboard/telephony/destination"
	"switchboard/tenant"
	"switchboard/tenant/outgoing"
)

// ahead is how long before the end of what is paid more is bought: time for a
// database that is slow.
const ahead = 15 * time.Second

// Run writes down what calls out came to, buys more for those that go on, and
// ends those that can't. It returns when ctx ends; rows of calls that are still
// up then lapse by themselves.
func (g *Gate) Run(ctx context.Context) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		g.look(ctx)
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			g.look(last)
			cancel()
			return
		case <-t.C:
		case <-g.wake:
		}
	}
}

// look goes through the calls that are out.
func (g *Gate) look(ctx context.Context) {
	for _, p := range g.all() {
		if !g.settle(ctx, p) {
			continue // the rows come first
		}
		g.mu.Lock()
		over, until := p.over, p.until
		if over && len(p.told) == 0 {
			delete(g.up, p.id)
		}
		g.mu.Unlock()
		if !over && !until.IsZero() && g.now().After(until.Add(-ahead)) {
			g.extend(ctx, p, until)
		}
	}
}

func (g *Gate) all() []*Permit {
	g.mu.Lock()
	defer g.mu.Unlock()
	ps := make([]*Permit, 0, len(g.up))
	for _, p := range g.up {
		ps = append(ps, p)
	}
	return ps
}

// settle writes what the rows are owed, and tells whether nothing is left.
func (g *Gate) settle(ctx context.Context, p *Permit) bool {
	g.mu.Lock()
	told := p.told
	g.mu.Unlock()
	for _, write := range told {
		if err := g.within(ctx, p, write); err != nil {
			g.log.Warn("call out is not written down", "call_out", p.id, "err", err)
			return g.cutOff(p, "")
		}
		g.mu.Lock()
		p.told = p.told[1:]
		g.mu.Unlock()
	}
	return true
}

// extend buys more, or ends the call if what is paid is used up.
func (g *Gate) extend(ctx context.Context, p *Permit, until time.Time) {
	var v destination.Verdict
	err := g.within(ctx, p, func(tx tenant.Tx) (err error) {
		v, err = outgoing.Extend(tx, p.id, g.now())
		return err
	})
	if err == nil && v.No == "" {
		g.mu.Lock()
		p.until = until.Add(time.Duration(v.For) * time.Millisecond)
		g.mu.Unlock()
		return
	}
	if err != nil {
		g.log.Warn("call out is not extended", "call_out", p.id, "err", err)
	}
	g.cutOff(p, v.Words("en"))
}

// cutOff ends a call whose time is used up, once. While the database is away
// nothing more can be bought.
func (g *Gate) cutOff(p *Permit, why string) bool {
	g.mu.Lock()
	due := !p.over && p.cut != nil && !p.until.IsZero() && !g.now().Before(p.until)
	cut := p.cut
	if due {
		p.cut = nil
	}
	g.mu.Unlock()
	if due {
		if why == "" {
			why = "what was paid for is used up"
		}
		g.log.Info("call out is ended", "call_out", p.id, "why", why)
		cut(why)
	}
	return false
}

func (g *Gate) within(ctx context.Context, p *Permit, do func(tenant.Tx) error) error {
	shop, err := g.db.EnterAsJob(ctx, "outgoing", tenant.ID(p.shop))
	if err != nil {
		return err
	}
	return g.db.Within(ctx, shop, do)
}
