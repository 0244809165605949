package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/keyring"
	"switchboard/tenant/sealed"
)

// dead is that an earlier epoch is not of a leader who has retired and finishes
// its calls by itself.
const dead = " epoch not in (select epoch from house.retired where pool = ?)"

// Orphan is a dialog that a predecessor left up.
type Orphan struct {
	ID     uuid.UUID
	CallID uuid.UUID
	Side   string
	State  json.RawMessage
}

// Orphans returns the dialogs of earlier epochs of the pool.
func (l *Lease) Orphans(ctx context.Context) ([]Orphan, error) {
	var out []Orphan
	err := l.db.Across(ctx, "find dialogs of a dead switch", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw("select id, call_id, side, state from house.dialog where pool = ? and epoch < ? and"+dead+" order by created_at, id", l.pool, l.epoch, l.pool).Scan(&out).Error
	})
	return out, err
}

// Tape is a recording that nobody closed.
type Tape struct {
	ShopID, ID uuid.UUID
	Path       string
	KeyVersion *int // nil: the file is not sealed
	DataKey    []byte
}

// Tapes returns the recordings of calls of earlier epochs that are open still.
func (l *Lease) Tapes(ctx context.Context) ([]Tape, error) {
	var out []Tape
	err := l.db.Across(ctx, "find recordings of a dead switch", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw(`
			select r.shop_id, r.id, r.path, r.key_version, r.data_key from shop.recording r join shop.call c on c.shop_id = r.shop_id and c.id = r.call_id
			 where r.state = 'recording' and c.pool = ? and c.epoch < ? and`+dead, l.pool, l.epoch, l.pool).Scan(&out).Error
	})
	return out, err
}

// CloseTape writes what a repaired recording came to. A gap that it died in ends
// with it.
func (l *Lease) CloseTape(ctx context.Context, t Tape, state string, facts Recording) error {
	return l.db.Across(ctx, "close a recording of a dead switch", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec(`
			update shop.recording set state = $3, duration_ms = $4, bytes = $5, sha256 = $6::bytea, error = $7, stored_bytes = $8, stored_sha256 = $9::bytea,
			  gaps = (select coalesce(jsonb_agg(case when g->'to_ms' = 'null' then g || jsonb_build_object('to_ms', $4::bigint) else g end order by o), '[]')
			    from jsonb_array_elements(gaps) with ordinality as e(g, o))
			 where shop_id = $1 and id = $2 and state = 'recording'`,
			t.ShopID, t.ID, state, facts.DurationMS, facts.Bytes, facts.SHA256, facts.Error, facts.StoredBytes, facts.StoredSHA256)
		return err
	})
}

// OpenSealed returns what opens a recording that nobody closed.
func (l *Lease) OpenSealed(ctx context.Context, m keyring.Masters, t Tape) (secret sealed.Secret, err error) {
	err = l.db.Across(ctx, "open a recording of a dead switch", func(tx tenant.AcrossTx) error {
		secret, err = m.OpenAcross(tx, t.ShopID, t.ID, keyring.Wrapped{Version: *t.KeyVersion, DataKey: t.DataKey})
		return err
	})
	return secret, err
}

// CallNumbers returns the last call number of every shop.
func (l *Lease) CallNumbers(ctx context.Context) (map[uuid.UUID]int64, error) {
	var rows []struct {
		ShopID uuid.UUID
		Last   int64
	}
	err := l.db.Across(ctx, "read call numbers", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw(`
			select s.id as shop_id, coalesce((select max(no) from shop.call c where c.shop_id = s.id), 0) as last from house.shop s`).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("number calls: %w", err)
	}
	last := make(map[uuid.UUID]int64, len(rows))
	for _, r := range rows {
		last[r.ShopID] = r.Last
	}
	return last, nil
}

// Open is a call that a predecessor left open.
type Open struct{ ShopID, ID uuid.UUID }

// OpenCalls returns the calls of earlier epochs of the pool that have not ended.
func (l *Lease) OpenCalls(ctx context.Context) ([]Open, error) {
	var out []Open
	err := l.db.Across(ctx, "find calls of a dead switch", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw("select shop_id, id from shop.call where pool = ? and epoch < ? and state <> 'ended' and"+dead+" order by started_at, id", l.pool, l.epoch, l.pool).Scan(&out).Error
	})
	return out, err
}

// CloseCall ends one of them: its record, its rating, its grants.
func (l *Lease) CloseCall(ctx context.Context, o Open, now time.Time) error {
	return l.db.Across(ctx, "close a call of a dead switch", func(tx tenant.AcrossTx) error {
		_, err := cdr.CloseOrphan(tx, tenant.ID(o.ShopID), o.ID, now)
		return err
	})
}

// DropDialog forgets a dialog whose other end was told.
func (l *Lease) DropDialog(ctx context.Context, o Orphan) error {
	return l.db.Across(ctx, "forget a dialog of a dead switch", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec("delete from house.dialog where id = $1", o.ID)
		return err
	})
}
