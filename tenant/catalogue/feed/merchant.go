package feed

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"time"
)

// Merchant is the product data of Google Merchant Center: RSS 2.0, Atom, or text
// parted by tabs. Now is when the file was fetched: it says which sale is on.
type Merchant struct{ Now time.Time }

// Read implements Format.
func (f Merchant) Read(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	in := bufio.NewReaderSize(r, 4<<10)
	head, err := in.Peek(512)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return Header{}, err
	}
	if !isXML(head) {
		return f.table(in, l, emit)
	}
	s, err := open(in, l)
	if err != nil {
		return Header{}, err
	}
	p := &merchant{parser: parser{stream: s, tally: newTally(l, emit)}, now: f.Now}
	p.header.Encoding = s.src.encoding
	if err := p.document(); err != nil {
		return p.header, s.explain(err)
	}
	p.header.lines = s.line()
	return p.finish()
}

// isXML reports whether a file begins as XML or HTML does.
func isXML(head []byte) bool {
	text := strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n")
	return strings.HasPrefix(text, "<")
}

// merchant is one reading of the XML.
type merchant struct {
	parser
	now time.Time
}

func (p *merchant) document() error {
	root, err := p.rootOf("rss", "feed")
	if err != nil {
		return err
	}
	body := func(e xml.StartElement) error {
		switch e.Name.Local {
		case "item", "entry":
			return p.entry()
		case "title":
			p.header.Name, err = p.text()
			return err
		}
		return p.skip(e)
	}
	if root.Name.Local == "feed" {
		err = p.children(body)
	} else {
		err = p.children(func(e xml.StartElement) error {
			if e.Name.Local != "channel" {
				return p.skip(e)
			}
			return p.children(body)
		})
	}
	if err != nil {
		return err
	}
	return p.tail()
}

// entry reads one item.
func (p *merchant) entry() error {
	g := newGoogle(p.line(), p.now)
	err := p.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "product_detail":
			return p.detail(g)
		case "shipping":
			return p.shipping(g)
		}
		text, err := p.text()
		if text == "" && e.Name.Local == "link" {
			text = attr(e, "href") // Atom
		}
		if e.Name.Local == "id" && e.Name.Space != "" && g.d.ID != "" && !strings.Contains(e.Name.Space, "google") {
			return err // Atom's own id beside Google's
		}
		g.set(e.Name.Local, text)
		p.at(g.d.ID)
		return err
	})
	if err != nil {
		return err
	}
	err = p.take(g.done())
	if err == nil {
		p.at("")
	}
	return err
}

func (p *merchant) detail(g *google) error {
	var name, value string
	err := p.children(func(e xml.StartElement) error {
		text, err := p.text()
		switch e.Name.Local {
		case "attribute_name":
			name = text
		case "attribute_value":
			value = text
		}
		return err
	})
	g.param(name, value)
	return err
}

func (p *merchant) shipping(g *google) error {
	var t rawTerms
	err := p.children(func(e xml.StartElement) error {
		text, err := p.text()
		switch e.Name.Local {
		case "price":
			t.cost, _ = amount(text)
		case "max_transit_time":
			t.Days = clip(text)
		}
		return err
	})
	if t.cost != "" && len(g.d.terms) < maxTerms {
		t.Kind = ByCourier
		g.d.terms = append(g.d.terms, t)
	}
	return err
}

// table reads the text parted by tabs: the same attributes as columns.
func (f Merchant) table(r io.Reader, l Limits, emit func(Item) error) (Header, error) {
	t := newTally(l, emit)
	rows, err := newLines(r, l, '\t')
	if err != nil {
		return t.header, err
	}
	t.header.Encoding = rows.encoding
	names, _, err := rows.next()
	if err != nil {
		return t.header, rows.explain(err)
	}
	names = append([]string{}, names...) // the row is read over
	if problem := googleHeader(names); problem != "" {
		return t.header, rows.bad("%s", problem)
	}
	for {
		cells, line, err := rows.next()
		if errors.Is(err, io.EOF) {
			t.header.lines = line
			return t.finish()
		}
		if err != nil {
			return t.header, rows.explain(err)
		}
		g := newGoogle(line, f.Now)
		for i, text := range cells[:min(len(cells), len(names))] {
			g.set(names[i], text)
		}
		if len(cells) > len(names) {
			t.tell(line, "the row has %d columns, and the header %d", len(cells), len(names))
		}
		if err := t.take(g.done()); err != nil {
			return t.header, err
		}
	}
}

// googleHeader says what is wrong with the names of the columns, or "".
func googleHeader(names []string) string {
	has := map[string]bool{}
	for _, n := range names {
		has[attribute(n)] = true
	}
	for _, must := range []string{"id", "title", "price"} {
		if !has[must] {
			return "the first row does not name the columns: there is no " + must
		}
	}
	return ""
}
