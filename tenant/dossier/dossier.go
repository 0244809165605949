// Package dossier is all that is kept of one buyer, to be handed over or to be
// forgotten as they ask (152-FZ, articles 14 and 21; GDPR, articles 15 and 17).
package dossier

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/buyer"
)

// Subject is where a buyer's traces are.
type Subject struct {
	Shop   tenant.ID
	Buyer  uuid.UUID
	Phones []string
	Calls  []string // ids: those with their numbers, and those that their orders were made in
	Orders []string // ids
}

// SubjectOf finds them, or answers fault.NotFound.
func SubjectOf(tx tenant.Tx, id uuid.UUID) (Subject, error) {
	if _, err := buyer.Take(tx, id); err != nil {
		return Subject{}, err
	}
	s := Subject{Shop: tx.Scope().Shop(), Buyer: id, Phones: []string{}, Calls: []string{}, Orders: []string{}}
	for _, q := range []struct {
		into *[]string
		sql  string
		args []any
	}{
		{&s.Phones, "select phone from shop.buyer_phone where buyer_id = $1 order by 1", []any{id}},
		{&s.Orders, `select id::text from shop."order" o where buyer_id = $1 or exists (select 1 from shop.order_contact c
			where c.order_id = o.id and c.phone in (select phone from shop.buyer_phone where buyer_id = $1)) order by 1`, []any{id}},
		{&s.Calls, `select call_id::text from shop.call_party where phone in (select phone from shop.buyer_phone where buyer_id = $1)
			union select call_id::text from shop."order" where buyer_id = $1 and call_id is not null order by 1`, []any{id}},
	} {
		if err := column(tx, q.into, q.sql, q.args...); err != nil {
			return s, fmt.Errorf("find the traces of buyer %s: %w", id, err)
		}
	}
	return s, nil
}

func column(tx tenant.Tx, into *[]string, query string, args ...any) error {
	rows, err := tx.Rows(query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return err
		}
		*into = append(*into, v)
	}
	return rows.Err()
}

// Dossier is what a buyer is handed, each part as rows with words for names.
type Dossier struct {
	MadeAt   time.Time
	Buyer    json.RawMessage
	Phones   []string
	Consents json.RawMessage
	Calls    json.RawMessage
	Orders   json.RawMessage
	Tasks    json.RawMessage
}

const (
	aboutBuyer = `select json_build_object('id', id, 'name', name, 'address', address, 'note', note, 'segments', segments, 'blocked_at', blocked_at,
		'blocked_reason', blocked_reason, 'redeemed_before', redeemed_before, 'refused_before', refused_before, 'created_at', created_at, 'updated_at', updated_at)
		from shop.buyer where id = $1`
	aboutConsents = `select coalesce(json_agg(json_build_object('purpose', purpose, 'given', given, 'source', source, 'wording', wording, 'noted_at', noted_at)
		order by noted_at, id), '[]') from shop.consent where buyer_id = $1`
	aboutCalls = `select coalesce(json_agg(json_build_object('id', c.id, 'no', c.no, 'direction', c.direction, 'started_at', c.started_at, 'ended_at', c.ended_at,
		'outcome', c.outcome, 'talk_ms', c.talk_ms, 'phone', p.phone_raw, 'display', p.display,
		'disposition', (select json_build_object('outcome', d.outcome, 'note', d.note) from shop.disposition d where d.call_id = c.id),
		'draft', (select d.body from shop.call_draft d where d.call_id = c.id),
		'digits', (select json_agg(m.digits order by m.seq) from shop.menu_entry m where m.call_id = c.id),
		'message', (select t.words from shop.transcript t where t.call_id = c.id),
		'answers', (select json_agg(s.answer order by s.seq) from shop.walk w join shop.walk_step s on s.walk_id = w.id where w.call_id = c.id),
		'comments', (select json_agg(k.text order by k.at_ms, k.id) from shop.call_comment k where k.call_id = c.id),
		'recording', (select json_build_object('state', r.state, 'duration_ms', r.duration_ms) from shop.recording r where r.call_id = c.id)
		) order by c.started_at, c.id), '[]') from shop.call c left join shop.call_party p on p.call_id = c.id where c.id = any ($1::uuid[])`
	aboutOrders = `select coalesce(json_agg(json_build_object('no', o.no, 'status', o.status, 'currency', o.currency, 'total_minor', o.total_minor,
		'delivery_minor', o.delivery_minor, 'created_at', o.created_at, 'contact', (select row_to_json(k) from (select name, phone, address, entrance, deliver, comment
		  from shop.order_contact where order_id = o.id) k),
		'lines', (select json_agg(json_build_object('sku', l.sku, 'name', l.name, 'quantity', l.quantity, 'price_minor', l.price_minor, 'sum_minor', l.sum_minor) order by l.line)
		  from shop.order_line l where l.order_id = o.id)) order by o.no), '[]') from shop."order" o where o.id = any ($1::uuid[])`
	aboutTasks = `select coalesce(json_agg(json_build_object('kind', kind, 'state', state, 'due_at', due_at, 'created_at', created_at, 'closed_at', closed_at,
		'subject', subject) order by created_at, id), '[]') from shop.task where call_id = any ($1::uuid[])`
)

// Gather reads all of it. That it was is in the shop's audit log.
func Gather(tx tenant.Tx, id uuid.UUID, now time.Time) (Dossier, error) {
	s, err := SubjectOf(tx, id)
	if err != nil {
		return Dossier{}, err
	}
	d := Dossier{MadeAt: now.UTC(), Phones: s.Phones}
	for _, q := range []struct {
		into *json.RawMessage
		sql  string
		arg  any
	}{{&d.Buyer, aboutBuyer, id}, {&d.Consents, aboutConsents, id}, {&d.Calls, aboutCalls, s.Calls}, {&d.Orders, aboutOrders, s.Orders}, {&d.Tasks, aboutTasks, s.Calls}} {
		var doc []string
		if err := column(tx, &doc, q.sql, q.arg); err != nil {
			return d, fmt.Errorf("gather what is kept of buyer %s: %w", id, err)
		}
		*q.into = json.RawMessage(doc[0])
	}
	return d, tenant.Audit(tx, "buyer.export", id.String(), nil)
}
