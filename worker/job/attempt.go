package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// settle is how long writing down how a job went may take after its own time.
const settle = 10 * time.Second

// entry is a job as the outbox has it.
type entry struct {
	ID       uuid.UUID
	Kind     string
	Payload  []byte
	Attempts int
}

// attempt does the job of the id if it is owed and nobody else is at it. The
// attempt is counted before it begins: a job that kills its worker must not be
// tried for ever.
func (s *Server) attempt(cut context.Context, id uuid.UUID) error {
	e, owed, err := s.count(cut, id)
	if err != nil || !owed {
		return err
	}
	w, known := s.kinds[e.Kind]
	if !known {
		return fmt.Errorf("kind %s is not served here", e.Kind) // a newer worker rings again
	}
	// The row is locked while the job runs, which tells every other worker, and
	// the lock goes with the connection if this process dies. Cutting off ends
	// the work, not the telling how it went.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(cut), w.timeout+settle)
	defer cancel()
	return s.db.Across(ctx, "job "+e.Kind, func(tx tenant.AcrossTx) error {
		free, err := lock(tx, id)
		if err != nil || !free {
			return err
		}
		return s.write(tx, e, w.do(cut, e))
	})
}

// count takes up the job if it is owed: not done, not given up, due, and not
// under way. Two bells in one instant may both count, and then one of them does
// the job.
func (s *Server) count(ctx context.Context, id uuid.UUID) (e entry, owed bool, err error) {
	err = s.db.Across(ctx, "take up job "+id.String(), func(tx tenant.AcrossTx) error {
		res := tx.Query().Raw(`
			update house.outbox set attempts = attempts + 1
			 where id = (select id from house.outbox where id = @id and `+due+` for update skip locked)
			returning id, kind, payload, attempts`, map[string]any{"id": id, "now": s.now().UTC()}).Scan(&e)
		owed = res.RowsAffected > 0
		return res.Error
	})
	return e, owed, err
}

func lock(tx tenant.AcrossTx, id uuid.UUID) (bool, error) {
	var n int
	res := tx.Query().Raw("select 1 from house.outbox where id = ? and done_at is null and failed_at is null for update skip locked", id).Scan(&n)
	return res.RowsAffected > 0, res.Error
}

// errDied is what a job did to its workers.
var errDied = errors.New("its worker died in every attempt")

// do runs the job for as long as it may. A panic is an error of that job.
func (w work) do(cut context.Context, e entry) (err error) {
	if e.Attempts > w.attempts {
		return errDied
	}
	ctx, cancel := context.WithTimeout(cut, w.timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	err = w.run(ctx, e.Payload)
	if err != nil && cut.Err() != nil {
		return errors.Join(errCut, err)
	}
	return err
}

// errCut is an attempt that the process's own end cut off: it does not count.
var errCut = errors.New("cut off")

// write says in the row how the attempt went.
func (s *Server) write(tx tenant.AcrossTx, e entry, failure error) error {
	now := s.now().UTC()
	log := s.log.With("kind", e.Kind, "id", e.ID, "attempt", e.Attempts)
	switch {
	case failure == nil:
		return tx.Query().Exec("update house.outbox set done_at = ?, last_error = '' where id = ?", now, e.ID).Error
	case errors.Is(failure, errCut):
		log.Info("job cut off")
		return tx.Query().Exec("update house.outbox set attempts = attempts - 1, sent_at = null where id = ?", e.ID).Error
	case e.Attempts >= s.kinds[e.Kind].attempts:
		log.Error("job given up", "error", failure)
		return tx.Query().Exec("update house.outbox set failed_at = ?, last_error = ? where id = ?", now, words(failure), e.ID).Error
	default:
		log.Warn("job put off", "error", failure)
		return tx.Query().Exec("update house.outbox set due_at = ?, sent_at = null, last_error = ? where id = ?", now.Add(backOff(e.Attempts)), words(failure), e.ID).Error
	}
}

// words keeps the beginning of an error, which says what was being done.
func words(err error) string {
	const most = 1000
	if r := []rune(err.Error()); len(r) > most {
		return string(r[:most])
	}
	return err.Error()
}

// longestBackOff is the wait of a job that keeps failing: whoever repairs the
// cause sees it work within this.
const longestBackOff = 10 * time.Minute

// backOff is the wait after so many attempts: 1 s, doubled each time.
func backOff(attempts int) time.Duration {
	return min(time.Second<<min(attempts-1, 20), longestBackOff)
}
