package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
)

// most bounds the streams of one process: each holds a connection and 64 hints.
const most = 2000

const (
	// check is between two looks whether the person may still see it.
	check = 4 * time.Second
	// anew is between two looks at a desk of which nothing was heard: hints may be
	// lost, and the switch hints only at desks that somebody looks at.
	anew = time.Minute
)

func (h *Handler) stream(ctx context.Context, _ *struct{}) (*huma.StreamResponse, error) {
	select {
	case h.streams <- struct{}{}:
	default:
		return nil, fmt.Errorf("%d desks are open: %w", most, fault.Unavailable)
	}
	reader := h.hub.ReadDesk(session.Who(ctx).Account)
	return &huma.StreamResponse{Body: func(c huma.Context) {
		defer func() { <-h.streams }()
		defer reader.Close()
		w, r := web.Patient(c)
		s := stream{h, web.Stream(w), reader.Hints()}
		_ = s.run(r.Context()) // the client is gone, or may not look any more
	}}, nil
}

// stream is one desk that is looked at.
type stream struct {
	desk   *Handler
	events web.Events
	hints  <-chan live.Hint
}

// run tells how the desk is, whenever it changes.
func (s stream) run(ctx context.Context) error {
	beats, checks, looks := time.NewTicker(web.Beat), time.NewTicker(check), time.NewTicker(anew)
	defer beats.Stop()
	defer checks.Stop()
	defer looks.Stop()
	err := s.tell(ctx)
	for err == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, open := <-s.hints:
			if !open {
				return nil
			}
			s.skip()
			err = s.tell(ctx)
		case <-looks.C:
			err = s.tell(ctx)
		case now := <-beats.C:
			err = s.events.Beat(now)
		case <-checks.C:
			err = s.desk.guard.Still(ctx)
		}
	}
	return err
}

// skip drops hints that one look answers.
func (s stream) skip() {
	for {
		select {
		case _, open := <-s.hints:
			if !open {
				return // the next receive ends the stream
			}
		default:
			return
		}
	}
}

// tell sends the desk as it is now. While the switch is away there is nothing
// to tell: what it says next is told.
func (s stream) tell(ctx context.Context) error {
	a, err := s.desk.look(ctx)
	if errors.Is(err, fault.Unavailable) {
		return s.events.Send("unavailable", struct{}{})
	}
	if err != nil {
		return err
	}
	return s.events.Send("desk", a.Body)
}
