package feed

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"switchboard/tenant/fault"
)

// The encodings that are read.
const (
	utf8Name    = "UTF-8"
	windowsName = "windows-1251"
)

// source hands the XML decoder one byte of UTF-8 after the other, and stops at
// a bound: encoding/xml itself collects a text of any size in memory.
type source struct {
	r        io.Reader
	buf      []byte
	i, n     int
	read     int64 // bytes so far
	limits   Limits
	left     int // bytes that the token in hand may still have
	encoding string
	high     *[128][]byte // UTF-8 of the bytes from 128, if they are not UTF-8
	pending  []byte       // the rest of a character
	judge    judge
	err      error
}

// newSource looks at the head of r and settles the encoding.
func newSource(r io.Reader, l Limits) (*source, error) {
	s := &source{r: r, buf: make([]byte, 64<<10), limits: l, left: l.Token}
	n, err := io.ReadFull(r, s.buf)
	s.n, s.read = n, int64(n)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, err
	}
	head := s.buf[:n]
	if problem := s.settle(head, n == len(s.buf)); problem != "" {
		return nil, fault.Invalid{Problem: problem, Line: 1}
	}
	return s, nil
}

// declared finds the encoding in an XML declaration.
var declared = regexp.MustCompile(`^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']`)

// settle chooses the encoding and returns what is wrong with the head, if anything.
func (s *source) settle(head []byte, more bool) string {
	switch {
	case len(bytes.TrimSpace(head)) == 0:
		return "the feed is empty"
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "the feed is UTF-16; write it as UTF-8 or windows-1251"
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}), bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "the feed is packed; give the address of the XML itself"
	}
	if bom := []byte("\xef\xbb\xbf"); bytes.HasPrefix(head, bom) {
		s.i, head = len(bom), head[len(bom):]
	}
	if bytes.TrimSpace(head)[0] != '<' {
		return "this is not XML: it does not begin with <"
	}
	name := ""
	if m := declared.FindSubmatch(head); m != nil {
		name = string(m[1])
	}
	return s.choose(name, head, more)
}

func (s *source) choose(name string, head []byte, more bool) string {
	switch strings.ToLower(name) {
	case "utf-8", "utf8":
		s.encoding = utf8Name
	case "windows-1251", "cp1251", "win-1251", "x-cp1251":
		s.encoding, s.high = windowsName, &windows
	case "":
		s.encoding = utf8Name // as XML says, unless it plainly is not
		if !validHead(head, more) {
			s.encoding, s.high = windowsName, &windows
		}
	default:
		return "the feed is in " + name + "; only UTF-8 and windows-1251 are read"
	}
	return ""
}

// validHead reports whether head is UTF-8; its last character may be cut off.
func validHead(head []byte, more bool) bool {
	for cut := 0; more && cut < utf8.UTFMax-1 && len(head) > 0; cut++ {
		if r, size := utf8.DecodeLastRune(head); r != utf8.RuneError || size != 1 {
			break
		}
		head = head[:len(head)-1]
	}
	return utf8.Valid(head)
}

// windows is what the upper half of windows-1251 is in UTF-8.
var windows = func() (t [128][]byte) {
	for i := range t {
		t[i] = []byte(string(charmap.Windows1251.DecodeByte(byte(128 + i))))
	}
	return t
}()

var (
	errToken = fault.Invalid{Problem: "one text or tag is longer than a feed may have"}
	errBytes = fault.Invalid{Problem: "the feed is larger than is read"}
	errUTF8  = fault.Invalid{Problem: "the feed says that it is windows-1251, but it is UTF-8"}
)

// ReadByte implements io.ByteReader.
func (s *source) ReadByte() (byte, error) {
	if len(s.pending) > 0 {
		b := s.pending[0]
		s.pending = s.pending[1:]
		return b, nil
	}
	if s.i == s.n {
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
	if s.left--; s.left < 0 {
		return 0, s.fail(errToken)
	}
	b := s.buf[s.i]
	s.i++
	if b < utf8.RuneSelf || s.high == nil {
		return b, nil
	}
	if s.judge.utf8(b) {
		return 0, s.fail(errUTF8)
	}
	char := s.high[b-utf8.RuneSelf]
	s.pending = char[1:]
	return char[0], nil
}

// Read implements io.Reader; the decoder never calls it.
func (s *source) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := s.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

func (s *source) fill() error {
	if s.err != nil {
		return s.err
	}
	for {
		n, err := s.r.Read(s.buf)
		s.i, s.n, s.read = 0, n, s.read+int64(n)
		switch {
		case s.read > s.limits.Bytes:
			return s.fail(errBytes)
		case n > 0:
			return nil // an error comes again at the next call
		case err != nil:
			return s.fail(err)
		}
	}
}

func (s *source) fail(err error) error {
	s.err = err
	return err
}

// judge finds out whether bytes that are called windows-1251 are UTF-8.
// Russian text in windows-1251 breaks the rules of UTF-8 within a word.
type judge struct {
	settled bool
	need    int // bytes that the character in hand still lacks
	good    int // characters of UTF-8 so far
}

// enough characters of UTF-8 in a row are no accident.
const enough = 8

// utf8 takes the next byte from 128 and reports whether the text is UTF-8.
func (j *judge) utf8(b byte) bool {
	if j.settled {
		return false
	}
	switch {
	case j.need > 0 && b&0xc0 == 0x80:
		if j.need--; j.need == 0 {
			j.good++
		}
	case j.need > 0:
		j.settled = true
	case b >= 0xc2 && b <= 0xdf:
		j.need = 1
	case b >= 0xe0 && b <= 0xef:
		j.need = 2
	case b >= 0xf0 && b <= 0xf4:
		j.need = 3
	default:
		j.settled = true
	}
	return !j.settled && j.good >= enough
}
