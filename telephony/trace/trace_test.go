package trace

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	peer = netip.MustParseAddrPort("192.0.2.9:5060")
	ours = netip.MustParseAddrPort("192.0.2.1:5060")
	t0   = time.UnixMilli(1_700_000_000_123)
)

const body = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 40000 RTP/SAVP 8 101\r\n" +
	"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"

func invite(id string) []byte {
	return []byte("INVITE sip:84950000101@192.0.2.1;user=phone SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1234567890123\r\nMax-Forwards: 70\r\n" +
		"From: \"+7 916 123-45-67\" <sip:+79161234567@192.0.2.9:5060>;tag=1234567890\r\nTo: <sip:84950000101@192.0.2.1>\r\nCall-ID: " + id + "\r\nCSeq: 1 INVITE\r\n" +
		"Contact: <sip:79161234567@192.0.2.9:5060>\r\nProxy-Authorization: Digest username=\"shop\", realm=\"carrier\", nonce=\"abc\",\r\n uri=\"sip:x\", cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\"\r\n" +
		"P-Asserted-Identity: <tel:+7-916-123-45-67>\r\nContent-Type: application/sdp\r\n" + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body)) + body)
}

func TestStruck(t *testing.T) {
	t.Parallel()
	raw := invite("a@b")
	got := string(Struck(raw))
	for _, secret := range []string{"6629fae49393a05397450978507c4ef1", "0a4f113b", "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj", "asd88fgpdd777uzjYhagZg"} {
		if strings.Contains(got, secret) {
			t.Errorf("shows %q", secret)
		}
	}
	if len(got) != len(raw) || !strings.Contains(got, `nonce="abc"`) || !strings.Contains(got, "|2^20") || !strings.Contains(got, "79161234567") {
		t.Errorf("strikes too much:\n%s", got)
	}
	for _, c := range [][2]string{
		{"INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf-relay\r\nContent-Length: 22\r\n\r\nSignal=5\r\nDuration=160", "Signal=x\r\nDuration=160"},
		{"INFO sip:a@b SIP/2.0\r\nContent-Type: application/dtmf\r\nContent-Length: 1\r\n\r\n7", "\r\n\r\nx"},
		{"REFER sip:a@b SIP/2.0\r\nRefer-To: <sip:a:hunter2@b>\r\n\r\n", "<sip:a:xxxxxxx@b>"},
		{"REGISTER sip:b SIP/2.0\r\nAuthorization: Basic b3A6c2VjcmV0\r\n\r\n", "Basic xxxxxxxxxxxx\r\n"},
	} {
		if got := string(Struck([]byte(c[0]))); len(got) != len(c[0]) || !strings.Contains(got, c[1]) {
			t.Errorf("%q, want %q in it", got, c[1])
		}
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	raw := invite("a@b")
	got := string(Masked(raw, 'x'))
	for _, number := range []string{"9161234567", "916 123", "8495000", "7-916-123"} {
		if strings.Contains(got, number) {
			t.Errorf("shows %q:\n%s", number, got)
		}
	}
	for _, left := range []string{"sip:xxxxxxx0101@192.0.2.1;user=phone SIP", "<sip:+xxxxxxx4567@192.0.2.9:5060>", "x-xxx-xxx-45-67", "branch=z9hG4bK1234567890123", "c=IN IP4 192.0.2.9", "m=audio 40000", "Call-ID: a@b"} {
		if !strings.Contains(got, left) {
			t.Errorf("hides %q:\n%s", left, got)
		}
	}
	if len(got) != len(raw) {
		t.Errorf("%d bytes of %d", len(got), len(raw))
	}
}

func TestARingIsBounded(t *testing.T) {
	t.Parallel()
	tr := New()
	r := tr.Open("a@b")
	for i := range 200 {
		tr.Note([]byte("a@b"), Message{At: t0, Peer: peer}, fmt.Appendf(nil, "OPTIONS %d", i))
	}
	all := r.All()
	if len(all) != most || string(all[0].Raw) != "OPTIONS 0" || string(all[most-1].Raw) != "OPTIONS 199" || r.Lost() != 200-most {
		t.Errorf("%d kept, %d lost, %q to %q", len(all), r.Lost(), all[0].Raw, all[len(all)-1].Raw)
	}
	tr.Note([]byte("a@b"), Message{Peer: peer}, []byte("OPTIONS 199"))
	tr.Note([]byte("a@b"), Message{Peer: peer}, bytes.Repeat([]byte("x"), 100_000))
	if all = r.All(); !all[most-2].Again || len(all[most-1].Raw) != mostRaw {
		t.Errorf("%+v, %d bytes", all[most-2], len(all[most-1].Raw))
	}
	if tr.Note([]byte("c@d"), Message{}, []byte("BYE")) {
		t.Error("a dialog that nobody listens to is listened to")
	}
	tr.Begin([]byte("e@f"), Message{}, []byte("INVITE")) // of which no leg came
	tr.Close("a@b")
	tr.Sweep(time.Now())
	if tr.Len() != 2 {
		t.Errorf("%d are listened to", tr.Len())
	}
	tr.Sweep(time.Now().Add(linger + time.Second))
	if tr.Len() != 0 {
		t.Errorf("%d are listened to for ever", tr.Len())
	}
}

// TestPCAPOpens has tshark read what was written: whole packets, right
// checksums, SIP that it understands.
func TestPCAPOpens(t *testing.T) {
	t.Parallel()
	reply := []byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\nCall-ID: a@b\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n")
	six := netip.MustParseAddrPort("[2001:db8::9]:5060")
	ms := []Message{
		{At: t0, Peer: peer, Raw: Masked(Struck(invite("a@b")), '0')},
		{At: t0.Add(1500 * time.Microsecond), Peer: peer, Out: true, Raw: reply},
		{At: t0.Add(2 * time.Second), Peer: six, Out: true, Raw: append(reply, "x"...)},
	}
	file := filepath.Join(t.TempDir(), "call.pcap")
	if err := os.WriteFile(file, PCAP(ms, ours), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tshark", "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=|",
		"-e", "frame.time_relative", "-e", "ip.src", "-e", "ip.dst", "-e", "ip.checksum.status", "-e", "udp.checksum.status", "-e", "sip.Method", "-e", "sip.Status-Code", "-e", "sip.Call-ID", "-e", "_ws.malformed").Output()
	if err != nil {
		t.Fatalf("tshark (scripts/install has it): %v", err)
	}
	want := "0.000000000|192.0.2.9|192.0.2.1|1|1|INVITE||a@b|\n0.001500000|192.0.2.1|192.0.2.9|1|1||200|a@b|\n2.000000000||||1||200|a@b|\n"
	if string(out) != want {
		t.Errorf("tshark reads\n%s, want\n%s", out, want)
	}
}

func FuzzMask(f *testing.F) {
	f.Add(invite("a@b"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got := Masked(Struck(raw), 'x'); len(got) != len(raw) && bytes.Equal(bytes.ToValidUTF8(raw, nil), raw) {
			t.Fatalf("%d bytes of %d", len(got), len(raw))
		}
	})
}

// BenchmarkNote is what a message of a call costs; a call has some 14.
func BenchmarkNote(b *testing.B) {
	raws := make([][]byte, 14)
	for i := range raws {
		raws[i] = append(invite("a@b"), byte(i))
	}
	tr := New()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%14 == 0 {
			tr = New()
			tr.Open("a@b")
		}
		tr.Note([]byte("a@b"), Message{At: t0, Peer: peer}, raws[i%14])
	}
}

func BenchmarkCallID(b *testing.B) {
	raw := invite("a@b")
	for b.Loop() {
		CallID(raw)
	}
}

// BenchmarkStruck is what a message costs when its call is over; most have no
// secrets.
func BenchmarkStruck(b *testing.B) {
	raw := []byte("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1\r\nFrom: <sip:+79161234567@192.0.2.9>;tag=1\r\nTo: <sip:84950000101@192.0.2.1>;tag=2\r\n" +
		"Call-ID: a@b\r\nCSeq: 1 INVITE\r\nContact: <sip:switchboard@192.0.2.1:5060>\r\nContent-Length: 0\r\n\r\n" + body[:100])
	for b.Loop() {
		Struck(raw)
	}
}

func TestPack(t *testing.T) {
	t.Parallel()
	c := Call{Ours: ours, Legs: []Leg{
		{Party: "buyer", Name: "carrier", CallID: "a@b", Lost: 2, Messages: []Message{{At: t0, Over: "udp", Peer: peer, Raw: invite("a@b")}, {At: t0.Add(time.Second), Out: true, Peer: peer, Raw: []byte("x")}}},
		{Party: "operator", Messages: []Message{{At: t0.Add(time.Millisecond), Peer: peer, Raw: []byte("y")}}},
	}}
	b, err := Pack(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Unpack(b)
	if err != nil || len(got.Legs) != 2 || got.Legs[0].Lost != 2 || !got.Legs[0].Messages[0].At.Equal(t0) || got.Ours != ours {
		t.Fatalf("%+v, %v", got, err)
	}
	if bytes.Contains(got.Legs[0].Messages[0].Raw, []byte("6629fae49393a05397450978507c4ef1")) || !bytes.Contains(c.Legs[0].Messages[0].Raw, []byte("6629fae49393a05397450978507c4ef1")) {
		t.Error("secrets are kept, or the ring was changed")
	}
	if all := got.InOrder(); len(all) != 3 || string(all[1].Raw) != "y" {
		t.Errorf("%+v", all)
	}
	if _, err := Unpack([]byte("nonsense")); err == nil {
		t.Error("nonsense is unpacked")
	}
}
