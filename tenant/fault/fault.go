// Package fault is the few kinds of error that a caller treats differently.
// Everything else is a plain error and becomes a 500.
package fault

import (
	"errors"
	"strings"
)

// Kinds, to be tested with errors.Is.
var (
	NotFound     = errors.New("not found")
	Conflict     = errors.New("conflict")
	Forbidden    = errors.New("forbidden")
	Unauthorized = errors.New("unauthorized")
	TooMany      = errors.New("too many requests")
	Unavailable  = errors.New("unavailable")
)

// Invalid is an input error that the person may be shown. Field is the path
// of the value at fault ("items[2].sku"); it may be empty. Line is the
// 1-based line of the file that holds it, or 0.
type Invalid struct {
	Field   string
	Problem string
	Line    int
}

func (e Invalid) Error() string {
	if e.Field == "" {
		return e.Problem
	}
	return e.Field + ": " + e.Problem
}

// Problems is every input error that was found, in the order of the input.
type Problems []Invalid

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, e := range p {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "; ")
}

// Err returns p as an error, or nil if it is empty.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
