package order

import (
	"fmt"
	"math"
	"strings"

	"github.com/google/uuid"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// item is an offer of the catalogue, as the snapshot has it.
type item struct {
	ID         uuid.UUID
	SKU        string `gorm:"column:sku"`
	Name       string
	PriceMinor int64
	Currency   money.Currency
}

// shelf is the items that an order may name, as the snapshot has them.
type shelf struct {
	byID  map[uuid.UUID]item
	bySKU map[string][]item
}

func shelve(items []item) shelf {
	s := shelf{map[uuid.UUID]item{}, map[string][]item{}}
	for _, i := range items {
		s.byID[i.ID] = i
		s.bySKU[i.SKU] = append(s.bySKU[i.SKU], i)
	}
	return s
}

// find returns the one item that is asked for, or what is wrong with asking so.
func (s shelf) find(a Ask) (item, *fault.Invalid) {
	if a.ItemID != nil {
		if i, ok := s.byID[*a.ItemID]; ok {
			return i, nil
		}
		return item{}, &fault.Invalid{Field: ".item_id", Problem: "is not in this catalogue"}
	}
	switch found := s.bySKU[a.SKU]; len(found) {
	case 0:
		return item{}, &fault.Invalid{Field: ".sku", Problem: "is not in this catalogue"}
	case 1:
		return found[0], nil
	default:
		return item{}, &fault.Invalid{Field: ".sku", Problem: fmt.Sprintf("is that of %d items: name one by item_id", len(found))}
	}
}

// price makes lines of what is asked for, at the shelf's prices, and adds them
// and the delivery up. All problems come at once.
func (s shelf) price(asks []Ask, delivery int64) (lines []Line, total money.Amount, err error) {
	var p fault.Problems
	for n, a := range asks {
		at := fmt.Sprintf("items[%d]", n)
		i, wrong := s.find(a)
		if wrong != nil {
			p = append(p, fault.Invalid{Field: at + wrong.Field, Problem: wrong.Problem})
			continue
		}
		if total.Currency == "" {
			total = money.Amount{Minor: delivery, Currency: i.Currency}
		}
		line, sum, wrong := i.line(a.Quantity, total)
		if wrong != nil {
			p = append(p, fault.Invalid{Field: at, Problem: wrong.Problem})
			continue
		}
		total, line.Line = sum, n+1
		lines = append(lines, line)
	}
	return lines, total, p.Err()
}

// line returns the line of so many of the item, and the total with it.
func (i item) line(quantity int, total money.Amount) (Line, money.Amount, *fault.Invalid) {
	if i.Currency != total.Currency {
		return Line{}, total, &fault.Invalid{Problem: fmt.Sprintf("costs %s and the items before it %s: make two orders", i.Currency, total.Currency)}
	}
	if i.PriceMinor > math.MaxInt64/int64(quantity) {
		return Line{}, total, &fault.Invalid{Problem: "costs more than can be counted"}
	}
	l := Line{ItemID: i.ID, SKU: i.SKU, Name: i.Name, Quantity: quantity, PriceMinor: i.PriceMinor, SumMinor: i.PriceMinor * int64(quantity)}
	sum, err := total.Add(money.Amount{Minor: l.SumMinor, Currency: i.Currency})
	if err != nil {
		return Line{}, total, &fault.Invalid{Problem: "costs more than can be counted"}
	}
	return l, sum, nil
}

// named returns the ids and the SKUs that are asked for.
func named(asks []Ask) (ids, skus []string) {
	ids, skus = []string{}, []string{}
	for _, a := range asks {
		if a.ItemID != nil {
			ids = append(ids, a.ItemID.String())
		} else {
			skus = append(skus, strings.ToLower(a.SKU))
		}
	}
	return ids, skus
}
