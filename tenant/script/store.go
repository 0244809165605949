package script

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"switchboard/tenant"
	"switchboard/tenant/edition"
	"switchboard/tenant/fault"
	"switchboard/tenant/script/graph"
)

// Shelf keeps a shop's scripts: drafts, and the versions that were published.
var Shelf = edition.Shelf{Noun: "script", MaxName: 200, MaxSource: MaxSource, Read: read, Same: same}

func read(_ tenant.Tx, source string) ([]byte, error) {
	g, problems := Parse([]byte(source))
	if err := problems.Err(); err != nil {
		return nil, err
	}
	return Canonical(g)
}

func same(doc []byte) ([]byte, error) {
	var g graph.Graph
	if err := json.Unmarshal(doc, &g); err != nil {
		return nil, fmt.Errorf("read the graph of a script: %w", err)
	}
	return Canonical(g)
}

// Load returns the graph of a version, which walks know by the version's id.
func Load(v edition.Version) (graph.Graph, error) {
	var g graph.Graph
	if err := json.Unmarshal(v.Graph, &g); err != nil {
		return g, fmt.Errorf("read version %s of a script: %w", v.ID, err)
	}
	g.Version = v.ID.String()
	return g, nil
}

// OfQueue returns the version that calls of a queue in a direction (inbound,
// outbound) begin with: the last that was published of the queue's script, or of
// the one for calls that we make. Without one it is fault.NotFound.
func OfQueue(tx tenant.Tx, queue uuid.UUID, direction string) (edition.Version, error) {
	var script, outgoing *uuid.UUID
	err := tx.Query().Raw("select script_id, outgoing_script_id from shop.queue where id = ?", queue).Row().Scan(&script, &outgoing)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return edition.Version{}, fmt.Errorf("read the script of queue %s: %w", queue, err)
	}
	if direction == "outbound" && outgoing != nil {
		v, err := Shelf.Current(tx, *outgoing)
		if !errors.Is(err, fault.NotFound) {
			return v, err
		}
	}
	if script == nil {
		return edition.Version{}, fmt.Errorf("script of queue %s: %w", queue, fault.NotFound)
	}
	return Shelf.Current(tx, *script)
}

// taken words the error of reading one row.
func taken(err error, what string, id any) error {
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%s %v: %w", what, id, fault.NotFound)
	case err != nil:
		return fmt.Errorf("read %s %v: %w", what, id, err)
	}
	return nil
}
