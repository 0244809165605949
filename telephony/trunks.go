package telephony

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"switchboard/telephony/gate"
	"switchboard/telephony/trunk"
	"switchboard/telephony/trunk/locate"
	"switchboard/tenant"
)

// openTrunks makes the door to the telephone network.
func (n *Node) openTrunks() error {
	at, err := net.ResolveUDPAddr("udp", n.cfg.SIPAddr)
	if err != nil {
		return fmt.Errorf("read SIP_ADDR: %w", err)
	}
	n.gate = gate.New(n.db, n.book.Now, nil, n.log.With("part", "gate"))
	n.trunks = trunk.New(trunk.Config{
		Book: n.book.Now, Box: n.cfg.Box, Rules: rules{n.gate}, Realm: n.cfg.Realm, Proxy: n.cfg.Outbound,
		Resolver: locate.New(at.AddrPort().Addr(), n.cfg.DNS...), Log: n.log.With("part", "trunks"),
	})
	return nil
}

// telling is how often what is seen of the trunks is written down.
const telling = 3 * time.Second

// watchTrunks looks after the trunks until ctx ends.
func (n *Node) watchTrunks(ctx context.Context) error {
	var told sync.WaitGroup
	told.Go(func() { n.tellTrunks(ctx) })
	n.trunks.Run(ctx)
	told.Wait()
	return ctx.Err()
}

// tellTrunks has people see what this process sees. While the database is away
// calls go on.
func (n *Node) tellTrunks(ctx context.Context) {
	t := time.NewTicker(telling)
	defer t.Stop()
	for {
		err := n.db.Across(ctx, "tell how the trunks are", func(tx tenant.AcrossTx) error {
			return trunk.Save(tx, n.cfg.Node, n.trunks.Status(), time.Now())
		})
		if err != nil && ctx.Err() == nil {
			n.log.Warn("nobody sees how the trunks are", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// rules has calls out pass the gate.
type rules struct{ *gate.Gate }

func (r rules) Allow(ctx context.Context, req trunk.Request, cut func(string)) (trunk.Permit, error) {
	return r.Gate.Allow(ctx, gate.Call{
		Shop: req.Shop, ID: req.Call, Operator: req.Operator, Path: req.Path, Dialled: string(req.Number), From: string(req.Caller), Cut: cut,
	})
}
