package feed

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// Whole tells whether a file of CommerceML, packed or not, has all goods: it has
// a catalogue, and does not say that only what changed is in it.
func Whole(r io.Reader) (bool, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if head, _ := in.Peek(4); string(head) != "PK\x03\x04" {
		return wholeXML(in)
	}
	a, err := openArchive(in, DefaultLimits)
	if err != nil {
		return false, err
	}
	defer a.close()
	for _, f := range a.zip.File {
		if !strings.HasSuffix(strings.ToLower(f.Name), ".xml") {
			continue
		}
		part, err := a.open(f)
		if err != nil {
			return false, err
		}
		whole, err := wholeXML(bufio.NewReaderSize(part, 64<<10))
		_ = part.Close()
		if whole || err != nil {
			return whole, err
		}
	}
	return false, nil
}

// said are the beginning of a catalogue and the word for changes, in both encodings.
var said = func() (all [2][2][]byte) {
	for i, text := range []string{"<Каталог", `СодержитТолькоИзменения="true"`} {
		in1251, _ := charmap.Windows1251.NewEncoder().Bytes([]byte(text)) // has all of Russian
		all[i] = [2][]byte{[]byte(text), in1251}
	}
	return all
}()

// tag is how many bytes the element's start may have.
const tag = 512

// wholeXML looks for the catalogue, as far into the file as it must: groups stand
// before it.
func wholeXML(in *bufio.Reader) (bool, error) {
	for {
		window, end := in.Peek(32 << 10)
		if whole, found := wholeIn(window, end != nil); found {
			return whole, nil
		}
		if errors.Is(end, io.EOF) {
			return false, nil
		}
		if end != nil {
			return false, end
		}
		if _, err := in.Discard(len(window) - tag - 1); err != nil {
			return false, err
		}
	}
}

// wholeIn looks for the catalogue's start in a window, which may be the file's last.
func wholeIn(window []byte, last bool) (whole, found bool) {
	for e := range 2 {
		at := bytes.Index(window, said[0][e])
		if at >= 0 && (at < len(window)-tag || last) {
			rest := window[at:min(len(window), at+tag)]
			return !bytes.Contains(rest[:bytes.IndexByte(rest, '>')+1], said[1][e]), true
		}
	}
	return false, false
}
