// Package sheet reads a table from a CSV file as offices save it: with or without
// a byte order mark, in UTF-8 or windows-1251, cells parted by comma, semicolon
// or tab, headings in Russian or English.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant/fault"
)

// Bounds of a file. What is beyond them is not typed by people, and comes by API.
const (
	MostBytes = 1 << 20
	MostRows  = 5_000
	mostCell  = 8 << 10 // bytes
)

// Column is one that is understood: Names are its headings in small letters.
type Column struct {
	ID       string
	Names    []string
	Required bool
}

// Row is one line that holds something. Line is counted from 1, as editors do.
type Row struct {
	Line  int
	Cells map[string]string // by the column's id, trimmed
}

// Read returns the rows of a file. What makes it no such table is fault.Problems
// with lines; a row of another length than the headings is one.
func Read(file []byte, columns []Column) ([]Row, error) {
	text, err := decoded(file)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.TrimLeadingSpace = comma(text), -1, true
	head, err := r.Read()
	if err != nil {
		return nil, broken(err)
	}
	at, err := places(head, columns)
	if err != nil {
		return nil, err
	}
	return body(r, len(head), at)
}

// decoded returns the file as UTF-8 without a mark.
func decoded(file []byte) ([]byte, error) {
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	switch {
	case len(bytes.TrimSpace(file)) == 0:
		return nil, fault.Problems{{Field: "file", Problem: "is empty"}}
	case len(file) > MostBytes:
		return nil, fault.Problems{{Field: "file", Problem: fmt.Sprintf("has more than %d MiB", MostBytes>>20)}}
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return nil, fault.Problems{{Field: "file", Problem: "is a workbook: save it as CSV"}}
	case bytes.IndexByte(file, 0) >= 0:
		return nil, fault.Problems{{Field: "file", Problem: "is no text in UTF-8 or windows-1251"}}
	case utf8.Valid(file):
		return file, nil
	}
	return charmap.Windows1251.NewDecoder().Bytes(file)
}

// comma returns what parts the cells of the first line: whatever is there most.
func comma(text []byte) rune {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', 0
	for _, c := range []rune{';', '\t', ','} {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}

// places finds the columns by the headings. One that nobody knows is refused:
// a typing error must not lose a column unseen.
func places(head []string, columns []Column) ([]string, error) {
	at := make([]string, len(head))
	var p fault.Problems
	for i, name := range head {
		name = strings.ToLower(strings.TrimSpace(name))
		n := slices.IndexFunc(columns, func(c Column) bool { return slices.Contains(c.Names, name) || c.ID == name })
		switch {
		case n < 0:
			p = append(p, fault.Invalid{Field: shown(name), Problem: "is no column that is understood", Line: 1})
		case slices.Contains(at, columns[n].ID):
			p = append(p, fault.Invalid{Field: shown(name), Problem: "is there twice", Line: 1})
		default:
			at[i] = columns[n].ID
		}
	}
	for _, c := range columns {
		if c.Required && !slices.Contains(at, c.ID) {
			p = append(p, fault.Invalid{Field: c.ID, Problem: "is a column that must be there", Line: 1})
		}
	}
	return at, p.Err()
}

// shown cuts a heading to what an answer may repeat.
func shown(name string) string {
	if r := []rune(name); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return name
}

func body(r *csv.Reader, width int, at []string) ([]Row, error) {
	var found []Row
	var p fault.Problems
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return found, p.Err()
		}
		if err != nil {
			return nil, broken(err)
		}
		line, _ := r.FieldPos(0)
		switch {
		case strings.TrimSpace(strings.Join(cells, "")) == "":
			continue
		case len(found) == MostRows:
			return nil, fault.Problems{{Field: "file", Problem: fmt.Sprintf("has more than %d rows", MostRows), Line: line}}
		case len(cells) != width:
			p = append(p, fault.Invalid{Problem: fmt.Sprintf("has %d cells where the headings have %d", len(cells), width), Line: line})
			continue
		}
		found = append(found, row(line, cells, at))
	}
}

func row(line int, cells, at []string) Row {
	r := Row{line, map[string]string{}}
	for i, text := range cells {
		text = strings.ToValidUTF8(strings.TrimSpace(text), "")
		r.Cells[at[i]] = text[:min(len(text), mostCell)]
	}
	return r
}

// broken words what is no CSV.
func broken(err error) error {
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		return fault.Problems{{Problem: "is no line of CSV: " + wrong.Err.Error(), Line: wrong.Line}}
	}
	return fmt.Errorf("read a table: %w", err)
}
