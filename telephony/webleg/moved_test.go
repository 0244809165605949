package webleg_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/webleg"
)

// TestANATForgets the browser in the middle of the call: its packets come from
// another port from then on. Both go on hearing each other.
func TestANATForgets(t *testing.T) {
	t.Parallel()
	h := open(t, func(c *webleg.Config) { c.Public, c.Grace = netip.MustParseAddr(publicAddress), 30*time.Second })
	cable := lay(t, h)
	browser := browse(t, voice)
	b := browser.open(h.server.URL + "/page.html")
	_, _, fromPage := h.converse(t, b, uuid.New())

	cable.forgets.Store(true)
	until(t, "the NAT has forgotten the browser", func() bool { return !cable.forgets.Load() })
	fromPage.forget()
	began := time.Now()
	heard(t, fromPage, voice)
	b.do("desk.listen(document.getElementById('buyer').srcObject)") // afresh: nothing of before is heard
	b.hears(firstBuyer)
	t.Logf("both hear each other %s after the NAT forgot", time.Since(began).Round(time.Millisecond))
}
