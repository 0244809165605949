package sipua

import (
	"net/netip"
	"sync"
	"time"

	"switchboard/telephony/sipua/ban"
	"switchboard/telephony/sipua/digest"
	"switchboard/telephony/sipua/guard"
	"switchboard/telephony/sipua/scanner"
)

// Alarm is something that a person should look at.
type Alarm struct {
	Kind    string // banned, trunk_scanner, trunk_malformed, trunk_rate, phone_offence
	Subject string // an address or a trunk
	Why     ban.Offence
}

// bearable tells whether a request outside our dialogs, of nobody who has
// registered, is looked at any further. A trunk is never banned: its carrier's
// other customers are not its fault, and silence would cost all calls.
func (ua *UA) bearable(m *guard.Message, trunk string) bool {
	src := m.Far.Addr()
	if trunk == "" && ua.bans.Banned(src, time.Now()) {
		ua.counts.banned.Add(1)
		return false
	}
	if !scanner.Is(m.Head) {
		return true
	}
	ua.counts.scanners.Add(1)
	ua.offend(src, ban.Scanner)
	return trunk != ""
}

// offend books what an address did. Whoever we have business with is not
// banned, because a sender can be made up; a person is told instead. Passwords
// are another matter: who answers a challenge of ours has received it.
func (ua *UA) offend(src netip.Addr, what ban.Offence) {
	if trunk, ok := ua.peers.Trunk(src); ok {
		if what != ban.Stranger {
			ua.alarm(Alarm{"trunk_" + string(what), trunk, what})
		}
		return
	}
	if ua.peers.PhoneAllowed(src) && ua.registrar.from(src) {
		ua.alarm(Alarm{"phone_offence", src.String(), what})
		return
	}
	if ua.bans.Note(src, what, time.Now()) {
		ua.alarm(Alarm{"banned", src.String(), what})
	}
}

// bell tells a person of each thing once in a while.
type bell struct {
	ring func(Alarm)
	mu   sync.Mutex
	rung map[Alarm]time.Time
}

// Alarms are rows: one thing rings once in quiet, and no more than mostRung
// things at all.
const (
	quietFor = time.Minute
	mostRung = 200
)

func newBell(ring func(Alarm)) *bell { return &bell{ring: ring, rung: map[Alarm]time.Time{}} }

func (ua *UA) alarm(a Alarm) {
	b, now := ua.bell, time.Now()
	if b.ring == nil {
		return
	}
	b.mu.Lock()
	for k, at := range b.rung {
		if now.Sub(at) > quietFor {
			delete(b.rung, k)
		}
	}
	_, again := b.rung[a]
	again = again || len(b.rung) >= mostRung
	if !again {
		b.rung[a] = now
	}
	b.mu.Unlock()
	if !again {
		b.ring(a)
	}
}

// Security is who is kept out now.
type Security struct {
	Bans  []ban.Ban
	Locks []digest.Lock
}

// Security returns who is banned, and who is locked out.
func (ua *UA) Security() Security {
	return Security{Bans: ua.bans.All(time.Now()), Locks: ua.registrar.locks.All()}
}

// Pardon ends the ban and the lock-outs of an address, and tells whether there
// were any.
func (ua *UA) Pardon(a netip.Addr) bool {
	banned, locked := ua.bans.Lift(a), ua.registrar.locks.Lift(a)
	return banned || locked
}
