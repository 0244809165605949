package telephony

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/sipua"
	"switchboard/tenant"
	"switchboard/tenant/alert"
	"switchboard/tenant/fault"
)

// Security tells who is kept out of this node.
func (s switchboard) Security() command.Security {
	sec, st := s.n.ua.Security(), s.n.ua.Stats()
	out := command.Security{
		Node: s.n.cfg.Node, Since: s.n.began, Bans: []command.Ban{}, Locks: []command.Lock{},
		Refused: map[string]int64{
			"stranger": st.Strangers, "scanner": st.Scanners, "banned": st.Banned, "rate": st.Throttled, "malformed": st.Malformed,
			"unreadable": st.Unreadable, "replay": st.Replays, "password": st.WrongDigest, "overload": st.Overload, "shop_rate": s.n.shopRate.refused.Load(),
		},
	}
	for _, b := range sec.Bans {
		out.Bans = append(out.Bans, command.Ban{Address: b.Address, Why: string(b.Why), Until: b.Until, Times: b.Times, Offences: b.Offences, Seen: b.Seen})
	}
	for _, l := range sec.Locks {
		out.Locks = append(out.Locks, command.Lock(l))
	}
	return out
}

// Pardon lets an address in again.
func (s switchboard) Pardon(p command.Pardon) error {
	if !s.n.ua.Pardon(p.Address) {
		return fault.NotFound
	}
	s.n.log.Info("address is let in again", "address", p.Address)
	return nil
}

// mostAlarms bounds what waits to be written: the SIP side rings for a thing
// once a minute.
const mostAlarms = 256

// alarm has something told to a person. It does not block.
func (n *Node) alarm(a sipua.Alarm) {
	n.log.Warn("alarm", "kind", a.Kind, "subject", a.Subject, "why", a.Why)
	select {
	case n.alarms <- a:
	default: // as many others are being told already
	}
}

// writeAlarms makes rows of alarms until ctx ends.
func (n *Node) writeAlarms(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-n.alarms:
			detail, _ := json.Marshal(map[string]string{"why": string(a.Why), "node": n.cfg.Node}) // strings only
			err := n.db.Across(ctx, "raise an alarm", func(tx tenant.AcrossTx) error {
				return alert.Raise(tx, alert.Alert{Kind: a.Kind, Subject: a.Subject, Detail: detail}, time.Now())
			})
			if err != nil && ctx.Err() == nil {
				n.log.Warn("alarm is not written", "kind", a.Kind, "err", err)
			}
		}
	}
}

// rated turns away calls to a shop that gets more new ones in a second than it
// may: one shop's flood must not shut out the others.
func (n *Node) rated(next func(*sipua.Leg, sipua.Invite)) func(*sipua.Leg, sipua.Invite) {
	return func(leg *sipua.Leg, in sipua.Invite) {
		shop := shopOf(n.book.Now(), in.To)
		if shop != uuid.Nil && !n.shopRate.take(shop, time.Now()) {
			n.shopRate.refused.Add(1)
			n.alarm(sipua.Alarm{Kind: "shop_rate", Subject: shop.String()})
			leg.Refuse(503, "more calls than the shop may have in a second")
			return
		}
		next(leg, in)
	}
}

func shopOf(d *directory.Directory, dialled string) uuid.UUID {
	n, err := e164.Parse(dialled, e164.Russia)
	if err != nil {
		return uuid.Nil
	}
	if number := d.Number(n); number != nil {
		return number.Shop.ID
	}
	return uuid.Nil
}

// rates is how many calls each shop has begun in the second under way.
type rates struct {
	most    int // 0: any
	refused atomic.Int64

	mu     sync.Mutex
	second int64
	begun  map[uuid.UUID]int
}

// take counts a call, unless it is one too many.
func (r *rates) take(shop uuid.UUID, now time.Time) bool {
	if r.most <= 0 {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := now.Unix(); s != r.second || r.begun == nil {
		r.second, r.begun = s, map[uuid.UUID]int{}
	}
	r.begun[shop]++
	return r.begun[shop] <= r.most
}
