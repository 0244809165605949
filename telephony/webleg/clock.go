package webleg

import "time"

// clock tells when packets were sent, by their timestamps and by the quickest
// of those that came lately: however long the network keeps a packet, it does
// not pass for a new one. Only the reader of a connection uses it.
type clock struct {
	known   bool
	first   uint32 // timestamp of the first packet
	began   time.Time
	before  time.Duration // least transit of the window before this one
	least   time.Duration // least transit of this one
	renewed time.Time
}

// window is how long a quickest packet counts, once or twice: crystals drift by
// some ms in it.
const window = 10 * time.Second

// sent returns when a packet was sent that came at an instant, as if the
// quickest ones took no time.
func (c *clock) sent(timestamp uint32, at time.Time) time.Time {
	if !c.known {
		*c = clock{known: true, first: timestamp, began: at, renewed: at}
		return at
	}
	const sample = time.Second / 8000
	transit := at.Sub(c.began) - time.Duration(int32(timestamp-c.first))*sample
	if at.Sub(c.renewed) >= window {
		c.before, c.least, c.renewed = c.least, transit, at
	}
	c.least = min(c.least, transit)
	return at.Add(min(c.least, c.before) - transit)
}
