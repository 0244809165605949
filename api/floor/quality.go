package floor

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/quality"
)

// longest is how much time one report may cover: the rows of a quarter are read
// in a second or two.
const longest = 92 * 24 * time.Hour

func (h *Handler) registerQuality(a huma.API) {
	huma.Register(a, web.Op("report-quality", "GET /floor/quality", "How calls sounded, by operator, trunk or hour",
		h.guard.Allow(session.Supervisor, session.Admin),
		web.Says("Of the legs that began in the span. Operators and trunks come worst first, hours in their order. Without a span it is the last 24 hours.")), h.quality)
}

type qualityQuery struct {
	By   string    `query:"by" enum:"operator,trunk,hour" default:"operator" doc:"What there is a line for"`
	From time.Time `query:"from" doc:"Only legs that began at this instant or later"`
	To   time.Time `query:"to" doc:"Only legs that began before this instant"`
}

// QualityLine is what many legs add up to.
type QualityLine struct {
	Key        string   `json:"key" doc:"Id of the operator, name of the trunk, or the beginning of the hour, RFC 3339"`
	Name       string   `json:"name" doc:"Of the operator"`
	Legs       int64    `json:"legs"`
	Calls      int64    `json:"calls"`
	HeardLoss  *float64 `json:"heard_loss_percent" doc:"Of what came from the parties"`
	ToldLoss   *float64 `json:"told_loss_percent" doc:"Of what the parties heard of us, by their reports"`
	JitterMS   *float64 `json:"jitter_ms" doc:"Mean of each leg's worse way"`
	RTTMS      *float64 `json:"rtt_ms" doc:"Mean"`
	MOS        *float64 `json:"mos" doc:"Mean of each leg's worse way, ITU-T G.107: 1 bad to 4.5"`
	Worst      *float64 `json:"worst_mos" doc:"Of the worst few seconds of all"`
	Word       string   `json:"word" enum:"good,fair,poor,unknown" doc:"The mean in a word"`
	Good       int64    `json:"good" doc:"Legs that were"`
	Fair       int64    `json:"fair"`
	Poor       int64    `json:"poor"`
	Unreported int64    `json:"unreported" doc:"Legs of parties that say nothing of what they hear"`
}

func (h *Handler) quality(ctx context.Context, q *qualityQuery) (*web.List[QualityLine], error) {
	span, err := q.span(time.Now())
	if err != nil {
		return nil, err
	}
	var lines []quality.Line
	err = h.db.Across(ctx, "report how calls sounded", func(tx tenant.AcrossTx) error {
		lines, err = quality.Report(tx, quality.By(q.By), span)
		return err
	})
	if err != nil {
		return nil, err
	}
	return web.All(lines, qualityLine), nil
}

func (q *qualityQuery) span(now time.Time) (quality.Span, error) {
	s := quality.Span{From: q.From, To: q.To}
	if s.To.IsZero() {
		s.To = now
	}
	if s.From.IsZero() {
		s.From = s.To.Add(-24 * time.Hour)
	}
	switch {
	case !s.From.Before(s.To):
		return s, fault.Invalid{Field: "query.to", Problem: "must be after from"}
	case s.To.Sub(s.From) > longest:
		return s, fault.Invalid{Field: "query.from", Problem: "is more than 92 days before to"}
	}
	return s, nil
}

func qualityLine(l quality.Line) QualityLine {
	out := QualityLine{
		Key: l.Key, Name: l.Name, Legs: l.Legs, Calls: l.Calls, HeardLoss: l.HeardLoss, ToldLoss: l.ToldLoss, JitterMS: l.JitterMs, RTTMS: l.RttMs,
		MOS: l.Mean, Worst: l.Worst, Good: l.Good, Fair: l.Fair, Poor: l.Poor, Unreported: l.Unreported, Word: quality.Word(nil),
	}
	if l.Mean != nil {
		hundredths := int(100 * *l.Mean)
		out.Word = quality.Word(&hundredths)
	}
	return out
}
