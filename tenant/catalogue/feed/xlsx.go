package feed

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"path"
	"strconv"
	"strings"
	"time"

	"switchboard/tenant/fault"
)

// XLSX is a workbook of Excel, of which one sheet is read. A formula counts with
// the value that was computed last, a date as a date.
type XLSX struct{ Mapping Mapping }

// Read implements Format.
func (f XLSX) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	in, err := f.open(r, l)
	if err != nil {
		return Header{}, err
	}
	defer in.close()
	return readTable(in, f.Mapping, newTally(l, emit))
}

// workbook is the sheet of a workbook while it is read.
type workbook struct {
	*archive
	texts  *texts
	dates  []bool // by style
	base   time.Time
	part   io.Closer // the sheet
	stream *stream
	row    int
	cells  []string
}

func (f XLSX) open(r io.Reader, l Limits) (*workbook, error) {
	in := bufio.NewReaderSize(r, 4<<10)
	head, err := in.Peek(512)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if problem := notText(head); !strings.HasPrefix(string(head), "PK\x03\x04") {
		if problem == "" {
			problem = "this is no XLSX"
		}
		return nil, fault.Invalid{Problem: problem, Line: 1}
	}
	a, err := openArchive(in, l)
	if err != nil {
		return nil, err
	}
	w := &workbook{archive: a, base: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	if err := w.begin(f.Mapping.Sheet); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *workbook) close() {
	if w.part != nil {
		_ = w.part.Close()
	}
	w.texts.close()
	w.archive.close()
}

// begin finds the sheet and reads what its cells refer to.
func (w *workbook) begin(name string) error {
	sheet, err := w.locate(name)
	if err != nil {
		return err
	}
	if err := w.styles(); err != nil {
		return err
	}
	if w.texts, err = w.shared(); err != nil {
		return err
	}
	f := w.find(sheet)
	if f == nil {
		return fault.Invalid{Problem: "the workbook lacks the sheet that it names"}
	}
	part, err := w.open(f)
	if err != nil {
		return err
	}
	w.part = part
	w.stream, err = open(part, w.limits)
	return err
}

// each calls visit for every element of a part; a part that is not there has none.
func (w *workbook) each(name string, visit func(*stream, xml.StartElement) error) error {
	f := w.find(name)
	if f == nil {
		return nil
	}
	r, err := w.open(f)
	if err != nil {
		return err
	}
	defer r.Close()
	s, err := open(r, w.limits)
	if err != nil {
		return err
	}
	for {
		t, err := s.next()
		if errors.Is(err, io.EOF) && s.depth == 0 {
			return nil
		}
		if err != nil {
			return s.explain(err)
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := visit(s, e); err != nil {
				return s.explain(err)
			}
		}
	}
}

// locate finds the part of a sheet by its name, or of the first sheet.
func (w *workbook) locate(name string) (string, error) {
	id, found := "", false
	err := w.each("xl/workbook.xml", func(_ *stream, e xml.StartElement) error {
		switch {
		case e.Name.Local == "workbookPr" && (attr(e, "date1904") == "1" || attr(e, "date1904") == "true"):
			w.base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		case e.Name.Local == "sheet" && !found && (name == "" && attr(e, "state") == "" || name != "" && attr(e, "name") == name):
			found = true
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	if !found && name != "" {
		return "", fault.Invalid{Problem: "the workbook has no sheet " + clip(name)}
	}
	target := "worksheets/sheet1.xml"
	err = w.each("xl/_rels/workbook.xml.rels", func(_ *stream, e xml.StartElement) error {
		if e.Name.Local == "Relationship" && attr(e, "Id") == id {
			target = attr(e, "Target")
		}
		return nil
	})
	if strings.HasPrefix(target, "/") {
		return target, err
	}
	return path.Join("xl", target), err
}

// styles finds which styles are dates.
func (w *workbook) styles() error {
	own, inCells := map[string]string{}, false
	return w.each("xl/styles.xml", func(_ *stream, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if len(own) < maxEntries {
				own[attr(e, "numFmtId")] = clip(attr(e, "formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells && len(w.dates) < 1<<16 {
				w.dates = append(w.dates, isDate(attr(e, "numFmtId"), own))
			}
		}
		return nil
	})
}

// isDate reports whether a format of numbers is of dates: one of Excel's own
// (ECMA-376, 18.8.30), or one that writes a day or a year.
func isDate(id string, own map[string]string) bool {
	if code, ok := own[id]; ok {
		plain, quoted := strings.Builder{}, false
		for _, r := range strings.ToLower(code) {
			switch r {
			case '"':
				quoted = !quoted
			case '[':
				quoted = true
			case ']':
				quoted = false
			default:
				if !quoted {
					plain.WriteRune(r)
				}
			}
		}
		return strings.ContainsAny(plain.String(), "dyдг") && !strings.Contains(plain.String(), "general")
	}
	n, _ := strconv.Atoi(id)
	return n >= 14 && n <= 22 || n >= 27 && n <= 36 || n >= 45 && n <= 47 || n >= 50 && n <= 58
}

// next implements rows.
func (w *workbook) next() ([]string, int, error) {
	for {
		t, err := w.stream.next()
		if err != nil {
			if errors.Is(err, io.EOF) && w.stream.depth == 0 {
				return nil, w.row, io.EOF
			}
			return nil, w.row, err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		if e.Name.Local != "row" {
			continue
		}
		if err := w.read(e); err != nil {
			return nil, w.row, err
		}
		if strings.Join(w.cells, "") != "" {
			return w.cells, w.row, nil
		}
	}
}

// read reads the cells of a row.
func (w *workbook) read(e xml.StartElement) error {
	w.row++
	if n, err := strconv.Atoi(attr(e, "r")); err == nil && n >= w.row && n < math.MaxInt32 {
		w.row = n
	}
	w.cells = w.cells[:0]
	return w.stream.children(func(e xml.StartElement) error {
		if e.Name.Local != "c" {
			return w.stream.skip(e)
		}
		at := columnOf(attr(e, "r"), len(w.cells))
		text, err := w.cell(e)
		for at < maxColumns && len(w.cells) <= at {
			w.cells = append(w.cells, "")
		}
		if at < maxColumns {
			w.cells[at] = text
		}
		return err
	})
}

// columnOf is the number of the column of "AB12", or next if there is none.
func columnOf(ref string, next int) int {
	n := 0
	for _, r := range ref {
		if r < 'A' || r > 'Z' || n > 1<<20 {
			break
		}
		n = n*26 + int(r-'A') + 1
	}
	if n == 0 {
		return next
	}
	return n - 1
}

// cell reads the value of a cell as people see it.
func (w *workbook) cell(e xml.StartElement) (string, error) {
	kind, style := attr(e, "t"), attr(e, "s")
	var value string
	err := w.stream.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "v", "is":
			var err error
			value, err = w.stream.text()
			return err
		}
		return w.stream.skip(e) // a formula
	})
	if err != nil {
		return "", err
	}
	switch kind {
	case "s":
		n, err := strconv.Atoi(value)
		if err != nil {
			return "", w.stream.bad("a cell refers to text %q", clip(value))
		}
		return w.texts.at(n)
	case "e":
		return "", nil // #N/A
	case "b":
		return map[string]string{"1": "да", "0": "нет"}[value], nil
	case "", "n":
		return w.number(value, style), nil
	}
	return value, nil
}

// number writes a number without the traces of floating point, or the date that
// it stands for.
func (w *workbook) number(value, style string) string {
	f, err := strconv.ParseFloat(value, 64)
	if err != nil || math.Abs(f) > 1e15 {
		return value
	}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(w.dates) && w.dates[n] && f >= 1 && f < 2_958_466 {
		return w.base.Add(time.Duration(f * 24 * float64(time.Hour))).Round(time.Second).Format(time.DateOnly)
	}
	return strconv.FormatFloat(math.Round(f*1e6)/1e6, 'f', -1, 64)
}

func (w *workbook) explain(err error) error {
	var invalid fault.Invalid
	if err = w.stream.explain(err); errors.As(err, &invalid) {
		invalid.Line = w.row + 1 // of the sheet, not of its XML
		return invalid
	}
	return err
}

func (w *workbook) spelling() string { return utf8Name }
