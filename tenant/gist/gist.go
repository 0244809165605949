// Package gist tells in a line what a call has come to so far, for whoever
// takes it over.
package gist

import (
	"errors"
	"fmt"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/tenant"
	"switchboard/tenant/draft"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/script/walk"
)

// Gist is what is known of a call before it is taken over.
type Gist struct {
	Step   string // where the script is
	Said   string // the buyer's last answer
	Barred bool   // the script has said that this call is transferred to nobody
	Items  int    // of the order that is being typed
	Total  money.Amount
}

// Of returns the gist of a call.
func Of(tx tenant.Tx, call uuid.UUID) (Gist, error) {
	var g Gist
	s, err := script.Where(tx, call)
	switch {
	case errors.Is(err, fault.NotFound): // it has no script
	case err != nil:
		return g, err
	default:
		g.read(s)
	}
	d, err := draft.Take(tx, call)
	if err != nil {
		return g, err
	}
	return g, g.sum(tx, d)
}

func (g *Gist) read(s script.Stand) {
	g.Barred = s.Walk.Barred(s.Graph)
	n, _ := s.Graph.Node(s.Walk.Node)
	g.Step = n.Title.In(s.Walk.Language)
	for _, v := range s.Walk.Trail() {
		if said := walk.Said(s.Graph, s.Walk, v); said != "" {
			g.Said = said
		}
	}
}

// sum adds the order up at the prices that were chosen.
func (g *Gist) sum(tx tenant.Tx, d draft.Draft) error {
	body, err := d.Read()
	if err != nil {
		return err
	}
	for _, i := range body.Order.Items {
		count, ok := i.Count()
		if !ok {
			continue // half typed
		}
		var price int64
		err := tx.Query().Raw("select coalesce(max(price_minor), 0) from shop.item where id = ?", i.ItemID).Scan(&price).Error
		if err != nil {
			return fmt.Errorf("read the price of item %s: %w", i.ItemID, err)
		}
		g.Items += count
		g.Total.Minor, g.Total.Currency = g.Total.Minor+price*int64(count), i.Currency
	}
	return nil
}
