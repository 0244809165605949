// Package menu keeps what callers of a shop meet before a person: drafts in
// YAML, and versions that were published of them.
package menu

import (
	"encoding/json"
	"fmt"

	core "switchboard/telephony/menu"
	"switchboard/tenant"
	"switchboard/tenant/edition"
)

// Shelf keeps a shop's menus: drafts, and the versions that were published.
var Shelf = edition.Shelf{Noun: "menu", MaxName: 60, MaxSource: MaxSource, Read: read, Same: same}

func read(tx tenant.Tx, source string) ([]byte, error) {
	names, err := Known(tx)
	if err != nil {
		return nil, err
	}
	graph, problems := ParseFor([]byte(source), names)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return json.Marshal(graph)
}

func same(doc []byte) ([]byte, error) {
	var m core.Menu
	if err := json.Unmarshal(doc, &m); err != nil {
		return nil, fmt.Errorf("read the graph of a menu: %w", err)
	}
	return json.Marshal(m)
}

// Load returns the graph of a version.
func Load(v edition.Version) (core.Menu, error) {
	var m core.Menu
	if err := json.Unmarshal(v.Graph, &m); err != nil {
		return m, fmt.Errorf("read version %s of a menu: %w", v.ID, err)
	}
	return m, nil
}

// Names are what a menu may name of its shop.
type Names struct{ Sounds, Queues []string }

// Known are the names of the shop that a menu may use.
func Known(tx tenant.Tx) (n Names, err error) {
	if err = tx.Query().Raw("select name from shop.sound order by name").Scan(&n.Sounds).Error; err == nil {
		err = tx.Query().Raw("select name from shop.queue order by name").Scan(&n.Queues).Error
	}
	if err != nil {
		return n, fmt.Errorf("read what a menu may name: %w", err)
	}
	return n, nil
}
