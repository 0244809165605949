package trunks

import (
	"fmt"
	"strings"

	"switchboard/tenant"
)

func all(tx tenant.AcrossTx) ([]Trunk, error) {
	rows, err := tx.Query().Raw(`select id, name, array_to_string(sources, ','), outbound, transport, array_to_string(codecs, ','), enabled, created_at
		from house.trunk order by name`).Rows()
	if err != nil {
		return nil, fmt.Errorf("list trunks: %w", err)
	}
	defer rows.Close()
	var found []Trunk
	for rows.Next() {
		var t Trunk
		var from, codecs string
		if err := rows.Scan(&t.ID, &t.Name, &from, &t.Outbound, &t.Transport, &codecs, &t.Enabled, &t.CreatedAt); err != nil {
			return nil, fmt.Errorf("list trunks: %w", err)
		}
		t.From, t.Codecs = strings.Split(from, ","), strings.Split(codecs, ",")
		found = append(found, t)
	}
	return found, rows.Err()
}
