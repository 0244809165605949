// Package worker is the process for what may wait.
package worker

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"switchboard/tenant"
	"switchboard/tenant/catalogue"
	"switchboard/tenant/catalogue/fetch"
	"switchboard/tenant/cdr"
	"switchboard/tenant/live"
	"switchboard/tenant/recording"
	"switchboard/tenant/seal"
	"switchboard/tenant/task"
	"switchboard/worker/feed"
	"switchboard/worker/hook"
	"switchboard/worker/job"
	"switchboard/worker/keep"
	"switchboard/worker/rate"
	"switchboard/worker/reap"
	"switchboard/worker/recall"
	"switchboard/worker/sweep"
	"switchboard/worker/voicemail"
	"switchboard/worker/watch"
)

// Config is what a worker needs.
type Config struct {
	DB    *tenant.DB
	Redis redis.UniversalClient
	Log   *slog.Logger
	Feeds catalogue.Origin // where the shops' feeds are found
	Tapes recording.Library
	Door  fetch.Door // to shops' own systems
	Box   seal.Box   // what their secrets are sealed with

	Message    voicemail.Recordings // of messages; nil where none is written down
	Transcribe voicemail.Hook       // that has been checked
}

// Worker does what is owed. Any number of them may run.
type Worker struct {
	log    *slog.Logger
	jobs   *job.Server
	teller *live.Teller
	reaper *reap.Reaper
	sweep  *sweep.Sweeper
	keeper *keep.Keeper
	watch  *watch.Watcher
	hooks  *hook.Courier
}

// New returns a Worker.
func New(c Config) *Worker {
	w := &Worker{
		log:    c.Log,
		jobs:   job.New(c.DB, c.Redis, c.Log),
		teller: live.NewTeller(c.Redis),
		sweep:  sweep.New(c.DB, c.Log, time.Now),
		keeper: keep.New(c.DB, c.Tapes, c.Log, time.Now),
	}
	w.hooks = hook.New(c.DB, c.Door, c.Box, c.Log, time.Now)
	w.watch = watch.New(c.DB, w.teller.Tell, time.Now)
	w.reaper = reap.New(c.DB, c.Log, w.teller.Tell)
	job.ServeBatch(w.jobs, cdr.Finished, rate.New(c.DB, w.teller.Tell, time.Now).Charge)
	job.Serve(w.jobs, catalogue.Look, feed.New(c.DB, c.Feeds, w.teller.Tell).Look)
	job.Serve(w.jobs, task.Left, voicemail.New(c.DB, w.teller.Tell, c.Message, c.Transcribe).Take)
	job.Serve(w.jobs, task.Due, recall.New(c.DB, w.teller.Tell, time.Now).Remind)
	return w
}

// Run works until ctx ends, lets the jobs under way finish, and returns.
func (w *Worker) Run(ctx context.Context) error {
	beside, end := context.WithCancel(ctx)
	var all sync.WaitGroup
	defer all.Wait()
	defer end()
	all.Go(func() { w.teller.Run(beside) })
	all.Go(func() { w.hooks.Run(beside) })
	all.Go(func() { w.every(beside, reap.Every, w.reaper.Look) })
	all.Go(func() { w.every(beside, sweep.Every, w.sweep.Sweep) })
	all.Go(func() { w.every(beside, keep.Every, w.keeper.Look) })
	all.Go(func() { w.every(beside, watch.Every, w.watch.Look) })
	return w.jobs.Run(ctx)
}

// every does the chore now and at each tick until ctx ends. One that takes
// longer than a tick skips the ticks.
func (w *Worker) every(ctx context.Context, d time.Duration, chore func(context.Context) error) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		if err := chore(ctx); err != nil && ctx.Err() == nil {
			w.log.Error("worker", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Healthy returns an error if owed jobs are not being done.
func (w *Worker) Healthy() error { return w.jobs.Healthy() }
