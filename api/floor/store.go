package floor

import (
	"fmt"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/account"
)

// names are the words for the ids on a floor.
type names struct {
	shops  map[uuid.UUID]shop
	queues map[uuid.UUID]queue
	people map[uuid.UUID]string // operators and supervisors
}

type shop struct {
	ID                           uuid.UUID
	Slug, NameRu, NameEn, Colour string
}

type queue struct {
	ID           uuid.UUID
	Name         string
	PromiseShare int
	PromiseMs    int64
}

func read(tx tenant.AcrossTx, f command.Floor) (n names, err error) {
	n.shops, n.queues = map[uuid.UUID]shop{}, map[uuid.UUID]queue{}
	var shops []shop
	var queues []queue
	if ids := some(f.Calls, func(c command.Call) uuid.UUID { return c.ShopID }); len(ids) > 0 {
		err = tx.Query().Raw("select id, slug, name_ru, name_en, colour from house.shop where id in ?", ids).Scan(&shops).Error
	}
	if ids := some(f.Calls, func(c command.Call) uuid.UUID { return c.QueueID }); err == nil && len(ids) > 0 {
		err = tx.Query().Raw("select id, name, promise_share, promise_ms from shop.queue where id in ?", ids).Scan(&queues).Error
	}
	if err != nil {
		return n, fmt.Errorf("names of what is on the floor: %w", err)
	}
	for _, s := range shops {
		n.shops[s.ID] = s
	}
	for _, q := range queues {
		n.queues[q.ID] = q
	}
	n.people, err = account.Names(tx, people(f))
	return n, err
}

// some returns the ids that things have, each once.
func some[T any](all []T, of func(T) uuid.UUID) []uuid.UUID {
	seen := map[uuid.UUID]bool{}
	var ids []uuid.UUID
	for _, t := range all {
		if id := of(t); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

func people(f command.Floor) []uuid.UUID {
	ids := some(f.Operators, func(o command.Desk) uuid.UUID { return o.Operator })
	for _, c := range f.Calls {
		ids = append(ids, some(c.Watchers, func(w command.Watcher) uuid.UUID { return w.Supervisor })...)
	}
	return ids
}
