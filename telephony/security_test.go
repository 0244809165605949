package telephony_test

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"switchboard/telephony/command"
	"switchboard/telephony/trace"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// TestTheMessagesOfACall are there while it is up, and kept when it is over,
// with whoever said them.
func TestTheMessagesOfACall(t *testing.T) {
	t.Parallel()
	st := talk(t, "phone", "phone")
	live, err := st.client.Trace(t.Context(), st.id)
	if err != nil || len(live.Legs) != 2 {
		t.Fatalf("%+v, %v", live, err)
	}
	st.buyer.hang()
	st.until("its messages are kept", "select 1 from shop.call_trace where call_id = $1", st.id)
	kept, err := trace.Unpack(tenanttest.One[[]byte](t, st.w, "select body from shop.call_trace"))
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, l := range kept.Legs {
		for _, m := range l.Messages {
			line, _, _ := bytes.Cut(m.Raw, []byte("\r\n"))
			method, _, _ := strings.Cut(strings.TrimPrefix(string(line), "SIP/2.0 "), " ")
			if !m.Again && method != "100" {
				told = append(told, fmt.Sprintf("%s %s %s", l.Party, map[bool]string{true: "<", false: ">"}[m.Out], method))
			}
		}
	}
	want := []string{"buyer > INVITE", "buyer < 200", "buyer > ACK", "buyer > BYE", "buyer < 200", "operator < INVITE", "operator > 200", "operator < ACK", "operator < BYE", "operator > 200"}
	have := strings.Join(told, "\n")
	for _, w := range want {
		if !strings.Contains(have, w) {
			t.Errorf("%q is not in\n%s", w, have)
		}
	}
	if kept.Legs[0].Name == "" || kept.Legs[0].Party != "buyer" || kept.Ours != st.node.SIP() {
		t.Errorf("%+v", kept.Legs[0].Party)
	}
	if _, err := st.client.Trace(t.Context(), st.id); !errors.Is(err, fault.NotFound) {
		t.Errorf("a call that is over: %v", err)
	}
}

// TestABanIsToldAndLifted: a scanner among the telephones is banned; supervisors
// find an alert, and an admin lets the address in again.
func TestABanIsToldAndLifted(t *testing.T) {
	t.Parallel()
	h := open(t)
	client := command.NewClient(h.node.ControlURL(), "test")
	at := h.node.SIP()
	conn, err := net.DialUDP("udp", &net.UDPAddr{IP: net.ParseIP("127.77.0.9")}, net.UDPAddrFromAddrPort(at))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	from := conn.LocalAddr().String()
	_, err = fmt.Fprintf(conn, "OPTIONS sip:100@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK-1;rport\r\nFrom: <sip:100@%s>;tag=1\r\nTo: <sip:100@%s>\r\nCall-ID: 1@%s\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nUser-Agent: friendly-scanner\r\nContent-Length: 0\r\n\r\n", at, from, from, from, from)
	if err != nil {
		t.Fatal(err)
	}
	scanner := netip.MustParseAddr("127.77.0.9")
	h.until("an alert is raised", "select 1 from house.alert where kind = 'banned' and subject = $1", scanner.String())
	all, err := client.Security(t.Context())
	if err != nil || len(all) != 1 || len(all[0].Bans) != 1 || all[0].Bans[0].Address != scanner || all[0].Refused["scanner"] != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	if err := client.Pardon(t.Context(), command.Pardon{Address: scanner}); err != nil {
		t.Fatal(err)
	}
	if err := client.Pardon(t.Context(), command.Pardon{Address: scanner}); !errors.Is(err, fault.NotFound) {
		t.Errorf("a second time: %v", err)
	}
}
