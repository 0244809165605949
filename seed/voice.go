package seed

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/menu"
	"switchboard/tenant/move"
)

// Transfers are to whom a shop's calls may be handed. What is not given has the
// platform's default: everybody here, nobody outside.
type Transfers struct {
	Operators   *Switch  `yaml:"operators"`
	Queues      *Switch  `yaml:"queues"`
	Specialists *Switch  `yaml:"specialists"`
	Outside     []string `yaml:"outside"` // beginnings of numbers, as +7495
	Email       string   `yaml:"email"`   // offered instead
	Ring        Duration `yaml:"ring"`    // how long a telephone outside rings
	Queue       Duration `yaml:"queue"`   // how long in a queue, until who had the call is asked again
	Park        Duration `yaml:"park"`    // the longest parking
	ParkFree    bool     `yaml:"park_free"`
}

func (t *Transfers) rule() move.Rule {
	r := move.Default()
	on := func(s *Switch, otherwise bool) bool {
		if s == nil {
			return otherwise
		}
		return bool(*s)
	}
	seconds := func(d Duration, otherwise int) int { return cmp.Or(int(time.Duration(d)/time.Second), otherwise) }
	r.Operators, r.Queues, r.Specialists = on(t.Operators, r.Operators), on(t.Queues, r.Queues), on(t.Specialists, r.Specialists)
	r.Outside, r.Email, r.ParkFree = t.Outside, t.Email, t.ParkFree
	r.RingS, r.QueueS, r.ParkS = seconds(t.Ring, r.RingS), seconds(t.Queue, r.QueueS), seconds(t.Park, r.ParkS)
	return r
}

var (
	refusal  = regexp.MustCompile(`^[0-9*#]?$`)
	poolName = regexp.MustCompile(`^[a-z0-9-]{0,40}$`)
)

// voice checks what callers of a shop hear, and who answers them.
func (c *checker) voice(s *Shop, at func(...any) []any) {
	if !refusal.MatchString(s.Refusal) {
		c.wrong(at("refusal_key"), "%q is no key of a telephone: 0-9, * or #", s.Refusal)
	}
	if !poolName.MatchString(s.Pool) {
		c.wrong(at("pool"), "%q is no name of a pool: small letters, digits and -", s.Pool)
	}
	for i, n := range s.Numbers {
		if n.Menu == "" {
			continue
		}
		if _, problems := menu.Parse([]byte(n.Menu)); len(problems) > 0 {
			c.wrong(at("numbers", i, "menu"), "%s", problems[0].Error())
		}
	}
}

// menus publishes the menus of the shop's numbers.
func (s *Seeder) menus(ctx context.Context, scope tenant.Scope, sh Shop) error {
	for _, n := range sh.Numbers {
		if n.Menu == "" {
			continue
		}
		err := s.db.Within(ctx, scope, func(tx tenant.Tx) error { return s.menu(tx, n) })
		if err != nil {
			return fmt.Errorf("menu of %s: %w", n.E164, err)
		}
	}
	return nil
}

func (s *Seeder) menu(tx tenant.Tx, n Number) error {
	m, problems := menu.Parse([]byte(n.Menu))
	if err := problems.Err(); err != nil {
		return err
	}
	v, err := menu.Shelf.Put(tx, cmp.Or(strings.TrimSpace(m.Name), n.E164), n.Menu, s.now())
	if err != nil {
		return err
	}
	_, err = tx.Exec("update shop.number set menu_id = $2 where e164 = $1 and menu_id is distinct from $2", n.E164, v.TextID)
	return err
}

// transfers sets the rule of a shop's transfers.
func (s *Seeder) transfers(ctx context.Context, scope tenant.Scope, t *Transfers) error {
	if t == nil {
		return nil
	}
	err := s.db.Within(ctx, scope, func(tx tenant.Tx) error { return move.Set(tx, t.rule(), s.now()) })
	if err != nil {
		return fmt.Errorf("transfers: %w", err)
	}
	return nil
}

// telephone gives a supervisor the one at which calls are listened to.
func (s *Seeder) telephone(tx tenant.AcrossTx, email string, st Staff) error {
	if st.SIP == "" && st.Phone == nil {
		return nil
	}
	var user, ha1, uri *string
	if st.SIP != "" {
		uri = &st.SIP
	}
	if st.Phone != nil {
		sum := HA1(st.Phone.User, s.realm, st.Phone.Password)
		user, ha1 = &st.Phone.User, &sum
	}
	_, err := tx.Exec(`
		insert into house.supervisor_phone (account_id, sip_user, sip_ha1, sip_uri) select id, $2, $3, $4 from house.account where email = $1
		on conflict (account_id) do update set sip_user = excluded.sip_user, sip_ha1 = excluded.sip_ha1, sip_uri = excluded.sip_uri`, email, user, ha1, uri)
	if err != nil {
		return fmt.Errorf("seed the telephone of %s: %w", email, err)
	}
	return nil
}
