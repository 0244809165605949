package hook

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook/body"
)

// anew is how a delivery becomes owed as on its first day.
const anew = "state = 'owed', done_at = null, taken_at = null, tries = 0, first_at = null, due_at = "

// Replay owes a delivery once more, under the id that it had. One that is under way
// is fault.Conflict.
func Replay(tx tenant.Tx, id uuid.UUID, now time.Time) error {
	d, _, err := TakeDelivery(tx, id)
	if err != nil {
		return err
	}
	n, err := tx.Exec("update shop.delivery set "+anew+"$2 where id = $1 and (state <> 'owed' or taken_at is null or due_at < $2)", id, now.UTC())
	if err != nil {
		return fmt.Errorf("owe delivery %s once more: %w", id, err)
	}
	if n == 0 {
		return fmt.Errorf("owe delivery %s once more, which is under way: %w", id, fault.Conflict)
	}
	return tenant.Audit(tx, "delivery.replay", id.String(), map[string]any{"receiver": d.ReceiverID})
}

// Span is what is to be told again.
type Span struct {
	From, To time.Time // when it happened
	Taken    bool      // also what the receiver has taken
}

// MostReplayed is how much one replay owes at most: it is sent a few at a time, and
// what happens meanwhile waits behind it.
const MostReplayed = 10_000

// ReplaySpan owes a receiver what happened in the span, in its order: what was given
// up, what it was never told, and if the span says so what it took. It returns how
// much that is; beyond MostReplayed it owes nothing and is fault.Invalid.
func ReplaySpan(tx tenant.Tx, receiver uuid.UUID, s Span, now time.Time) (int, error) {
	if _, err := Take(tx, receiver); err != nil {
		return 0, err
	}
	if !s.To.After(s.From) {
		return 0, fault.Invalid{Field: "to", Problem: "is not after from"}
	}
	missed, err := tx.Exec(`
		insert into shop.delivery (id, receiver_id, news_id, event, object_id, seq, state, due_at, created_at)
		select gen_random_uuid(), r.id, n.id, n.event, n.object_id, n.seq, 'owed', $4, $4
		  from shop.receiver r join shop.news n on n.event = any (r.events)
		 where r.id = $1 and n.at >= $2 and n.at < $3
		   and not exists (select 1 from shop.delivery d where d.receiver_id = r.id and d.news_id = n.id)
		 limit $5`, receiver, s.From.UTC(), s.To.UTC(), now.UTC(), MostReplayed+1)
	if err != nil {
		return 0, fmt.Errorf("owe receiver %s what it was not told: %w", receiver, err)
	}
	again, err := tx.Exec(`
		update shop.delivery d set `+anew+`$4 from shop.news n
		 where d.receiver_id = $1 and n.id = d.news_id and n.at >= $2 and n.at < $3 and (d.state = 'given_up' or (d.state = 'done' and $5))`,
		receiver, s.From.UTC(), s.To.UTC(), now.UTC(), s.Taken)
	if err != nil {
		return 0, fmt.Errorf("owe receiver %s what was given up: %w", receiver, err)
	}
	if missed+again > MostReplayed {
		return 0, fault.Invalid{Field: "from", Problem: fmt.Sprintf("is too long ago: more than %d things happened", MostReplayed)}
	}
	return int(missed + again), tenant.Audit(tx, "receiver.replay", receiver.String(), map[string]any{"count": missed + again, "from": s.From, "to": s.To, "taken": s.Taken})
}

// Try owes a receiver a message that says nothing but that it is a test, and returns
// the delivery. A receiver that is not told anything is fault.Conflict.
func Try(tx tenant.Tx, receiver uuid.UUID, now time.Time) (uuid.UUID, error) {
	r, err := Take(tx, receiver)
	if err != nil {
		return uuid.Nil, err
	}
	if r.State != On {
		return uuid.Nil, fmt.Errorf("test receiver %s, which is %s: %w", receiver, r.State, fault.Conflict)
	}
	id := uuid.Must(uuid.NewV7())
	_, err = tx.Exec(`
		with n as (insert into shop.news (id, event, object_id, subject_id, at) values (gen_random_uuid(), $4, $5, $2, $3) returning id, seq)
		insert into shop.delivery (id, receiver_id, news_id, event, object_id, seq, state, due_at, created_at)
		select $1, $2, n.id, $4, $5, n.seq, 'owed', $3, $3 from n`, id, receiver, now.UTC(), body.Test, id)
	if err != nil {
		return uuid.Nil, fmt.Errorf("test receiver %s: %w", receiver, err)
	}
	if _, err := tx.Exec("update shop.receiver set rest_until = $2 where id = $1", receiver, now.UTC()); err != nil {
		return uuid.Nil, fmt.Errorf("test receiver %s at once: %w", receiver, err)
	}
	return id, tenant.Audit(tx, "receiver.test", receiver.String(), nil)
}

// kept is how long news is kept, and with it how far it has come.
const kept = 30 * 24 * time.Hour

// Forget removes old news. It returns how many.
func Forget(tx tenant.AcrossTx, now time.Time) (int64, error) {
	n, err := tx.Exec("delete from shop.news n using (select shop_id, id from shop.news where at < $1 limit 5000) old where n.shop_id = old.shop_id and n.id = old.id", now.Add(-kept).UTC())
	if err != nil {
		return 0, fmt.Errorf("forget old news: %w", err)
	}
	return n, nil
}
