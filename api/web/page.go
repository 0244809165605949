package web

import "switchboard/tenant/page"

// Paging are the query parameters of every list.
type Paging struct {
	Cursor string `query:"cursor" maxLength:"100" doc:"next_cursor of the page before; empty for the first"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"Most items to return"`
}

// After returns the place where the page begins.
func (p Paging) After() (page.Cursor, error) { return page.Parse(p.Cursor) }

// List is a page of a list.
type List[T any] struct {
	Body struct {
		Items      []T     `json:"items" nullable:"false" doc:"In the order of the list"`
		NextCursor *string `json:"next_cursor" doc:"Give it as cursor for the next page; null on the last"`
	}
}

// Page makes a page that shows the rows, and goes on at next.
func Page[R, T any](rows []R, next page.Cursor, show func(R) T) *List[T] {
	l := &List[T]{}
	l.Body.Items = make([]T, len(rows))
	for i, r := range rows {
		l.Body.Items[i] = show(r)
	}
	if text := next.String(); text != "" {
		l.Body.NextCursor = &text
	}
	return l
}

// All makes the only page of a short list.
func All[R, T any](rows []R, show func(R) T) *List[T] { return Page(rows, page.Cursor{}, show) }
