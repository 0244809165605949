// Package feed reads the files in which shops publish their catalogue, item by
// item, whatever the size of the file.
package feed

import (
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
	Found      int  // problems, of which the first MaxProblems are told
	Empty      bool // the feed came to its end, and has no offers, sound or not

	lines int // of the file, if it is one
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

// Format is a kind of feed.
type Format interface {
	// Read hands each sound offer of the feed in r to emit, mostly in the order of
	// the file. An offer that is not sound is left out and told in the Header; what
	// is wrong with the file as a whole ends the reading with a fault.Invalid that
	// names the line. An error of emit or of r ends it too, as it is. Memory does
	// not grow with the feed but for a few dozen bytes an offer.
	Read(r io.Reader, l Limits, emit func(Item) error) (Header, error)
}

// YML is the Yandex Market Language.
type YML struct{}

// Read implements Format.
func (YML) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	s, err := open(r, l)
	if err != nil {
		return Header{}, err
	}
	p := &parser{stream: s, tally: newTally(l, emit)}
	p.header.Encoding = s.src.encoding
	if err := p.document(); err != nil {
		return p.header, s.explain(err)
	}
	p.header.lines = s.line()
	return p.finish()
}

// Read reads YML.
func Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	return YML{}.Read(r, l, emit)
}
