package script

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant"
	"switchboard/tenant/script/graph"
	"switchboard/tenant/script/walk"
)

// Greeted is a call that is not joined yet: nothing of its buyer is told.
type Greeted struct {
	Shop     uuid.UUID
	Queue    uuid.UUID
	Operator string // the name that is said
	Outgoing bool   // we call the buyer
}

// Greeting returns the first sentence that the operator of a call says, by the
// script with which it will begin; "" if the queue has none.
func Greeting(tx tenant.AcrossTx, c Greeted, now time.Time) (string, error) {
	var k struct {
		Known known `gorm:"embedded"`
		Graph json.RawMessage
	}
	res := tx.Query().Raw(`
		select coalesce(nullif(s.spoken_ru, ''), s.name_ru) as spoken_ru, coalesce(nullif(s.spoken_en, ''), s.name_en) as spoken_en,
		  s.language, s.timezone, v.graph
		  from shop.queue q join house.shop s on s.id = q.shop_id
		  join lateral (select graph from shop.script_version v where v.shop_id = q.shop_id and (v.script_id = q.script_id or @outgoing and v.script_id = q.outgoing_script_id)
		    order by @outgoing and v.script_id = q.outgoing_script_id desc nulls last, version desc limit 1) v on true
		 where q.shop_id = @shop and q.id = @queue`, map[string]any{"shop": c.Shop, "queue": c.Queue, "outgoing": c.Outgoing}).Scan(&k)
	if res.Error != nil {
		return "", fmt.Errorf("read the greeting of queue %s: %w", c.Queue, res.Error)
	}
	if res.RowsAffected == 0 {
		return "", nil
	}
	var g graph.Graph
	if err := json.Unmarshal(k.Graph, &g); err != nil {
		return "", fmt.Errorf("read the script of queue %s: %w", c.Queue, err)
	}
	f, err := k.Known.facts(c.Operator, now)
	if err != nil {
		return "", err
	}
	w, err := walk.Start(g, f)
	if err != nil {
		return "", fmt.Errorf("begin the script of queue %s: %w", c.Queue, err)
	}
	return walk.Show(g, w, f).Sentence, nil
}
