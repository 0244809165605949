package feed

// Detail is what an item is beyond what is searched, sorted and sold by: what a
// buyer may ask about it. It is kept as JSON; what a feed does not say is left out.
type Detail struct {
	Description string      `json:"description,omitempty"`
	Model       string      `json:"model,omitempty"`
	Country     string      `json:"country,omitempty"`
	SalesNotes  string      `json:"sales_notes,omitempty"` // the shop's own words on terms of sale
	Supplier    string      `json:"supplier,omitempty"`
	Pictures    []string    `json:"pictures,omitempty"`
	Barcodes    []string    `json:"barcodes,omitempty"`
	Prices      []Price     `json:"prices,omitempty"` // beside the one that buyers pay
	Terms       []Terms     `json:"terms,omitempty"`
	Warehouses  []Warehouse `json:"warehouses,omitempty"`
	Related     []string    `json:"related,omitempty"`     // SKUs, or ids in the feed
	Accessories []string    `json:"accessories,omitempty"` // likewise
}

// Price is one of several prices of an item.
type Price struct {
	Type     string `json:"type"` // in the words of the shop: wholesale, dealer
	Minor    int64  `json:"minor"`
	Currency string `json:"currency"`
}

// The kinds of Terms.
const (
	ByCourier = "delivery"
	ByPickup  = "pickup"
)

// Terms are how an item comes to its buyer.
type Terms struct {
	Kind      string `json:"kind"`
	CostMinor *int64 `json:"cost_minor,omitempty"` // in the item's currency; nil: the feed does not say
	Days      string `json:"days,omitempty"`       // "1-3"
	Before    string `json:"before,omitempty"`     // the hour until which an order counts for today
}

// Warehouse is the stock of an item in one place.
type Warehouse struct {
	Name  string `json:"name"` // or the id, if the feed has no more
	Stock int64  `json:"stock"`
}

// maxKept is how much of a description is kept, in bytes: nobody reads more aloud.
const maxKept = 4000

// maxAddress is the longest address of a page or a picture, in bytes.
const maxAddress = 2000

// bound cuts what a feed may make long to what is kept.
func (d *Detail) bound() {
	d.Description, d.SalesNotes = cut(d.Description, maxKept), cut(d.SalesNotes, maxName)
	d.Model, d.Country, d.Supplier = cut(d.Model, maxName), cut(d.Country, maxName), cut(d.Supplier, maxName)
	for _, list := range []*[]string{&d.Pictures, &d.Barcodes, &d.Related, &d.Accessories} {
		*list = bounded(*list)
	}
}

// bounded leaves out what is too long to be what it is called.
func bounded(list []string) []string {
	kept := list[:0]
	for _, text := range list {
		if len(text) <= maxAddress && len(kept) < maxList {
			kept = append(kept, text)
		}
	}
	return kept
}
