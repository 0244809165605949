package walk

import (
	"strconv"
	"strings"
	"time"

	"switchboard/tenant/fresh"
	"switchboard/tenant/script/graph"
)

// Facts is what is known about the call beside the answers. What is empty or
// nil is unknown.
type Facts struct {
	Now       Instant        `json:"now"`
	ZoneS     int            `json:"zone_s"` // the shop's offset from UTC at Now, in seconds
	Language  graph.Language `json:"language"`
	Shop      Shop           `json:"shop"`
	Operator  string         `json:"operator"`
	Caller    Caller         `json:"caller"`
	Order     *Order         `json:"order,omitempty"` // that this call made
	Catalogue *Catalogue     `json:"catalogue,omitempty"`
	Fresh     fresh.Rule     `json:"fresh,omitzero"` // how long prices and stock live
}

// Shop is whose call it is.
type Shop struct {
	Name  graph.Text `json:"name"`
	Phone string     `json:"phone,omitempty"`
	Email string     `json:"email,omitempty"`
}

// Caller is who rings.
type Caller struct {
	Name      string `json:"name,omitempty"`
	Phone     string `json:"phone,omitempty"` // E.164
	Known     bool   `json:"known,omitempty"` // the shop has their card
	Orders    int64  `json:"orders,omitempty"`
	Unclaimed int64  `json:"unclaimed,omitempty"` // orders that were not bought out
	Segment   string `json:"segment,omitempty"`
}

// Order is what this call has ordered so far.
type Order struct {
	Number     string `json:"number"`
	Lines      int64  `json:"lines"`
	TotalMinor int64  `json:"total_minor"`
	Currency   string `json:"currency"`
}

// Catalogue is the snapshot that the call works with.
type Catalogue struct {
	Items   int64   `json:"items"`
	TakenAt Instant `json:"taken_at"`
}

// value of a variable. The zero value is unknown.
type value struct {
	kind     graph.Type
	text     string // as it is compared
	number   int64
	currency string
	label    string // as it is said, where that differs from text
}

func words(s string) value {
	if s == "" {
		return value{}
	}
	return value{kind: graph.Words, text: s}
}

func number(n int64) value {
	return value{kind: graph.Number, number: n, text: strconv.FormatInt(n, 10)}
}

func amount(minor int64, currency string) value {
	return value{kind: graph.Money, number: minor, currency: currency, text: strconv.FormatInt(minor, 10)}
}

func flag(yes bool) value {
	if yes {
		return value{kind: graph.Flag, text: "yes"}
	}
	return value{kind: graph.Flag, text: "no"}
}

// clock returns the shop's wall clock.
func (f Facts) clock() time.Time {
	return time.UnixMilli(int64(f.Now)).UTC().Add(time.Duration(f.ZoneS) * time.Second)
}

// minutes from an instant to now, never negative.
func (f Facts) minutes(since Instant) int64 { return max(0, int64(f.Now-since)) / 60_000 }

// fact returns the value of a variable that every call has.
func (f Facts) fact(name string, l graph.Language) value {
	room, _, _ := strings.Cut(name, ".")
	switch room {
	case "now":
		return f.time(name)
	case "order":
		return f.order(name)
	case "caller":
		return f.caller(name)
	}
	switch {
	case name == "shop.name":
		return words(f.Shop.Name.In(l))
	case name == "shop.phone":
		return words(f.Shop.Phone)
	case name == "shop.email":
		return words(f.Shop.Email)
	case name == "operator.name":
		return words(f.Operator)
	case name == "catalogue.items" && f.Catalogue != nil:
		return number(f.Catalogue.Items)
	case name == "catalogue.age_minutes" && f.Catalogue != nil:
		return number(f.minutes(f.Catalogue.TakenAt))
	}
	return value{}
}

func (f Facts) time(name string) value {
	t := f.clock()
	switch name {
	case "now.hour":
		return number(int64(t.Hour()))
	case "now.weekday":
		return value{kind: graph.Sequence, text: graph.Weekdays[(int(t.Weekday())+6)%7]}
	case "now.date":
		return value{kind: graph.Day, text: t.Format(time.DateOnly)}
	}
	return value{}
}

func (f Facts) caller(name string) value {
	switch name {
	case "caller.name":
		return words(f.Caller.Name)
	case "caller.phone":
		return words(f.Caller.Phone)
	case "caller.known":
		return flag(f.Caller.Known)
	case "caller.orders":
		return number(f.Caller.Orders)
	case "caller.unclaimed":
		return number(f.Caller.Unclaimed)
	case "caller.segment":
		return words(f.Caller.Segment)
	}
	return value{}
}

func (f Facts) order(name string) value {
	o := Order{}
	if f.Order != nil {
		o = *f.Order
	}
	switch name {
	case "order.number":
		return words(o.Number)
	case "order.lines":
		return number(o.Lines)
	case "order.total":
		if f.Order != nil {
			return amount(o.TotalMinor, o.Currency)
		}
	}
	return value{}
}
