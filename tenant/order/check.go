package order

import (
	"fmt"
	"strings"

	"switchboard/telephony/e164"
	"switchboard/tenant/fault"
)

// Bounds of an order taken by voice. What is beyond them was mistyped.
const (
	mostLines    = 100
	mostOfOne    = 10_000
	mostDelivery = 100_000_000_00 // minor units
	longestLine  = 200            // characters of a name, an entrance
	longestText  = 2_000          // characters of an address, a comment
)

// home is the country of numbers that are dictated without one.
const home e164.Country = "RU"

// checked returns the order with its SKUs and its number in the form in which
// they are stored, or every problem at once.
func (n New) checked() (New, error) {
	var p fault.Problems
	if len(n.Items) == 0 {
		p = append(p, fault.Invalid{Field: "items", Problem: "is empty: an order has at least one item"})
	}
	if len(n.Items) > mostLines {
		p = append(p, fault.Invalid{Field: "items", Problem: fmt.Sprintf("has more than %d items", mostLines)})
		return n, p
	}
	items := make([]Ask, len(n.Items))
	for i, a := range n.Items {
		a.SKU = strings.ToLower(strings.TrimSpace(a.SKU))
		p = append(p, a.problems(fmt.Sprintf("items[%d]", i))...)
		items[i] = a
	}
	n.Items = items
	if n.DeliveryMinor < 0 || n.DeliveryMinor > mostDelivery {
		p = append(p, fault.Invalid{Field: "delivery_minor", Problem: fmt.Sprintf("is not within 0 and %d", int64(mostDelivery))})
	}
	contact, problems := n.Contact.checked()
	n.Contact = contact
	return n, append(p, problems...).Err()
}

func (a Ask) problems(at string) (p fault.Problems) {
	switch {
	case a.ItemID == nil && a.SKU == "":
		p = append(p, fault.Invalid{Field: at + ".sku", Problem: "is missing: name the item by sku or item_id"})
	case a.ItemID != nil && a.SKU != "":
		p = append(p, fault.Invalid{Field: at + ".sku", Problem: "and item_id both name the item: give one"})
	}
	if a.Quantity < 1 || a.Quantity > mostOfOne {
		p = append(p, fault.Invalid{Field: at + ".quantity", Problem: fmt.Sprintf("is not within 1 and %d", mostOfOne)})
	}
	return p
}

func (c Contact) checked() (Contact, fault.Problems) {
	var p fault.Problems
	if c.Phone != "" {
		n, err := e164.Parse(c.Phone, home)
		if err != nil {
			p = append(p, fault.Invalid{Field: "contact.phone", Problem: "is not a telephone number"})
		}
		c.Phone = string(n)
	}
	for _, text := range []struct {
		field string
		value *string
		most  int
	}{
		{"name", &c.Name, longestLine}, {"address", &c.Address, longestText}, {"entrance", &c.Entrance, longestLine},
		{"deliver", &c.Deliver, longestLine}, {"comment", &c.Comment, longestText},
	} {
		*text.value = strings.TrimSpace(*text.value)
		if len([]rune(*text.value)) > text.most {
			p = append(p, fault.Invalid{Field: "contact." + text.field, Problem: fmt.Sprintf("is longer than %d characters", text.most)})
		}
	}
	return c, p
}
