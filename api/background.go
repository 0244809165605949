package api

import (
	"context"
	"sync"
	"time"

	"switchboard/api/once"
)

// tidyEvery is how often rows that nobody can ask for any more are removed.
const tidyEvery = time.Hour

// background is what goes on beside requests, until ctx ends: hints come in and
// go out, and old rows are removed.
func (a *API) background(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { a.parts.hub.Run(ctx) })
	all.Go(func() { a.parts.teller.Run(ctx) })
	all.Go(func() { a.tidy(ctx) })
	all.Wait()
}

func (a *API) tidy(ctx context.Context) {
	t := time.NewTicker(tidyEvery)
	defer t.Stop()
	for {
		for what, remove := range map[string]func(context.Context) error{
			"sessions": a.guard.Tidy,
			"answers":  func(ctx context.Context) error { return once.Tidy(ctx, a.deps.DB) },
		} {
			if err := remove(ctx); err != nil && ctx.Err() == nil {
				a.deps.Log.Error("tidy up", "what", what, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}
