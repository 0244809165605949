package sipua

import (
	"sync/atomic"

	"switchboard/telephony/sipua/guard"
)

// Stats is what the UA has done since it began, for /metrics.
type Stats struct {
	Active      int64 // legs now, both directions
	Registered  int64 // phones' contacts now
	Streams     int64 // TCP connections now
	Invites     int64 // calls that came in
	Dialled     int64 // calls that we made
	Answered    int64 // of both
	Refused     int64 // calls that came in and were refused by the leg's owner
	Overload    int64 // calls refused with 503 above a limit
	Strangers   int64 // messages dropped without a word
	Scanners    int64 // requests of programs that look for switches
	Banned      int64 // messages of banned addresses, dropped without a word
	Throttled   int64 // messages dropped above an address's rate
	Malformed   int64 // requests answered with 4xx-5xx for what they are
	Ghosts      int64 // answers of phones that nobody waited for, hung up
	Overflows   int64 // legs ended because their mailbox was full
	Panics      int64 // caught
	Replays     int64 // digests refused because they were used before
	WrongDigest int64
	Read        int64 // messages
	Unreadable  int64 // datagrams that are not SIP
	ReadErrors  int64
	IdleStreams int64 // TCP connections closed for silence
}

// counts are the atomic cells behind Stats.
type counts struct {
	guard                                     guard.Counts
	invites, dialled, answered, refused       atomic.Int64
	overload, strangers, throttled, malformed atomic.Int64
	scanners, banned                          atomic.Int64
	ghosts, overflows, panics, replays, wrong atomic.Int64
}

// Stats returns the counters of now.
func (ua *UA) Stats() Stats {
	c := &ua.counts
	return Stats{
		Active:      int64(ua.book.active()),
		Registered:  int64(ua.registrar.size()),
		Streams:     int64(ua.streams.Len()),
		Invites:     c.invites.Load(),
		Dialled:     c.dialled.Load(),
		Answered:    c.answered.Load(),
		Refused:     c.refused.Load(),
		Overload:    c.overload.Load(),
		Strangers:   c.strangers.Load(),
		Scanners:    c.scanners.Load(),
		Banned:      c.banned.Load(),
		Throttled:   c.throttled.Load(),
		Malformed:   c.malformed.Load(),
		Ghosts:      c.ghosts.Load(),
		Overflows:   c.overflows.Load(),
		Panics:      c.panics.Load(),
		Replays:     c.replays.Load(),
		WrongDigest: c.wrong.Load(),
		Read:        c.guard.Read.Load(),
		Unreadable:  c.guard.Unreadable.Load(),
		ReadErrors:  c.guard.ReadErrors.Load(),
		IdleStreams: c.guard.Idle.Load(),
	}
}
