package live

import (
	"context"
	"encoding/json"
	"time"

	"github.com/redis/go-redis/v9"
)

// unsaid is how many hints wait to be published: a second of the busiest room.
// Beyond it the oldest is dropped.
const unsaid = 1024

// Teller publishes hints without making whoever has them wait.
type Teller struct {
	redis redis.UniversalClient
	hints chan Hint
}

// NewTeller returns a Teller that publishes once Run runs.
func NewTeller(r redis.UniversalClient) *Teller {
	return &Teller{r, make(chan Hint, unsaid)}
}

// Tell publishes the hint soon, or never: it does not block. Tell after the
// change is committed.
func (t *Teller) Tell(h Hint) {
	for {
		select {
		case t.hints <- h:
			return
		default:
		}
		select {
		case <-t.hints:
		default:
		}
	}
}

// Run publishes until ctx ends. A hint that Redis does not take within a second
// is gone.
func (t *Teller) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case h := <-t.hints:
			t.publish(ctx, h)
		}
	}
}

// publish sends the hint and whatever came with it in one round trip.
func (t *Teller) publish(ctx context.Context, h Hint) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	_, _ = t.redis.Pipelined(ctx, func(p redis.Pipeliner) error { // a hint is nobody's obligation
		for more := true; more; {
			body, err := json.Marshal(h)
			if err != nil {
				return err
			}
			p.Publish(ctx, channel(h.Shop), body)
			select {
			case h = <-t.hints:
			default:
				more = false
			}
		}
		return nil
	})
}
