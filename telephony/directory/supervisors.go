package directory

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Supervisor returns who may listen to calls, or nil. They have a telephone as
// an operator has, that of their own desk if they have one, but no tier and no
// shops: no call is offered to them.
func (d *Directory) Supervisor(id uuid.UUID) *Operator { return d.supervisors[id] }

// loadSupervisors reads who they are, and where they are heard of: the shops
// whose callers and operators are told.
func (d *Directory) loadSupervisors(tx tenant.AcrossTx, shops map[uuid.UUID]*Shop) error {
	var rows []struct {
		ID                   uuid.UUID
		Name, User, Ha1, URI string
	}
	err := tx.Query().Raw(`
		select a.id, a.name, coalesce(p.sip_user, o.sip_user, '') as user, coalesce(p.sip_ha1, o.sip_ha1, '') as ha1,
		       coalesce(p.sip_uri, case when p.account_id is null then o.sip_uri end, '') as uri
		  from house.account a left join house.supervisor_phone p on p.account_id = a.id left join house.operator o on o.id = a.id
		 where a.disabled_at is null and exists (select from house.staff s where s.account_id = a.id and s.role in ('supervisor', 'admin'))`).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("read supervisors: %w", err)
	}
	for _, r := range rows {
		s := &Operator{ID: r.ID, Name: r.Name, SIPUser: r.User, HA1: r.Ha1, SIPURI: r.URI}
		d.supervisors[s.ID] = s
		if s.SIPUser != "" && d.phones[s.SIPUser] == nil {
			d.phones[s.SIPUser] = s
		}
	}
	var told []struct{ ID uuid.UUID }
	if err := tx.Query().Raw("select id from house.shop where supervision = 'announced'").Scan(&told).Error; err != nil {
		return fmt.Errorf("read where supervisors are announced: %w", err)
	}
	for _, t := range told {
		if s := shops[t.ID]; s != nil {
			s.Announces = true
		}
	}
	return nil
}
