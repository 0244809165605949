package feed

import (
	"errors"
	"io"
	"time"
)

// Names are the formats that are read.
var Names = []string{"yml", "merchant", "commerceml", "csv", "xlsx", "json", "shopify", "woocommerce", "insales"}

// Settings are what a format needs to know beside the file.
type Settings struct {
	Mapping  Mapping
	Location string    // the address that the file is from, if it is from one
	Now      time.Time // when it was fetched
}

// Of returns the format of a name, which is one of Names.
func Of(name string, s Settings) Format {
	currency := s.Mapping.Currency
	switch name {
	case "merchant":
		return Merchant{Now: s.Now}
	case "commerceml":
		return CommerceML{Currency: currency, Price: s.Mapping.PriceType}
	case "csv":
		return CSV{s.Mapping}
	case "xlsx":
		return XLSX{s.Mapping}
	case "json":
		return JSON{currency}
	case "shopify":
		return Shopify{currency, s.Location}
	case "woocommerce":
		return Woo{currency}
	case "insales":
		return InSales{currency, s.Location}
	}
	return YML{}
}

// Sample is the head of a table, for a person to say what the columns are.
type Sample struct {
	HeaderRow int
	Columns   []Column   // as guessed, or as the mapping has them
	Rows      [][]string // below the header
	Problem   string     // what keeps the table from being read so; "": nothing
}

// sampled is how many rows a sample has.
const sampled = 20

// Head reads the head of a table with a mapping, which may be empty. name is csv
// or xlsx.
func Head(name string, r io.Reader, m Mapping) (Sample, error) {
	var in rows
	if name == "xlsx" {
		w, err := (XLSX{m}).open(r, DefaultLimits)
		if err != nil {
			return Sample{}, err
		}
		defer w.close()
		in = w
	} else {
		var err error
		if in, err = (CSV{m}).open(r, DefaultLimits); err != nil {
			return Sample{}, err
		}
	}
	first, err := firstRows(in)
	if err != nil {
		return Sample{}, err
	}
	return m.sample(first), nil
}

// firstRows reads as many rows as a sample may need.
func firstRows(in rows) ([]numbered, error) {
	var first []numbered
	for len(first) < mostHeader+sampled {
		cells, line, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, in.explain(err)
		}
		kept := make([]string, min(len(cells), maxColumns))
		for i := range kept {
			kept[i] = cut(cells[i], maxName)
		}
		first = append(first, numbered{kept, line})
	}
	return first, nil
}

// sample shows the rows below the header.
func (m Mapping) sample(first []numbered) Sample {
	at := m.headerAmong(first)
	for i, r := range first {
		if m.HeaderRow > 0 && r.line >= m.HeaderRow {
			at = i
			break
		}
	}
	s := Sample{}
	if at < 0 {
		s.Problem = "no row names the columns: say which row is the header"
		at = 0
	}
	if len(first) == 0 {
		return s
	}
	s.HeaderRow, s.Columns = first[at].line, m.place(first[at].cells)
	for i := range s.Columns {
		s.Columns[i].Header = first[at].cells[i]
	}
	if err := complete(fieldsOf(s.Columns)); err != nil && s.Problem == "" {
		s.Problem = err.Error()
	}
	for _, r := range first[at+1 : min(len(first), at+1+sampled)] {
		s.Rows = append(s.Rows, r.cells)
	}
	return s
}
