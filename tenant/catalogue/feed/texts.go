package feed

import (
	"encoding/xml"
	"fmt"
	"os"

	"switchboard/tenant/fault"
)

// texts are the texts that the cells of a workbook share, on disk: a list of a
// million goods has as many.
type texts struct {
	file  *os.File
	ends  []int64
	buf   []byte // of what is not written yet
	wrote int64
	kept  map[int]string // those that repeat
}

// keepTexts is how many short texts are also kept in memory: the names of brands
// and of categories stand in every row.
const keepTexts = 4096

// shared reads the shared texts of a workbook.
func (w *workbook) shared() (*texts, error) {
	f, err := os.CreateTemp("", "feed-*.texts")
	if err != nil {
		return nil, fmt.Errorf("keep the texts of a workbook: %w", err)
	}
	_ = os.Remove(f.Name())
	t := &texts{file: f, kept: map[int]string{}}
	err = w.each("xl/sharedStrings.xml", func(s *stream, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := sharedText(s)
		if err == nil {
			err = t.add(text)
		}
		return err
	})
	if err == nil {
		err = t.flush()
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// sharedText reads one text; how it is pronounced is left out.
func sharedText(s *stream) (string, error) {
	var text string
	err := s.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "t":
			part, err := s.text()
			text += part
			return err
		case "r":
			return s.children(func(e xml.StartElement) error {
				if e.Name.Local != "t" {
					return s.skip(e)
				}
				part, err := s.text()
				text += " " + part
				return err
			})
		}
		return s.skip(e)
	})
	return tidy([]byte(text)), err
}

func (t *texts) add(text string) error {
	t.buf = append(t.buf, text...)
	t.ends = append(t.ends, t.wrote+int64(len(t.buf)))
	if len(t.buf) < 256<<10 {
		return nil
	}
	return t.flush()
}

func (t *texts) flush() error {
	n, err := t.file.Write(t.buf)
	t.wrote += int64(n)
	t.buf = t.buf[:0]
	if err != nil {
		return fmt.Errorf("keep the texts of a workbook: %w", err)
	}
	return nil
}

// at returns the text of a number.
func (t *texts) at(n int) (string, error) {
	if n < 0 || n >= len(t.ends) {
		return "", fault.Invalid{Problem: fmt.Sprintf("a cell refers to text %d, which the workbook lacks", n)}
	}
	if text, ok := t.kept[n]; ok {
		return text, nil
	}
	from := int64(0)
	if n > 0 {
		from = t.ends[n-1]
	}
	b := make([]byte, t.ends[n]-from)
	if _, err := t.file.ReadAt(b, from); err != nil {
		return "", fmt.Errorf("read text %d of a workbook: %w", n, err)
	}
	if len(b) <= 100 && len(t.kept) < keepTexts {
		t.kept[n] = string(b)
	}
	return string(b), nil
}

func (t *texts) close() {
	if t != nil {
		_ = t.file.Close()
	}
}
