package rating

import (
	"fmt"

	"switchboard/billing/money"
)

// Band is a price for a part of the week, by the shop's clocks.
type Band struct {
	Name  string          `json:"name"`
	Days  Days            `json:"days"`     // on which it starts
	From  int64           `json:"from_min"` // minutes after midnight
	To    int64           `json:"to_min"`   // the same, excluded; not above From: on the next day
	Rate  money.MicroRate `json:"rate_per_min"`
	Setup money.MicroRate `json:"setup_fee"`
}

const (
	dayMs  = 86_400_000
	weekMs = 7 * dayMs
	// epochMs is where 1970-01-01, a Thursday, lies in a week that starts on Monday.
	epochMs = 3 * dayMs
)

func (b *Band) check() error {
	const day = 24 * 60
	if b.Days == 0 || b.Days > EveryDay || b.From < 0 || b.From >= day || b.To < 0 || b.To > day {
		return fmt.Errorf("band %s covers no part of the week", b.Name)
	}
	if !priced(b.Rate) || !priced(b.Setup) {
		return fmt.Errorf("a price of band %s is not within 0..%s", b.Name, money.MaxMicroRate)
	}
	return nil
}

// lasts returns the band's length in ms.
func (b *Band) lasts() int64 {
	length := (b.To - b.From) * 60_000
	if length <= 0 {
		length += dayMs
	}
	return length
}

// seen reports whether the band is on at a point of the week, and for how long
// that stays so at least.
func (b *Band) seen(weekAt int64) (on bool, leftMs int64) {
	leftMs = weekMs
	for day := range int64(7) {
		if b.Days&(1<<day) == 0 {
			continue
		}
		since := mod(weekAt-day*dayMs-b.From*60_000, weekMs)
		if left := b.lasts() - since; left > 0 {
			return true, left
		}
		leftMs = min(leftMs, weekMs-since)
	}
	return false, leftMs
}

// noBand is the tariff's own price, outside all its bands.
const noBand = -1

// bandAt returns the first band that is on at an instant of the call, and for
// how many ms it stays the one.
func (t *Tariff) bandAt(u *Usage, afterMs int64) (band int, leftMs int64) {
	ahead, leftMs := u.ahead(afterMs)
	weekAt := mod(u.AnsweredMs+afterMs+ahead*1000+epochMs, weekMs)
	for i := range t.Bands {
		on, left := t.Bands[i].seen(weekAt)
		leftMs = min(leftMs, left)
		if on {
			return i, leftMs
		}
	}
	return noBand, leftMs
}

// ahead returns the zone's offset at an instant of the call, and for how many ms
// it holds.
func (u *Usage) ahead(afterMs int64) (aheadS, leftMs int64) {
	leftMs = weekMs
	for _, o := range u.Zone {
		if o.FromMs > afterMs {
			return aheadS, min(leftMs, o.FromMs-afterMs)
		}
		aheadS = o.AheadS
	}
	return aheadS, leftMs
}

// mod is the remainder that is never negative.
func mod(a, m int64) int64 { return ((a % m) + m) % m }

// ceilDiv is a / b rounded up, for a >= 0 and b > 0.
func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
