package pick

// Bounds of a Pulse.
const (
	lostIsDown = 2       // pings in a row
	slow       = 600     // ms there and back: talk begins to suffer
	mostRest   = 60_000  // ms that a peer may ask us to stay away for
	mostMemory = 1 << 30 // of lost pings
)

// Pulse is what the pings of one target say. The zero Pulse knows nothing.
type Pulse struct {
	Health Health
	RTT    int64 // ms of the last ping that came back
	Lost   int   // pings in a row that did not
	Code   int   // of the last answer
	rest   Instant
}

// Heard returns the pulse after an answer with a SIP code that took rtt ms. Any
// answer is a sign of life; a 5xx is that of somebody who can't work.
func (p Pulse) Heard(rtt int64, code int) Pulse {
	p.RTT, p.Lost, p.Code, p.Health = rtt, 0, code, Up
	if rtt > slow || code >= 500 && code < 600 && code != 501 { // 501: it knows no OPTIONS
		p.Health = Degraded
	}
	return p
}

// Missed returns the pulse after a ping, or a call, that got no answer.
func (p Pulse) Missed() Pulse {
	p.Lost = min(p.Lost+1, mostMemory)
	p.Health = Degraded
	if p.Lost >= lostIsDown {
		p.Health = Down
	}
	return p
}

// Rest returns the pulse of a peer that asked, at now, to be left alone for some
// seconds (Retry-After).
func (p Pulse) Rest(now Instant, seconds int) Pulse {
	p.rest = now + Instant(min(int64(seconds)*1000, mostRest))
	return p
}

// At is the health at now.
func (p Pulse) At(now Instant) Health {
	if now < p.rest {
		return Down
	}
	return p.Health
}

// Resting tells whether the peer asked to be left alone.
func (p Pulse) Resting(now Instant) bool { return now < p.rest }

// Periods of pinging, in ms: while all is well, and while it is not.
const (
	calmPing = 20_000
	tensPing = 4_000
)

// Next is how many ms to wait until the next ping. chance, 0 to 999, spreads
// many trunks over time by a quarter either way.
func (p Pulse) Next(chance int) int64 {
	period := int64(calmPing)
	if p.Health != Up {
		period = tensPing
	}
	return spread(period, chance)
}

// Bounds of registering, in ms.
const (
	firstRetry   = 2_000
	longestRetry = 300_000 // also for a registrar that refuses: somebody may mend it there
	mostDoubled  = 10
)

// Retry is how many ms to wait after so many registrations in a row that failed.
func Retry(failed int, refused bool, chance int) int64 {
	wait := int64(longestRetry)
	if !refused {
		wait = min(int64(firstRetry)<<min(max(failed-1, 0), mostDoubled), longestRetry)
	}
	return spread(wait, chance)
}

// Refresh is how many ms after a registration that holds for granted ms it is
// refreshed: about half, so that a failure leaves time for another try.
func Refresh(granted int64, chance int) int64 { return max(spread(granted/2, chance), 500) }

// spread moves a time by up to a quarter either way; chance is 0 to 999.
func spread(ms int64, chance int) int64 { return ms*3/4 + ms/2*int64(chance)/1000 }
