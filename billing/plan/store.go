package plan

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	_ "time/tzdata" // a shop's month must not depend on what the machine has installed

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/billing/rating"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Version is a published version of a plan. It never changes.
type Version struct {
	ID            uuid.UUID
	PlanID        uuid.UUID
	Version       int // 1, 2, ... of the plan
	EffectiveFrom time.Time
	Body          json.RawMessage
}

// Publish makes p, with effect from now on, the next version of the plan of its
// name. If the newest version says the same, that one is returned. A plan keeps
// its currency. All mistakes of p are told at once, as fault.Problems.
func Publish(tx tenant.AcrossTx, p Plan, now time.Time) (Version, error) {
	if err := p.postable(); err != nil {
		return Version{}, err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return Version{}, fmt.Errorf("publish plan %s: %w", p.Name, err)
	}
	now = now.UTC().Truncate(time.Microsecond) // as the column holds it
	id, err := claim(tx, p, now)
	if err != nil {
		return Version{}, fmt.Errorf("publish plan %s: %w", p.Name, err)
	}
	v, err := publish(tx, Version{ID: uuid.Must(uuid.NewV7()), PlanID: id, EffectiveFrom: now, Body: body})
	if err != nil {
		return Version{}, fmt.Errorf("publish plan %s: %w", p.Name, err)
	}
	return v, nil
}

// postable returns the mistakes of p as a plan that the ledger can post.
func (p Plan) postable() error {
	t, problems := p.read()
	if len(problems) == 0 && (t.Round == rating.None || t.Scale != t.Currency.Exponent()) {
		problems = append(problems, fault.Invalid{
			Field: "scale", Problem: "a line finer than the currency cannot be posted: leave scale and round: none to plan files",
		})
	}
	return problems.Err()
}

// claim returns the id of the plan of p's name, new if there is none, and locks
// it: versions are numbered one after the other.
func claim(tx tenant.AcrossTx, p Plan, now time.Time) (uuid.UUID, error) {
	_, err := tx.Exec("insert into house.plan (id, name, currency, created_at) values ($1, $2, $3, $4) on conflict (name) do nothing",
		uuid.Must(uuid.NewV7()), p.Name, string(p.Currency), now)
	if err != nil {
		return uuid.Nil, err
	}
	var there struct {
		ID       uuid.UUID
		Currency money.Currency
	}
	if err := tx.Query().Raw("select id, currency from house.plan where name = ? for update", p.Name).Scan(&there).Error; err != nil {
		return uuid.Nil, err
	}
	if there.Currency != p.Currency {
		return uuid.Nil, fault.Invalid{
			Field: "currency", Problem: fmt.Sprintf("the plan is counted in %s: give one in %s another name", there.Currency, p.Currency),
		}
	}
	return there.ID, nil
}

// publish writes next after the newest version, unless they say the same.
func publish(tx tenant.AcrossTx, next Version) (Version, error) {
	var newest struct {
		Version
		Same bool
	}
	err := tx.Query().Raw(`select id, plan_id, version, effective_from, body, body = cast(? as jsonb) as same
		from house.tariff_version where plan_id = ? order by version desc limit 1`, string(next.Body), next.PlanID).Scan(&newest).Error
	if err != nil || newest.Same {
		return newest.Version, err
	}
	next.Version = newest.Version.Version + 1
	_, err = tx.Exec(`insert into house.tariff_version (id, plan_id, version, effective_from, body, published_at) values ($1, $2, $3, $4, $5::jsonb, $4)`,
		next.ID, next.PlanID, next.Version, next.EffectiveFrom, string(next.Body))
	return next, err
}

// Terms is what a shop pays by, at an instant.
type Terms struct {
	Plan      Plan
	PlanID    uuid.UUID
	VersionID uuid.UUID
	Version   int
	Tariff    rating.Tariff
	Zone      *time.Location // the shop's: its months and bands are local
}

// At returns the terms of the shop of tx at an instant, or fault.NotFound if it
// was on no plan, or on one of which no version was in effect.
func At(tx tenant.Tx, at time.Time) (Terms, error) {
	a, err := AtEach(tx, []time.Time{at})
	if err != nil {
		return Terms{}, err
	}
	return a.At(at)
}

// Agreed is the terms of a shop at some instants.
type Agreed struct {
	shop tenant.ID
	at   map[int64]*Terms // by Unix microseconds, as the columns hold instants
}

// At is the package's At for one of the instants.
func (a Agreed) At(at time.Time) (Terms, error) {
	if t, there := a.at[at.UnixMicro()]; there {
		return *t, nil
	}
	return Terms{}, fmt.Errorf("plan of shop %s at %s: %w", a.shop, at.UTC().Format(time.RFC3339), fault.NotFound)
}

// AtEach reads the terms of the shop of tx at many instants at once; most of them
// have the same.
func AtEach(tx tenant.Tx, ats []time.Time) (Agreed, error) {
	a := Agreed{tx.Scope().Shop(), make(map[int64]*Terms, len(ats))}
	rows, err := tx.Rows(`
		with agreed as (
		  select v.id, json_agg(i.n) as ns
		    from unnest($1::timestamptz[]) with ordinality i(at, n)
		   cross join lateral (select plan_id from shop.subscription where effective_from <= i.at order by effective_from desc limit 1) s
		   cross join lateral (select id from house.tariff_version
		     where plan_id = s.plan_id and effective_from <= i.at order by effective_from desc, version desc limit 1) v
		   group by v.id)
		select v.id, v.plan_id, v.version, v.body, h.timezone, a.ns
		  from agreed a join house.tariff_version v on v.id = a.id cross join house.shop h`, ats)
	if err != nil {
		return Agreed{}, fmt.Errorf("plans of shop %s: %w", a.shop, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := a.add(rows, ats); err != nil {
			return Agreed{}, err
		}
	}
	return a, rows.Err()
}

// add reads one version and gives it to the instants that it was in effect at.
func (a Agreed) add(rows *sql.Rows, ats []time.Time) error {
	var t Terms
	var body, places []byte
	var zone string
	if err := rows.Scan(&t.VersionID, &t.PlanID, &t.Version, &body, &zone, &places); err != nil {
		return fmt.Errorf("plans of shop %s: %w", a.shop, err)
	}
	var ns []int // 1 is the first
	if err := errors.Join(json.Unmarshal(places, &ns), t.read(body, zone)); err != nil {
		return fmt.Errorf("tariff version %s: %w", t.VersionID, err)
	}
	for _, n := range ns {
		a.at[ats[n-1].UnixMicro()] = &t
	}
	return nil
}

func (t *Terms) read(body []byte, zone string) (err error) {
	if err := json.Unmarshal(body, &t.Plan); err != nil {
		return err
	}
	if t.Tariff, err = t.Plan.Tariff(); err != nil {
		return err
	}
	t.Zone, err = time.LoadLocation(zone)
	return err
}

// Zone returns the time zone of the shop of tx.
func Zone(tx tenant.Tx) (*time.Location, error) {
	var name string
	if err := tx.Query().Raw("select timezone from house.shop").Row().Scan(&name); err != nil {
		return nil, fmt.Errorf("time zone of shop %s: %w", tx.Scope().Shop(), err)
	}
	return time.LoadLocation(name)
}

// Period returns the month of an instant by the clocks of zone: "2026-11".
func Period(at time.Time, zone *time.Location) string { return at.In(zone).Format("2006-01") }
