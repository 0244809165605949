package catalogue

import (
	"context"
	"encoding/csv"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/said"
)

type answersSpan struct {
	session.Shop
	From  time.Time `query:"from" required:"true" doc:"What was said at this instant or later"`
	To    time.Time `query:"to" required:"true" doc:"What was said before this instant"`
	Older int       `query:"older_minutes" minimum:"0" maximum:"43200" default:"60" doc:"Answers on data older than this count as old"`
}

// Answers is how many prices and stocks were given in a span, and on how old data.
type Answers struct {
	AnswersCount
	OlderMinutes int          `json:"older_minutes"`
	Days         []AnswersDay `json:"days" nullable:"false" doc:"That have any, the first day first"`
}

// AnswersCount is a count of answers.
type AnswersCount struct {
	Answers   int   `json:"answers" doc:"Prices and stocks that were given"`
	Old       int   `json:"old" doc:"Of those, on data older than older_minutes"`
	SharePerm int   `json:"share_permille" doc:"old of answers, in thousandths, rounded; 0 if there are none"`
	Withheld  int   `json:"withheld" doc:"Stale ones, which the operator promised to confirm instead: not among the answers"`
	OldestS   int64 `json:"oldest_s" doc:"Age of the oldest that was given, in seconds"`
}

// AnswersDay is the answers of one day.
type AnswersDay struct {
	Day string `json:"day" format:"date" doc:"By the shop's clocks"`
	AnswersCount
}

func (c *AnswersCount) add(d said.Day) {
	c.Answers, c.Old, c.Withheld, c.OldestS = c.Answers+d.Answers, c.Old+d.Old, c.Withheld+d.Withheld, max(c.OldestS, d.OldestS)
	c.SharePerm = 0
	if c.Answers > 0 {
		c.SharePerm = (2000*c.Old + c.Answers) / (2 * c.Answers)
	}
}

func (h *Handler) counted(ctx context.Context, in *answersSpan) (Answers, error) {
	if !in.From.Before(in.To) {
		return Answers{}, fault.Invalid{Field: "query.to", Problem: "is not after from"}
	}
	out := Answers{OlderMinutes: in.Older, Days: []AnswersDay{}}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		days, err := said.Report(tx, said.Span{From: in.From, To: in.To, Older: time.Duration(in.Older) * time.Minute})
		for _, d := range days {
			day := AnswersDay{Day: d.Day}
			day.add(d)
			out.add(d)
			out.Days = append(out.Days, day)
		}
		return err
	})
	return out, err
}

type answersAnswer struct{ Body Answers }

func (h *Handler) answers(ctx context.Context, in *answersSpan) (*answersAnswer, error) {
	a, err := h.counted(ctx, in)
	return &answersAnswer{a}, err
}

func (h *Handler) answersFile(ctx context.Context, in *answersSpan) (*huma.StreamResponse, error) {
	a, err := h.counted(ctx, in)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "text/csv; charset=utf-8")
		c.SetHeader("Content-Disposition", `attachment; filename="answers.csv"`)
		w := csv.NewWriter(c.BodyWriter())
		_ = w.Write([]string{"day", "answers", "older_than_" + strconv.Itoa(a.OlderMinutes) + "_min", "share_permille", "withheld", "oldest_s"})
		for _, d := range a.Days {
			_ = w.Write([]string{d.Day, strconv.Itoa(d.Answers), strconv.Itoa(d.Old), strconv.Itoa(d.SharePerm), strconv.Itoa(d.Withheld), strconv.FormatInt(d.OldestS, 10)})
		}
		w.Flush() // a reader who is gone is gone
	}}, nil
}
