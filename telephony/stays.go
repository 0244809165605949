package telephony

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/presence"
	"switchboard/telephony/sipua"
)

// stays says where operators are while a pool passes from one node to another:
// each is at one node at any time.
type stays struct {
	mu        sync.Mutex
	kept      map[uuid.UUID]bool   // at this node, which has retired; nil while it has not
	elsewhere map[uuid.UUID]string // at which node that has retired and keeps them
}

// keep sets whom a retired node keeps.
func (s *stays) keep(all []uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = map[uuid.UUID]bool{}
	for _, o := range all {
		s.kept[o] = true
	}
}

// none reports whether this node keeps nobody.
func (s *stays) none() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept) == 0
}

func (s *stays) keeps(operator uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[operator]
}

// all returns whom a retired node keeps.
func (s *stays) all() []uuid.UUID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.AppendSeq([]uuid.UUID{}, maps.Keys(s.kept))
}

// are sets who is elsewhere, and returns who was and is no longer.
func (s *stays) are(elsewhere map[uuid.UUID]string) (back []uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for o := range s.elsewhere {
		if _, still := elsewhere[o]; !still {
			back = append(back, o)
		}
	}
	s.elsewhere = elsewhere
	return back
}

func (s *stays) at(operator uuid.UUID) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.elsewhere[operator]
}

// mine tells whether an operator is at this node.
func (n *Node) mine(op *directory.Operator) bool {
	if op == nil || op.Pool != n.cfg.Pool {
		return false
	}
	if n.leads.Load() {
		return n.stays.at(op.ID) == ""
	}
	return n.stays.keeps(op.ID)
}

// serves tells whether what is asked about an operator is asked of the right
// node. The leader answers for who is nobody, too.
func (n *Node) serves(op *directory.Operator) bool {
	if op == nil {
		return n.leads.Load()
	}
	return n.mine(op)
}

// desk is mine for a page, which is told where else to go. A supervisor's page
// is at the leader, where new calls are.
func (n *Node) desk(operator uuid.UUID) (node string, ok bool) {
	if book := n.book.Now(); book.Operator(operator) == nil && book.Supervisor(operator) != nil {
		return "", n.leads.Load()
	}
	return n.stays.at(operator), n.mine(n.book.Now().Operator(operator))
}

// ready says whether a proxy may bring us new pages.
func (n *Node) ready(w http.ResponseWriter, _ *http.Request) {
	if !n.sure() {
		http.Error(w, "this node does not lead the pool", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("leads\n")) // who asked is gone if this fails
}

// keepPlace has a successor know where a telephone is. A connection of TCP dies
// with us, and the telephone makes another.
func (n *Node) keepPlace(user string, c sipua.Contact) {
	if c.Expires.IsZero() || !strings.Contains(c.URI, "transport=tcp") {
		n.present.Put(presence.Place{User: user, URI: c.URI, Source: c.Source, Expires: c.Expires})
	}
}

// inherit learns what nodes before us knew of operators, and who is still at one
// of them.
func (n *Node) inherit(ctx context.Context) error {
	places, err := n.present.Places(ctx)
	if err != nil {
		return err
	}
	for _, p := range places {
		n.lines.Registered(p.User, sipua.Contact{URI: p.URI, Source: p.Source, Expires: p.Expires})
	}
	duties, err := n.present.Duties(ctx)
	if err != nil {
		return err
	}
	n.duty.inherit(duties, time.Now())
	_, err = n.lookRetired(ctx)
	return err
}

// lookEvery is how soon an operator whom a retired node let go of is ours.
const lookEvery = 200 * time.Millisecond

// mindRetired follows the nodes that led before us, until none has calls any
// more.
func (n *Node) mindRetired(ctx context.Context) error {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		left, err := n.lookRetired(ctx)
		if err != nil && ctx.Err() == nil {
			n.log.Warn("who has retired is not known", "err", err)
		}
		if err == nil && left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}

// lookRetired updates who is elsewhere, and ends what a retired node left that
// has died.
func (n *Node) lookRetired(ctx context.Context) (left int, err error) {
	all, err := n.lease.Retired(ctx)
	if err != nil {
		return 0, err
	}
	elsewhere := map[uuid.UUID]string{}
	for _, r := range all {
		gone, err := n.lease.GiveUp(ctx, r)
		if err != nil {
			return 0, err
		}
		if gone {
			n.log.Warn("a retired node has died", "node", r.Node, "epoch", r.Epoch)
			if err := n.lease.Recover(ctx, n.log); err != nil {
				return 0, err
			}
			if err := n.takeOver(ctx); err != nil {
				return 0, err
			}
			continue
		}
		left++
		for _, o := range r.Operators {
			elsewhere[o] = r.Node
		}
	}
	return left, n.welcomeBack(ctx, n.stays.are(elsewhere))
}

// welcomeBack takes on operators whom a retired node let go of, with what they
// said there.
func (n *Node) welcomeBack(ctx context.Context, operators []uuid.UUID) error {
	if len(operators) == 0 {
		return nil
	}
	duties, err := n.present.Duties(ctx, operators...)
	if err != nil {
		return err
	}
	for _, o := range operators {
		n.duty.release(o)
	}
	n.duty.inherit(duties, time.Now())
	n.duty.review(nil)
	return nil
}
