package export

import (
	"fmt"
	"strings"
	"time"

	"switchboard/tenant/fault"
)

// Span is the instants from From on and before To.
type Span struct{ From, To time.Time }

// longest is how much one export may span. A longer one is a mistyped year.
const longest = 5 * 366 * 24 * time.Hour

// ParseSpan reads from and to, each a day (2026-11-01: its midnight by the clocks
// of zone) or an instant (RFC 3339); to is excluded. All mistakes are told at
// once, as fault.Problems.
func ParseSpan(from, to string, zone *time.Location) (Span, error) {
	var problems fault.Problems
	read := func(field, text string) time.Time {
		at, err := parseEdge(text, zone)
		if err != nil {
			problems = append(problems, fault.Invalid{Field: field, Problem: err.Error()})
		}
		return at
	}
	s := Span{From: read("from", from), To: read("to", to)}
	if err := problems.Err(); err != nil {
		return Span{}, err
	}
	switch length := s.To.Sub(s.From); {
	case length <= 0:
		problems = append(problems, fault.Invalid{Field: "to", Problem: fmt.Sprintf("%s is not after from, %s: to is the first day that is left out", to, from)})
	case length > longest:
		problems = append(problems, fault.Invalid{Field: "to", Problem: fmt.Sprintf("%s is more than five years after from, %s", to, from)})
	}
	return s, problems.Err()
}

func parseEdge(text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if at, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return at, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no day: write it as 2026-11-01, or an instant as 2026-11-01T09:30:00+03:00", text)
	}
	return at, nil
}
