package seed

import (
	"context"
	"fmt"
	"time"

	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/script"
	"switchboard/tenant/script/graph"
)

func (s *Seeder) plans(tx tenant.AcrossTx, p *Plan) error {
	for _, one := range p.Plans {
		if _, err := plan.Publish(tx, one, s.now()); err != nil {
			return fmt.Errorf("seed plan %s: %w", one.Name, err)
		}
	}
	return nil
}

// catalogue imports the shop's feed. A feed that loses half of the items of an
// earlier one is held, which is no failure: a person decides.
func (s *Seeder) catalogue(ctx context.Context, scope tenant.Scope, p *Plan, sh Shop) error {
	location := sh.Catalogue.Remote()
	if location == "" {
		location = sh.Catalogue.Path
	}
	var source catalogue.Source
	err := s.db.Within(ctx, scope, func(tx tenant.Tx) (err error) {
		source, err = catalogue.Ensure(tx, location, s.now().UTC().Truncate(time.Microsecond))
		return err
	})
	if err != nil {
		return err
	}
	_, err = catalogue.Refresh(ctx, s.db, scope, source.ID, catalogue.Origin{Files: p.Dir, Web: fetch.New(fetch.Policy{})})
	return err
}

// script publishes the shop's script under its own name and gives it to every
// queue of the file.
func (s *Seeder) script(ctx context.Context, scope tenant.Scope, sh Shop, src []byte) error {
	g, problems := script.Parse(src)
	if err := problems.Err(); err != nil {
		return err
	}
	name := g.Name.In(graph.Language(sh.Language))
	return s.db.Within(ctx, scope, func(tx tenant.Tx) error {
		v, err := script.Shelf.Put(tx, name, string(src), s.now())
		if err != nil {
			return err
		}
		for _, q := range sh.Queues {
			if err := tx.Query().Exec("update shop.queue set script_id = ? where name = ? and script_id is distinct from ?", v.TextID, q.Name, v.TextID).Error; err != nil {
				return fmt.Errorf("give the script to queue %s: %w", q.Name, err)
			}
		}
		return nil
	})
}
