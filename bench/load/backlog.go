package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// catchUp waits until the worker has rated what the last part left behind, so
// that no part pays for another; but not longer than a while.
func (s *stage) catchUp(ctx context.Context, part string) error {
	const most = 30 * time.Second
	conn, err := pgx.Connect(ctx, s.sb.Info.AdminURL)
	if err != nil {
		return fmt.Errorf("look at the backlog: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "set role switchboard_across"); err != nil {
		return fmt.Errorf("look at the backlog: %w", err)
	}
	for start := time.Now(); ; {
		var owed int
		err := conn.QueryRow(ctx, "select count(*) from house.outbox where done_at is null and failed_at is null and due_at <= now()").Scan(&owed)
		if err != nil {
			return fmt.Errorf("look at the backlog: %w", err)
		}
		waited := time.Since(start)
		if owed == 0 || waited > most {
			if owed > 0 || waited > 2*time.Second {
				s.say("before %s: waited %s for the worker, which still owes %d jobs", part, waited.Round(time.Second), owed)
			}
			return nil
		}
		if err := after(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}
