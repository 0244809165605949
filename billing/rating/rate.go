package rating

import (
	"fmt"

	"switchboard/billing/money"
)

// Charge is what a call costs, and every step that led there. As JSON it is the
// record from which Recompute gives the same amount alone.
type Charge struct {
	Tariff Tariff `json:"tariff"`
	Usage  Usage  `json:"usage"`

	RawMs     int64           `json:"raw_ms"`             // billable parts added up
	WholeS    int64           `json:"whole_s"`            // the same, a begun second counted whole
	Free      Free            `json:"free,omitempty"`     // why nothing is owed, if so
	BilledS   int64           `json:"billed_s"`           // after increments
	IncludedS int64           `json:"included_s"`         // of them covered by included seconds
	Segments  []Segment       `json:"segments,omitempty"` // of the billed seconds, in their order
	Setup     money.MicroRate `json:"setup_fee"`
	Capped    bool            `json:"capped,omitempty"`

	Amount int64 `json:"amount"` // whole 10^-Scale of the major unit
	Scale  int   `json:"scale"`
}

// Segment is billed seconds of one price.
type Segment struct {
	Band      string          `json:"band,omitempty"` // "" is the tariff's own price
	Seconds   int64           `json:"seconds"`
	IncludedS int64           `json:"included_s,omitempty"`
	Rate      money.MicroRate `json:"rate_per_min"`
}

// Free is why a call costs nothing and uses nothing up.
type Free string

// The reasons; a call that costs something has the empty one.
const (
	NotAnswered Free = "not answered"
	NoTime      Free = "no billable time"
	TooShort    Free = "under the free threshold"
	FreeCall    Free = "one of the month's free calls"
)

// Rate returns what a call of usage u costs under t: the billable parts are
// added up and rounded up to seconds once, then to the first and the next
// increments; included seconds come off what is billed; the rest is priced
// exactly, and the line is rounded once and capped. It is an error only if t or
// u holds what no published tariff or real call does, or if the amount does not
// fit 64 bits.
func Rate(t Tariff, u Usage) (Charge, error) {
	if err := t.check(); err != nil {
		return Charge{}, fmt.Errorf("tariff %s: %w", t.Rule(), err)
	}
	if err := u.check(); err != nil {
		return Charge{}, err
	}
	c := Charge{Tariff: t, Usage: u, Scale: t.lineScale()}
	c.RawMs = u.billableMs(t.Billable)
	c.WholeS = ceilDiv(c.RawMs, 1000)
	if c.Free = c.free(); c.Free != "" {
		return c, nil
	}
	if len(t.Bands) > 0 && len(u.Zone) == 0 {
		return Charge{}, fmt.Errorf("tariff %s has bands of the day, but the call's time zone is not known", t.Rule())
	}
	c.cut()
	c.include()
	return c, c.price()
}

// free says why the call costs nothing, if so.
func (c *Charge) free() Free {
	t, u := &c.Tariff, &c.Usage
	switch {
	case !u.Answered:
		return NotAnswered
	case c.WholeS == 0:
		return NoTime
	case c.WholeS < t.FreeUnderS:
		return TooShort
	case c.WholeS <= t.FreeUpToS && u.FreeCallsLeft > 0:
		return FreeCall
	}
	return ""
}

// cut rounds the seconds up to increments and gives each increment its price.
func (c *Charge) cut() {
	t := &c.Tariff
	if len(t.Bands) > 0 {
		c.cutByBand()
		return
	}
	rest := ceilDiv(max(c.WholeS-t.FirstS, 0), t.NextS) * t.NextS
	c.BilledS = t.FirstS + rest
	c.Setup = t.Setup
	if rest == 0 || t.NextRate == t.Rate {
		c.Segments = []Segment{{Seconds: c.BilledS, Rate: t.Rate}}
		return
	}
	c.Segments = []Segment{{Seconds: t.FirstS, Rate: t.Rate}, {Seconds: rest, Rate: t.NextRate}}
}

// cutByBand gives an increment to the band in which it starts. The setup fee is
// that of the band in which the call was answered.
func (c *Charge) cutByBand() {
	t := &c.Tariff
	band, _ := t.bandAt(&c.Usage, 0)
	c.Setup = t.Setup
	if band != noBand {
		c.Setup = t.Bands[band].Setup
	}
	c.take(band, t.FirstS)
	for c.BilledS < c.WholeS {
		left := int64(MaxPartMs)
		if t.Split == PerSecond {
			band, left = t.bandAt(&c.Usage, c.BilledS*1000)
		}
		until := min(ceilDiv(left, 1000), c.WholeS-c.BilledS)
		c.take(band, ceilDiv(until, t.NextS)*t.NextS)
	}
}

// take bills seconds at the price of a band, and joins them to those before if
// these have the same.
func (c *Charge) take(band int, seconds int64) {
	c.BilledS += seconds
	next := Segment{Seconds: seconds, Rate: c.Tariff.Rate}
	if band != noBand {
		next.Band, next.Rate = c.Tariff.Bands[band].Name, c.Tariff.Bands[band].Rate
	}
	if n := len(c.Segments); n > 0 && c.Segments[n-1].Band == next.Band && c.Segments[n-1].Rate == next.Rate {
		c.Segments[n-1].Seconds += seconds
		return
	}
	c.Segments = append(c.Segments, next)
}

// include covers the earliest billed seconds with what is left of the included.
func (c *Charge) include() {
	for i := range c.Segments {
		s := &c.Segments[i]
		s.IncludedS = min(s.Seconds, c.Usage.IncludedLeftS-c.IncludedS)
		c.IncludedS += s.IncludedS
	}
}

// exact adds up the setup fee and what is left to pay of each segment.
func (c *Charge) exact() sixtieths {
	sum := sixtieths{}.add(c.Setup, 60)
	for _, s := range c.Segments {
		sum = sum.add(s.Rate, s.Seconds-s.IncludedS)
	}
	return sum
}

// price rounds the line, once, and caps it.
func (c *Charge) price() error {
	amount, ok := c.exact().at(c.Scale, c.Tariff.Round)
	if limit := c.Tariff.MaxPerCall; limit > 0 {
		top, fits := sixtieths{}.add(limit, 60).at(c.Scale, HalfUp)
		if fits && (!ok || top < amount) {
			amount, ok, c.Capped = top, true, true
		}
	}
	if !ok {
		return fmt.Errorf("%d billed s at %s: %w", c.BilledS, c.Tariff.Rate, money.ErrOverflow)
	}
	c.Amount = amount
	return nil
}
