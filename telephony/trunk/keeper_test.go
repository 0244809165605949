package trunk_test

import (
	"context"
	"log/slog"
	"net"
	"testing"
	"time"

	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk"
	"switchboard/telephony/trunk/dnstest"
)

func (c *out) wantFailed(t *testing.T, code int) {
	t.Helper()
	if ev := expect[sipua.Failed](t, c); ev.Code != code {
		t.Errorf("%+v, want %d", ev, code)
	}
}

// TestPings: a trunk is up once it answered, whatever it said; what can't work
// is passed over for what can.
func TestPings(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.14.1")
	c := newCarrier(t, "127.30.14.2")
	c.ping("404 Not Found")
	o.trunk("a", c.at())
	o.keep()
	st := o.status("up", func(s trunk.Status) bool { return s.Health == "up" })
	if len(st.Machines) != 1 || st.Machines[0].Address != c.at() || st.Machines[0].Transport != "udp" {
		t.Errorf("machines are %+v", st.Machines)
	}
	o.w.Admin(t, "update house.trunk set ping = false")
	o.load()
	o.status("not known", func(s trunk.Status) bool { return s.Health == "unknown" })
	o.w.Admin(t, "delete from house.trunk")
	quiet := newCarrier(t, "127.30.14.3")
	o.trunk("b", quiet.at())
	o.status("degraded", func(s trunk.Status) bool { return s.Health == "degraded" })
}

// TestMachines: a domain's machines get their shares of the calls; when the one
// whose turn it is is dead, the next has the call within 4 s.
func TestMachines(t *testing.T) {
	t.Parallel()
	dns := dnstest.Serve(t)
	o := open(t, "127.30.15.1", dns.At)
	big, small := newCarrier(t, "127.30.15.2"), newCarrier(t, "127.30.15.3")
	for i, c := range []*carrier{big, small} {
		name := []string{"big", "small"}[i] + ".carrier.test"
		dns.A(name, hostOf(c.at()), 60)
		dns.SRV("_sip._udp.carrier.test", name, portOf(c.at()), 10, uint16(3-2*i))
	}
	o.trunk("a", "carrier.test", "ping=false")
	o.keep()
	o.status("found", func(s trunk.Status) bool { return len(s.Machines) == 2 })
	const calls = 60
	first := map[*carrier]int{}
	for range calls {
		c := o.call()
		at, invite := invited(t, big, small)
		first[at]++
		at.reply(invite, "486 Busy Here", "")
		c.wantFailed(t, 486)
	}
	if n := first[big]; n < calls*55/100 || n > calls*95/100 { // 75 % of them
		t.Errorf("%d of %d calls at the machine of weight 3 of 4", n, calls)
	}
}

// TestDeadMachine: what does not answer is passed over for the carrier's next
// machine.
func TestDeadMachine(t *testing.T) {
	t.Parallel()
	dns := dnstest.Serve(t)
	o := open(t, "127.30.16.1", dns.At)
	dead, spare := newCarrier(t, "127.30.16.2"), newCarrier(t, "127.30.16.3")
	for i, c := range []*carrier{dead, spare} {
		name := []string{"dead", "spare"}[i] + ".carrier.test"
		dns.A(name, hostOf(c.at()), 60)
		dns.SRV("_sip._udp.carrier.test", name, portOf(c.at()), uint16(i), 0)
	}
	o.trunk("a", "carrier.test", "ping=false")
	o.keep()
	o.status("found", func(s trunk.Status) bool { return len(s.Machines) == 2 })
	call := o.call()
	lost := dead.want("INVITE ")
	invite := spare.want("INVITE ")
	if took := invite.at.Sub(lost.at); took > 4*time.Second {
		t.Errorf("the next machine was asked after %v", took)
	}
	spare.reply(invite, "486 Busy Here", "")
	call.wantFailed(t, 486)
	call.trunks(t, "a", "a")
	dead.reply(lost, "486 Busy Here", "")
	dead.want("ACK ")
}

// TestIPv6: a call out over IPv6, from INVITE to BYE.
func TestIPv6(t *testing.T) {
	t.Parallel()
	o := open(t, "::1")
	calls := make(chan *sipua.Leg, 1)
	peer, err := sipua.New(sipua.Config{Addr: "[::1]:0", Logger: slog.New(slog.DiscardHandler)}, anyone{}, func(l *sipua.Leg, _ sipua.Invite) {
		calls <- l
		l.Listen(func(sipua.Event) {})
		l.Ring()
		l.Answer([]byte(offer))
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = peer.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	o.trunk("six", peer.Addr().String())
	o.keep()
	o.status("up", func(s trunk.Status) bool { return s.Health == "up" })
	c := o.call()
	expect[sipua.Ringing](t, c)
	expect[sipua.Answered](t, c)
	if host, _, _ := net.SplitHostPort((<-calls).Source().String()); host != "::1" {
		t.Errorf("the call came from %s", host)
	}
	c.Hangup("done")
	expect[sipua.Ended](t, c)
}
