package live

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
)

// behind is how many hints a reader may be behind. One who is further behind
// loses them all and gets Resync instead: a slow browser must not hold up the
// others, nor believe that it saw everything.
const behind = 64

// Hub listens to Redis once for the whole process and hands each hint to
// whoever may see it.
type Hub struct {
	redis redis.UniversalClient

	mu      sync.Mutex
	readers map[*Reader]struct{}
	open    bool
}

// NewHub returns a Hub that hears once Run runs.
func NewHub(r redis.UniversalClient) *Hub {
	return &Hub{redis: r, readers: map[*Reader]struct{}{}}
}

// Reader is one who looks.
type Reader struct {
	hub   *Hub
	sees  func(Hint) bool
	hints chan Hint
}

// Hints returns the reader's hints. It ends when the reader or the hub closes.
func (r *Reader) Hints() <-chan Hint { return r.hints }

// Close ends the reader. It may be called twice.
func (r *Reader) Close() {
	r.hub.mu.Lock()
	defer r.hub.mu.Unlock()
	r.hub.drop(r)
}

// Read returns a reader of the shop's hints. Close it.
func (h *Hub) Read(shop tenant.ID) *Reader {
	return h.add(func(hint Hint) bool { return hint.Kind != Desk && hint.Kind != Alert && hint.Shop == shop })
}

// ReadAll returns a reader of every shop's hints, for the platform's own people.
func (h *Hub) ReadAll() *Reader { return h.add(func(hint Hint) bool { return hint.Kind != Desk }) }

// ReadDesk returns a reader of the hints of one operator's desk. Close it.
func (h *Hub) ReadDesk(operator uuid.UUID) *Reader {
	return h.add(func(hint Hint) bool { return hint.Kind == Desk && hint.ID == operator })
}

func (h *Hub) add(sees func(Hint) bool) *Reader {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := &Reader{hub: h, sees: sees, hints: make(chan Hint, behind)}
	h.readers[r] = struct{}{}
	return r
}

func (h *Hub) drop(r *Reader) {
	if _, there := h.readers[r]; there {
		delete(h.readers, r)
		close(r.hints)
	}
}

// hand gives the hint to its readers without waiting for any.
func (h *Hub) hand(hint Hint) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for r := range h.readers {
		if hint.Kind == Resync || r.sees(hint) {
			r.offer(hint)
		}
	}
}

// offer gives the hint, or Resync in place of all that the reader did not read.
func (r *Reader) offer(hint Hint) {
	select {
	case r.hints <- hint:
		return
	default:
	}
	for {
		select {
		case <-r.hints:
		default:
			r.hints <- Hint{Kind: Resync}
			return
		}
	}
}

// Healthy tells whether hints are being heard.
func (h *Hub) Healthy() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.open
}

func (h *Hub) setOpen(open bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = open
}

const (
	// quiet is how long nothing may be heard before Redis is asked whether it is there.
	quiet = 5 * time.Second
	// again is the wait after Redis was lost: short, for people are looking.
	again = 200 * time.Millisecond
)

// Run hears and hands out until ctx ends, and then ends all readers. While
// Redis is away it tries again and again; when it is back, every reader gets
// Resync.
func (h *Hub) Run(ctx context.Context) {
	sub := h.redis.PSubscribe(ctx, prefix+"*")
	defer h.shut()
	defer sub.Close()
	defer context.AfterFunc(ctx, func() { _ = sub.Close() })() // its reads do not end with ctx
	for ctx.Err() == nil {
		if err := h.hear(ctx, sub); err != nil {
			h.setOpen(false)
			wait(ctx, again)
		}
	}
}

// hear takes one message. A subscription that is confirmed anew was lost
// before, and hints with it.
func (h *Hub) hear(ctx context.Context, sub *redis.PubSub) error {
	msg, err := sub.ReceiveTimeout(ctx, quiet)
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return sub.Ping(ctx)
	}
	if err != nil {
		return err
	}
	switch m := msg.(type) {
	case *redis.Subscription:
		h.setOpen(true)
		h.hand(Hint{Kind: Resync})
	case *redis.Message:
		if hint, err := parse(m.Channel, m.Payload); err == nil {
			h.hand(hint)
		}
	}
	return nil
}

// shut ends all readers.
func (h *Hub) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open = false
	for r := range h.readers {
		h.drop(r)
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
