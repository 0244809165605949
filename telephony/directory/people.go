package directory

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/hours"
	"switchboard/tenant/move"
)

// loadPeople reads to whom the calls of shops may be handed: the rules, the
// queues, and the members with a telephone.
func (d *Directory) loadPeople(tx tenant.AcrossTx) error {
	rules, err := move.All(tx)
	if err != nil {
		return err
	}
	for id, s := range d.shops {
		s.Moves = move.Default()
		if r, own := rules[id]; own {
			s.Moves = r
		}
	}
	if err := d.loadQueues(tx); err != nil {
		return err
	}
	return d.loadSpecialists(tx)
}

func (d *Directory) loadQueues(tx tenant.AcrossTx) error {
	var rows []struct {
		ShopID, ID   uuid.UUID
		Name, Tier   string
		PromiseShare int
		PromiseMs    int64
		Hours        []byte
	}
	err := tx.Query().Raw("select shop_id, id, name, tier, promise_share, promise_ms, hours from shop.queue order by name, id").Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read queues: %w", err)
	}
	for _, r := range rows {
		week, err := hours.Parse(r.Hours)
		if s := d.shops[r.ShopID]; s != nil && err == nil { // else its numbers are left out, and logged
			s.Queues = append(s.Queues, &Queue{r.ID, r.Name, r.Tier, r.PromiseShare, r.PromiseMs, week})
		}
	}
	return nil
}

func (d *Directory) loadSpecialists(tx tenant.AcrossTx) error {
	var rows []struct {
		ShopID, ID  uuid.UUID
		Name, Phone string
	}
	err := tx.Query().Raw(`
		select m.shop_id, m.id, a.name, m.phone from shop.member m join house.account a on a.id = m.account_id
		 where m.phone <> '' and a.disabled_at is null order by a.name, m.id`).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read specialists: %w", err)
	}
	for _, r := range rows {
		if s := d.shops[r.ShopID]; s != nil {
			s.Specialists = append(s.Specialists, Specialist{r.ID, r.Name, e164.Number(r.Phone)})
		}
	}
	return nil
}
