package sipua

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// quiet is what the SIP stack logs to. It reports every malformed message at
// ERROR, whole: here it is a warning, short, and a few a second, so that a
// flood of them fills no disk and shows no number.
type quiet struct {
	slog.Handler
	second *atomic.Int64
	said   *atomic.Int64
}

// mostSaid bounds the stack's lines a second.
const mostSaid = 5

func newQuiet(to slog.Handler) *quiet {
	return &quiet{Handler: to, second: &atomic.Int64{}, said: &atomic.Int64{}}
}

func (q *quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && q.Handler.Enabled(ctx, slog.LevelWarn)
}

func (q *quiet) Handle(ctx context.Context, r slog.Record) error {
	if now := time.Now().Unix(); q.second.Swap(now) != now {
		q.said.Store(0)
	}
	if q.said.Add(1) > mostSaid {
		return nil
	}
	out := slog.NewRecord(r.Time, slog.LevelWarn, "sip stack: "+r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "error" {
			text := a.Value.String()
			out.AddAttrs(slog.String("error", text[:min(len(text), 80)]))
		}
		return true
	})
	return q.Handler.Handle(ctx, out)
}

// WithAttrs and WithGroup keep the wrapping.
func (q *quiet) WithAttrs(a []slog.Attr) slog.Handler {
	return &quiet{q.Handler.WithAttrs(a), q.second, q.said}
}

func (q *quiet) WithGroup(name string) slog.Handler {
	return &quiet{q.Handler.WithGroup(name), q.second, q.said}
}
