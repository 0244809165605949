package floor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/web"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
)

// most bounds the streams of one process: each looks at the whole floor.
const most = 100

const (
	// check is between two looks whether the person may still see it.
	check = 4 * time.Second
	// anew is between two looks when nothing is heard: operators come and go
	// without a hint, and a page may count on being told this often.
	anew = 2 * time.Second
	// calm is how long the hints of one moment are gathered.
	calm = 200 * time.Millisecond
)

func (h *Handler) stream(_ context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	select {
	case h.streams <- struct{}{}:
	default:
		return nil, fmt.Errorf("%d floors are looked at: %w", most, fault.Unavailable)
	}
	reader := h.hub.ReadAll()
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { <-h.streams }()
		defer reader.Close()
		w, r := web.Patient(c)
		s := stream{h, web.Stream(w), reader.Hints()}
		_ = s.run(r.Context()) // the client is gone, or may not look any more
	}}, nil
}

// stream is a floor that is looked at.
type stream struct {
	floor  *Handler
	events web.Events
	hints  <-chan live.Hint
}

// run tells how the floor is: soon after a hint, and often enough anyway.
func (s stream) run(ctx context.Context) error {
	checks, looks := time.NewTicker(check), time.NewTimer(anew)
	defer checks.Stop()
	defer looks.Stop()
	hinted := false
	err := s.tell(ctx)
	for err == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, open := <-s.hints:
			if !open {
				return nil
			}
			if !hinted {
				hinted = true
				looks.Reset(calm)
			}
		case <-looks.C:
			hinted = false
			looks.Reset(anew)
			err = s.tell(ctx)
		case <-checks.C:
			err = s.floor.guard.Still(ctx)
		}
	}
	return err
}

// tell sends the floor as it is now, or that the switch is away.
func (s stream) tell(ctx context.Context) error {
	a, err := s.floor.get(ctx, nil)
	if errors.Is(err, fault.Unavailable) {
		return s.events.Send("unavailable", struct{}{})
	}
	if err != nil {
		return err
	}
	return s.events.Send("floor", a.Body)
}
