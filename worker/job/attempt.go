package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// settle is how long writing down how jobs went may take after their own time.
const settle = 10 * time.Second

// entry is a job as the outbox has it.
type entry struct {
	ID       uuid.UUID
	Payload  []byte
	Attempts int
}

// attempt does those jobs of the kind and the ids that are owed and that nobody
// else is at, at once. The attempt is counted before it begins: a job that kills
// its worker must not be tried for ever.
func (s *Server) attempt(cut context.Context, kind string, ids []uuid.UUID) error {
	w, known := s.kinds[kind]
	if !known {
		return errors.New("it is not served here") // a newer worker rings again
	}
	es, err := s.count(cut, w, ids)
	if err != nil || len(es) == 0 {
		return err
	}
	// The rows are locked while the jobs run, which tells every other worker, and
	// the locks go with the connection if this process dies. Cutting off ends the
	// work, not the telling how it went.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(cut), w.timeout+settle)
	defer cancel()
	return s.db.Across(ctx, "job "+w.name, func(tx tenant.AcrossTx) error {
		free, err := lock(tx, es)
		if err != nil || len(free) == 0 {
			return err
		}
		return s.write(tx, w, free, w.do(cut, free))
	})
}

// errDied is what a job did to its workers.
var errDied = errors.New("its worker died in every attempt")

// errCut is an attempt that the process's own end cut off: it does not count.
var errCut = errors.New("cut off")

// do runs the jobs for as long as they may, and answers how each went.
func (w work) do(cut context.Context, es []entry) []error {
	payloads := make([][]byte, len(es))
	for i, e := range es {
		payloads[i] = e.Payload
		if e.Attempts > w.attempts { // then it is alone
			return fill(len(es), errDied)
		}
	}
	errs := w.guard(cut, payloads)
	if cut.Err() == nil {
		return errs
	}
	for i, err := range errs {
		if err != nil {
			errs[i] = errors.Join(errCut, err)
		}
	}
	return errs
}

// guard runs the jobs within their time. A panic is an error of them all.
func (w work) guard(cut context.Context, payloads [][]byte) (errs []error) {
	ctx, cancel := context.WithTimeout(cut, w.timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			errs = fill(len(payloads), fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
	}()
	return w.run(ctx, payloads)
}

func fill(n int, err error) []error { return slices.Repeat([]error{err}, n) }

// judge turns the end of an attempt into what its row says of it.
func (s *Server) judge(w work, e entry, failure error, alone bool) outcome {
	now, said := s.now().UTC(), ""
	log := s.log.With("kind", w.name, "id", e.ID, "attempt", e.Attempts)
	if failure != nil {
		said = words(failure)
	}
	switch {
	case failure == nil:
		return outcome{ID: e.ID, DoneAt: &now, LastError: &said}
	case errors.Is(failure, errCut):
		log.Info("job cut off")
		return outcome{ID: e.ID, Uncounted: 1}
	case !alone:
		log.Info("job failed among others", "error", failure)
		said = "among others: " + said
		return outcome{ID: e.ID, Uncounted: 1, LastError: &said}
	case e.Attempts >= w.attempts:
		log.Error("job given up", "error", failure)
		return outcome{ID: e.ID, FailedAt: &now, LastError: &said}
	default:
		log.Warn("job put off", "error", failure)
		again := now.Add(backOff(e.Attempts))
		return outcome{ID: e.ID, DueAt: &again, LastError: &said}
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
