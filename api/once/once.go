// Package once makes a request that carries an Idempotency-Key happen once,
// however often it is sent.
package once

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/tenant"
	"switchboard/tenant/fault"
)

// Key is the header parameter of requests that create something.
type Key struct {
	Value string `header:"Idempotency-Key" maxLength:"100" doc:"Any word of the client's choice. A request sent again with it within a day is answered as the first time and does nothing; with another body it is refused"`
}

// keptFor is how long an answer can be asked for again.
const keptFor = 24 * time.Hour

// Request is what is asked, as far as two requests must be told apart.
type Request struct {
	Key       Key
	Operation string
	Body      any // what was sent: parameters and body
}

// Do runs fn through the door in one transaction, and keeps its answer in the
// same one: after a crash either both are there or none. A request that comes
// while its twin is under way is fault.Conflict.
func Do[O any](ctx context.Context, g *session.Guard, d session.Door, r Request, fn func(tenant.Tx) (*O, error)) (*O, error) {
	var out *O
	err := g.Through(ctx, d, func(tx tenant.Tx) error {
		var err error
		if r.Key.Value == "" {
			out, err = fn(tx)
			return err
		}
		out, err = remembered(tx, r, fn)
		return err
	})
	return out, err
}

func remembered[O any](tx tenant.Tx, r Request, fn func(tenant.Tx) (*O, error)) (*O, error) {
	hash, err := r.hash()
	if err != nil {
		return nil, err
	}
	if err := r.claim(tx); err != nil {
		return nil, err
	}
	answer, found, err := r.recall(tx, hash)
	if err != nil {
		return nil, err
	}
	out := new(O)
	if found {
		if err := json.Unmarshal(answer, out); err != nil {
			return nil, fmt.Errorf("read the answer of %s: %w", r.Operation, err)
		}
		return out, nil
	}
	if out, err = fn(tx); err != nil {
		return nil, err
	}
	return out, r.keep(tx, hash, out)
}

func (r Request) hash() ([]byte, error) {
	b, err := json.Marshal(r.Body)
	if err != nil {
		return nil, fmt.Errorf("tell requests of %s apart: %w", r.Operation, err)
	}
	h := sha256.Sum256(append([]byte(r.Operation+"\n"), b...))
	return h[:], nil
}

// claim holds the key until the transaction ends.
func (r Request) claim(tx tenant.Tx) error {
	var ours bool
	err := tx.Query().Raw("select pg_try_advisory_xact_lock(hashtextextended(?, 0))", tx.Scope().Shop().String()+" "+tx.Scope().Actor()+" "+r.Key.Value).Row().Scan(&ours)
	if err != nil {
		return fmt.Errorf("claim an idempotency key: %w", err)
	}
	if !ours {
		return web.Later(1, web.Coded("in_progress", fmt.Errorf("a request with this Idempotency-Key is under way: %w", fault.Conflict)))
	}
	return nil
}

func (r Request) recall(tx tenant.Tx, hash []byte) (answer []byte, found bool, err error) {
	var before []byte
	err = tx.Query().Raw("select request_hash, answer from shop.idempotency where actor = ? and key = ? and created_at > ?",
		tx.Scope().Actor(), r.Key.Value, time.Now().Add(-keptFor)).Row().Scan(&before, &answer)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, false, nil
	case err != nil:
		return nil, false, fmt.Errorf("look for an earlier answer: %w", err)
	case string(before) != string(hash):
		return nil, false, web.Coded("key_reused", fault.Invalid{Field: "header.Idempotency-Key", Problem: "was sent with another request before"})
	}
	return answer, true, nil
}

func (r Request) keep(tx tenant.Tx, hash []byte, out any) error {
	answer, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("keep the answer of %s: %w", r.Operation, err)
	}
	q := tx.Query()
	err = q.Exec("delete from shop.idempotency where actor = ? and created_at <= ?", tx.Scope().Actor(), time.Now().Add(-keptFor)).Error
	if err == nil {
		err = q.Exec("insert into shop.idempotency (actor, key, request_hash, answer, created_at) values (?, ?, ?, ?, ?)",
			tx.Scope().Actor(), r.Key.Value, hash, string(answer), time.Now().UTC()).Error
	}
	if err != nil {
		return fmt.Errorf("keep the answer of %s: %w", r.Operation, err)
	}
	return nil
}

// Tidy removes the answers that can no longer be asked for.
func Tidy(ctx context.Context, db *tenant.DB) error {
	return db.Across(ctx, "remove old answers", func(tx tenant.AcrossTx) error {
		return tx.Query().Exec("delete from shop.idempotency where created_at <= ?", time.Now().Add(-keptFor)).Error
	})
}
