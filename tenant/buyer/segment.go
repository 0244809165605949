package buyer

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"switchboard/tenant/fault"
)

// Segments are the shop's own words for kinds of buyers, in order, each once.
type Segments []string

const (
	mostSegments   = 20
	longestSegment = 40
)

// Tidied returns the segments trimmed, sorted, each once, or what is wrong.
func (s Segments) Tidied() (Segments, error) {
	tidy := Segments{}
	for _, word := range s {
		word = strings.Join(strings.Fields(word), " ")
		if word == "" {
			continue
		}
		if len([]rune(word)) > longestSegment {
			return nil, fault.Invalid{Field: "segments", Problem: fmt.Sprintf("has a word of more than %d characters", longestSegment)}
		}
		tidy = append(tidy, word)
	}
	slices.Sort(tidy)
	tidy = slices.Compact(tidy)
	if len(tidy) > mostSegments {
		return nil, fault.Invalid{Field: "segments", Problem: fmt.Sprintf("are more than %d", mostSegments)}
	}
	return tidy, nil
}

// Scan implements sql.Scanner over PostgreSQL's text of an array.
func (s *Segments) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("read segments: %T is no array", v)
	}
	words, err := array(text)
	*s = words
	return err
}

// array reads {a,"b c"}: what PostgreSQL quotes it escapes as JSON does.
func array(text string) ([]string, error) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	words := []string{}
	for text != "" {
		var word, rest string
		if text[0] == '"' {
			end := closing(text)
			if err := json.Unmarshal([]byte(text[:end]), &word); err != nil {
				return nil, fmt.Errorf("read segments: %w", err)
			}
			rest = strings.TrimPrefix(text[end:], ",")
		} else {
			word, rest, _ = strings.Cut(text, ",")
		}
		words, text = append(words, word), rest
	}
	return words, nil
}

// closing returns where a quoted word ends.
func closing(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// Value implements driver.Valuer.
func (s Segments) Value() (driver.Value, error) {
	quoted := make([]string, len(s))
	for i, word := range s {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}", nil
}
