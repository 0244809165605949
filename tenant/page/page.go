// Package page is a place in a list that is sorted by an instant and an id: the
// rows before it have been seen, whatever came since.
package page

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"switchboard/tenant/fault"
)

// Most is how many rows one page has at most: a screen's worth and a
// spreadsheet's, and no list that holds the connection for long.
const Most = 200

// Usual is how many rows a page has when nobody asks.
const Usual = 50

// Cursor is the last row that was seen. The zero Cursor is before the first.
type Cursor struct {
	At time.Time
	ID uuid.UUID
}

// Limit returns n within 1..Most; 0 is Usual.
func Limit(n int) int {
	if n == 0 {
		return Usual
	}
	return min(max(n, 1), Most)
}

// String returns the cursor as it travels in addresses; "" is the zero Cursor.
func (c Cursor) String() string {
	if c == (Cursor{}) {
		return ""
	}
	b := binary.BigEndian.AppendUint64(nil, uint64(c.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, c.ID[:]...))
}

// Parse reads what String wrote. Anything else is fault.Invalid.
func Parse(text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != 8+len(uuid.UUID{}) {
		return Cursor{}, fault.Invalid{Field: "cursor", Problem: "is not one that a list gave: begin without it"}
	}
	return Cursor{time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC(), uuid.UUID(b[8:])}, nil
}

// Cut returns the rows of one page out of rows that were asked with limit + 1,
// and the cursor after it: zero if there are no more.
func Cut[R any](rows []R, limit int, at func(R) Cursor) ([]R, Cursor) {
	if len(rows) <= limit {
		return rows, Cursor{}
	}
	return rows[:limit], at(rows[limit-1])
}
