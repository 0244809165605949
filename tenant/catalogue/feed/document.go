package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant/fault"
)

// documents are the elements of the lists in one JSON document after another: the
// pages of a shop's answer, or one document that was pushed.
type documents struct {
	d     *json.Decoder
	gate  *gate
	marks *newlines
	list  string // the member of the document that is the list; a document may also be a list
	head  map[string]json.RawMessage
}

// newlines remembers where lines end that were read ahead, so that an offset has
// a line.
type newlines struct {
	r    io.Reader
	off  int64
	ends []int64
	line int // of what is before ends[0]
}

func (n *newlines) Read(p []byte) (int, error) {
	got, err := n.r.Read(p)
	for i, b := range p[:got] {
		if b == '\n' {
			n.ends = append(n.ends, n.off+int64(i))
		}
	}
	n.off += int64(got)
	return got, err
}

// at returns the line of an offset, which never goes back.
func (n *newlines) at(offset int64) int {
	i := 0
	for i < len(n.ends) && n.ends[i] < offset {
		i++
	}
	n.line += i
	n.ends = append(n.ends[:0], n.ends[i:]...)
	return n.line + 1
}

// newDocuments begins to read documents.
func newDocuments(r io.Reader, l Limits, list string) (*documents, error) {
	head := make([]byte, 4<<10)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head = bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf"))
	if problem := notJSON(head); problem != "" {
		return nil, fault.Invalid{Problem: problem, Line: 1}
	}
	r = io.MultiReader(bytes.NewReader(head), r)
	if !validHead(head, n == 4<<10) {
		r = charmap.Windows1251.NewDecoder().Reader(r) // against RFC 8259, and seen
	}
	out := &documents{gate: &gate{r: r, limits: l, left: l.Token}, list: list, head: map[string]json.RawMessage{}}
	out.marks = &newlines{r: out.gate}
	out.d = json.NewDecoder(out.marks)
	return out, nil
}

// notJSON says what a file is that is no JSON, or "".
func notJSON(head []byte) string {
	text := strings.ToLower(string(bytes.TrimSpace(head)))
	switch {
	case text == "":
		return "the feed is empty"
	case strings.HasPrefix(text, "<!doctype html"), strings.HasPrefix(text, "<html"):
		return "this is an HTML page, not a feed"
	case text[0] != '{' && text[0] != '[':
		return "this is not JSON: it begins with neither { nor ["
	}
	return ""
}

// each calls visit for every element of every list, with its line.
func (d *documents) each(visit func(element json.RawMessage, line int) error) error {
	for {
		d.gate.left = d.gate.limits.Token
		t, err := d.d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('['):
			err = d.elements(visit)
		case json.Delim('{'):
			err = d.members(visit)
		default:
			err = fault.Invalid{Problem: "a document is neither an object nor a list"}
		}
		if err != nil {
			return err
		}
	}
}

// elements reads a list to its end.
func (d *documents) elements(visit func(json.RawMessage, int) error) error {
	for d.d.More() {
		d.gate.left = d.gate.limits.Token
		var element json.RawMessage
		if err := d.d.Decode(&element); err != nil {
			return err
		}
		if err := visit(element, d.line()); err != nil {
			return err
		}
	}
	_, err := d.d.Token()
	return err
}

// members reads an object, of which the list is one member; the others are kept
// in head if they are small.
func (d *documents) members(visit func(json.RawMessage, int) error) error {
	found := false
	for d.d.More() {
		d.gate.left = d.gate.limits.Token
		name, err := d.d.Token()
		if err != nil {
			return err
		}
		if name == d.list {
			if t, err := d.d.Token(); err != nil || t != json.Delim('[') {
				return cmpErr(err, fault.Invalid{Problem: fmt.Sprintf("%s is no list", d.list)})
			}
			found = true
			if err := d.elements(visit); err != nil {
				return err
			}
			continue
		}
		var value json.RawMessage
		if err := d.d.Decode(&value); err != nil {
			return err
		}
		if key, ok := name.(string); ok && len(value) < 1000 && len(d.head) < 100 {
			d.head[key] = value
		}
	}
	if !found {
		return fault.Invalid{Problem: fmt.Sprintf("the document has no list %q", d.list)}
	}
	_, err := d.d.Token()
	return err
}

func cmpErr(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// line is where the last element ended.
func (d *documents) line() int { return d.marks.at(d.d.InputOffset()) }

// explain says where and why reading ended.
func (d *documents) explain(err error) error {
	var invalid fault.Invalid
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &invalid):
		if invalid.Line == 0 {
			invalid.Line = d.line()
		}
		return invalid
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.As(err, &syntax) && strings.Contains(syntax.Error(), "unexpected end"):
		return fault.Invalid{Problem: "the feed is cut off: its closing brackets are missing", Line: d.line()}
	case errors.As(err, &syntax):
		return fault.Invalid{Problem: "broken JSON: " + syntax.Error(), Line: d.line()}
	}
	return fmt.Errorf("read the feed: %w", err)
}

// text is a value that may be written as a string, a number, true or null.
type text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = text(clean(s))
	case b[0] == '{' || b[0] == '[', string(b) == "null":
		*t = ""
	default:
		*t = text(b)
	}
	return nil
}

// clean bounds a text and makes its spaces single.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	return tidy([]byte(s[:min(len(s), maxField)]))
}

// textList is a list of texts, or one text with commas.
type textList []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *textList) UnmarshalJSON(b []byte) error {
	if b[0] != '[' {
		var one text
		if err := one.UnmarshalJSON(b); err != nil {
			return err
		}
		*l = listed(string(one))
		return nil
	}
	var all []text
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for _, t := range all[:min(len(all), maxList)] {
		if t != "" {
			*l = append(*l, string(t))
		}
	}
	return nil
}

// bool is what a text says yes or no by; ok is false if it says neither.
func (t text) bool() (yes, ok bool) {
	switch strings.ToLower(string(t)) {
	case "true", "1", "yes":
		return true, true
	case "false", "0", "no":
		return false, true
	}
	return false, false
}
