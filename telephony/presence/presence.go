// Package presence keeps what the leader of a pool alone knows of operators, so
// that its successor knows it too: where their telephones are, and what they
// last said of themselves at a desk.
package presence

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// Place is where a registered telephone can be reached.
type Place struct {
	User, URI, Source string
	Expires           time.Time
}

// Duty is an operator's own word at a desk.
type Duty struct {
	Operator uuid.UUID
	Ready    bool
	Reason   string
	At       time.Time
}

// Book is what was told and is to be kept. The newest word on each operator is
// enough, so that it holds no more than there are operators.
type Book struct {
	db   *tenant.DB
	log  *slog.Logger
	wake chan struct{}

	mu     sync.Mutex
	places map[string]Place    // to be written; without Expires: to be deleted
	duties map[uuid.UUID]*Duty // to be written; nil: to be deleted
}

// New returns a Book that Run writes.
func New(db *tenant.DB, log *slog.Logger) *Book {
	return &Book{db: db, log: log, wake: make(chan struct{}, 1), places: map[string]Place{}, duties: map[uuid.UUID]*Duty{}}
}

// Put notes where a telephone is, or without Expires that it is nowhere. It
// does not block.
func (b *Book) Put(p Place) { b.note(func() { b.places[p.User] = p }) }

// Say notes an operator's word. It does not block.
func (b *Book) Say(d Duty) { b.note(func() { b.duties[d.Operator] = &d }) }

// Forget notes that an operator's word is void. It does not block.
func (b *Book) Forget(operator uuid.UUID) { b.note(func() { b.duties[operator] = nil }) }

func (b *Book) note(change func()) {
	b.mu.Lock()
	change()
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// again is how soon a write is tried again while the database is away.
const again = 500 * time.Millisecond

// Run writes what is noted until ctx ends, and then once more what is left.
func (b *Book) Run(ctx context.Context) {
	t := time.NewTicker(again)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			b.write(last)
			return
		case <-b.wake:
		case <-t.C:
		}
		b.write(ctx)
	}
}

// Flush writes what is noted.
func (b *Book) Flush(ctx context.Context) { b.write(ctx) }

func (b *Book) write(ctx context.Context) {
	b.mu.Lock()
	places, duties := b.places, b.duties
	b.places, b.duties = map[string]Place{}, map[uuid.UUID]*Duty{}
	b.mu.Unlock()
	if len(places)+len(duties) == 0 {
		return
	}
	err := b.db.Across(ctx, "keep who is on duty, and where", func(tx tenant.AcrossTx) error {
		if err := writePlaces(tx, places); err != nil {
			return err
		}
		return writeDuties(tx, duties)
	})
	if err == nil {
		return
	}
	if ctx.Err() == nil {
		b.log.Warn("who is on duty is not kept yet", "err", err)
	}
	b.putBack(places, duties)
}

// putBack keeps for the next try what nothing newer was said about.
func (b *Book) putBack(places map[string]Place, duties map[uuid.UUID]*Duty) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for user, p := range places {
		if _, newer := b.places[user]; !newer {
			b.places[user] = p
		}
	}
	for operator, d := range duties {
		if _, newer := b.duties[operator]; !newer {
			b.duties[operator] = d
		}
	}
}

func writePlaces(tx tenant.AcrossTx, places map[string]Place) error {
	for user, p := range places {
		var err error
		if p.Expires.IsZero() {
			_, err = tx.Exec("delete from house.registration where sip_user = $1", user)
		} else {
			_, err = tx.Exec(`
				insert into house.registration (sip_user, contact, source, transport, expires_at) values ($1, $2, $3, 'udp', $4)
				on conflict (sip_user) do update set contact = excluded.contact, source = excluded.source, expires_at = excluded.expires_at`,
				user, p.URI, p.Source, p.Expires)
		}
		if err != nil {
			return fmt.Errorf("keep where telephone %s is: %w", user, err)
		}
	}
	return nil
}

func writeDuties(tx tenant.AcrossTx, duties map[uuid.UUID]*Duty) error {
	for operator, d := range duties {
		var err error
		if d == nil {
			_, err = tx.Exec("delete from house.duty where operator_id = $1", operator)
		} else {
			_, err = tx.Exec(`
				insert into house.duty (operator_id, ready, reason, at) values ($1, $2, $3, $4)
				on conflict (operator_id) do update set ready = excluded.ready, reason = excluded.reason, at = excluded.at`,
				operator, d.Ready, d.Reason, d.At)
		}
		if err != nil {
			return fmt.Errorf("keep what operator %s said: %w", operator, err)
		}
	}
	return nil
}

// Places returns where telephones are that have not lapsed.
func (b *Book) Places(ctx context.Context) (all []Place, err error) {
	err = b.db.Across(ctx, "find operators' telephones", func(tx tenant.AcrossTx) error {
		return tx.Query().Raw(`select sip_user as "user", contact as uri, source, expires_at as expires from house.registration where expires_at > now()`).Scan(&all).Error
	})
	return all, err
}

// Duties returns what operators last said: all of them, or those that are named.
func (b *Book) Duties(ctx context.Context, operators ...uuid.UUID) (all []Duty, err error) {
	err = b.db.Across(ctx, "read who is on duty", func(tx tenant.AcrossTx) error {
		q := tx.Query().Table("house.duty").Select("operator_id as operator, ready, reason, at")
		if len(operators) > 0 {
			q = q.Where("operator_id in ?", operators)
		}
		return q.Scan(&all).Error
	})
	return all, err
}
