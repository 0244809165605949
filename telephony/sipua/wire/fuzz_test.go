package wire

import (
	"bytes"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emiago/sipgo/sip"
)

// FuzzScan asserts that what is let in means the same to the parser behind,
// and that an answer to anything is itself one well-formed message.
func FuzzScan(f *testing.F) {
	files, err := filepath.Glob("../testdata/torture/*.dat")
	if err != nil || len(files) == 0 {
		f.Fatal("no torture messages: ", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(invite))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var h Head
		if Scan(raw, &h) != nil || h.BodyAt > len(raw) {
			return
		}
		if h.Answerable() {
			answered(t, raw, &h)
		}
		if h.Request() && h.Fault() == (Fault{}) {
			agrees(t, raw, &h)
		}
	})
}

func answered(t *testing.T, raw []byte, h *Head) {
	fault := h.Fault()
	reply := Reply(raw, h, Answer{Code: 400, Reason: "Bad Request", Tag: "t", Headers: []string{fault.Header}, Source: netip.MustParseAddrPort("192.0.2.1:5060")})
	if n := bytes.Count(reply, []byte("\r\n\r\n")); fault.Header != "" && n != 1 && fault.Code != 400 {
		t.Fatalf("the answer has %d ends:\n%q", n, reply)
	}
	if bytes.Count(reply, []byte("SIP/2.0 400")) < 1 || !bytes.HasSuffix(reply, []byte("Content-Length: 0\r\n\r\n")) {
		t.Fatalf("malformed answer %q", reply)
	}
}

// agrees compares with the parser: a message that means one thing to the guard
// and another behind it gets past the guard.
func agrees(t *testing.T, raw []byte, h *Head) {
	msg, err := sip.ParseMessage(raw)
	if err != nil {
		return
	}
	r, ok := msg.(*sip.Request)
	if !ok || string(r.Method) != h.Method {
		t.Fatalf("the parser sees %T %v, the guard %s", msg, r, h.Method)
	}
	if id := r.CallID(); id == nil || !same(id.Value(), h.CallID) {
		t.Fatalf("Call-ID %v, the guard saw %q", id, h.CallID)
	}
	if r.CSeq() == nil || r.CSeq().SeqNo != h.CSeq {
		t.Fatalf("CSeq %v, the guard saw %d", r.CSeq(), h.CSeq)
	}
	if tag, ok := r.To().Params.Get("tag"); ok && !same(tag, h.ToTag) && !strings.ContainsAny(string(h.To), "\"<>=") {
		t.Fatalf("To tag %q, the guard saw %q", tag, h.ToTag)
	}
}

func same(parsed string, seen []byte) bool {
	return strings.Join(strings.Fields(parsed), " ") == strings.Join(strings.Fields(string(seen)), " ")
}

func FuzzTexts(f *testing.F) {
	f.Add("a\r\nb")
	f.Add("%0d\u0085\"\\")
	f.Fuzz(func(t *testing.T, s string) {
		for _, out := range []string{User(s), Display(s), Phrase(s), Unquote(s)} {
			if strings.ContainsAny(out, "\r\n\x00") {
				t.Fatalf("%q comes out as %q", s, out)
			}
		}
		if strings.ContainsAny(User(s), " \"<>@:") {
			t.Fatalf("%q is no user part", User(s))
		}
		if strings.Contains(strings.NewReplacer(`\\`, "", `\"`, "").Replace(Display(s)), `"`) {
			t.Fatalf("%q ends its quotes", Display(s))
		}
	})
}

func BenchmarkScan(b *testing.B) {
	raw := []byte(invite)
	var h Head
	b.ReportAllocs()
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if err := Scan(raw, &h); err != nil || h.Fault().Code != 0 {
			b.Fatal(err, h.Fault())
		}
	}
}
