package api_test

import (
	"net/http"
	"strings"
	"testing"

	"switchboard/tenant/tenanttest"
)

// TestASourceThatIsSent: a table is looked at, a source made that nobody fetches,
// a feed sent to it, and a reading thrown away.
func TestASourceThatIsSent(t *testing.T) {
	t.Parallel()
	s := besiege(t)
	owner := s.people[1].client
	a := owner.Send(t, http.MethodPost, "/catalogue/previews?format=csv", "text/csv", []byte("Артикул;Название;Цена, руб\n1;Ёж;10\n"))
	var seen struct {
		Columns []struct{ Field string }
		Rows    [][]string
		Problem string
	}
	a.Want(t, http.StatusOK).JSON(t, &seen)
	if len(seen.Columns) != 3 || seen.Columns[2].Field != "price" || len(seen.Rows) != 1 || seen.Problem != "" {
		t.Errorf("preview %+v", seen)
	}
	owner.Do(t, http.MethodGet, "/catalogue/previews?format=csv&url=http://127.0.0.1:1/a.csv", nil).Want(t, http.StatusUnprocessableEntity)
	var made struct {
		ID   string
		Sent bool
	}
	owner.Do(t, http.MethodPost, "/catalogue/sources", map[string]any{"format": "json", "name": "push"}).Want(t, http.StatusCreated).JSON(t, &made)
	if !made.Sent {
		t.Errorf("made %+v", made)
	}
	owner.Send(t, http.MethodPost, "/catalogue/sources/"+made.ID+"/feed", "application/json", []byte(`{"items":[{"id":1,"name":"Ёж","price":1}]}`)).Want(t, http.StatusOK)
	if n := tenanttest.One[int](t, s.w.World, "select count(*) from shop.feed_chunk"); n != 1 {
		t.Errorf("%d chunks", n)
	}
	owner.Do(t, http.MethodPost, "/catalogue/sources/"+s.own["source"].String()+"/feed", map[string]any{}).Want(t, http.StatusConflict)
	hand(t, s)
	b := owner.Do(t, http.MethodPost, "/catalogue/snapshots/"+s.own["held"].String()+"/discard", nil).Want(t, http.StatusOK)
	if !strings.Contains(string(b.Body), `"discarded"`) {
		t.Errorf("discarded: %s", b.Body)
	}
}
