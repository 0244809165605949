package graph

import (
	"fmt"
	"strings"
)

// Piece of a sentence: words as they are, or the value of a variable, which
// may be multiplied by another ({pick.price*quantity}).
type Piece struct {
	Words string
	Name  string
	Times string
}

// Template cuts a sentence into its pieces. {{ and }} are braces that are said.
func Template(text string) ([]Piece, error) {
	var pieces []Piece
	var words strings.Builder
	flush := func() {
		if words.Len() > 0 {
			pieces = append(pieces, Piece{Words: words.String()})
			words.Reset()
		}
	}
	for text != "" {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			words.WriteString(text)
			break
		}
		words.WriteString(text[:i])
		brace, rest := text[i:i+1], text[i+1:]
		if doubled, ok := strings.CutPrefix(rest, brace); ok {
			words.WriteString(brace)
			text = doubled
			continue
		}
		if brace == "}" {
			return nil, fmt.Errorf("a } without its {")
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, fmt.Errorf("a { without its }")
		}
		flush()
		name, times, _ := strings.Cut(name, "*")
		pieces = append(pieces, Piece{Name: strings.TrimSpace(name), Times: strings.TrimSpace(times)})
		text = after
	}
	flush()
	return pieces, nil
}
