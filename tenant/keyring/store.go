package keyring

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/sealed"
)

// keyRow is a shop's key. Wrapped is nil if it was destroyed.
type keyRow struct {
	ShopID  uuid.UUID
	Version int
	Master  string
	Wrapped []byte
}

// latest returns the newest key of every shop; version 0 for one that has none.
func latest(tx tenant.AcrossTx) (rows []keyRow, err error) {
	err = tx.Query().Raw(`
		select s.id as shop_id, coalesce(k.version, 0) as version, coalesce(k.master, '') as master, k.wrapped
		  from house.shop s left join lateral (select * from shop.recording_key k where k.shop_id = s.id order by version desc limit 1) k on true`).Scan(&rows).Error
	return rows, err
}

func (r keyRow) insert(tx tenant.AcrossTx, now time.Time) (made bool, err error) {
	n, err := tx.Exec("insert into shop.recording_key (shop_id, version, master, wrapped, made_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
		r.ShopID, r.Version, r.Master, r.Wrapped, now)
	return n == 1, err
}

func take(tx tenant.AcrossTx, shop uuid.UUID, version int) (row keyRow, err error) {
	err = tx.Query().Raw("select shop_id, version, master, wrapped from shop.recording_key where shop_id = ? and version = ?", shop, version).Scan(&row).Error
	return row, err
}

// Open returns what opens a file of the transaction's shop.
func (m Masters) Open(tx tenant.Tx, file uuid.UUID, w Wrapped) (sealed.Secret, error) {
	row := keyRow{ShopID: tx.Scope().Shop().UUID(), Version: w.Version}
	err := tx.Query().Raw("select master, wrapped from shop.recording_key where version = ?", w.Version).Row().Scan(&row.Master, &row.Wrapped)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return sealed.Secret{}, fmt.Errorf("read the key of recording %s: %w", file, err)
	}
	return m.secret(row, file, w)
}

// OpenAcross is Open for what spans shops.
func (m Masters) OpenAcross(tx tenant.AcrossTx, shop, file uuid.UUID, w Wrapped) (sealed.Secret, error) {
	row, err := take(tx, shop, w.Version)
	if err != nil {
		return sealed.Secret{}, fmt.Errorf("read the key of recording %s: %w", file, err)
	}
	row.ShopID = shop
	return m.secret(row, file, w)
}

func (m Masters) secret(row keyRow, file uuid.UUID, w Wrapped) (sealed.Secret, error) {
	s := sealed.Secret{Shop: row.ShopID, ID: file}
	if len(row.Wrapped) == 0 || len(w.DataKey) == 0 {
		return s, fmt.Errorf("open recording %s: %w: %w", file, ErrErased, fault.NotFound)
	}
	k, err := m.unwrap(row.Master, row.Wrapped, aboutShop(row.ShopID, row.Version))
	if err != nil {
		return s, err
	}
	b, err := k.unwrap(w.DataKey, aboutFile(s))
	if err != nil {
		return s, err
	}
	s.Key = sealed.Key(b)
	return s, nil
}
