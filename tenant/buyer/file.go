package buyer

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/e164"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/sheet"
)

// columns of a file of buyers.
var columns = []sheet.Column{
	{ID: "phone", Names: []string{"телефон", "телефоны", "phones"}, Required: true},
	{ID: "name", Names: []string{"имя", "фио", "покупатель"}},
	{ID: "address", Names: []string{"адрес"}},
	{ID: "note", Names: []string{"заметка", "комментарий", "comment"}},
	{ID: "segments", Names: []string{"сегменты", "сегмент", "segment"}},
	{ID: "blacklist", Names: []string{"чёрный список", "черный список", "причина"}},
	{ID: "redeemed", Names: []string{"выкуплено", "выкупил"}},
	{ID: "refused", Names: []string{"не выкуплено", "не выкупил", "отказы"}},
}

// Entry is one buyer of a file. What its file does not say leaves alone what is
// known; nil: says nothing.
type Entry struct {
	Line     int
	Form     Form
	Blocked  string
	Redeemed *int
	Refused  *int
}

// ReadFile returns the buyers of a file, and what is wrong with the lines of the
// others. A file that is no such table is an error.
func ReadFile(file []byte) ([]Entry, fault.Problems, error) {
	rows, err := sheet.Read(file, columns)
	if err != nil {
		return nil, nil, err
	}
	var entries []Entry
	var wrong fault.Problems
	seen := map[string]int{}
	for _, r := range rows {
		e, p := entry(r)
		for _, phone := range e.Form.Phones {
			if line, twice := seen[phone]; twice {
				p = append(p, fault.Invalid{Field: "phone", Problem: fmt.Sprintf("is on line %d too", line)})
			}
			seen[phone] = r.Line
		}
		for _, w := range p {
			w.Line = r.Line
			wrong = append(wrong, w)
		}
		if len(p) == 0 {
			entries = append(entries, e)
		}
	}
	return entries, wrong, nil
}

func entry(r sheet.Row) (Entry, fault.Problems) {
	e := Entry{Line: r.Line, Blocked: r.Cells["blacklist"]}
	e.Form = Form{Phones: parted(r.Cells["phone"]), Name: r.Cells["name"], Address: r.Cells["address"], Note: r.Cells["note"], Segments: parted(r.Cells["segments"])}
	var p fault.Problems
	c, err := e.Form.checked()
	var one fault.Invalid
	switch {
	case errors.As(err, &p):
	case errors.As(err, &one):
		p = fault.Problems{one}
	}
	if err == nil {
		e.Form.Phones, e.Form.Segments = c.phones, c.segments
	}
	if len([]rune(e.Blocked)) > longestReason {
		p = append(p, fault.Invalid{Field: "blacklist", Problem: fmt.Sprintf("is longer than %d characters", longestReason)})
	}
	for field, into := range map[string]**int{"redeemed": &e.Redeemed, "refused": &e.Refused} {
		if n, problem := count(r.Cells[field]); problem == "" {
			*into = n
		} else {
			p = append(p, fault.Invalid{Field: field, Problem: problem})
		}
	}
	slices.SortStableFunc(p, func(a, b fault.Invalid) int { return strings.Compare(a.Field, b.Field) })
	return e, p
}

// parted splits a cell of several: numbers and segments hold no such signs.
func parted(cell string) []string {
	var parts []string
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(",;|/", r) }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// mostBefore bounds what one person can have bought: what is more was mistyped.
const mostBefore = 100_000

func count(cell string) (*int, string) {
	if cell == "" {
		return nil, ""
	}
	n, err := strconv.Atoi(cell)
	if err != nil || n < 0 || n > mostBefore {
		return nil, fmt.Sprintf("is no whole number within 0 and %d", mostBefore)
	}
	return &n, ""
}

// Loaded is what an import did, or would do.
type Loaded struct {
	New     int
	Changed int
	Same    int
	Wrong   fault.Problems // by line: these are left out
}

// Load writes the buyers of a file down. Loaded a second time it changes nothing.
// Several numbers of one line that are of several buyers are a problem of that
// line: a file merges nobody.
func Load(tx tenant.Tx, entries []Entry, now time.Time) (Loaded, error) {
	var l Loaded
	for _, e := range entries {
		did, err := e.put(tx, now)
		var p fault.Problems
		switch {
		case errors.As(err, &p):
			for _, w := range p {
				w.Line = e.Line
				l.Wrong = append(l.Wrong, w)
			}
		case err != nil:
			return l, fmt.Errorf("line %d: %w", e.Line, err)
		case did == added:
			l.New++
		case did == changed:
			l.Changed++
		default:
			l.Same++
		}
	}
	return l, tenant.Audit(tx, "buyer.import", "", map[string]any{"new": l.New, "changed": l.Changed, "same": l.Same, "wrong": len(l.Wrong)})
}

type deed int

const (
	same deed = iota
	added
	changed
)

func (e Entry) put(tx tenant.Tx, now time.Time) (deed, error) {
	var ids []string
	err := tx.Query().Raw("select distinct buyer_id::text from shop.buyer_phone where phone in ? order by 1", e.Form.Phones).Scan(&ids).Error
	if err != nil {
		return same, fmt.Errorf("look who has the numbers: %w", err)
	}
	switch len(ids) {
	case 0:
		return added, e.add(tx, now)
	case 1:
		return e.amend(tx, uuid.MustParse(ids[0]), now)
	}
	return same, fault.Problems{{Field: "phone", Problem: "are those of several buyers: merge them first"}}
}

func (e Entry) add(tx tenant.Tx, now time.Time) error {
	b := e.over(Buyer{ID: uuid.Must(uuid.NewV7()), Phone: e164.Number(e.Form.Phones[0]), Segments: Segments{}, CreatedAt: now.UTC(), UpdatedAt: now.UTC()}, now)
	if err := tx.Query().Create(&b).Error; err != nil {
		return fmt.Errorf("write down a buyer: %w", raced(err))
	}
	return setPhones(tx, b.ID, e.Form.Phones)
}

func (e Entry) amend(tx tenant.Tx, id uuid.UUID, now time.Time) (deed, error) {
	before, err := lock(tx, id)
	if err != nil {
		return same, err
	}
	have, err := phonesOf(tx, id)
	if err != nil {
		return same, err
	}
	phones := slices.Concat(have, e.Form.Phones)
	slices.Sort(phones)
	phones = slices.Compact(phones)
	after := e.over(before, now)
	if len(phones) == len(have) && equal(before, after) {
		return same, nil
	}
	if err := setPhones(tx, id, phones); err != nil {
		return same, err
	}
	after.UpdatedAt = now.UTC()
	if err := tx.Query().Model(&after).Select("*").Omit("ID", "Phone", "CreatedAt").Updates(&after).Error; err != nil {
		return same, fmt.Errorf("change buyer %s: %w", id, err)
	}
	return changed, nil
}

// over returns the buyer with what the entry says of them.
func (e Entry) over(b Buyer, now time.Time) Buyer {
	for _, text := range []struct {
		into *string
		said string
	}{{&b.Name, e.Form.Name}, {&b.Address, e.Form.Address}, {&b.Note, e.Form.Note}} {
		if text.said != "" {
			*text.into = text.said
		}
	}
	if len(e.Form.Segments) > 0 {
		b.Segments = slices.Concat(b.Segments, e.Form.Segments)
		slices.Sort(b.Segments)
		b.Segments = slices.Compact(b.Segments)
		b.Segments = b.Segments[:min(len(b.Segments), mostSegments)]
	}
	if e.Blocked != "" && e.Blocked != b.BlockedReason {
		since := now.UTC()
		b.BlockedAt, b.BlockedReason = &since, e.Blocked
	}
	if e.Redeemed != nil {
		b.RedeemedBefore = *e.Redeemed
	}
	if e.Refused != nil {
		b.RefusedBefore = *e.Refused
	}
	return b
}

func equal(a, b Buyer) bool {
	return a.Name == b.Name && a.Address == b.Address && a.Note == b.Note && slices.Equal(a.Segments, b.Segments) &&
		a.BlockedReason == b.BlockedReason && a.RedeemedBefore == b.RedeemedBefore && a.RefusedBefore == b.RefusedBefore
}
