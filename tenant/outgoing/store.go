package outgoing

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/destination"
	"switchboard/tenant"
)

// Path is the way by which a call out was asked for. Every way is judged alike.
type Path string

// The ways.
const (
	Desk     Path = "desk"     // typed at the desk
	Transfer Path = "transfer" // a call is handed to an outside number
	Refer    Path = "refer"    // a telephone's REFER
	Redirect Path = "redirect" // the 3xx of whom we called
	Callback Path = "callback" // a promised one
	Overflow Path = "overflow" // nobody answers here: the shop's own people elsewhere (R114, R115)
	Dialler  Path = "dialler"
)

// Ask is a call that somebody wants to go out.
type Ask struct {
	Call     uuid.UUID // that it belongs to; uuid.Nil: none
	Operator uuid.UUID // who wants it; uuid.Nil: the switch itself
	Path     Path
	destination.Attempt
	Owned  destination.Owners // whose a number of the platform's is
	Prices destination.Prices // what trunks ask for; nil: a guess
	Now    time.Time
}

// Permit is a call that may go out.
type Permit struct {
	ID    uuid.UUID
	Price destination.Micro  // of a minute
	For   destination.Millis // of talking that is paid for
}

// ring is how long a call may ring before it counts as over although nobody
// said so, grace how much longer than paid it may take to be ended.
const (
	ring  = 3 * time.Minute
	grace = 30 * time.Second
)

// Request judges a call and books it, allowed or not. Two nodes that ask for
// one shop do so one after the other.
func Request(tx tenant.Tx, a Ask) (Permit, destination.Verdict, error) {
	if err := queue(tx); err != nil {
		return Permit{}, destination.Verdict{}, err
	}
	l, err := Take(tx)
	if err != nil {
		return Permit{}, destination.Verdict{}, err
	}
	use, err := Used(tx, a.Operator, a.Now)
	if err != nil {
		return Permit{}, destination.Verdict{}, err
	}
	rules := l.rules()
	rules.Owned, rules.PriceOfTrunks = a.Owned, a.Prices
	v := destination.Decide(rules, use, a.Attempt)
	p := Permit{ID: uuid.Must(uuid.NewV7()), Price: v.Price, For: v.For}
	lapses := a.Now
	if v.No == "" {
		lapses = a.Now.Add(ring + time.Duration(v.For)*time.Millisecond)
	}
	_, err = tx.Exec(`
		insert into shop.outgoing_call (id, asked_at, call_id, operator_id, path, country, price, paid_ms, cost, lapses_at, ended_at, refused)
		values ($1, $2::timestamptz, $3, $4, $5, $6, $7, $8, $9, $10, case when $11::text = '' then null else $2::timestamptz end, $11::text)`,
		p.ID, a.Now.UTC(), orNull(a.Call), orNull(a.Operator), string(a.Path), string(v.Place.Country), int64(v.Price), v.For, int64(v.Cost), lapses.UTC(), string(v.No))
	if err != nil {
		return Permit{}, v, fmt.Errorf("book a call out: %w", err)
	}
	return p, v, tenant.Audit(tx, "outgoing.request", p.ID.String(), map[string]any{"path": a.Path, "refused": v.No, "country": v.Place.Country})
}

func orNull(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

// queue has one transaction at a time count a shop's calls.
func queue(tx tenant.Tx) error {
	err := tx.Query().Exec("select pg_advisory_xact_lock(hashtextextended('calls out of ' || ?, 0))", tx.Scope().Shop().String()).Error
	if err != nil {
		return fmt.Errorf("wait for another call out: %w", err)
	}
	return nil
}

// Used is what the shop has done in the hour and the 24 hours before now. A
// call counts whole for as long as any of it is in them.
func Used(tx tenant.Tx, operator uuid.UUID, now time.Time) (destination.Use, error) {
	var u destination.Use
	const longest = time.Duration(destination.Longest)*time.Millisecond + ring + grace
	at := now.UTC()
	err := tx.Query().Raw(`
		with c as (
		  select *, coalesce(ended_at, lapses_at) as over_at from shop.outgoing_call where asked_at > @first and refused = '')
		select count(*) filter (where asked_at > @hour) as hour,
		       count(*) filter (where asked_at > @hour and operator_id = @operator) as hour_each,
		       coalesce(sum(paid_ms) filter (where over_at > @day), 0) as talk_of_day,
		       coalesce(sum(cost) filter (where over_at > @hour), 0) as spent_of_hour,
		       coalesce(sum(cost) filter (where over_at > @day), 0) as spent_of_day,
		       count(*) filter (where over_at > @now and ended_at is null) as up
		  from c`,
		map[string]any{"first": at.Add(-24*time.Hour - longest), "hour": at.Add(-time.Hour), "day": at.Add(-24 * time.Hour), "now": at, "operator": operator}).Scan(&u).Error
	if err != nil {
		return destination.Use{}, fmt.Errorf("count calls out: %w", err)
	}
	return u, nil
}

// Answered begins the time that is paid for.
func Answered(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	_, err := tx.Exec(`
		update shop.outgoing_call set answered_at = $2::timestamptz, lapses_at = $2::timestamptz + make_interval(secs => paid_ms / 1000.0 + $3::int)
		 where id = $1 and answered_at is null and ended_at is null`, id, now.UTC(), int(grace/time.Second))
	if err != nil {
		return fmt.Errorf("begin call out %s: %w", id, err)
	}
	return tenant.Audit(tx, "outgoing.answer", id.String(), nil)
}

// call is what is known of one that is up.
type call struct {
	AnsweredAt *time.Time
	Price      destination.Micro
	PaidMs     destination.Millis
	EndedAt    *time.Time
}

func take(tx tenant.Tx, id uuid.UUID) (c call, err error) {
	if err = tx.Query().Raw("select answered_at, price, paid_ms, ended_at from shop.outgoing_call where id = ? for update", id).Scan(&c).Error; err != nil {
		err = fmt.Errorf("read call out %s: %w", id, err)
	}
	return c, err
}

// Extend buys more of a call that goes on, if the limits of now allow it. The
// verdict's For is how much longer it may talk.
func Extend(tx tenant.Tx, id uuid.UUID, now time.Time) (destination.Verdict, error) {
	if err := queue(tx); err != nil {
		return destination.Verdict{}, err
	}
	l, err := Take(tx)
	if err != nil {
		return destination.Verdict{}, err
	}
	c, err := take(tx, id)
	if err != nil {
		return destination.Verdict{}, err
	}
	use, err := Used(tx, uuid.Nil, now)
	if err != nil {
		return destination.Verdict{}, err
	}
	v := destination.More(l.rules(), use, c.Price, c.PaidMs)
	if v.No == "" {
		_, err = tx.Exec("update shop.outgoing_call set paid_ms = paid_ms + $2::bigint, cost = cost + $3, lapses_at = lapses_at + make_interval(secs => $2::bigint / 1000.0) where id = $1 and ended_at is null",
			id, v.For, int64(v.Cost))
		if err != nil {
			return v, fmt.Errorf("extend call out %s: %w", id, err)
		}
	}
	return v, tenant.Audit(tx, "outgoing.extend", id.String(), map[string]any{"refused": v.No})
}

// End gives back what was paid for and not talked.
func End(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	c, err := take(tx, id)
	if err != nil || c.EndedAt != nil {
		return err
	}
	talked := destination.Millis(0)
	if c.AnsweredAt != nil {
		talked = max(0, now.Sub(*c.AnsweredAt).Milliseconds())
	}
	_, err = tx.Exec("update shop.outgoing_call set ended_at = $2, paid_ms = $3, cost = $4 where id = $1", id, now.UTC(), talked, int64(destination.Cost(talked, c.Price)))
	if err != nil {
		return fmt.Errorf("end call out %s: %w", id, err)
	}
	return tenant.Audit(tx, "outgoing.end", id.String(), map[string]any{"talk_ms": talked})
}

// Refusal is how often a reason came up.
type Refusal struct {
	Reason string
	Path   string
	Times  int
}

// Refused counts the calls that did not go out since an instant.
func Refused(tx tenant.Tx, since time.Time) ([]Refusal, error) {
	var out []Refusal
	err := tx.Query().Raw(`select refused as reason, path, count(*) as times from shop.outgoing_call where asked_at > ? and refused <> ''
		group by refused, path order by times desc, reason, path`, since.UTC()).Scan(&out).Error
	if err != nil {
		return nil, fmt.Errorf("count refused calls out: %w", err)
	}
	return out, nil
}
