package feed

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"switchboard/tenant/fault"
)

// stream is the tokens of a feed, each within the limits.
type stream struct {
	d      *xml.Decoder
	src    *source
	limits Limits
	depth  int
	offer  string // the id of the offer in hand
	buf    []byte // the text in hand
}

func open(r io.Reader, l Limits) (*stream, error) {
	src, err := newSource(r, l)
	if err != nil {
		return nil, err
	}
	d := xml.NewDecoder(src)
	// source has changed the encoding already.
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	return &stream{d: d, src: src, limits: l}, nil
}

func (s *stream) line() int {
	line, _ := s.d.InputPos()
	return line
}

// bad is a structural error at the line in hand.
func (s *stream) bad(format string, args ...any) error {
	return fault.Invalid{Field: s.field(), Problem: fmt.Sprintf(format, args...), Line: s.line()}
}

func (s *stream) field() string {
	if s.offer == "" {
		return ""
	}
	return "offer " + s.offer
}

// next returns the next token. Its bytes are valid until the next call.
func (s *stream) next() (xml.Token, error) {
	s.src.left = s.limits.Token
	t, err := s.d.Token()
	if err != nil {
		return nil, s.broken(err)
	}
	switch t := t.(type) {
	case xml.StartElement:
		if s.depth++; s.depth > s.limits.Depth {
			return nil, s.bad("elements are nested deeper than %d", s.limits.Depth)
		}
	case xml.EndElement:
		s.depth--
	case xml.Directive:
		return t, s.directive(t)
	}
	return t, nil
}

// broken puts a line to what the decoder says without one.
func (s *stream) broken(err error) error {
	var syntax *xml.SyntaxError
	if errors.Is(err, io.EOF) || s.src.err != nil || errors.As(err, &syntax) {
		return err
	}
	return s.bad("broken XML: %s", strings.TrimPrefix(err.Error(), "xml: "))
}

// directive admits a plain DOCTYPE. A subset in it could define entities, and
// entities of entities fill any memory.
func (s *stream) directive(t xml.Directive) error {
	text := strings.ToLower(string(t))
	words := strings.Fields(text)
	switch {
	case len(words) > 1 && words[1] == "html":
		return s.bad("this is an HTML page, not a feed")
	case strings.ContainsAny(text, "[<") || strings.Contains(text, "entity"):
		return s.bad("the feed has a DTD of its own, which is not read")
	}
	return nil
}

// explain turns an error of the XML into one that says where and what.
func (s *stream) explain(err error) error {
	var syntax *xml.SyntaxError
	var invalid fault.Invalid
	cut := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	switch {
	case errors.As(err, &invalid), errors.As(s.src.err, &invalid):
		if invalid.Line == 0 {
			invalid.Field, invalid.Line = s.field(), s.line()
		}
		return invalid
	case s.src.err != nil && !errors.Is(s.src.err, io.EOF):
		return fmt.Errorf("read the feed: %w", s.src.err)
	case errors.As(err, &syntax) && syntax.Msg == "unexpected EOF", cut:
		return s.bad("the feed is cut off: its closing tags are missing")
	case errors.As(err, &syntax) && syntax.Msg == "invalid UTF-8" && s.src.encoding == utf8Name:
		return s.bad("the feed says that it is UTF-8, but here it is not (windows-1251 must be declared)")
	case errors.As(err, &syntax):
		return fault.Invalid{Field: s.field(), Problem: "broken XML: " + syntax.Msg, Line: syntax.Line}
	}
	return err
}

// children calls visit for each element inside the one that was just opened,
// and returns after its end. visit must read its element to the end.
func (s *stream) children(visit func(xml.StartElement) error) error {
	for {
		t, err := s.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := visit(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		}
	}
}

// skip reads the element that was just opened to its end.
func (s *stream) skip(xml.StartElement) error {
	for outside := s.depth - 1; s.depth > outside; {
		if _, err := s.next(); err != nil {
			return err
		}
	}
	return nil
}

// text returns the text of the element that was just opened, with that of
// elements in it, its spaces made single; it is cut at maxField.
func (s *stream) text() (string, error) {
	s.buf = s.buf[:0]
	for outside := s.depth - 1; s.depth > outside; {
		t, err := s.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			s.buf = append(s.buf, t[:min(len(t), maxField-len(s.buf))]...)
		case xml.StartElement: // <br/> parts words
			if len(s.buf) < maxField {
				s.buf = append(s.buf, ' ')
			}
		}
	}
	return tidy(s.buf), nil
}

// tidy makes spaces single and drops a character that was cut into.
func tidy(b []byte) string {
	if isTidy(b) {
		return string(b)
	}
	return strings.Join(strings.Fields(strings.ToValidUTF8(string(b), "")), " ")
}

// isTidy reports whether b surely needs no tidying. It is there for speed:
// nearly every text passes.
func isTidy(b []byte) bool {
	before := byte(' ')
	for _, c := range b {
		switch {
		case c < ' ', c == ' ' && before == ' ':
			return false
		case c == 0xc2, c >= 0xe1 && c <= 0xe3: // where the other spaces of Unicode are
			return false
		}
		before = c
	}
	return len(b) < maxField && before != ' ' || len(b) == 0
}

// attr returns an attribute, or "".
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}
