package directory

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"switchboard/tenant"
)

// Periods of Watch: how long changes gather before the directory is read
// again, how long until a lost connection is tried again, and after how long
// it is read although nothing was announced.
const (
	settleMost = 4000 // announcements that one reading may answer: a steady stream must not hold it up for ever
	settle     = 50 * time.Millisecond
	retry      = time.Second
	stale      = time.Minute
)

// Book holds the newest Directory.
type Book struct {
	db      *tenant.DB
	log     *slog.Logger
	now     atomic.Pointer[Directory]
	changed func(*Directory)
}

// Open loads the directory once. changed is called with each newer one, from
// one goroutine, while Run runs.
func Open(ctx context.Context, db *tenant.DB, log *slog.Logger, changed func(*Directory)) (*Book, error) {
	b := &Book{db: db, log: log, changed: changed}
	d, err := Load(ctx, db, log)
	if err != nil {
		return nil, err
	}
	b.now.Store(d)
	return b, nil
}

// Now returns the newest directory.
func (b *Book) Now() *Directory { return b.now.Load() }

// Run keeps the book new until ctx ends. While the database cannot be
// reached, calls go on by what was last known.
func (b *Book) Run(ctx context.Context) {
	for ctx.Err() == nil {
		if err := b.listen(ctx); err != nil && ctx.Err() == nil {
			b.log.Warn("directory is not watched", "err", err)
			wait(ctx, retry)
		}
	}
}

// listen reads the directory after each announcement; it returns when the
// connection is lost.
func (b *Book) listen(ctx context.Context) error {
	conn, err := b.db.AcrossConn(ctx, "watch the directory")
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "listen directory"); err != nil {
		return err
	}
	defer func() {
		clear, cancel := context.WithTimeout(context.WithoutCancel(ctx), retry)
		defer cancel()
		_, _ = conn.Exec(clear, "unlisten *")
	}()
	for {
		if err := b.Refresh(ctx); err != nil {
			return err
		}
		told, err := notified(ctx, conn.Conn(), stale)
		for until := time.Now().Add(settleMost); told && err == nil && time.Now().Before(until); {
			told, err = notified(ctx, conn.Conn(), settle)
		}
		if err != nil {
			return err
		}
	}
}

// notified waits for an announcement, at most d.
func notified(ctx context.Context, c *pgx.Conn, d time.Duration) (bool, error) {
	timed, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	_, err := c.WaitForNotification(timed)
	if err != nil && timed.Err() != nil && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// Refresh reads the directory now: what was made since Open is known before
// the first call comes.
func (b *Book) Refresh(ctx context.Context) error {
	d, err := Load(ctx, b.db, b.log)
	if err != nil {
		return err
	}
	b.now.Store(d)
	b.changed(d)
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
