package rating

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"switchboard/billing/money"
)

// Explain is a charge with its arithmetic in words. It is stored with the
// charge; Recompute needs nothing else.
type Explain struct {
	Rule  string   `json:"rule"`
	Steps []string `json:"steps"`
	Charge
}

// Explain spells the charge out.
func (c Charge) Explain() Explain {
	return Explain{c.Tariff.Rule(), c.steps(), c}
}

// Recompute rates the record's own tariff and usage again and returns the
// charge. It is an error if any step of the record says something else.
func Recompute(e Explain) (Charge, error) {
	c, err := Rate(e.Tariff, e.Usage)
	if err != nil {
		return Charge{}, err
	}
	if !c.same(&e.Charge) {
		return c, fmt.Errorf("the record says %d s and %s, its own tariff and usage give %d s and %s",
			e.BilledS, e.MinorText(), c.BilledS, c.MinorText())
	}
	return c, nil
}

func (c *Charge) same(d *Charge) bool {
	return c.RawMs == d.RawMs && c.WholeS == d.WholeS && c.Free == d.Free && c.BilledS == d.BilledS &&
		c.IncludedS == d.IncludedS && slices.Equal(c.Segments, d.Segments) && c.Setup == d.Setup &&
		c.Capped == d.Capped && c.Amount == d.Amount && c.Scale == d.Scale
}

// Minor returns the amount in minor units. It is not ok if the line is kept
// finer and has a part of one.
func (c *Charge) Minor() (a money.Amount, ok bool) {
	a.Currency = c.Tariff.Currency
	unit := money.PowerOfTen(c.Scale - a.Currency.Exponent())
	a.Minor = c.Amount / unit
	return a, c.Amount%unit == 0
}

// MinorText writes the amount in minor units, with decimals if the line is kept
// finer: "1721", "0.78".
func (c *Charge) MinorText() string {
	return trimmed(money.FormatFixed(c.Amount, c.Scale-c.Tariff.Currency.Exponent()))
}

// steps spells out each step on a line of its own.
func (c *Charge) steps() []string {
	if c.Free == NotAnswered {
		return []string{string(NotAnswered) + ": nothing is owed"}
	}
	steps := []string{c.sumStep()}
	if c.Free != "" {
		return append(steps, string(c.Free)+": nothing is owed")
	}
	steps = append(steps, c.incrementStep())
	if c.IncludedS > 0 {
		steps = append(steps, fmt.Sprintf("included seconds: %d of %d left cover %d s, %d s to pay",
			c.IncludedS, c.Usage.IncludedLeftS, c.IncludedS, c.BilledS-c.IncludedS))
	}
	steps = append(steps, c.priceStep())
	if c.Capped {
		steps = append(steps, "capped at "+c.Tariff.MaxPerCall.String())
	}
	return steps
}

// sumStep: "talk 95.0 s + hold 29.5 s = 124.5 s, 125 begun seconds".
func (c *Charge) sumStep() string {
	u := &c.Usage
	lengths := [...]int64{u.RingMs, u.QueueMs, u.TalkMs, u.HoldMs, u.WrapUpMs}
	var terms []string
	for i, name := range partNames {
		if c.Tariff.Billable&(1<<i) != 0 {
			terms = append(terms, name+" "+seconds(lengths[i])+" s")
		}
	}
	text := strings.Join(terms, " + ")
	if len(terms) > 1 {
		text += " = " + seconds(c.RawMs) + " s"
	}
	if c.RawMs%1000 != 0 {
		text += fmt.Sprintf(", counted as %d s", c.WholeS)
	}
	return text
}

// incrementStep: "125 s -> 60 + 2 x 60 = 180 s".
func (c *Charge) incrementStep() string {
	first, next := c.Tariff.FirstS, c.Tariff.NextS
	if c.BilledS == first {
		return fmt.Sprintf("%d s -> %d s", c.WholeS, first)
	}
	return fmt.Sprintf("%d s -> %d + %d x %d = %d s", c.WholeS, first, (c.BilledS-first)/next, next, c.BilledS)
}

// priceStep: "0.20 + 180/60 x 12.00 = 36.20".
func (c *Charge) priceStep() string {
	var terms []string
	if c.Setup > 0 {
		terms = append(terms, c.Setup.String())
	}
	for _, s := range c.Segments {
		if pay := s.Seconds - s.IncludedS; pay > 0 {
			terms = append(terms, strings.TrimSpace(fmt.Sprintf("%d/60 x %s %s", pay, s.Rate, s.Band)))
		}
	}
	if len(terms) == 0 {
		return "nothing is left to pay"
	}
	text := strings.Join(terms, " + ") + " = " + c.exact().String()
	if rounded, exact := c.beforeCap(); !exact {
		text += fmt.Sprintf(", rounded %s to %s", c.Tariff.Round, rounded)
	}
	return text
}

// beforeCap returns the rounded line as text, and whether it is the exact one.
func (c *Charge) beforeCap() (rounded string, exact bool) {
	amount, ok := c.exact().at(c.Scale, c.Tariff.Round)
	if !ok {
		return "more than can be owed", false
	}
	back := new(big.Int).Mul(big.NewInt(amount), big.NewInt(60*money.PowerOfTen(6)))
	sum := new(big.Int).Mul(c.exact().big(), big.NewInt(money.PowerOfTen(c.Scale)))
	return money.FormatFixed(amount, c.Scale), back.Cmp(sum) == 0
}

func (s sixtieths) big() *big.Int {
	hi := new(big.Int).Lsh(new(big.Int).SetUint64(s.hi), 64)
	return hi.Add(hi, new(big.Int).SetUint64(s.lo))
}

// String writes the exact value in the major unit, or its first 8 decimals and
// "..." where the decimals never end: a sixtieth of a millionth is a third of a
// whole 5e-8.
func (s sixtieths) String() string {
	fives, rest := new(big.Int).QuoRem(new(big.Int).Mul(s.big(), big.NewInt(5)), big.NewInt(3), new(big.Int))
	digits := fives.String()
	if len(digits) < 9 {
		digits = strings.Repeat("0", 9-len(digits)) + digits
	}
	text := digits[:len(digits)-8] + "." + digits[len(digits)-8:]
	if rest.Sign() != 0 {
		return text + "..."
	}
	for range 6 {
		text = strings.TrimSuffix(text, "0")
	}
	return text
}

// seconds writes milliseconds as seconds: "95", "0.4".
func seconds(ms int64) string { return trimmed(money.FormatFixed(ms, 3)) }

// trimmed drops the decimals that say nothing.
func trimmed(text string) string {
	if !strings.Contains(text, ".") {
		return text
	}
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
