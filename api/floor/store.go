package floor

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/tenant"
	"switchboard/tenant/account"
)

// names are the words for the ids on a floor.
type names struct {
	shops     map[uuid.UUID]string // slugs
	operators map[uuid.UUID]string
}

func read(tx tenant.AcrossTx, f command.Floor) (names, error) {
	shops, err := slugs(tx, f.Calls)
	if err != nil {
		return names{}, fmt.Errorf("names of the shops on the floor: %w", err)
	}
	operators, err := account.Names(tx, operators(f))
	return names{shops, operators}, err
}

func slugs(tx tenant.AcrossTx, calls []command.Call) (map[uuid.UUID]string, error) {
	of := map[uuid.UUID]string{}
	for _, c := range calls {
		of[c.ShopID] = ""
	}
	if len(of) == 0 {
		return of, nil
	}
	rows, err := tx.Query().Raw("select id, slug from house.shop where id in ?", slices.Collect(maps.Keys(of))).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var slug string
		if err := rows.Scan(&id, &slug); err != nil {
			return nil, err
		}
		of[id] = slug
	}
	return of, rows.Err()
}

func operators(f command.Floor) []uuid.UUID {
	ids := make([]uuid.UUID, len(f.Operators))
	for i, o := range f.Operators {
		ids[i] = o.Operator
	}
	return ids
}
