package feed

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"switchboard/tenant/fault"
)

// lines are the rows of a text file with columns, each within the limits.
type lines struct {
	csv      *csv.Reader
	gate     *gate
	encoding string
	line     int // of the last row
}

// gate ends a file that is too large, and a row that never ends.
type gate struct {
	r      io.Reader
	limits Limits
	read   int64
	left   int // bytes until a row must have ended
}

func (g *gate) Read(p []byte) (int, error) {
	n, err := g.r.Read(p[:min(len(p), 4<<10)])
	g.read += int64(n)
	switch g.left -= n; {
	case g.read > g.limits.Bytes:
		return 0, errBytes
	case g.left < 0:
		return 0, fault.Invalid{Problem: "one row is longer than a feed may have: a quote is not closed, or this is no table"}
	}
	return n, err
}

// newLines begins to read rows. delimiter 0 is guessed from the head.
func newLines(r io.Reader, l Limits, delimiter rune) (*lines, error) {
	head := make([]byte, 16<<10)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head = head[:n]
	if problem := notText(head); problem != "" {
		return nil, fault.Invalid{Problem: problem, Line: 1}
	}
	out := &lines{encoding: utf8Name}
	r = io.MultiReader(bytes.NewReader(head), r)
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) { // Excel's "Unicode text"
		out.encoding = "UTF-16"
		decoder := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()
		r = transform.NewReader(r, decoder)
		head, _, _ = transform.Bytes(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder(), head[:n&^1])
	}
	out.gate = &gate{r: skipMark(r), limits: l, left: l.Token}
	out.csv = csv.NewReader(out.gate)
	out.csv.Comma = delimiter
	if delimiter == 0 {
		out.csv.Comma = guessDelimiter(head)
	}
	out.csv.LazyQuotes, out.csv.FieldsPerRecord, out.csv.ReuseRecord = true, -1, true // 17" is no quote
	return out, nil
}

// skipMark leaves out the mark that says UTF-8.
func skipMark(r io.Reader) io.Reader {
	mark := make([]byte, 3)
	n, _ := io.ReadFull(r, mark)
	if string(mark[:n]) == "\xef\xbb\xbf" {
		return r
	}
	return io.MultiReader(bytes.NewReader(mark[:n]), r)
}

// notText says what a file is that is no table of text, or "".
func notText(head []byte) string {
	raw := string(head)
	low := strings.ToLower(strings.TrimLeft(strings.TrimPrefix(string(head[:min(len(head), 512)]), "\ufeff"), " \t\r\n"))
	switch {
	case strings.TrimSpace(low) == "":
		return "the file is empty"
	case strings.HasPrefix(low, "<!doctype html"), strings.HasPrefix(low, "<html"):
		return "this is an HTML page, not a table"
	case strings.HasPrefix(low, "<"):
		return "this is XML, not a table: choose another format"
	case strings.HasPrefix(raw, "PK\x03\x04"), strings.HasPrefix(raw, "\x1f\x8b"):
		return "the file is packed, or is an XLSX: choose another format"
	case strings.HasPrefix(raw, "\xd0\xcf\x11\xe0"):
		return "this is an XLS of Excel 97; save it as XLSX or CSV"
	case bytes.IndexByte(head, 0) >= 0 && head[0] != 0xff && head[0] != 0xfe:
		return "this is no text"
	}
	return ""
}

// guessDelimiter returns the sign that parts the most columns in most rows.
func guessDelimiter(head []byte) rune {
	best, most := ',', 0
	for _, sign := range ";\t,|" {
		if n := columnsBy(sign, head); n > most {
			best, most = sign, n
		}
	}
	return best
}

// columnsBy counts how many signs the first rows agree on, outside quotes.
func columnsBy(sign rune, head []byte) int {
	r := csv.NewReader(bytes.NewReader(head))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = sign, true, -1
	agree := map[int]int{}
	for range 20 {
		cells, err := r.Read()
		if err != nil {
			break
		}
		agree[len(cells)-1]++
	}
	score := 0
	for n, rows := range agree {
		score = max(score, min(n, 50)*rows)
	}
	return score
}

// next returns the next row that is not empty, and its line. The cells are valid
// until the next call.
func (l *lines) next() ([]string, int, error) {
	for {
		l.gate.left = l.gate.limits.Token
		cells, err := l.csv.Read()
		if err != nil {
			return nil, l.line, err
		}
		l.line, _ = l.csv.FieldPos(0)
		if strings.Join(cells, "") == "" {
			continue
		}
		for i, c := range cells {
			cells[i] = l.decoded(c)
		}
		return cells, l.line, nil
	}
}

// decoded returns a cell as UTF-8. What is not UTF-8 is windows-1251, whatever
// the head of the file looked like: files are put together from others.
func (l *lines) decoded(cell string) string {
	if !utf8.ValidString(cell) {
		l.encoding = windowsName
		cell, _ = charmap.Windows1251.NewDecoder().String(cell) // every byte is a letter
	}
	return tidy([]byte(cell[:min(len(cell), maxField)]))
}

func (l *lines) bad(format string, args ...any) error {
	return fault.Invalid{Problem: fmt.Sprintf(format, args...), Line: max(l.line, 1)}
}

// explain says where reading ended.
func (l *lines) explain(err error) error {
	var invalid fault.Invalid
	var syntax *csv.ParseError
	switch {
	case errors.As(err, &invalid):
		invalid.Line = l.line + 1
		return invalid
	case errors.As(err, &syntax):
		return fault.Invalid{Problem: "broken table: " + syntax.Err.Error(), Line: syntax.Line}
	case errors.Is(err, io.EOF):
		return l.bad("the file is empty")
	}
	return fmt.Errorf("read the feed: %w", err)
}
