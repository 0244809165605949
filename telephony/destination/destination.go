// Package destination decides whether a call of a shop's may go out to a
// number, and how much of it is paid for in advance.
package destination

import (
	"errors"
	"slices"
	"strings"

	"switchboard/telephony/e164"
)

// Millis is a length of time.
type Millis = int64

// Rules is what a shop may dial. Limits of zero allow nothing.
type Rules struct {
	On            bool // calls go out at all
	Home          e164.Country
	Countries     []e164.Country // besides its own
	Currency      string
	Hour          int    // calls
	HourEach      int    // calls of one operator
	MinutesOfDay  int    // talked, all calls together
	SpendOfHour   Micro  //
	SpendOfDay    Micro  //
	AtOnce        int    // calls that are up
	Owned         Owners // whose a number of the platform is
	PriceOfTrunks Prices // nil: nobody has said
}

// Owners tells whether a number is one of the platform's, and the shop's own.
type Owners func(e164.Number) (ours, own bool)

// Prices tells what the dearest trunk that may be used asks for a minute to a
// number.
type Prices func(e164.Number) (Micro, bool)

// Use is what the shop has done: of the last hour and the last 24 hours, all
// nodes together.
type Use struct {
	Hour, HourEach          int
	TalkOfDay               Millis
	SpentOfHour, SpentOfDay Micro
	Up                      int
}

// Attempt is a call that somebody wants to go out.
type Attempt struct {
	Dialled string // as it was asked for: typed, in a REFER, in a 3xx
	From    string // the number that the called side is shown; empty: none
}

// Slice is how much of a call is paid for in advance. When it is used up more
// is bought, or the call ends: so calls that are up can't pass a cap together.
const Slice Millis = 5 * minute

// Longest is how long a call out may last: whoever talks longer was forgotten
// on hold (R123: mobile carriers cut after half an hour).
const Longest Millis = 120 * minute

const minute Millis = 60_000

// Decide judges a call.
func Decide(r Rules, u Use, a Attempt) Verdict {
	v := Verdict{}
	if !r.On {
		return v.no(Off)
	}
	if e164.Emergency(a.Dialled) {
		return v.no(Emergency)
	}
	n, err := e164.Parse(a.Dialled, r.Home)
	if err != nil {
		return v.no(unreadable(err))
	}
	v.Number = n
	if no := r.forbids(&v); no != "" {
		return v.no(no)
	}
	if !r.shows(a.From) {
		return v.no(Caller)
	}
	if no := r.used(u); no != "" {
		return v.no(no)
	}
	return r.buy(v, u, Slice)
}

// unreadable tells a code of a few digits, which is a service, from nonsense.
func unreadable(err error) Reason {
	if errors.Is(err, e164.ErrShort) {
		return Short
	}
	return Unreadable
}

// forbids looks at where the call goes.
func (r Rules) forbids(v *Verdict) Reason {
	digits := strings.TrimPrefix(string(v.Number), "+")
	if ours, _ := r.Owned(v.Number); ours {
		return Own
	}
	if k, ok := match(known.denied, digits); ok {
		return reasonOf[k]
	}
	place, ok := Of(v.Number)
	if !ok {
		return Nowhere
	}
	v.Place = place
	home := place.Country == r.Home
	if !home && !slices.Contains(r.Countries, place.Country) {
		return Abroad
	}
	v.Price = Guess(place, home, r.Currency)
	if r.PriceOfTrunks != nil {
		if price, known := r.PriceOfTrunks(v.Number); known {
			v.Price = price
		}
	}
	return ""
}

var reasonOf = map[kind]Reason{"premium": Premium, "satellite": Satellite, "special": Special}

// shows tells whether the called side may be shown the number: no other than
// those that are known to be the shop's.
func (r Rules) shows(from string) bool {
	if from == "" {
		return true
	}
	n, err := e164.Parse(from, r.Home)
	if err != nil {
		return false
	}
	_, own := r.Owned(n)
	return own
}

// used compares what was done with what may be.
func (r Rules) used(u Use) Reason {
	switch {
	case u.Up >= r.AtOnce:
		return AtOnce
	case u.HourEach >= r.HourEach:
		return HourEach
	case u.Hour >= r.Hour:
		return Hour
	case u.TalkOfDay >= Millis(r.MinutesOfDay)*minute:
		return Minutes
	}
	return ""
}

// buy pays for as many whole minutes as the caps have left, up to d.
func (r Rules) buy(v Verdict, u Use, d Millis) Verdict {
	left := d / minute
	for _, c := range []struct {
		most, spent Micro
		no          Reason
	}{{r.SpendOfHour, u.SpentOfHour, SpendOfHour}, {r.SpendOfDay, u.SpentOfDay, SpendOfDay}} {
		if v.Price <= 0 {
			break
		}
		left = min(left, int64((c.most-c.spent)/v.Price))
		if left < 1 {
			return v.no(c.no)
		}
	}
	v.For = left * minute
	v.Cost = Cost(v.For, v.Price)
	return v
}

// More buys the next slice of a call that has talked for some time at its
// price; u holds what it has paid already.
func More(r Rules, u Use, price Micro, talked Millis) Verdict {
	v := Verdict{Price: price}
	switch {
	case !r.On:
		return v.no(Off)
	case talked >= Longest:
		return v.no(TooLong)
	case u.TalkOfDay >= Millis(r.MinutesOfDay)*minute:
		return v.no(Minutes)
	}
	return r.buy(v, u, min(Slice, Longest-talked))
}

// Cost is what a call of that length costs: minutes that were begun count
// whole, as carriers abroad count them.
func Cost(talked Millis, price Micro) Micro {
	return Micro((talked+minute-1)/minute) * price
}
