// Package sweep finds what is owed in the rows themselves, should the job that
// owes it be gone, and clears away what nothing needs any more.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/hook"
)

// Every is how often to sweep: what is found here was owed before, and somebody
// waits for it.
const Every = time.Minute

// Sweeper sweeps.
type Sweeper struct {
	db  *tenant.DB
	log *slog.Logger
	now func() time.Time
}

// New returns a Sweeper.
func New(db *tenant.DB, log *slog.Logger, now func() time.Time) *Sweeper {
	return &Sweeper{db, log, now}
}

// chore is one thing to look for. It returns how many it found.
type chore struct {
	name string
	do   func(tenant.AcrossTx, time.Time) (int64, error)
}

var chores = []chore{
	{"rate finished calls", rateCalls},
	{"call back lost callers", loseCalls},
	{"refuse imports that died", refuseImports},
	{"import catalogues", importCatalogues},
	{"forget dialogs of ended calls", forgetDialogs},
	{"forget done jobs", forgetJobs},
	{"forget old news", hook.Forget},
}

// Sweep does every chore once. A chore that fails stops no other.
func (s *Sweeper) Sweep(ctx context.Context) error {
	var failed error
	for _, c := range chores {
		found, err := s.run(ctx, c)
		if err != nil {
			failed = errors.Join(failed, err)
		} else if found > 0 {
			s.log.Info("swept", "chore", c.name, "found", found)
		}
	}
	return failed
}

// run does the chore, unless another worker is at it.
func (s *Sweeper) run(ctx context.Context, c chore) (found int64, err error) {
	err = s.db.Across(ctx, "sweep: "+c.name, func(tx tenant.AcrossTx) error {
		var mine bool
		if err := tx.Query().Raw("select pg_try_advisory_xact_lock(hashtextextended(?, 0))", "sweep: "+c.name).Scan(&mine).Error; err != nil {
			return fmt.Errorf("ask whether another sweeps: %w", err)
		}
		if !mine {
			return nil
		}
		found, err = c.do(tx, s.now().UTC())
		return err
	})
	return found, err
}
