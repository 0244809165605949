package sipua

import (
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// kept is everything that the UA and its stack remember.
func (r *rig) kept() int {
	n := r.tp.Pool("udp").Size() + r.tp.Pool("tcp").Size() + r.book.active() + r.streams.Len() + r.registrar.size()
	r.serving.Range(func(any, any) bool { n++; return true })
	return n
}

// TestStrangersGetSilence: whatever a stranger sends, nothing comes back and
// nothing is kept, from however many ports it comes.
func TestStrangersGetSilence(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9"), phones: addrs("127.1.0.7")}, brisk, Limits{})
	trunk := newRaw(t, "127.1.0.9", r)
	in := trunk.script().up(r)
	before := r.kept()
	files, _ := filepath.Glob("testdata/torture*/*.dat")
	for _, host := range []string{"127.1.0.66", "127.1.0.7"} { // the second may only register
		for range 20 {
			r.Pardon(netip.MustParseAddr(host)) // bans have tests of their own
			p := newRaw(t, host, r)
			s := p.script()
			for _, method := range []string{"INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "MESSAGE", "FROBNICATE"} {
				s.send(s.request(method, ""))
			}
			s.remote, s.callID = "guess", in.Leg.CallID() // a Call-ID is no secret, tags are
			s.send(s.request("BYE", ""))
			s.reply(parse(s.request("INVITE", "")), "200 OK", "x", "")
			for _, f := range files {
				raw, err := os.ReadFile(f)
				if err != nil {
					t.Fatal(err)
				}
				if !strings.HasPrefix(string(raw), "REGISTER") {
					s.send(string(raw))
				}
			}
			s.silent(20 * time.Millisecond)
		}
	}
	if after := r.kept(); after != before {
		t.Errorf("%d things kept, %d before", after, before)
	}
	if len(in.events) != 0 {
		t.Errorf("the call hears %T", <-in.events)
	}
}

// TestTorture sends what RFC 4475 has from a trunk: each message gets a fitting
// answer or none, and afterwards all is as before.
func TestTorture(t *testing.T) {
	t.Parallel()
	r, p := solo(t)
	go func() {
		for c := range r.calls {
			c.Refuse(480, "Later")
		}
	}()
	answers := map[string][]string{
		"wsinv": {"481"}, "esc01": {"480"}, "longreq": {"480"}, "baddate": {"480", "400"}, "sdp01": {"406"}, "badinv01": {"400"}, "inv2543": {"400"},
		"lwsdisp": {"200"}, "transports": {"200"}, "semiuri": {"200"}, "badbranch": {"200", "400"}, "zeromf": {"200", "483"},
		"mpart01": {"405"}, "intmeth": {"501"}, "esc02": {"501"}, "mismatch02": {"400", "501"}, "bext01": {"420"},
		"escnull": {"405"}, "dblreq": {"405"}, "cparam01": {"405"}, "cparam02": {"405"}, "regaut01": {"405"}, "regbadct": {"405"}, "regescrt": {"405"}, "unksm2": {"405", "400"},
		"badvers": {"505"}, "invut": {"415"}, "novelsc": {"416"}, "unkscm": {"416"},
		"test": nil, "bcast": nil, "bigcode": nil, "noreason": nil, "unreason": nil, "scalarlg": nil,
	}
	files, err := filepath.Glob("testdata/torture/*.dat")
	if err != nil || len(files) < 49 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".dat")
		want, known := answers[name]
		if !known {
			want = []string{"400"}
		}
		patience := 5 * time.Second
		if want == nil {
			patience = 150 * time.Millisecond
		}
		got := torment(p, string(raw), patience)
		ok := got == "" && want == nil
		for _, w := range want {
			ok = ok || got == w
		}
		if !ok {
			t.Errorf("%s: %q, want %v", name, got, want)
		}
	}
	r.empty()
}

// topVia is what comes before the first parameter of the topmost Via.
var topVia = regexp.MustCompile(`(?is)(\nv(?:ia)?\s*:\s*SIP\s*/\s*\d\.\d\s*/\s*\w+\s+[^;,\r\s]+)`)

// callIDOf is its Call-ID.
var callIDOf = regexp.MustCompile(`(?i)\n(?:call-id|i)\s*:\s*\S+`)

func sameID(a, b string) bool {
	value := func(s string) string { return s[strings.IndexByte(s, ':')+1:] }
	return strings.TrimSpace(value(a)) == strings.TrimSpace(value(b))
}

// torment sends one message, made to have its answers come back to the port
// that it is sent from, and returns the code of the final one.
func torment(p *raw, text string, patience time.Duration) string {
	if at := topVia.FindStringIndex(text); at != nil {
		text = text[:at[1]] + ";rport" + text[at[1]:]
	}
	id := callIDOf.FindString(text)
	p.send(text)
	for {
		m, ok := p.read(patience)
		switch {
		case !ok:
			return ""
		case !strings.HasPrefix(m.line, "SIP/2.0 ") || strings.HasPrefix(m.line, "SIP/2.0 100") || !sameID(callIDOf.FindString(m.text), id):
		default:
			return m.line[8:11]
		}
	}
}
