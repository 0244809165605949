package telephony

import (
	"context"
	"time"
)

// sureFor is for how long a leader may go without a renewal until new calls go
// to another node, which may lead by then. A database that is restarted is not
// worth it.
const sureFor = 6 * time.Second

// watchLease turns new calls away while it is not known whether this node still
// leads, for nothing that it decides can leave, and gives back those that it
// has told nothing yet. Calls that are up go on.
func (n *Node) watchLease(ctx context.Context) error {
	t := time.NewTicker(sureFor / 10)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-t.C:
			if now.UnixMilli()-n.sureAt.Load() < sureFor.Milliseconds() || !n.leads.Load() {
				continue
			}
		}
		if !n.unsure.Swap(true) {
			n.log.Error("whether this node still leads is not known: new calls are turned away")
			n.ua.TurnAway(askAgain)
		}
		n.lines.RefuseUndecided("another node serves")
	}
}

// renewed notes that the lease was.
func (n *Node) renewed() {
	n.sureAt.Store(time.Now().UnixMilli())
	if n.unsure.Swap(false) && n.leads.Load() {
		n.log.Warn("this node still leads: new calls are taken again")
		n.ua.TurnAway(0)
	}
}

// sure reports whether this node leads as far as it knows.
func (n *Node) sure() bool { return n.leads.Load() && !n.unsure.Load() }
