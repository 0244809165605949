package telephony

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/telephony/line"
	"switchboard/telephony/trace"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Bounds of what is kept. A call's messages take some 0.2 ms to strike, to
// compress and to write; a flood of calls must not be slowed by its own traces.
const (
	mostTraces  = 50              // calls a second whose messages are kept
	tracesBurst = 500             // that wait to be written
	traceAfter  = 3 * time.Second // the end: what is repeated belongs to the call
)

// ended is a call whose messages are to be kept.
type ended struct {
	line.Traced
	due time.Time
}

// traced takes a call that is over. It does not block.
func (n *Node) traced(t line.Traced) {
	if n.cfg.TraceDays <= 0 || t.Shop == uuid.Nil {
		return
	}
	select {
	case n.traces <- ended{t, time.Now().Add(traceAfter)}:
	default: // as many others are waiting
	}
}

// Trace returns the messages of a call that is up, with its secrets struck out.
func (s switchboard) Trace(call uuid.UUID) (trace.Call, error) {
	t, up := s.n.lines.Trace(call)
	if !up {
		return trace.Call{}, fault.NotFound
	}
	packed, err := trace.Pack(trace.Call{Ours: s.n.ua.Addr(), Legs: t.Legs()})
	if err != nil {
		return trace.Call{}, err
	}
	return trace.Unpack(packed)
}

// keepTraces writes the messages of calls that are over, and deletes what was
// kept long enough, until ctx ends.
func (n *Node) keepTraces(ctx context.Context) {
	tick, tidy := time.NewTicker(time.Second), time.NewTicker(time.Hour)
	defer tick.Stop()
	defer tidy.Stop()
	var waiting []ended
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			n.writeTraces(last, waiting)
			cancel()
			return
		case e := <-n.traces:
			if len(waiting) < mostTraces*int(traceAfter/time.Second)+mostTraces {
				waiting = append(waiting, e)
			}
		case now := <-tick.C:
			due := 0
			for due < len(waiting) && !waiting[due].due.After(now) {
				due++
			}
			n.writeTraces(ctx, waiting[:due])
			waiting = waiting[due:]
		case <-tidy.C:
			n.tidyTraces(ctx)
		}
	}
}

// writeTraces writes many at once. What can't be written is lost: a trace is a
// help, not a record.
func (n *Node) writeTraces(ctx context.Context, calls []ended) {
	if len(calls) == 0 {
		return
	}
	batch, now := &pgx.Batch{}, time.Now().UTC()
	for _, c := range calls {
		body, err := trace.Pack(trace.Call{Ours: n.ua.Addr(), Legs: c.Legs()})
		if err != nil {
			n.log.Error("messages of a call are not kept", "call", c.Call, "err", err)
			continue
		}
		batch.Queue("insert into shop.call_trace (shop_id, call_id, body, saved_at) values ($1, $2, $3, $4) on conflict do nothing", c.Shop, c.Call, body, now)
	}
	if err := n.db.AcrossBatch(ctx, "keep the messages of calls", batch); err != nil && ctx.Err() == nil {
		n.log.Warn("messages of calls are not kept", "calls", len(calls), "err", err)
	}
}

func (n *Node) tidyTraces(ctx context.Context) {
	err := n.db.Across(ctx, "delete old messages of calls", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec("delete from shop.call_trace where saved_at < $1", time.Now().UTC().AddDate(0, 0, -n.cfg.TraceDays))
		return err
	})
	if err != nil && ctx.Err() == nil {
		n.log.Warn("old messages of calls are not deleted", "err", err)
	}
}
