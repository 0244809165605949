// Package fresh decides how old a fact of the catalogue is, and whether it may
// still be said as current.
package fresh

import "cmp"

// Instant is a time in milliseconds since 1970, made by the shell.
type Instant int64

// Millis is a span of time in milliseconds.
type Millis = int64

// Field is what a fact is of.
type Field string

// The fields, each with a time to live of its own.
const (
	Price    Field = "price"
	Stock    Field = "stock" // whether there is any, and how many
	Delivery Field = "delivery"
)

// Source is who says a fact.
type Source string

// The sources.
const (
	Feed  Source = "feed"
	Voice Source = "voice" // the supplier, asked by telephone
)

// Fact is when something was true, and who says so.
type Fact struct {
	AsOf   Instant `json:"as_of"`
	Until  Instant `json:"until,omitempty"` // till when its source vouches for it; 0: for the shop's time to live
	Source Source  `json:"source,omitempty"`
}

// Rule is how long facts of a shop live, in milliseconds. 0 is the platform's.
type Rule struct {
	Price    Millis `json:"price,omitempty"`
	Stock    Millis `json:"stock,omitempty"`
	Delivery Millis `json:"delivery,omitempty"`
}

const hour = 3_600_000

// Usual is the rule of a shop that has set none. Retail feeds are made several
// times a day, and a price or a stock of this morning has cost orders (field C22);
// terms of delivery change by the season.
var Usual = Rule{Price: 3 * hour, Stock: 3 * hour, Delivery: 24 * hour}

// TTL is how long a fact of a field lives.
func (r Rule) TTL(f Field) Millis {
	switch f {
	case Stock:
		return cmp.Or(r.Stock, Usual.Stock)
	case Delivery:
		return cmp.Or(r.Delivery, Usual.Delivery)
	default:
		return cmp.Or(r.Price, Usual.Price)
	}
}

// StaleAt is the first instant at which a fact may not be said as current.
func (r Rule) StaleAt(f Field, of Fact) Instant {
	if of.Until != 0 {
		return of.Until
	}
	return of.AsOf + Instant(r.TTL(f))
}

// Verdict is what may be made of a fact at an instant.
type Verdict struct {
	Age     Millis // never negative
	StaleAt Instant
	Stale   bool
}

// Judge tells how old a fact is at now, and whether it is stale.
func (r Rule) Judge(f Field, of Fact, now Instant) Verdict {
	at := r.StaleAt(f, of)
	return Verdict{Age: max(0, int64(now-of.AsOf)), StaleAt: at, Stale: now >= at}
}
