// Package feed reads the YML (Yandex Market Language) in which shops publish
// their catalogue, item by item, whatever the size of the file.
package feed

import (
	"fmt"
	"io"

	"switchboard/billing/money"
	"switchboard/tenant/fault"
)

// Limits bound what one feed may cost.
type Limits struct {
	Bytes      int64 // of the whole feed, unpacked
	Token      int   // bytes of one text, tag, comment or declaration
	Depth      int   // of elements in elements
	Items      int
	Categories int
}

// DefaultLimits are ten times the largest feeds that shops have (1 million
// offers, 2 GB), and a text ten times the longest description.
var DefaultLimits = Limits{Bytes: 20 << 30, Token: 1 << 20, Depth: 32, Items: 10_000_000, Categories: 200_000}

// maxField is the length in bytes at which a field of an item is cut. Only
// descriptions come near it, and no operator reads further.
const maxField = 16 << 10

// maxName is the longest name of an item, in bytes. Longer is a mistake of the
// export (a description in the wrong place) and the item is left out.
const maxName = 1000

// maxList is how many pictures, barcodes or parameters of an item are kept.
const maxList = 200

// MaxProblems is how many problems of items are told; all are counted.
const MaxProblems = 100

// Header is what a feed says beside its items, and how the reading went.
type Header struct {
	Date       string // as written: a shop's clock is not to be trusted
	Name       string
	Company    string
	URL        string
	Encoding   string
	Currencies []money.Currency // the first is the shop's own
	Categories int
	Items      int // that were handed on
	Skipped    int // that were left out
	Problems   fault.Problems
	Found      int // problems, of which the first MaxProblems are told
}

// Item is one offer of a feed.
type Item struct {
	ID         string
	SKU        string // vendorCode
	Name       string
	Vendor     string
	Category   string // path of names: "Шины / Зимние"
	URL        string
	Params     []Param
	GroupID    string // variants of one thing have the same
	PriceMinor int64
	OldMinor   int64 // 0: none
	Currency   money.Currency
	Available  bool
	Stock      *int64 // nil: the feed does not say
	Delivery   *bool  // nil: the feed does not say
	Pickup     *bool
	Store      *bool
	Line       int
	Detail
}

// Param is one property of an item.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Unit  string `json:"unit,omitempty"`
}

// Read hands each sound offer of the feed in r to emit, in the order of the
// file. An offer that is not sound is left out and told in the Header; what is
// wrong with the file as a whole ends the reading with a fault.Invalid that
// names the line. An error of emit or of r ends it too, as it is. Memory does
// not grow with the feed but for 16 bytes an offer.
func Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	s, err := open(r, l)
	if err != nil {
		return Header{}, err
	}
	p := &parser{stream: s, emit: emit, seen: newSeen(), categories: map[string]*category{}}
	p.header.Encoding = s.src.encoding
	if err := p.document(); err != nil {
		return p.header, s.explain(err)
	}
	if p.header.Items == 0 {
		return p.header, p.empty()
	}
	return p.header, nil
}

// empty says why nothing is left of a feed that was read to its end.
func (p *parser) empty() error {
	if p.header.Skipped > 0 {
		first := p.header.Problems[0]
		return fault.Invalid{Field: first.Field, Line: first.Line,
			Problem: fmt.Sprintf("none of the %d offers is sound; the first problem: %s", p.header.Skipped, first.Problem)}
	}
	return fault.Invalid{Problem: "the feed has no offers", Line: p.line()}
}
