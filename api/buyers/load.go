package buyers

import (
	"context"
	"errors"
	"slices"

	"switchboard/api/session"
	"switchboard/tenant"
	"switchboard/tenant/buyer"
	"switchboard/tenant/fault"
)

type load struct {
	session.Shop
	Body struct {
		File  []byte `json:"file" doc:"The CSV file, at most 1 MiB and 5000 rows: UTF-8 or windows-1251, parted by comma, semicolon or tab"`
		Apply bool   `json:"apply,omitempty" doc:"Do it; else only tell what would be done"`
	}
}

// BuyersLoaded is what an import did, or would do.
type BuyersLoaded struct {
	Applied bool        `json:"applied"`
	New     int         `json:"new"`
	Changed int         `json:"changed"`
	Same    int         `json:"same" doc:"Known, and as the file has them"`
	Wrong   []WrongLine `json:"wrong" nullable:"false" doc:"What is wrong with the lines that are left out, in the order of the file; at most 500"`
}

// WrongLine is one thing that is wrong with a line of a file.
type WrongLine struct {
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Problem string `json:"problem"`
}

// mostWrong is how many faults are told: who has more has the wrong file.
const mostWrong = 500

type loaded struct{ Body BuyersLoaded }

// errPreview undoes what a preview did.
var errPreview = errors.New("only a preview")

func (h *Handler) load(ctx context.Context, in *load) (*loaded, error) {
	entries, wrong, err := buyer.ReadFile(in.Body.File)
	if err != nil {
		return nil, err
	}
	var l buyer.Loaded
	err = h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		if l, err = buyer.Load(tx, entries, h.now()); err == nil && !in.Body.Apply {
			return errPreview
		}
		return err
	})
	if err != nil && !errors.Is(err, errPreview) {
		return nil, err
	}
	return &loaded{BuyersLoaded{in.Body.Apply, l.New, l.Changed, l.Same, lines(slices.Concat(wrong, l.Wrong))}}, nil
}

func lines(wrong fault.Problems) []WrongLine {
	slices.SortStableFunc(wrong, func(a, b fault.Invalid) int { return a.Line - b.Line })
	out := make([]WrongLine, 0, len(wrong))
	for _, w := range wrong[:min(len(wrong), mostWrong)] {
		out = append(out, WrongLine{w.Line, w.Field, w.Problem})
	}
	return out
}
