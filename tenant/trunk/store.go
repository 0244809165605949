package trunk

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
)

// fresh is how old what a process saw may be to be shown: then it is gone.
const fresh = 20 * time.Second

// All returns all trunks by name, with what the running processes see of them.
func All(tx tenant.AcrossTx, now time.Time) ([]Trunk, error) {
	seen, err := allSeen(tx, now)
	if err != nil {
		return nil, err
	}
	rows, err := tx.Query().Raw(`
		select id, name, shop_id, array_to_string(sources, ','), outbound, transport, srtp, tls_ca, array_to_string(codecs, ','), auth, auth_user,
		       auth_secret is not null, domain, expires_s, challenge, priority, rates, max_calls, max_cps, number_in, number_out, caller_in, caller_out,
		       reliable, ping, case when not enabled then 'off' when draining_at is not null then 'draining' else 'open' end, created_at, changed_at
		  from house.trunk order by name`).Rows()
	if err != nil {
		return nil, fmt.Errorf("list trunks: %w", err)
	}
	defer rows.Close()
	var all []Trunk
	for rows.Next() {
		var t Trunk
		var from, codecs string
		var rates, in, out []byte
		err := rows.Scan(&t.ID, &t.Name, &t.ShopID, &from, &t.Outbound, &t.Transport, &t.SRTP, &t.CA, &codecs, &t.Auth, &t.User, &t.HasPassword, &t.Domain, &t.ExpiresS,
			&t.Challenge, &t.Priority, &rates, &t.MaxCalls, &t.MaxCPS, &in, &out, &t.CallerIn, &t.CallerOut, &t.Reliable, &t.Ping, &t.State, &t.CreatedAt, &t.ChangedAt)
		err = errors.Join(err, json.Unmarshal(rates, &t.Rates), json.Unmarshal(in, &t.NumberIn), json.Unmarshal(out, &t.NumberOut))
		if err != nil {
			return nil, fmt.Errorf("list trunks: %w", err)
		}
		t.From, t.Codecs = split(from), split(codecs)
		t.Seen = seen[t.ID]
		all = append(all, t)
	}
	return all, rows.Err()
}

func split(list string) []string {
	if list == "" {
		return []string{}
	}
	return strings.Split(list, ",")
}

func allSeen(tx tenant.AcrossTx, now time.Time) (map[uuid.UUID][]Seen, error) {
	rows, err := tx.Query().Raw(`
		select trunk_id, node, health, rtt_ms, calls, cps, registration, registered_until, trouble, trouble_at, places, at
		  from house.trunk_state where at > ? order by node`, now.Add(-fresh).UTC()).Rows()
	if err != nil {
		return nil, fmt.Errorf("list what is seen of trunks: %w", err)
	}
	defer rows.Close()
	all := map[uuid.UUID][]Seen{}
	for rows.Next() {
		var id uuid.UUID
		var s Seen
		var places []byte
		err := rows.Scan(&id, &s.Node, &s.Health, &s.RTTMS, &s.Calls, &s.CPS, &s.Registration, &s.RegisteredUntil, &s.Trouble, &s.TroubleAt, &places, &s.At)
		if err = errors.Join(err, json.Unmarshal(places, &s.Machines)); err != nil {
			return nil, fmt.Errorf("list what is seen of trunks: %w", err)
		}
		all[id] = append(all[id], s)
	}
	return all, rows.Err()
}

// Change is who changes a trunk, and when.
type Change struct {
	By  string // actor of the audit log
	At  time.Time
	Box seal.Box // seals the password
}

// Create makes a trunk.
func Create(tx tenant.AcrossTx, s Settings, c Change) (uuid.UUID, error) {
	s = s.Filled()
	id := uuid.Must(uuid.NewV7())
	if err := s.Check(true); err != nil {
		return uuid.Nil, err
	}
	if err := apart(tx, id, s.From); err != nil {
		return uuid.Nil, err
	}
	if _, err := tx.Exec(`insert into house.trunk (id, name, sources, outbound, transport, codecs, created_at) values ($1, $2, '{}', $3, 'udp', '{pcma}', $4)`,
		id, s.Name, s.Outbound, c.At.UTC()); err != nil {
		return uuid.Nil, named(err, s.Name)
	}
	if err := write(tx, id, s, c); err != nil {
		return uuid.Nil, err
	}
	return id, tenant.AuditAcross(tx, c.By, "trunk.create", "trunk:"+id.String(), detail(s))
}

// Put makes the trunk of that name, or changes it. Whose networks they are is
// not looked at, and the caller audits: it is for files that somebody answers
// for.
func Put(tx tenant.AcrossTx, s Settings, c Change) error {
	s = s.Filled()
	if err := s.Check(true); err != nil {
		return err
	}
	var id uuid.UUID
	err := tx.Query().Raw(`
		insert into house.trunk (id, name, sources, outbound, transport, codecs, created_at) values (?, ?, '{}', ?, 'udp', '{pcma}', ?)
		on conflict (name) do update set name = excluded.name returning id`, uuid.Must(uuid.NewV7()), s.Name, s.Outbound, c.At.UTC()).Row().Scan(&id)
	if err != nil {
		return named(err, s.Name)
	}
	return write(tx, id, s, c)
}

// Save changes a trunk. An empty password leaves the one that is there.
func Save(tx tenant.AcrossTx, id uuid.UUID, s Settings, c Change) error {
	s = s.Filled()
	has, err := locked(tx, id)
	if err != nil {
		return err
	}
	if err := s.Check(!has); err != nil {
		return err
	}
	if err := apart(tx, id, s.From); err != nil {
		return err
	}
	if err := write(tx, id, s, c); err != nil {
		return err
	}
	return tenant.AuditAcross(tx, c.By, "trunk.change", "trunk:"+id.String(), detail(s))
}

// detail is what the audit log keeps of settings.
func detail(s Settings) map[string]any {
	return map[string]any{"priority": s.Priority, "max_calls": s.MaxCalls, "max_cps": s.MaxCPS, "password": s.Password != "", "shop": s.ShopID}
}

// locked tells whether a trunk has a password, and holds the trunk.
func locked(tx tenant.AcrossTx, id uuid.UUID) (hasPassword bool, err error) {
	var found []bool
	if err := tx.Query().Raw("select auth_secret is not null from house.trunk where id = ? for update", id).Scan(&found).Error; err != nil {
		return false, fmt.Errorf("read trunk %s: %w", id, err)
	}
	if len(found) == 0 {
		return false, fmt.Errorf("trunk %s: %w", id, fault.NotFound)
	}
	return found[0], nil
}

// apart refuses networks that another trunk has: whose a call is would be
// decided by the alphabet.
func apart(tx tenant.AcrossTx, id uuid.UUID, from []string) error {
	var p fault.Problems
	for i, n := range from {
		var other []string
		err := tx.Query().Raw(`
			select t.name || ' (' || text(s) || ')' from house.trunk t, unnest(t.sources) s
			 where t.id <> ? and s && ?::text::cidr order by t.name limit 1`, id, n).Scan(&other).Error
		if err != nil {
			return fmt.Errorf("compare with other trunks: %w", err)
		}
		if len(other) > 0 {
			p = append(p, fault.Invalid{Field: fmt.Sprintf("from[%d]", i), Problem: fmt.Sprintf("%s is also where calls of %s come from", n, other[0])})
		}
	}
	return p.Err()
}

func write(tx tenant.AcrossTx, id uuid.UUID, s Settings, c Change) error {
	var sealed []byte
	var err error
	if s.Password != "" {
		if sealed, err = c.Box.Seal(s.Password, id.String()); err != nil {
			return fmt.Errorf("keep the password of trunk %s: %w", s.Name, err)
		}
	}
	rates, err1 := json.Marshal(s.Rates)
	in, err2 := json.Marshal(s.NumberIn)
	out, err3 := json.Marshal(s.NumberOut)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("write trunk %s: %w", s.Name, err)
	}
	_, err = tx.Exec(`
		update house.trunk set name = $2, shop_id = $3, sources = $4::text[]::cidr[], outbound = $5, transport = $6, srtp = $7, codecs = $8, auth = $9, auth_user = $10,
		  auth_secret = coalesce($11, auth_secret), domain = $12, expires_s = $13, challenge = $14, priority = $15, rates = $16, max_calls = $17, max_cps = $18,
		  number_in = $19, number_out = $20, caller_in = $21, caller_out = $22, reliable = $23, ping = $24, changed_at = $25, tls_ca = $26
		 where id = $1`,
		id, s.Name, s.ShopID, s.From, s.Outbound, s.Transport, s.SRTP, s.Codecs, s.Auth, s.User, sealed, s.Domain, s.ExpiresS, s.Challenge, s.Priority, rates,
		s.MaxCalls, s.MaxCPS, in, out, s.CallerIn, s.CallerOut, s.Reliable, s.Ping, c.At.UTC(), s.CA)
	if err != nil {
		return named(err, s.Name)
	}
	return nil
}

// named tells what the database has against a trunk, in words for people.
func named(err error, name string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.ConstraintName {
		case "trunk_name_key":
			return fault.Invalid{Field: "name", Problem: fmt.Sprintf("there is a trunk %q already", name)}
		case "trunk_shop_id_fkey":
			return fault.Invalid{Field: "shop_id", Problem: "there is no such shop"}
		}
	}
	return fmt.Errorf("write trunk %s: %w", name, err)
}

// Drain has a trunk take no new calls; those that are up go on.
func Drain(tx tenant.AcrossTx, id uuid.UUID, c Change) error {
	return turn(tx, id, "trunk.drain", c, "draining_at = coalesce(draining_at, $2)")
}

// Resume has it take calls again.
func Resume(tx tenant.AcrossTx, id uuid.UUID, c Change) error {
	return turn(tx, id, "trunk.resume", c, "draining_at = null, enabled = true, changed_at = $2")
}

func turn(tx tenant.AcrossTx, id uuid.UUID, action string, c Change, set string) error {
	if _, err := locked(tx, id); err != nil {
		return err
	}
	if _, err := tx.Exec("update house.trunk set "+set+" where id = $1", id, c.At.UTC()); err != nil {
		return fmt.Errorf("%s %s: %w", action, id, err)
	}
	return tenant.AuditAcross(tx, c.By, action, "trunk:"+id.String(), nil)
}

// Delete takes a trunk away. Calls that are up on it go on.
func Delete(tx tenant.AcrossTx, id uuid.UUID, c Change) error {
	if _, err := locked(tx, id); err != nil {
		return err
	}
	if _, err := tx.Exec("delete from house.trunk where id = $1", id); err != nil {
		return fmt.Errorf("delete trunk %s: %w", id, err)
	}
	return tenant.AuditAcross(tx, c.By, "trunk.delete", "trunk:"+id.String(), nil)
}
