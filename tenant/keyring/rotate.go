package keyring

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/sealed"
)

// Version is one of a shop's keys.
type Version struct {
	Version    int
	MadeAt     time.Time
	RetiredAt  *time.Time // since then nothing is under it
	ErasedAt   *time.Time // since then nothing can be
	Recordings int64      // that are under it now
}

// Versions returns the shop's keys, the newest first.
func Versions(tx tenant.Tx) (all []Version, err error) {
	err = tx.Query().Raw(`
		select k.version, k.made_at, k.retired_at, k.erased_at,
		  (select count(*) from shop.recording r where r.key_version = k.version and r.data_key is not null) as recordings
		  from shop.recording_key k order by k.version desc`).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list the keys of recordings: %w", err)
	}
	return all, nil
}

// Rotate gives the shop a new key. Recordings that begin from now on, as soon as
// telephony has heard of it, are under it; those that are there come under it by
// Rewrap, their files untouched.
func Rotate(tx tenant.Tx, m Masters, now time.Time) (Version, error) {
	shop := tx.Scope().Shop().UUID()
	var last int
	if err := tx.Query().Raw("select coalesce(max(version), 0) from shop.recording_key").Row().Scan(&last); err != nil {
		return Version{}, fmt.Errorf("rotate the key of recordings: %w", err)
	}
	row, _, err := m.newKey(shop, last+1)
	if err != nil {
		return Version{}, fmt.Errorf("rotate the key of recordings: %w", err)
	}
	n, err := tx.Exec("insert into shop.recording_key (shop_id, version, master, wrapped, made_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
		shop, row.Version, row.Master, row.Wrapped, now.UTC())
	if err == nil && n == 0 {
		err = fault.Conflict // another did
	}
	if err != nil {
		return Version{}, fmt.Errorf("rotate the key of recordings: %w", err)
	}
	err = tenant.Audit(tx, "recording-key.rotate", fmt.Sprintf("recording-key:%d", row.Version), nil)
	return Version{Version: row.Version, MadeAt: now.UTC()}, err
}

// Confirm answers fault.Invalid unless slug is the shop's.
func Confirm(tx tenant.Tx, slug string) error {
	var is bool
	if err := tx.Query().Raw("select slug = ? from house.shop", slug).Row().Scan(&is); err != nil {
		return fmt.Errorf("confirm the shop whose keys are to be destroyed: %w", err)
	}
	if !is {
		return fault.Invalid{Field: "body.confirm", Problem: "is not the short name of this shop"}
	}
	return nil
}

// Erase destroys all keys of the shop: no recording of it can be opened any more,
// wherever copies of the files are. It is for a shop that leaves.
func Erase(tx tenant.Tx, now time.Time) error {
	var held bool
	if err := tx.Query().Raw("select exists (select 1 from shop.recording where held or state = 'recording')").Row().Scan(&held); err != nil {
		return fmt.Errorf("destroy the keys of recordings: %w", err)
	}
	if held {
		return fmt.Errorf("destroy the keys of recordings, of which the law holds one, or one is being made: %w", fault.Conflict)
	}
	_, err := tx.Exec("update shop.recording_key set wrapped = null, erased_at = $1 where wrapped is not null", now.UTC())
	if err == nil {
		_, err = tx.Exec(`update shop.recording set state = 'erased', data_key = null, deleted_at = $1, deleted_by = $2, deleted_rule = 'keys', tries = 0, try_at = '-infinity'
			where state in ('ready', 'failed')`, now.UTC(), tx.Scope().Actor())
	}
	if err != nil {
		return fmt.Errorf("destroy the keys of recordings: %w", err)
	}
	return tenant.Audit(tx, "recording-key.erase", "shop:"+tx.Scope().Shop().String(), nil)
}

// old is a recording under a key that is not its shop's newest.
type old struct {
	ShopID     uuid.UUID
	ID         uuid.UUID
	KeyVersion int
	DataKey    []byte
	Newest     int
}

// Rewrap brings recordings under their shops' newest keys, and returns how many.
// Only the files' keys are sealed anew, so that the job costs the same for an
// hour and a second.
func Rewrap(tx tenant.AcrossTx, m Masters, most int) (int, error) {
	var rows []old
	err := tx.Query().Raw(`
		with newest as (select shop_id, max(version) as version from shop.recording_key where wrapped is not null group by shop_id having count(*) > 1)
		select r.shop_id, r.id, r.key_version, r.data_key, n.version as newest from newest n
		  join shop.recording r on r.shop_id = n.shop_id and r.key_version < n.version and r.data_key is not null
		 order by r.shop_id, r.id limit ? for update of r skip locked`, most).Scan(&rows).Error
	if err != nil {
		return 0, fmt.Errorf("find recordings under old keys: %w", err)
	}
	for _, r := range rows {
		if err := r.rewrap(tx, m); err != nil {
			return 0, fmt.Errorf("bring recording %s under key %d: %w", r.ID, r.Newest, err)
		}
	}
	return len(rows), nil
}

func (r old) rewrap(tx tenant.AcrossTx, m Masters) error {
	secret, err := m.OpenAcross(tx, r.ShopID, r.ID, Wrapped{r.KeyVersion, r.DataKey})
	if err != nil {
		return err
	}
	row, err := take(tx, r.ShopID, r.Newest)
	if err != nil {
		return err
	}
	k, err := m.unwrap(row.Master, row.Wrapped, aboutShop(r.ShopID, r.Newest))
	if err != nil {
		return err
	}
	wrapped, err := k.wrap(secret.Key[:], aboutFile(sealed.Secret{Shop: r.ShopID, ID: r.ID}))
	if err != nil {
		return err
	}
	_, err = tx.Exec("update shop.recording set key_version = $3, data_key = $4 where shop_id = $1 and id = $2 and data_key is not null", r.ShopID, r.ID, r.Newest, wrapped)
	return err
}

const (
	// settled is how long a key must have been succeeded before it retires: by
	// then every telephony has heard of the new one.
	settled = 10 * time.Minute
	// rest is how long a retired key is kept, should a row have been late.
	rest = 24 * time.Hour
)

// Retire retires the keys that nothing is under, and destroys those that were
// retired a day ago.
func Retire(tx tenant.AcrossTx, now time.Time) error {
	const empty = "not exists (select 1 from shop.recording r where r.shop_id = k.shop_id and r.key_version = k.version and r.data_key is not null)"
	_, err := tx.Exec(`
		update shop.recording_key k set retired_at = $1 where k.retired_at is null and k.wrapped is not null and `+empty+`
		   and exists (select 1 from shop.recording_key n where n.shop_id = k.shop_id and n.version > k.version and n.made_at < $2)`,
		now.UTC(), now.Add(-settled).UTC())
	if err == nil {
		_, err = tx.Exec(`
			update shop.recording_key k set wrapped = null, erased_at = $1 where k.wrapped is not null and k.retired_at < $2 and `+empty,
			now.UTC(), now.Add(-rest).UTC())
	}
	if err != nil {
		return fmt.Errorf("retire keys of recordings: %w", err)
	}
	return nil
}

// RewrapShops seals by the current master key what another one sealed, and
// returns how many keys.
func RewrapShops(tx tenant.AcrossTx, m Masters, most int) (int, error) {
	var rows []keyRow
	err := tx.Query().Raw(`select shop_id, version, master, wrapped from shop.recording_key where wrapped is not null and master <> ?
		order by shop_id, version limit ? for update skip locked`, m.current, most).Scan(&rows).Error
	if err != nil {
		return 0, fmt.Errorf("find keys under old master keys: %w", err)
	}
	for _, r := range rows {
		about := aboutShop(r.ShopID, r.Version)
		k, err := m.unwrap(r.Master, r.Wrapped, about)
		if err != nil {
			return 0, err
		}
		master, wrapped, err := m.wrap(k, about)
		if err != nil {
			return 0, err
		}
		if _, err := tx.Exec("update shop.recording_key set master = $3, wrapped = $4 where shop_id = $1 and version = $2", r.ShopID, r.Version, master, wrapped); err != nil {
			return 0, fmt.Errorf("bring %s under master key %s: %w", about, master, err)
		}
	}
	return len(rows), nil
}
