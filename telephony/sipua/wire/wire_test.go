package wire

import (
	"net/netip"
	"strings"
	"testing"
)

const invite = "INVITE sip:84950000101@127.0.0.1 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.9:5090;branch=z9hG4bK-1;rport\r\n" +
	"v: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-0\r\n" +
	"f: \"Bell; tag=no \\\" <\" <sip:+79161234567@10.0.0.1;tag=no>;x=\"a;tag=no\"; tag = abc\r\n" +
	"To: <sip:84950000101@127.0.0.1>\r\n" +
	"i: one@10.0.0.1\r\n" +
	"CSeq: 7 INVITE\r\n" +
	"m: <sip:+79161234567@127.0.0.9:5090>\r\n" +
	"Max-Forwards: 69\r\n" +
	"x: 1800;refresher=uac\r\nSupported: 100rel,\r\n timer\r\n" +
	"c: application/sdp;charset=utf-8\r\n" +
	"l: 5\r\n\r\nv=0\r\n"

func scan(t *testing.T, raw string) *Head {
	t.Helper()
	var h Head
	if err := Scan([]byte(raw), &h); err != nil {
		t.Fatal(err)
	}
	return &h
}

func TestScan(t *testing.T) {
	t.Parallel()
	h := scan(t, invite)
	if f := h.Fault(); f != (Fault{}) {
		t.Errorf("fault %v in a message that has none", f)
	}
	for _, c := range []struct{ what, got, want string }{
		{"method", h.Method, "INVITE"},
		{"URI", string(h.URI), "sip:84950000101@127.0.0.1"},
		{"branch", string(h.Branch), "z9hG4bK-1"},
		{"sent by", string(h.SentHost), "127.0.0.9"},
		{"From tag", string(h.FromTag), "abc"},
		{"To tag", string(h.ToTag), ""},
		{"Call-ID", string(h.CallID), "one@10.0.0.1"},
		{"CSeq method", string(h.CSeqMethod), "INVITE"},
		{"type", string(h.ContentType), "application/sdp"},
		{"body", invite[h.BodyAt:], "v=0\r\n"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %q, want %q", c.what, c.got, c.want)
		}
	}
	if h.CSeq != 7 || h.SentPort != 5090 || !h.AsksSource || h.MaxForwards != 69 || h.Length != 5 || h.SessionExpires != 1800 || !h.Timer {
		t.Errorf("numbers: %+v", h)
	}
}

// TestFaults changes one thing of a good INVITE at a time.
func TestFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		code     int
	}{
		{"SIP/2.0\r\nVia", "SIP/7.0\r\nVia", 505},
		{"INVITE sip:8", "INVITE  sip:8", 400},
		{"INVITE sip:8", "INVITE soap.beep:8", 416},
		{"INVITE sip:8", "INVITE tel:8", 0},
		{"CSeq: 7 INVITE", "CSeq: 7 BYE", 400},
		{"CSeq: 7 INVITE", "CSeq: 2147483648 INVITE", 400},
		{"CSeq: 7 INVITE\r\n", "", 400},
		{"i: one@10.0.0.1\r\n", "", 400},
		{"; tag = abc", "", 400},
		{"l: 5", "l: 5\r\nContent-Length: 5", 400},
		{"l: 5", "l: 6", 400},
		{"l: 5", "l: -5", 400},
		{"l: 5", "l: 4", 0},
		{"application/sdp;", "text/plain;", 415},
		{"l: 5", "e: gzip\r\nl: 5", 415},
		{"l: 5", "Require: timer, gruu\r\nl: 5", 420},
		{"l: 5", "Require: timer\r\nl: 5", 0},
		{"m: <sip:+79161234567@127.0.0.9:5090>\r\n", "", 400},
		{"m: <sip:", "m: <sip:a b@", 400},
		{"Max-Forwards: 69", "Max-Forwards: 256", 400},
		{"Via: SIP/2.0/UDP", "Via: SIP/2.0", 400},
		{"127.0.0.9:5090;branch", "127.0.0.9:99999;branch", 400},
		{"To: <sip:84950000101@127.0.0.1>", "To: \"unbalanced <sip:a@b>", 400},
		{"To: <sip:84950000101@127.0.0.1>", "To: Иван <sip:a@b>", 0},
		{"To: <", "To: \x00<", 400},
		{"l: 5\r\n", "l: 5\n", 400},
		{"l: 5\r\n", "Subject: a\rb\r\nl: 5\r\n", 400},
		{"l: 5\r\n", "no colon\r\nl: 5\r\n", 400},
		{"l: 5\r\n", strings.Repeat("Y: y\r\n", 200) + "l: 5\r\n", 513},
	} {
		if strings.Count(invite, c.from) != 1 {
			t.Fatalf("%q is not unique", c.from)
		}
		h := scan(t, strings.Replace(invite, c.from, c.to, 1))
		if got := h.Fault().Code; got != c.code {
			t.Errorf("%.40q for %.40q: %d %s, want %d", c.to, c.from, got, h.Fault().Reason, c.code)
		}
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	h := scan(t, invite)
	source := netip.MustParseAddrPort("192.0.2.1:6000")
	got := string(Reply([]byte(invite), h, Answer{Code: 503, Reason: "Service Unavailable", Tag: "ours", Headers: []string{"Retry-After: 3"}, Source: source}))
	want := "SIP/2.0 503 Service Unavailable\r\n" +
		"Via: SIP/2.0/UDP 127.0.0.9:5090;branch=z9hG4bK-1;rport=6000;received=192.0.2.1\r\n" +
		"v: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-0\r\n" +
		"f: \"Bell; tag=no \\\" <\" <sip:+79161234567@10.0.0.1;tag=no>;x=\"a;tag=no\"; tag = abc\r\n" +
		"To: <sip:84950000101@127.0.0.1>;tag=ours\r\n" +
		"i: one@10.0.0.1\r\n" +
		"CSeq: 7 INVITE\r\n" +
		"Retry-After: 3\r\nContent-Length: 0\r\n\r\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if to := ReturnTo(h, source); to != source {
		t.Errorf("with rport the response goes to %s", to)
	}
	h = scan(t, strings.Replace(invite, ";rport", "", 1))
	if to := ReturnTo(h, source); to.String() != "192.0.2.1:5090" {
		t.Errorf("without rport the response goes to %s", to)
	}
}

func TestTextsThatGoOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ got, want string }{
		{User("84950000101"), "84950000101"},
		{User("+7 495"), "+7%20495"},
		{User("%2B7495"), "%2B7495"},
		{User("a\r\nVia: x@y<>"), "a%0D%0AVia%3A%20x%40y%3C%3E"},
		{User("100%"), "100%25"},
		{Display("Шины \"24\"\r\nEvil: 1"), `Шины \"24\"  Evil: 1`},
		{Display(`a\`), `a\\`},
		{Phrase("\x00\xff busy \u2028"), "busy"},
		{Unquote(`Anna \"the\" \\`), `Anna "the" \`},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}
