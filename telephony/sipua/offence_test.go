package sipua

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"switchboard/telephony/sipua/ban"
)

// heeded is a UA whose alarms the test reads.
func heeded(t *testing.T, w *world) (*rig, func() []Alarm) {
	var mu sync.Mutex
	var alarms []Alarm
	r := start(t, "127.1.0.1", w, brisk, Limits{}, func(c *Config) {
		c.Alarm = func(a Alarm) { mu.Lock(); defer mu.Unlock(); alarms = append(alarms, a) }
	})
	return r, func() []Alarm { mu.Lock(); defer mu.Unlock(); return append([]Alarm(nil), alarms...) }
}

// scans reads what scanners send, as the file has it but for line ends.
func scans(t *testing.T, at string) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/scanners/*.txt")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d scanners, %v", len(files), err)
	}
	all := map[string]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("\n", "\r\n", "AT", at).Replace(string(raw))
		all[strings.TrimSuffix(filepath.Base(f), ".txt")] = text
	}
	return all
}

// TestScannersGetSilence: programs that look for switches hear nothing, from
// wherever they ask, and are banned where telephones are allowed.
func TestScannersGetSilence(t *testing.T) {
	t.Parallel()
	r, alarms := heeded(t, &world{trunks: addrs("127.1.0.9"), phones: addrs("127.1.0.7")})
	for _, host := range []string{"127.1.0.66", "127.1.0.7"} {
		n, known := 0, r.Stats().Scanners
		for name, text := range scans(t, "127.1.0.66:5060") {
			r.Pardon(netip.MustParseAddr(host))
			p := newRaw(t, host, r)
			before := r.Stats().Read
			p.send(strings.ReplaceAll(text, "127.1.0.66:5060", p.at))
			for end := time.Now().Add(10 * time.Second); r.Stats().Read == before && time.Now().Before(end); {
				time.Sleep(time.Millisecond)
			}
			if m, ok := p.read(30 * time.Millisecond); ok {
				t.Errorf("%s from %s is answered:\n%s", name, host, m.text)
			}
			n++
		}
		if got := r.Stats().Scanners - known; got != int64(n) {
			t.Errorf("%d of %d scanners from %s are known", got, n, host)
		}
	}
	p := newRaw(t, "127.1.0.7", r)
	s := p.script()
	s.send(s.register("op1", ""))
	s.silent(30 * time.Millisecond)
	if bans := r.Security().Bans; len(bans) == 0 || bans[0].Why != ban.Scanner {
		t.Fatalf("%+v", bans)
	}
	if got := alarms(); len(got) == 0 || got[0].Kind != "banned" {
		t.Errorf("%+v", got)
	}
	if !r.Pardon(netip.MustParseAddr("127.1.0.7")) {
		t.Error("there is nothing to pardon")
	}
	s.send(s.register("op1", ""))
	s.want("SIP/2.0 401")
}

// TestATrunkIsNeverBanned: what a trunk passes on may be as bad as can be; a
// person is told, and its calls go on.
func TestATrunkIsNeverBanned(t *testing.T) {
	t.Parallel()
	r, alarms := heeded(t, &world{trunks: addrs("127.1.0.9"), phones: addrs("127.1.0.9")})
	p := newRaw(t, "127.1.0.9", r)
	for name, text := range scans(t, p.at) {
		if name != "sipcli-invite" { // a call, which would go through
			p.send(text)
		}
	}
	for range 60 {
		p.send("INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP " + p.at + ";branch=z9hG4bK1\r\n\r\n")
	}
	kinds := map[string]bool{}
	for end := time.Now().Add(10 * time.Second); len(kinds) < 2 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		for _, a := range alarms() {
			kinds[a.Kind] = true
			if a.Subject != "carrier" {
				t.Fatalf("%+v", a)
			}
		}
	}
	if !kinds["trunk_scanner"] || !kinds["trunk_malformed"] || len(r.Security().Bans) != 0 {
		t.Errorf("alarms %v, bans %v", kinds, r.Security().Bans)
	}
	newRaw(t, "127.1.0.9", r).script().up(r).Hangup("")
}

// TestARegisteredPhoneIsNotBanned: its address can be made up by anybody.
func TestARegisteredPhoneIsNotBanned(t *testing.T) {
	t.Parallel()
	r, alarms := heeded(t, &world{phones: addrs("127.1.0.7")})
	p := newRaw(t, "127.1.0.7", r)
	s := p.script()
	s.send(s.register("op1", ""))
	s.send(s.register("op1", authorize(t, s.want("SIP/2.0 401"), "op1", "secret-op1", 1), "Contact: <sip:op1@"+p.at+">"))
	s.want("SIP/2.0 200")
	evil := newRaw(t, "127.1.0.7", r) // another port
	for _, text := range scans(t, evil.at) {
		evil.send(text)
	}
	evil.silent(50 * time.Millisecond)
	if len(r.Security().Bans) != 0 || len(alarms()) == 0 {
		t.Errorf("bans %v, alarms %v", r.Security().Bans, alarms())
	}
}

// TestManyPasswords is row 11 of the reliability goals over the wire: of 1,000
// tries over 100 users at most 50 are looked at, nobody learns who exists, and
// in the end nobody answers. (TestGuessing in digest has all 10,000.)
func TestManyPasswords(t *testing.T) {
	t.Parallel()
	r, _ := heeded(t, &world{phones: addrs("127.1.0.7")})
	p := newRaw(t, "127.1.0.7", r)
	s := p.script()
	s.send(s.register("op1", ""))
	challenge := s.want("SIP/2.0 401")
	answers := map[string]int{}
	silent := 0
	for i := range 1000 {
		user := fmt.Sprintf("op%d", i%100)
		if i%2 == 1 {
			user = fmt.Sprintf("nobody%d", i%100)
		}
		s.send(s.register(user, authorize(t, challenge, user, "guess", i+1)))
		if r.bans.Banned(netip.MustParseAddr("127.1.0.7"), time.Now()) {
			if silent++; silent == 1 {
				s.read(5 * time.Millisecond) // the last answer may be under way
			}
			continue
		}
		m, ok := s.read(time.Second)
		if !ok {
			continue
		}
		kind := strings.TrimRight(user, "0123456789")
		answers[kind+" "+strings.Join(append([]string{m.line}, m.get("WWW-Authenticate")), " ")]++
	}
	st := r.Stats()
	for range 100 { // what was sent last may still be on its way
		if st = r.Stats(); st.Banned >= 800 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if st.WrongDigest == 0 || st.WrongDigest > 50 || silent < 900 || st.Banned < 800 {
		t.Errorf("%d are looked at, %d silent, %d banned", st.WrongDigest, silent, st.Banned)
	}
	if len(answers) != 2 || answers["op SIP/2.0 403 Forbidden "] == 0 || answers["nobody SIP/2.0 403 Forbidden "] == 0 {
		t.Errorf("answers tell who exists: %v", answers)
	}
	if sec := r.Security(); len(sec.Locks) == 0 || len(sec.Bans) != 1 {
		t.Errorf("%+v", sec)
	}
}

// TestMethodsOfPeers: who may ask what.
func TestMethodsOfPeers(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{trunks: addrs("127.1.0.9"), phones: addrs("127.1.0.7")}, brisk, Limits{})
	go func() {
		for c := range r.calls {
			c.Refuse(480, "Later")
		}
	}()
	methods := []string{"INVITE", "OPTIONS", "BYE", "CANCEL", "ACK", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH", "REGISTER", "FROB"}
	for host, want := range map[string]string{
		"127.1.0.9":  "480 200 481 481 - 481 481 481 403 481 405 405 405 405 501",
		"127.1.0.7":  "- - - - - - - - - - - - - 401 -",
		"127.1.0.66": "- - - - - - - - - - - - - - -",
	} {
		var got []string
		for _, m := range methods {
			p := newRaw(t, host, r)
			p.skip = []string{"SIP/2.0 100"}
			s := p.script()
			s.send(s.request(m, ""))
			patience := 40 * time.Millisecond
			if host == "127.1.0.9" && m != "ACK" || m == "REGISTER" && host == "127.1.0.7" {
				patience = 10 * time.Second
			}
			code := "-"
			if a, ok := p.read(patience); ok {
				code = a.line[8:11]
			}
			got = append(got, code)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s:\n%s, want\n%s", host, strings.Join(got, " "), want)
		}
	}
}
