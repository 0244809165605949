package cdr

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/outbox"
)

// Source of a record.
type Source string

// Who may write a record.
const (
	FromSwitch Source = "switch"
	FromReaper Source = "reaper"     // its switch died
	Correction Source = "correction" // a later version
)

// Leg is the detail record of a call: what is rated, told to carriers and
// compared with theirs. It is written once; a correction is the next version.
// Its JSON carries the names of the columns: InsertLegsSQL takes an array of it.
type Leg struct {
	ShopID      uuid.UUID  `json:"shop_id"`
	CallID      uuid.UUID  `json:"call_id"`
	Leg         int        `json:"leg"`
	Version     int        `json:"version"`
	Source      Source     `json:"source"`
	Direction   string     `json:"direction"`
	Disposition string     `json:"disposition"` // the outcome
	StartedAt   time.Time  `json:"started_at"`
	AnsweredAt  *time.Time `json:"answered_at"`
	EndedAt     time.Time  `json:"ended_at"`
	Parts
	NumberID   *uuid.UUID `json:"number_id"`
	QueueID    *uuid.UUID `json:"queue_id"`
	OperatorID *uuid.UUID `json:"operator_id"`
	SHA256     string     `json:"sha256"` // \x and hexadecimal, as PostgreSQL reads it
	ReceivedAt time.Time  `json:"received_at"`
}

// Sealed returns the record with its instants in whole microseconds, as the
// database holds them, and the hash over its content. received_at is not
// content: the same record may come twice.
func (l Leg) Sealed() Leg {
	l.StartedAt, l.EndedAt, l.ReceivedAt = micros(l.StartedAt), micros(l.EndedAt), micros(l.ReceivedAt)
	if l.AnsweredAt != nil {
		at := micros(*l.AnsweredAt)
		l.AnsweredAt = &at
	}
	sum := sha256.Sum256([]byte(l.content()))
	l.SHA256 = `\x` + hex.EncodeToString(sum[:])
	return l
}

func micros(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// content is what the hash is over: every column from call_id to operator_id in
// the order of the table, one a line, instants in Unix microseconds and null as
// an empty line. A record can so be checked with psql and sha256sum.
func (l Leg) content() string {
	fields := []any{
		l.CallID, l.Leg, l.Version, l.Source, l.Direction, l.Disposition,
		l.StartedAt.UnixMicro(), orNothing(l.AnsweredAt, time.Time.UnixMicro), l.EndedAt.UnixMicro(),
		l.RingMS, l.GreetingMS, l.QueueMS, l.TalkMS, l.HoldMS, l.WrapUpMS,
		orNothing(l.NumberID, uuid.UUID.String), orNothing(l.QueueID, uuid.UUID.String), orNothing(l.OperatorID, uuid.UUID.String),
	}
	var b strings.Builder
	for _, f := range fields {
		fmt.Fprintln(&b, f)
	}
	return b.String()
}

func orNothing[T, V any](v *T, of func(T) V) any {
	if v == nil {
		return ""
	}
	return of(*v)
}

// InsertLegsSQL writes the records of the JSON array $1. A record that is there
// already with the same hash is no second one; one with another hash violates
// the primary key and fails the transaction.
const InsertLegsSQL = `
insert into shop.call_leg (shop_id, call_id, leg, version, source, direction, disposition, started_at, answered_at, ended_at,
  ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms, number_id, queue_id, operator_id, sha256, received_at)
select shop_id, call_id, leg, version, source, direction, disposition, started_at, answered_at, ended_at,
  ring_ms, greeting_ms, queue_ms, talk_ms, hold_ms, wrap_up_ms, number_id, queue_id, operator_id, sha256, received_at
from json_populate_recordset(null::shop.call_leg, $1) n
where not exists (select 1 from shop.call_leg l
  where (l.shop_id, l.call_id, l.leg, l.version, l.sha256) = (n.shop_id, n.call_id, n.leg, n.version, n.sha256))`

// FinishedCall names the record of a call that is to be rated.
type FinishedCall struct {
	ShopID  uuid.UUID `json:"shop_id"`
	CallID  uuid.UUID `json:"call_id"`
	Leg     int       `json:"leg"`
	Version int       `json:"version"`
}

// Finished is owed for every record, by whoever writes it and in the same
// transaction.
var Finished = outbox.Kind[FinishedCall]{Name: "call.finished", Queue: outbox.Prompt, MaxAttempts: 12, Timeout: 30 * time.Second}

// Finished returns what is owed for the record.
func (l Leg) Finished() FinishedCall {
	return FinishedCall{l.ShopID, l.CallID, l.Leg, l.Version}
}

// Key makes a second job for the same record no job.
func (f FinishedCall) Key() string { return fmt.Sprintf("%s:%d:%d", f.CallID, f.Leg, f.Version) }

func (l Leg) ask() outbox.Ask { return outbox.Ask{Now: l.ReceivedAt, Key: l.Finished().Key()} }
