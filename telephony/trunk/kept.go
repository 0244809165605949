package trunk

import (
	"net/netip"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/trunk/locate"
	"switchboard/telephony/trunk/pick"
)

// keep forgets what belongs to trunks that are no more. A trunk that has changed
// keeps its calls, and is found and pinged anew.
func (b *board) keep(want map[string]*directory.Trunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for name, s := range b.trunks {
		switch t := want[name]; {
		case t == nil && s.meter.Calls == 0:
			delete(b.trunks, name)
		case t == nil || t.Auth != "register" || t.Draining:
			s.reg = registration{}
		}
	}
	for name, t := range want {
		s := b.of(name)
		if !t.Ping {
			s.bare = pick.Pulse{}
			for i := range s.places {
				s.places[i].pulse = pick.Pulse{}
			}
		}
		if t.Auth == "register" && !t.Draining && s.reg.State == "" {
			s.reg.State = "trying"
		}
	}
	b.index(want)
}

// locate notes where a trunk's machines are. Those that stay keep their health.
func (b *board) locate(trunk string, found []locate.Place) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.of(trunk)
	spots := make([]spot, 0, len(found))
	for _, f := range found {
		n := spot{place: place{f.Addr, f.Transport}, Share: pick.Share{Priority: f.Priority, Weight: f.Weight}}
		for _, old := range s.places {
			if old.place == n.place {
				n.pulse = old.pulse
			}
		}
		spots = append(spots, n)
	}
	s.places = spots
	b.index(nil)
}

// index lists where calls may come from because we registered there. want, if
// not nil, are the trunks as they are now.
func (b *board) index(want map[string]*directory.Trunk) {
	if want != nil {
		clear(b.registrars)
		for name, t := range want {
			if t.Auth == "register" {
				b.registrars[name] = true
			}
		}
	}
	sources := map[netip.Addr]string{}
	for name := range b.registrars {
		for _, p := range b.of(name).places {
			if was, ok := sources[p.addr.Addr()]; !ok || name < was {
				sources[p.addr.Addr()] = name
			}
		}
	}
	b.sources.Store(&sources)
}

// from is the trunk whose registrar is at src, or "".
func (b *board) from(src netip.Addr) string {
	if m := b.sources.Load(); m != nil {
		return (*m)[src]
	}
	return ""
}

// all are a trunk's places.
func (b *board) all(trunk string) []place {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []place
	for _, s := range b.of(trunk).places {
		list = append(list, s.place)
	}
	return list
}

// pinged changes the pulse of a place that was pinged.
func (b *board) pinged(trunk string, at place, change func(pick.Pulse) pick.Pulse) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.of(trunk)
	was := s.health(b.now())
	s.pulse(at, change)
	if now := s.health(b.now()); now == pick.Down && was != pick.Down {
		s.trouble = trouble{"no answer to pings", time.Now()}
	}
}

// nextPing is in how many ms the first of a trunk's machines is due.
func (b *board) nextPing(trunk string, chance int) int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := pick.Pulse{Health: pick.Up}.Next(chance)
	for _, s := range b.of(trunk).places {
		next = min(next, s.pulse.Next(chance))
	}
	return next
}

func (b *board) registered(trunk, state string, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.of(trunk)
	if s.reg.State = state; !until.IsZero() {
		s.reg.Until = until
	}
}

func (b *board) trouble(trunk, what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.of(trunk).trouble = trouble{what, time.Now()}
}
