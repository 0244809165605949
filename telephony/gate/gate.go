// Package gate lets calls out to the telephone network, or not: every way out
// passes it, and it ends a call when what is paid for is used up.
package gate

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/destination"
	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/outgoing"
)

// Call is one that somebody wants to go out.
type Call struct {
	Shop     uuid.UUID
	ID       uuid.UUID     // of the call that it belongs to; uuid.Nil: none
	Operator uuid.UUID     // who wants it; uuid.Nil: the switch itself
	Path     outgoing.Path // by which way it was asked for
	Dialled  string        // as it was asked for; a URI too
	From     string        // the number to be shown
	Cut      func(why string)
}

// Refused is why a call does not go out.
type Refused struct{ destination.Verdict }

func (r *Refused) Error() string { return r.Words("en") }

// Unwrap makes it a fault that a person is told.
func (r *Refused) Unwrap() error { return fault.Forbidden }

// Gate lets calls out.
type Gate struct {
	db     *tenant.DB
	book   func() *directory.Directory
	prices destination.Prices
	log    *slog.Logger
	now    func() time.Time
	wake   chan struct{}

	mu sync.Mutex
	up map[uuid.UUID]*Permit
}

// New returns a Gate that asks book whose a number is, and prices, which may be
// nil, what a minute costs.
func New(db *tenant.DB, book func() *directory.Directory, prices destination.Prices, log *slog.Logger) *Gate {
	return &Gate{db: db, book: book, prices: prices, log: log, now: time.Now, wake: make(chan struct{}, 1), up: map[uuid.UUID]*Permit{}}
}

// Permit is a call that may go out, as long as it is paid for. Its methods don't
// block.
type Permit struct {
	Number e164.Number // the number to dial

	gate     *Gate
	id, shop uuid.UUID
	cut      func(string)
	told     []func(tenant.Tx) error // what the rows are owed, in order
	paid     time.Duration
	until    time.Time // when that is used up; zero: nobody has answered
	over     bool
}

// Allow asks for a call to go out. The error is a *Refused for what the rules
// forbid; while the database is away nothing goes out.
func (g *Gate) Allow(ctx context.Context, c Call) (*Permit, error) {
	shop, err := g.db.EnterAsJob(ctx, "outgoing", tenant.ID(c.Shop))
	if err != nil {
		return nil, err
	}
	var p outgoing.Permit
	var v destination.Verdict
	err = g.db.Within(ctx, shop, func(tx tenant.Tx) error {
		p, v, err = outgoing.Request(tx, outgoing.Ask{
			Call: c.ID, Operator: c.Operator, Path: c.Path, Attempt: destination.Attempt{Dialled: c.Dialled, From: c.From},
			Owned: g.owned(c.Shop), Prices: g.prices, Now: g.now(),
		})
		return err
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("let a call out: %w", err)
	case v.No != "":
		return nil, &Refused{v}
	}
	permit := &Permit{Number: v.Number, gate: g, id: p.ID, shop: c.Shop, cut: c.Cut, paid: time.Duration(p.For) * time.Millisecond}
	g.mu.Lock()
	g.up[p.ID] = permit
	g.mu.Unlock()
	return permit, nil
}

// owned tells the platform's numbers, and those of a shop.
func (g *Gate) owned(shop uuid.UUID) destination.Owners {
	d := g.book()
	return func(n e164.Number) (ours, own bool) {
		number := d.Number(n)
		return number != nil, number != nil && number.Shop.ID == shop
	}
}

// Answered begins the time that is paid for.
func (p *Permit) Answered() {
	now := p.gate.now()
	p.owe(func(tx tenant.Tx) error { return outgoing.Answered(tx, p.id, now) }, func() { p.until = now.Add(p.paid) })
}

// Ended gives back what was not talked; also for a call that nobody answered.
func (p *Permit) Ended() {
	now := p.gate.now()
	p.owe(func(tx tenant.Tx) error { return outgoing.End(tx, p.id, now) }, func() { p.over = true })
}

func (p *Permit) owe(write func(tenant.Tx) error, set func()) {
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.over {
		return
	}
	p.told = append(p.told, write)
	set()
	select {
	case g.wake <- struct{}{}:
	default:
	}
}
