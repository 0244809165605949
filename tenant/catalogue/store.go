package catalogue

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
)

// lock lets one transaction at a time change what a source's snapshots are. It
// answers fault.NotFound if the shop has no such source.
func lock(tx tenant.Tx, source uuid.UUID) error {
	n, err := tx.Exec("select 1 from shop.catalogue_source where id = $1 for update", source)
	if err != nil {
		return fmt.Errorf("lock catalogue source %s: %w", source, err)
	}
	if n == 0 {
		return fmt.Errorf("catalogue source %s: %w", source, fault.NotFound)
	}
	return nil
}

// retire ends the imports of a source that never came to their end, and what is
// held of it: a newer feed is about to be read.
func retire(tx tenant.Tx, source uuid.UUID) error {
	_, err := tx.Exec(`update shop.snapshot set state = 'refused', reason = 'a newer reading overtook it'
		where source_id = $1 and state in ('staging', 'held')`, source)
	if err == nil {
		_, err = tx.Exec(`delete from shop.item_staged g using shop.snapshot s
			where s.id = g.snapshot_id and s.source_id = $1 and s.state = 'refused'`, source)
	}
	if err != nil {
		return fmt.Errorf("retire unfinished imports of %s: %w", source, err)
	}
	return nil
}

// numbers lets one transaction at a time number a snapshot of the shop.
const numbers = "select pg_advisory_xact_lock(hashtextextended('snapshot ' || house.app_shop()::text, 0))"

func newSnapshot(tx tenant.Tx, source uuid.UUID, takenAt time.Time) (Snapshot, error) {
	s := Snapshot{
		ID: uuid.Must(uuid.NewV7()), SourceID: source, State: Staging,
		TakenAt: takenAt.UTC().Truncate(time.Microsecond), Problems: json.RawMessage("[]"),
	}
	if _, err := tx.Exec(numbers); err != nil {
		return s, fmt.Errorf("number a snapshot of %s: %w", source, err)
	}
	err := tx.Query().Raw("select coalesce(max(seq), 0) + 1 from shop.snapshot").Scan(&s.Seq).Error
	if err == nil {
		err = tx.Query().Create(&s).Error
	}
	if err != nil {
		return s, fmt.Errorf("begin a snapshot of %s: %w", source, err)
	}
	return s, nil
}

// renumber makes s the last of the shop's snapshots, and keeps others from being
// numbered before the transaction ends. A snapshot is thus published after all
// that have lower numbers: what an older number stands for never changes.
func (s *Snapshot) renumber(tx tenant.Tx) error {
	_, err := tx.Exec(numbers)
	if err == nil {
		err = tx.Query().Raw(`update shop.snapshot s set seq = m.seq from (
			select max(seq) + case when max(seq) = ? then 0 else 1 end as seq from shop.snapshot) m
			where s.id = ? returning s.seq`, s.Seq, s.ID).Scan(&s.Seq).Error
	}
	if err != nil {
		return fmt.Errorf("number snapshot %s: %w", s.ID, err)
	}
	return nil
}

// stillStaging answers fault.Conflict if the snapshot was overtaken. It holds
// the snapshot's row, so that nobody overtakes it before the transaction ends.
func stillStaging(tx tenant.Tx, snapshot uuid.UUID) error {
	n, err := tx.Exec("select 1 from shop.snapshot where id = $1 and state = 'staging' for update", snapshot)
	if err != nil {
		return fmt.Errorf("look at snapshot %s: %w", snapshot, err)
	}
	if n == 0 {
		return fmt.Errorf("go on with snapshot %s, which a newer one overtook: %w", snapshot, fault.Conflict)
	}
	return nil
}

// stage writes a batch. COPY is refused under row security.
func stage(tx tenant.Tx, s Snapshot, ids, bodies []string, hashes [][]byte) error {
	_, err := tx.Exec(`insert into shop.item_staged (snapshot_id, offer_id, body, content_hash)
		select $1, o, b::jsonb, h from unnest($2::text[], $3::text[], $4::bytea[]) t(o, b, h)`, s.ID, ids, bodies, hashes)
	if err == nil {
		_, err = tx.Exec("update shop.snapshot set read_count = $2 where id = $1", s.ID, s.ReadCount)
	}
	if err != nil {
		return fmt.Errorf("stage %d items of snapshot %s: %w", len(ids), s.ID, err)
	}
	return nil
}

// difference is how a staged snapshot differs from what its source has now.
type difference struct {
	before, after, fresh, changed, gone int
	up, down, stock, jumped             int // of the changed
}

func compare(tx tenant.Tx, s Snapshot) (difference, error) {
	var d difference
	// Nobody has counted the rows that were just staged: the planner takes them
	// for a handful and walks them in nested loops, which for 100,000 items takes
	// minutes. From here on the transaction joins whole sets.
	if _, err := tx.Exec("set local enable_nestloop = off"); err != nil {
		return d, fmt.Errorf("compare snapshot %s: %w", s.ID, err)
	}
	err := tx.Query().Raw(`
		select count(i.offer_id), count(g.offer_id),
		       count(*) filter (where i.offer_id is null),
		       count(*) filter (where i.content_hash <> g.content_hash),
		       count(*) filter (where g.offer_id is null),
		       count(*) filter (where g.price > i.price_minor),
		       count(*) filter (where g.price < i.price_minor),
		       count(*) filter (where g.stock is distinct from i.stock and g.offer_id is not null and i.offer_id is not null),
		       count(*) filter (where g.price >= i.price_minor * 10 or g.price * 10 <= i.price_minor)
		  from (select offer_id, content_hash, price_minor, stock from shop.item where source_id = ? and last_seq is null) i
		  full join (select offer_id, content_hash, (body->>'price')::bigint as price, (body->>'stock')::int as stock
		    from shop.item_staged where snapshot_id = ?) g on g.offer_id = i.offer_id`,
		s.SourceID, s.ID).Row().Scan(&d.before, &d.after, &d.fresh, &d.changed, &d.gone, &d.up, &d.down, &d.stock, &d.jumped)
	if err != nil {
		return d, fmt.Errorf("compare snapshot %s: %w", s.ID, err)
	}
	return d, nil
}

// replace ends the versions that are gone or changed and writes the new ones.
// What has not changed is not written.
func replace(tx tenant.Tx, s Snapshot) error {
	if _, err := tx.Exec(`
		update shop.item i set last_seq = $3 - 1
		 where i.source_id = $1 and i.last_seq is null and not exists (
		   select 1 from shop.item_staged g where g.snapshot_id = $2 and g.offer_id = i.offer_id and g.content_hash = i.content_hash)`,
		s.SourceID, s.ID, s.Seq); err != nil {
		return fmt.Errorf("end old items for snapshot %s: %w", s.ID, err)
	}
	if _, err := tx.Exec(insertStaged, s.SourceID, s.ID, s.Seq); err != nil {
		return fmt.Errorf("write new items of snapshot %s: %w", s.ID, err)
	}
	return learn(tx, s)
}

const insertStaged = `
insert into shop.item (id, source_id, offer_id, first_seq, sku, name, vendor, category, price_minor, old_price_minor,
  currency, available, stock, barcode, url, picture, params, group_id, detail, content_hash, head, search)
select gen_random_uuid(), $1, g.offer_id, $3, b.sku, b.name, b.vendor, b.category, b.price, b.old,
  b.currency, b.available, b.stock, b.barcode, b.url, b.picture, b.params, coalesce(b.group_id, ''), coalesce(b.detail, '{}'), g.content_hash, coalesce(b.head, ''), coalesce(strip(b.head) || b.rest, '')
 from shop.item_staged g, jsonb_to_record(g.body) b(sku text, name text, vendor text, category text, price bigint, old bigint,
  currency text, available boolean, stock int, barcode text, url text, picture text, params jsonb, group_id text, detail jsonb,
  head tsvector, rest tsvector)
where g.snapshot_id = $2 and not exists (
  select 1 from shop.item i where i.source_id = $1 and i.offer_id = g.offer_id and i.last_seq is null)`

// sourceNews is what an import tells its source.
type sourceNews struct {
	Error     string
	CheckedAt time.Time
}

// settle writes how a snapshot ended, and clears what was staged unless a person
// may still accept it.
func settle(tx tenant.Tx, s Snapshot, news sourceNews) error {
	err := tx.Query().Model(&s).Where("id = ?", s.ID).
		Select("State", "PublishedAt", "ItemCount", "NewCount", "ChangedCount", "GoneCount", "UpCount", "DownCount", "StockCount", "Cause", "Problems", "Reason").Updates(&s).Error
	if err == nil && s.State != Held {
		_, err = tx.Exec("delete from shop.item_staged where snapshot_id = $1", s.ID)
	}
	if err == nil {
		_, err = tx.Exec("update shop.catalogue_source set error = $2, checked_at = $3 where id = $1", s.SourceID, news.Error, news.CheckedAt)
	}
	if err != nil {
		return fmt.Errorf("settle snapshot %s as %s: %w", s.ID, s.State, err)
	}
	return nil
}

func count(tx tenant.Tx, source uuid.UUID) (n int, err error) {
	err = tx.Query().Raw("select count(*) from shop.item where source_id = ? and last_seq is null", source).Scan(&n).Error
	if err != nil {
		return 0, fmt.Errorf("count items of %s: %w", source, err)
	}
	return n, nil
}

// unreachable notes that a feed could not be fetched. The shop reads why if the
// address or its server is to blame.
func unreachable(tx tenant.Tx, source uuid.UUID, cause error, now time.Time) error {
	reason := "the feed could not be fetched"
	var invalid fault.Invalid
	if errors.As(cause, &invalid) {
		reason = worded(invalid)
	}
	if _, err := tx.Exec("update shop.catalogue_source set error = $2, checked_at = $3 where id = $1", source, reason, now); err != nil {
		return fmt.Errorf("note what is wrong with catalogue source %s: %w", source, err)
	}
	return nil
}

// remember keeps which version of the file was published.
func remember(tx tenant.Tx, source uuid.UUID, v fetch.Version) error {
	if _, err := tx.Exec("update shop.catalogue_source set etag = $2, last_modified = $3 where id = $1", source, v.ETag, v.LastModified); err != nil {
		return fmt.Errorf("remember the version of catalogue source %s: %w", source, err)
	}
	return nil
}
