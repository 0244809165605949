package live

import (
	"testing"

	"github.com/google/uuid"

	"switchboard/tenant"
)

// What is of a desk is for its operator, and for nobody else.
func TestDesksAreApart(t *testing.T) {
	t.Parallel()
	h, anna, boris, shop := NewHub(nil), uuid.New(), uuid.New(), tenant.ID(uuid.New())
	ofAnna, ofShop, all := h.ReadDesk(anna), h.Read(shop), h.ReadAll()
	for _, hint := range []Hint{{Kind: Desk, ID: boris}, {Kind: Desk, ID: anna}, {Kind: Call, ID: anna, Shop: shop}, {Kind: Resync}} {
		h.hand(hint)
	}
	for name, c := range map[string]struct {
		reader *Reader
		want   []Kind
	}{"anna": {ofAnna, []Kind{Desk, Resync}}, "the shop": {ofShop, []Kind{Call, Resync}}, "the floor": {all, []Kind{Call, Resync}}} {
		c.reader.Close()
		var got []Kind
		for hint := range c.reader.Hints() {
			got = append(got, hint.Kind)
			if hint.Kind == Desk && hint.ID != anna {
				t.Errorf("%s is told of the desk of %s", name, hint.ID)
			}
		}
		if len(got) != len(c.want) || got[0] != c.want[0] || got[1] != c.want[1] {
			t.Errorf("%s is told of %v, want %v", name, got, c.want)
		}
	}
}
