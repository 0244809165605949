package trunk

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua/digest"
	"switchboard/tenant"
)

// Status is what this process sees of a trunk.
type Status struct {
	Trunk           uuid.UUID
	Health          string
	RTT             int64 // ms
	Calls           int
	CPS             int
	Registration    string
	RegisteredUntil time.Time
	Trouble         string
	TroubleAt       time.Time
	Machines        []Machine
}

// Machine is one of a trunk's.
type Machine struct {
	Address   string `json:"address"`
	Transport string `json:"transport"`
	Health    string `json:"health"`
	RTT       int64  `json:"rtt_ms"`
}

// Status returns what is seen of all trunks.
func (d *Dialler) Status() []Status {
	var all []Status
	for _, t := range d.cfg.Book().Trunks() {
		all = append(all, d.board.status(t))
	}
	return all
}

// mostTrouble bounds what a carrier's own words may fill of a row.
const mostTrouble = 300

func (b *board) status(t *directory.Trunk) Status {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, now := b.of(t.Name), b.now()
	st := Status{
		Trunk: t.ID, Health: s.health(now).String(), RTT: s.bare.RTT, Calls: s.meter.Calls, CPS: s.meter.PerSecond(now),
		Registration: s.reg.State, RegisteredUntil: s.reg.Until, TroubleAt: s.At, Machines: []Machine{},
	}
	st.Trouble = s.What[:min(len(s.What), mostTrouble)]
	for i, p := range s.places {
		st.Machines = append(st.Machines, Machine{p.addr.String(), p.transport, p.pulse.At(now).String(), p.pulse.RTT})
		if i == 0 || p.pulse.RTT < st.RTT {
			st.RTT = p.pulse.RTT
		}
	}
	return st
}

// Save writes down what the node sees.
func Save(tx tenant.AcrossTx, node string, all []Status, now time.Time) error {
	for _, s := range all {
		machines, err := json.Marshal(s.Machines)
		if err != nil {
			return fmt.Errorf("save what is seen of trunk %s: %w", s.Trunk, err)
		}
		_, err = tx.Exec(`
			insert into house.trunk_state (trunk_id, node, health, rtt_ms, calls, cps, registration, registered_until, trouble, trouble_at, places, at)
			select t.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 from house.trunk t where t.id = $1
			on conflict (trunk_id, node) do update set health = excluded.health, rtt_ms = excluded.rtt_ms, calls = excluded.calls, cps = excluded.cps,
			  registration = excluded.registration, registered_until = excluded.registered_until, trouble = excluded.trouble,
			  trouble_at = excluded.trouble_at, places = excluded.places, at = excluded.at`,
			s.Trunk, node, s.Health, s.RTT, s.Calls, s.CPS, s.Registration, orNull(s.RegisteredUntil), s.Trouble, orNull(s.TroubleAt), machines, now.UTC())
		if err != nil {
			return fmt.Errorf("save what is seen of trunk %s: %w", s.Trunk, err)
		}
	}
	return nil
}

func orNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}

// Login is what a trunk has to show with its calls, for a realm of ours.
func (d *Dialler) Login(trunk string) (user, ha1 string, needed bool) {
	t := d.cfg.Book().Named(trunk)
	if t == nil || !t.Challenge {
		return "", "", false
	}
	password, err := d.password(t)
	if err != nil {
		d.cfg.Log.Error("trunk cannot be let in", "trunk", trunk, "err", err)
		return t.Login.User, "", true
	}
	return t.Login.User, digest.HA1(t.Login.User, d.cfg.Realm, password), true
}
