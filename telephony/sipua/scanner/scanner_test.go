package scanner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"switchboard/telephony/sipua/wire"
)

// TestIs: each of the scanners is known, and no telephone is taken for one.
func TestIs(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../testdata/scanners/*.txt")
	if len(files) < 9 {
		t.Fatalf("%d scanners", len(files))
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var h wire.Head
		if err := wire.Scan([]byte(strings.NewReplacer("\n", "\r\n", "AT", "192.0.2.1:5060").Replace(string(raw))), &h); err != nil || !Is(&h) {
			t.Errorf("%s is not known (%v)", f, err)
		}
	}
	for _, agent := range []string{"", "Yealink SIP-T46S 66.85.0.5", "PolycomVVX-VVX_400-UA/5.9", "Asterisk PBX 18", "FreeSWITCH-mod_sofia/1.10", "kamailio (5.6)",
		"baresip v1.0", "Linphone/5.0 (belle-sip/5.1)", "Zoiper rv2.10", "MicroSIP/3.21", "Cisco-SIPGateway/IOS-15", "snomPTouch"} {
		h := wire.Head{Method: "OPTIONS", UserAgent: []byte(agent), From: []byte("<sip:+79161234567@192.0.2.7>;tag=1"), Branch: []byte("z9hG4bK-524287-1---a1b2")}
		if Is(&h) {
			t.Errorf("%q is taken for a scanner", agent)
		}
	}
	h := wire.Head{Method: "INVITE", From: []byte("<sip:a@b>"), Branch: []byte("12345")} // RFC 2543
	if Is(&h) {
		t.Error("an old gateway is taken for a scanner")
	}
}

func BenchmarkIs(b *testing.B) {
	h := wire.Head{Method: "INVITE", UserAgent: []byte("Yealink SIP-T46S 66.85.0.5"), From: []byte("<sip:+79161234567@192.0.2.7>;tag=1"), Branch: []byte("z9hG4bK-524287-1---a1b2")}
	b.ReportAllocs()
	for b.Loop() {
		Is(&h)
	}
}
