package sweep

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/cdr"
	"switchboard/tenant/outbox"
	"switchboard/tenant/task"
)

const (
	// settling is how long what was just written is left to the usual way.
	settling = time.Minute
	// within is how far back to look: a day and a night to notice and repair
	// what made the jobs go missing, and few enough rows to look at each minute.
	within = 48 * time.Hour
	// most is how many rows one chore takes at once; the rest is for the next.
	most = 500
)

// rateCalls owes the rating of answered calls that have no charge: the job is
// gone, or is done although the charge is not there. A job that was given up
// waits for a person.
func rateCalls(tx tenant.AcrossTx, now time.Time) (int64, error) {
	var legs []cdr.Leg
	err := tx.Query().Raw(`
		select l.shop_id, l.call_id, l.leg, l.version from house.shop s cross join lateral (
		  select l.* from shop.call_leg l
		   where l.shop_id = s.id and l.answered_at >= @since and l.received_at < @settled
		     and not exists (select 1 from shop.charge c where c.shop_id = l.shop_id and c.subject = 'shop' and c.call_id = l.call_id and c.leg = l.leg and c.version = l.version)
		     and not exists (select 1 from shop.call_leg n where n.shop_id = l.shop_id and n.call_id = l.call_id and n.leg = l.leg and n.version > l.version)
		     and not exists (select 1 from house.outbox o where o.dedupe_key = 'call.finished:' || l.shop_id || ':' || l.call_id || ':' || l.leg || ':' || l.version and o.done_at is null)
		   limit @most) l limit @most`,
		map[string]any{"since": now.Add(-within), "settled": now.Add(-settling), "most": most}).Scan(&legs).Error
	if err != nil {
		return 0, fmt.Errorf("look for calls without a charge: %w", err)
	}
	jobs := make([]outbox.Row, 0, len(legs))
	for _, l := range legs {
		f := l.Finished()
		row, err := cdr.Finished.Row(tenant.ID(f.ShopID), f, outbox.Ask{Now: now, Key: f.Key()})
		if err != nil {
			return 0, err
		}
		jobs = append(jobs, row)
	}
	return owe(tx, jobs, now)
}

// owe writes the jobs, and opens again those that are there and done.
func owe(tx tenant.AcrossTx, jobs []outbox.Row, now time.Time) (int64, error) {
	if len(jobs) == 0 {
		return 0, nil
	}
	doc, err := json.Marshal(jobs)
	if err != nil {
		return 0, err
	}
	opened, err := tx.Exec(`
		update house.outbox o set done_at = null, sent_at = null, due_at = $2, attempts = 0
		  from json_populate_recordset(null::house.outbox, $1) j where o.dedupe_key = j.dedupe_key and o.done_at is not null`, string(doc), now)
	if err != nil {
		return 0, fmt.Errorf("open jobs again: %w", err)
	}
	written, err := tx.Exec(outbox.InsertSQL, string(doc))
	if err != nil {
		return 0, fmt.Errorf("owe jobs: %w", err)
	}
	return opened + written, nil
}

// loseCalls owes a callback to callers who were lost without one.
func loseCalls(tx tenant.AcrossTx, now time.Time) (int64, error) {
	var lost []struct {
		task.Lost
		Language string
		Pool     string
	}
	err := tx.Query().Raw(`
		select c.shop_id, c.id as call_id, c.queue_id, c.ended_at as lost_at, c.ring_ms + c.greeting_ms + c.queue_ms as waited_ms, c.outcome as reason, c.pool, s.language
		  from house.shop s cross join lateral (
		    select c.* from shop.call c
		     where c.shop_id = s.id and c.started_at >= @since and c.state = 'ended' and c.finished_at < @settled
		       and c.direction = 'inbound' and c.answered_at is null and c.outcome in ('abandoned', 'failed')
		       and not exists (select 1 from shop.lost_call l where l.shop_id = c.shop_id and l.call_id = c.id)
		     limit @most) c limit @most`,
		map[string]any{"since": now.Add(-within), "settled": now.Add(-settling), "most": most}).Scan(&lost).Error
	if err != nil {
		return 0, fmt.Errorf("look for lost calls without a callback: %w", err)
	}
	for _, l := range lost {
		l.ID, l.TaskID = uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
		l.Words, l.Owner, l.DueAt = task.Words(l.Language, l.Reason, l.WaitedMS, task.Untold), "pool:"+l.Pool, now.Add(task.CallBackWithin)
		if err := task.Lose(tx, l.Lost); err != nil {
			return 0, err
		}
		if err := task.RangSince(tx, tenant.ID(l.ShopID), l.CallID); err != nil {
			return 0, err
		}
	}
	return int64(len(lost)), nil
}

// longestImport is longer than any import may take.
const longestImport = time.Hour

// refuseImports ends snapshots that nobody fills any more.
func refuseImports(tx tenant.AcrossTx, now time.Time) (int64, error) {
	n, err := tx.Exec(`
		with dead as (
		  update shop.snapshot set state = 'refused', reason = 'the import was cut off' where state = 'staging' and taken_at < $1 returning shop_id, id),
		cleared as (
		  delete from shop.item_staged i using dead d where i.shop_id = d.shop_id and i.snapshot_id = d.id)
		select 1 from dead`, now.Add(-longestImport))
	if err != nil {
		return 0, fmt.Errorf("refuse imports that died: %w", err)
	}
	return n, nil
}

// importCatalogues owes a look at every feed whose time has come. A look in the
// future was before the clock was set back. Whether a look is owed already is
// asked of the rows, so that no clock makes two of one.
func importCatalogues(tx tenant.AcrossTx, now time.Time) (int64, error) {
	var due []catalogue.Wanted
	err := tx.Query().Raw(`
		select s.shop_id, s.id as source_id from shop.catalogue_source s join house.shop h on h.id = s.shop_id and h.status <> 'closed'
		 where not s.paused and s.location not like 'sent:%' and (s.checked_at is null or s.checked_at + s.every_s * interval '1 second' <= @now or s.checked_at > @soon)
		   and not exists (select 1 from house.outbox o where o.done_at is null and o.failed_at is null and o.kind = @kind
		     and o.shop_id = s.shop_id and o.payload->>'source_id' = s.id::text)
		 order by s.checked_at nulls first, s.id limit @most`,
		map[string]any{"now": now, "soon": now.Add(settling), "kind": catalogue.Look.Name, "most": most}).Scan(&due).Error
	if err != nil {
		return 0, fmt.Errorf("look for feeds whose time has come: %w", err)
	}
	for _, w := range due {
		if err := catalogue.Look.EnqueueAcross(tx, tenant.ID(w.ShopID), w, outbox.Ask{Now: now}); err != nil {
			return 0, err
		}
	}
	return int64(len(due)), nil
}

// forgetDialogs drops the dialogs of calls that ended long ago: whoever could
// have told their other ends is not coming back.
func forgetDialogs(tx tenant.AcrossTx, now time.Time) (int64, error) {
	n, err := tx.Exec(`
		delete from house.dialog d using shop.call c where c.shop_id = d.shop_id and c.id = d.call_id and c.state = 'ended' and d.created_at < $1`, now.Add(-24*time.Hour))
	if err != nil {
		return 0, fmt.Errorf("forget dialogs: %w", err)
	}
	return n, nil
}

// remembered is how long a done job stays, to be looked at and to be known as done.
const remembered = 7 * 24 * time.Hour

// forgetJobs drops jobs that were done long ago. What was given up stays.
func forgetJobs(tx tenant.AcrossTx, now time.Time) (int64, error) {
	n, err := tx.Exec("delete from house.outbox where id in (select id from house.outbox where done_at < $1 limit 5000)", now.Add(-remembered))
	if err != nil {
		return 0, fmt.Errorf("forget done jobs: %w", err)
	}
	return n, nil
}
