package trunk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestGate: what trunks may not bring is refused, what they may comes with its
// numbers read.
func TestGate(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.8.1")
	own, other := o.w.A.E164, o.w.B.E164
	o.trunk("any", "127.30.8.250", "max_calls=1")
	o.trunk("shops", "127.30.8.250", "shop_id='"+o.w.A.ID.UUID().String()+"'")
	o.trunk("national", "127.30.8.250", `number_in='{"style":"national","country":"7","prefix":"8"}'`, "caller_in='asserted'")
	o.trunk("drained", "127.30.8.250", "draining_at=now()")
	for name, host := range map[string]string{"any": "127.30.8.2", "shops": "127.30.8.3", "national": "127.30.8.4", "drained": "127.30.8.5"} {
		o.w.Admin(t, "update house.trunk set sources = array[$2]::cidr[] where name = $1", name, host+"/32")
	}
	o.load()
	refused := func(from *carrier, to, why string, lines ...string) {
		t.Helper()
		from.invite(o, to, lines...)
		if p := from.final(); !strings.HasPrefix(p.text, "SIP/2.0 "+why) || why == "503" && p.line("Retry-After") == "" {
			t.Errorf("call to %s got\n%s, want %s", to, p.text, why)
		}
	}
	brought := func(from *carrier, to string, lines ...string) inbound {
		t.Helper()
		from.invite(o, to, lines...)
		select {
		case c := <-o.calls:
			return c
		case <-time.After(patience):
			t.Fatal("no call came")
			return inbound{}
		}
	}
	anybody := newCarrier(t, "127.30.8.2")
	first := brought(anybody, other)
	refused(anybody, own, "503")
	over := make(chan struct{})
	first.leg.AtEnd(func() { close(over) })
	first.leg.Refuse(486, "busy")
	<-over
	anybody.want("SIP/2.0 486")
	brought(anybody, own)

	shops := newCarrier(t, "127.30.8.3")
	refused(shops, other, "404")
	brought(shops, own)
	refused(newCarrier(t, "127.30.8.5"), own, "503")

	national := newCarrier(t, "127.30.8.4")
	asserted := "P-Asserted-Identity: \"A, B\" <sip:84951112233@x>, <tel:84951112233>"
	if c := brought(national, "8"+own[2:], asserted); c.in.To != own || c.in.From != "+74951112233" {
		t.Errorf("came as %s from %s", c.in.To, c.in.From)
	}
	if c := brought(national, "8"+own[2:], asserted, "Privacy: id"); c.in.From != "+74950000999" {
		t.Errorf("who wants to stay unknown came as %s", c.in.From)
	}
}

// invite brings a call.
func (c *carrier) invite(o *office, to string, lines ...string) {
	c.t.Helper()
	c.inviteTo(o, to, to, lines...)
}

// inviteTo brings a call to an account, with the number in To.
func (c *carrier) inviteTo(o *office, account, to string, lines ...string) {
	c.t.Helper()
	id := uuid.NewString()
	text := strings.Join(append([]string{
		"INVITE sip:" + account + "@" + o.ua.Addr().String() + " SIP/2.0", "Via: SIP/2.0/UDP " + c.at() + ";branch=z9hG4bK" + id, "Max-Forwards: 70",
		"From: <sip:84950000999@" + c.at() + ">;tag=" + id[:8], "To: <sip:" + to + "@x>", "Call-ID: " + id, "CSeq: 1 INVITE", "Contact: <sip:x@" + c.at() + ">",
		"Content-Type: application/sdp", "Content-Length: " + itoa(len(offer)),
	}, lines...), "\r\n") + "\r\n\r\n" + offer
	at := o.ua.Addr()
	if _, err := c.conn.WriteToUDPAddrPort([]byte(text), at); err != nil {
		c.t.Fatal(err)
	}
}
