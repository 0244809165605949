package rate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"switchboard/billing/plan"
	"switchboard/billing/rating"
	"switchboard/tenant/fault"
)

// longestLine is far above what a call takes.
const longestLine = 1 << 20

// readPlan reads a plan object and all its mistakes.
func readPlan(file io.Reader) (p plan.Plan, err error) {
	d := json.NewDecoder(file)
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("read the JSON object: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return p, errors.New("something follows the plan object: a file holds one")
	}
	return p, p.Validate().Err()
}

// account is what a shop on a plan has left, month by month.
type account struct {
	plan   plan.Plan
	zone   *time.Location // nil: that of each call
	months map[string]*allowance
}

// allowance is what is left of a month.
type allowance struct{ includedS, freeCalls int64 }

func newAccount(p plan.Plan, zone *time.Location) *account {
	return &account{p, zone, map[string]*allowance{}}
}

// of returns what is left in the month of an instant.
func (a *account) of(at time.Time) *allowance {
	month := at.Format("2006-01")
	left, ok := a.months[month]
	if !ok {
		left = &allowance{includedS: a.plan.IncludedS}
		if a.plan.FreeCalls != nil {
			left.freeCalls = a.plan.FreeCalls.PerMonth
		}
		a.months[month] = left
	}
	return left
}

// call is one line of input.
type call struct {
	ID         json.RawMessage `json:"id"`
	AnsweredAt string          `json:"answered_at"` // "" or null: not answered
	RingS      json.Number     `json:"ring_s"`
	QueueS     json.Number     `json:"queue_s"`
	TalkS      json.Number     `json:"talk_s"`
	HoldS      json.Number     `json:"hold_s"`
	WrapUpS    json.Number     `json:"wrap_up_s"`
}

// priced is one line of output.
type priced struct {
	ID      json.RawMessage `json:"id"`
	BilledS int64           `json:"billed_s"`
	Minor   json.Number     `json:"charge_minor_units"`
	Explain rating.Explain  `json:"explain"`
}

func (c *command) rateLines(a *account) error {
	tariff, err := a.plan.Tariff()
	if err != nil {
		return err
	}
	in := bufio.NewScanner(c.in)
	in.Buffer(nil, longestLine)
	out := json.NewEncoder(c.out)
	out.SetEscapeHTML(false)
	for line := 1; in.Scan(); line++ {
		if len(bytes.TrimSpace(in.Bytes())) == 0 {
			continue
		}
		id, charge, err := a.rate(tariff, in.Bytes())
		if err != nil {
			c.complain(line, err)
			continue
		}
		if err := out.Encode(priced{id, charge.BilledS, json.Number(charge.MinorText()), charge.Explain()}); err != nil {
			return fmt.Errorf("print line %d: %w", line, err)
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("read the calls: %w", err)
	}
	return nil
}

// rate prices one line, and takes what it uses from its month.
func (a *account) rate(tariff rating.Tariff, text []byte) (json.RawMessage, rating.Charge, error) {
	var in call
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, rating.Charge{}, fmt.Errorf("read the JSON object: %w", err)
	}
	usage, answered, err := in.usage(a.zone)
	if err != nil {
		return nil, rating.Charge{}, err
	}
	left := &allowance{}
	if usage.Answered {
		left = a.of(answered)
	}
	usage.IncludedLeftS, usage.FreeCallsLeft = left.includedS, left.freeCalls
	charge, err := rating.Rate(tariff, usage)
	if err == nil {
		left.includedS -= charge.IncludedS
		if charge.Free == rating.FreeCall {
			left.freeCalls--
		}
	}
	return in.ID, charge, err
}

// usage reads the line, and when it was answered by the clocks of zone.
func (in *call) usage(zone *time.Location) (u rating.Usage, answered time.Time, err error) {
	r := &reading{}
	if len(in.ID) == 0 {
		r.wrong("id", "is missing")
	}
	u = rating.Usage{
		Answered: in.AnsweredAt != "",
		RingMs:   r.part("ring_s", in.RingS),
		QueueMs:  r.part("queue_s", in.QueueS),
		TalkMs:   r.part("talk_s", in.TalkS),
		HoldMs:   r.part("hold_s", in.HoldS),
		WrapUpMs: r.part("wrap_up_s", in.WrapUpS),
	}
	switch {
	case u.Answered:
		answered = r.instant("answered_at", in.AnsweredAt, zone)
		u.AnsweredMs = answered.UnixMilli()
		u.Zone = rating.ZoneOf(answered, u.Lasting())
	case u.TalkMs+u.HoldMs > 0:
		r.wrong("answered_at", "is missing, although there was talk: write it as "+sample)
	}
	return u, answered, r.problems.Err()
}

// sample is an instant as it must be written.
const sample = "2026-01-31T23:58:30+03:00"

// reading collects the mistakes of a line.
type reading struct{ problems fault.Problems }

func (r *reading) wrong(field, problem string) {
	r.problems = append(r.problems, fault.Invalid{Field: field, Problem: problem})
}

// merge adds the mistakes of fields about which nothing was said yet.
func (r *reading) merge(more fault.Problems) {
	for _, m := range more {
		if !slices.ContainsFunc(r.problems, func(p fault.Invalid) bool { return p.Field == m.Field }) {
			r.problems = append(r.problems, m)
		}
	}
}

// part reads the seconds of one part; absent is 0.
func (r *reading) part(field string, n json.Number) int64 {
	if n == "" {
		return 0
	}
	return r.seconds(field, n.String())
}

// seconds reads them as milliseconds.
func (r *reading) seconds(field, text string) int64 {
	ms, err := milliseconds(text)
	if err != nil {
		r.wrong(field, err.Error())
	}
	return ms
}

// instant reads when something was, by the clocks of zone or, if that is nil, by
// clocks that are always as far from UTC as the text says.
func (r *reading) instant(field, text string, zone *time.Location) time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.wrong(field, fmt.Sprintf("%q is no instant: write it as %s", text, sample))
	}
	if zone == nil {
		_, ahead := at.Zone() // its Location may be the machine's, which changes its clocks
		zone = time.FixedZone("", ahead)
	}
	return at.In(zone)
}
