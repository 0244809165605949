package hook

import (
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook/body"
	"switchboard/tenant/page"
)

// Standing is how far a delivery has come.
type Standing string

// The standings.
const (
	Waiting Standing = "waiting" // it was not tried yet
	Failing Standing = "failing" // it was, and will be again
	Done    Standing = "done"
	GivenUp Standing = "given_up"
)

// Delivery is a line of the log.
type Delivery struct {
	ID         uuid.UUID
	ReceiverID uuid.UUID
	Receiver   string    // its name
	NewsID     uuid.UUID // as it goes out: webhook-id
	Event      body.Event
	ObjectID   uuid.UUID
	SubjectID  uuid.UUID
	HappenedAt time.Time
	Standing   Standing
	Attempts   int
	DueAt      time.Time // of the next try, where one is owed
	DoneAt     *time.Time
	LastStatus *int
	LastError  string
	CreatedAt  time.Time
}

// Attempt is what was said and answered once.
type Attempt struct {
	N       int
	At      time.Time
	TookMS  int64
	Status  *int
	Error   string
	Request string
	Answer  string
}

// Filter narrows a list of deliveries. Zero fields narrow nothing.
type Filter struct {
	ReceiverID *uuid.UUID
	Event      body.Event
	Standing   Standing
	ObjectID   *uuid.UUID
	From, To   *time.Time // when it happened
}

const selectDeliveries = `
select d.id, d.receiver_id, r.name as receiver, d.news_id, d.event, d.object_id, n.subject_id, n.at as happened_at,
  case when d.state <> 'owed' then d.state when d.tries > 0 then 'failing' else 'waiting' end as standing,
  d.attempts, d.due_at, d.done_at, d.last_status, d.last_error, d.created_at
  from shop.delivery d join shop.receiver r on r.id = d.receiver_id join shop.news n on n.id = d.news_id `

// ListDeliveries returns the shop's deliveries, the newest first, from after on,
// and the cursor of the next page.
func ListDeliveries(tx tenant.Tx, f Filter, after page.Cursor, limit int) ([]Delivery, page.Cursor, error) {
	limit = page.Limit(limit)
	var found []Delivery
	err := tx.Query().Raw(selectDeliveries+`
		 where (cast(@receiver as uuid) is null or d.receiver_id = @receiver)
		   and (@event = '' or d.event = @event)
		   and (@standing = '' or d.state = @standing or (d.state = 'owed' and @standing = case when d.tries > 0 then 'failing' else 'waiting' end))
		   and (cast(@object as uuid) is null or d.object_id = @object)
		   and (cast(@from as timestamptz) is null or n.at >= @from)
		   and (cast(@to as timestamptz) is null or n.at < @to)
		   and (cast(@at as timestamptz) is null or (d.created_at <= @at and (d.created_at < @at or d.id > @after)))
		 order by d.created_at desc, d.id limit @rows`,
		map[string]any{"receiver": f.ReceiverID, "event": string(f.Event), "standing": string(f.Standing), "object": f.ObjectID, "from": f.From, "to": f.To,
			"at": sql.NullTime{Time: after.At, Valid: !after.At.IsZero()}, "after": after.ID, "rows": limit + 1}).Scan(&found).Error
	if err != nil {
		return nil, page.Cursor{}, fmt.Errorf("list deliveries: %w", err)
	}
	found, next := page.Cut(found, limit, func(d Delivery) page.Cursor { return page.Cursor{At: d.CreatedAt, ID: d.ID} })
	return found, next, nil
}

// TakeDelivery returns a delivery with its attempts, the newest first, or
// fault.NotFound.
func TakeDelivery(tx tenant.Tx, id uuid.UUID) (Delivery, []Attempt, error) {
	var d Delivery
	res := tx.Query().Raw(selectDeliveries+"where d.id = ?", id).Scan(&d)
	if res.Error != nil {
		return d, nil, fmt.Errorf("read delivery %s: %w", id, res.Error)
	}
	if res.RowsAffected == 0 {
		return d, nil, fmt.Errorf("delivery %s: %w", id, fault.NotFound)
	}
	var tries []Attempt
	err := tx.Query().Raw("select n, at, took_ms, status, error, request, answer from shop.delivery_attempt where delivery_id = ? order by n desc", id).Scan(&tries).Error
	if err != nil {
		return d, nil, fmt.Errorf("read attempts of delivery %s: %w", id, err)
	}
	return d, tries, nil
}
