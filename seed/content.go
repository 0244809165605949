package seed

import (
	"context"
	"fmt"
	"time"

	"switchboard/billing/plan"
	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/fetch"
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

func (s *Seeder) script(ctx context.Context, scope tenant.Scope, sh Shop, src []byte) error {
	return nil
}
