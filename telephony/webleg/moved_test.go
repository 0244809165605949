package webleg_test

import (
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/media"
	"switchboard/telephony/webleg"
)

// TestThePagesAddressChanges in the middle of a call, as that of a laptop whose
// NAT forgets it: the same connection goes on from the new one, without a word
// of the page.
func TestThePagesAddressChanges(t *testing.T) {
	t.Parallel()
	h := open(t)
	n := openNAT(t, h.MediaAddr())
	operator, p := h.onDutyBy(t, n)
	_, leg := h.talk(t, operator, p)
	e := &ear{}
	leg.SetSink(e.hear)
	speaks := func(freq float64) {
		t.Helper()
		e.forget()
		until(t, "the leg hears the page", func() bool {
			p.speak(freq, 1)
			time.Sleep(10 * time.Millisecond)
			return len(e.last(1600)) > 0
		})
	}
	speaks(400)
	n.rebind()
	speaks(600)
	before := p.received.Load()
	player := media.NewPlayer()
	defer player.Close()
	until(t, "the page hears the leg at its new address", func() bool {
		_ = leg.Send(&media.Packet{Payload: make([]byte, 160), Law: leg.Law()})
		return p.received.Load() > before+5
	})
	h.quiet(t)
	_ = webleg.Bye
}

// nat stands between a page and the hub. What comes from the page leaves from
// one port, and from another after rebind.
type nat struct {
	in   *net.UDPConn
	out  [2]*net.UDPConn
	hub  netip.AddrPort
	mu   sync.Mutex
	page netip.AddrPort
	now  int
	busy sync.WaitGroup
}

func openNAT(t *testing.T, hub netip.AddrPort) *nat {
	t.Helper()
	n := &nat{hub: hub}
	all := []**net.UDPConn{&n.in, &n.out[0], &n.out[1]}
	for _, c := range all {
		var err error
		if *c, err = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range all {
		n.busy.Go(func() { n.pass(*c, i-1) })
	}
	t.Cleanup(func() {
		for _, c := range all {
			(*c).Close()
		}
		n.busy.Wait()
	})
	return n
}

// pass carries what comes in at a port; at a forgotten one it is dropped.
func (n *nat) pass(c *net.UDPConn, at int) {
	b := make([]byte, 2000)
	for {
		size, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil {
			return
		}
		n.mu.Lock()
		switch {
		case at < 0:
			n.page = from
			_, _ = n.out[n.now].WriteToUDPAddrPort(b[:size], n.hub)
		case at == n.now:
			_, _ = n.in.WriteToUDPAddrPort(b[:size], n.page)
		}
		n.mu.Unlock()
	}
}

func (n *nat) rebind() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.now = 1
}

// through has a page talk to the NAT in the hub's place.
func (n *nat) through(answer, hub string) string {
	host, port, _ := strings.Cut(hub, ":")
	in := n.in.LocalAddr().(*net.UDPAddr).AddrPort()
	_, mine, _ := strings.Cut(in.String(), ":")
	return strings.ReplaceAll(answer, host+" "+port, host+" "+mine)
}
