// Package hook tells shops' own systems what happened in them.
package hook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/alert"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/fault"
	"switchboard/tenant/hook"
	"switchboard/tenant/seal"
)

const (
	// look is how often to look for what is owed. Nothing waits for its answer: half
	// a second is nothing to a shop's system.
	look = 300 * time.Millisecond
	// each is how many deliveries one receiver has at once, of different objects: a
	// slow one gets no more hands than another.
	each = 4
	// well and sick are how many are under way at once: what is sent is small, and
	// most of the time it waits for an answer. Receivers that failed the last time
	// have hands of their own, so that any number of dead ones keeps nobody waiting.
	well, sick = 192, 64
	// lost is when a delivery whose worker died is taken by another: long after patience.
	lost = time.Minute
	// grace is how long deliveries may run on when the process is told to stop. Then
	// they are cut off, and sent again by another under the same id.
	grace = 5 * time.Second
)

// Courier brings news to receivers. Any number may.
type Courier struct {
	db   *tenant.DB
	post post
	box  seal.Box
	log  *slog.Logger
	now  func() time.Time
	most hook.Room

	mu    sync.Mutex
	under map[bool]int // by whether its receiver is sick
	all   sync.WaitGroup
}

// New returns a Courier that sends through the door.
func New(db *tenant.DB, door fetch.Door, box seal.Box, log *slog.Logger, now func() time.Time) *Courier {
	return &Courier{db: db, post: newPost(door), box: box, log: log, now: now, under: map[bool]int{},
		most: hook.Room{Each: each, Well: well, Sick: sick, For: lost}}
}

// Run brings what is owed until ctx ends, and lets what is under way arrive.
func (c *Courier) Run(ctx context.Context) {
	cut, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for ctx.Err() == nil {
		if _, err := c.Look(cut); err != nil {
			c.log.Warn("look for news to bring", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	late := time.AfterFunc(grace, cutOff)
	defer late.Stop()
	c.all.Wait()
}

// Look takes what is due, as far as there are hands, and has it brought. It returns
// how much that is, and waits for none of it.
func (c *Courier) Look(ctx context.Context) (int, error) {
	var taken []hook.Taken
	err := c.db.Across(ctx, "take news to bring", func(tx tenant.AcrossTx) (err error) {
		taken, err = hook.Claim(tx, c.now(), c.room())
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, t := range taken {
		c.count(t.Sick, 1)
		c.all.Go(func() {
			defer c.count(t.Sick, -1)
			c.bring(ctx, t)
		})
	}
	return len(taken), nil
}

// Wait returns when nothing is under way.
func (c *Courier) Wait() { c.all.Wait() }

func (c *Courier) room() hook.Room {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.most
	r.Well, r.Sick = max(0, r.Well-c.under[false]), max(0, r.Sick-c.under[true])
	return r
}

func (c *Courier) count(isSick bool, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under[isSick] += n
}

// bring does one delivery. What goes wrong on our side leaves it taken: it counts
// as lost in a while, and is brought again.
func (c *Courier) bring(ctx context.Context, t hook.Taken) {
	if err := c.attempt(ctx, t); err != nil && !errors.Is(err, fault.NotFound) {
		c.log.Error("bring news", "delivery", t.ID, "error", err)
	}
}

func (c *Courier) attempt(ctx context.Context, t hook.Taken) error {
	shop := tenant.ID(t.ShopID)
	scope, err := c.db.EnterAsJob(ctx, "hook", shop)
	if err != nil {
		return err
	}
	var p hook.Parcel
	err = c.db.Within(ctx, scope, func(tx tenant.Tx) (err error) {
		p, err = hook.Open(tx, t.ID, hook.Change{At: c.now(), Box: c.box})
		return err
	})
	if err != nil {
		return err
	}
	r := c.post.send(ctx, p, c.now())
	telling, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if ctx.Err() != nil && r.Error != "" { // cut off: it was no fault of the receiver's
		return c.db.Within(telling, scope, func(tx tenant.Tx) error { return hook.Release(tx, t.ID, c.now()) })
	}
	var off bool
	err = c.db.Within(telling, scope, func(tx tenant.Tx) (err error) {
		off, err = hook.Settle(tx, p, r)
		return err
	})
	if err != nil || !off {
		return err
	}
	return c.tellOff(telling, t.ShopID, p.ReceiverID)
}

// tellOff alerts the platform: the shop reads it on its page.
func (c *Courier) tellOff(ctx context.Context, shop, receiver uuid.UUID) error {
	err := c.db.Across(ctx, "alert that a receiver is off", func(tx tenant.AcrossTx) error {
		return alert.Raise(tx, alert.Alert{Kind: "receiver", ShopID: &shop, Subject: receiver.String()}, c.now())
	})
	if err != nil {
		return fmt.Errorf("tell that receiver %s is off: %w", receiver, err)
	}
	return nil
}
