package trunk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/icholy/digest"

	"switchboard/telephony/trunk"
)

// registered makes a trunk that wants us to register.
func (o *office) registered(at string, settings ...string) {
	o.t.Helper()
	id := uuid.New()
	o.trunk("reg", at, append([]string{"auth='register'", "auth_user='acme'", "auth_secret=" + o.sealed(id, "sesame"), "expires_s=60"}, settings...)...)
	o.w.Admin(o.t, "update house.trunk set id = $1", id)
	o.load()
}

// proves tells whether a request shows the password for a challenge.
func (p packet) proves(t *testing.T, method, nonce string) bool {
	t.Helper()
	got, err := digest.ParseCredentials(p.line("Authorization"))
	if err != nil {
		return false
	}
	want, err := digest.Digest(&digest.Challenge{Realm: "carrier", Nonce: nonce, QOP: []string{"auth"}, Algorithm: "MD5"},
		digest.Options{Method: method, URI: got.URI, Username: "acme", Password: "sesame", Cnonce: got.Cnonce, Count: got.Nc})
	return err == nil && got.Response == want.Response && got.Nonce == nonce
}

func challenge(nonce string) string {
	return `WWW-Authenticate: Digest realm="carrier", nonce="` + nonce + `", qop="auth", algorithm=MD5`
}

// TestRegistration is a whole life of one: a question, a longer time wanted,
// another nonce, a refresh, calls by it, and the end when the trunk is drained.
func TestRegistration(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.10.1")
	c := newCarrier(t, "127.30.10.2")
	o.registered(c.at())
	o.keep()
	first := c.want("REGISTER ")
	if first.line("Expires") != "60" || !strings.HasPrefix(first.line("To"), "<sip:acme@127.30.10.2>") || !strings.HasPrefix(first.line("Contact"), "<sip:acme@127.30.10.1:") {
		t.Errorf("REGISTER is\n%s", first.text)
	}
	c.reply(first, "401 Unauthorized", "", challenge("one"))
	second := c.want("REGISTER ")
	if !second.proves(t, "REGISTER", "one") || second.line("Call-ID") != first.line("Call-ID") {
		t.Errorf("REGISTER is\n%s", second.text)
	}
	c.reply(second, "423 Interval Too Brief", "", "Min-Expires: 90")
	third := c.want("REGISTER ")
	if third.line("Expires") != "90" {
		t.Errorf("asks for %s s after 423", third.line("Expires"))
	}
	c.reply(third, "401 Unauthorized", "", strings.Replace(challenge("two"), "Digest ", "Digest stale=true, ", 1))
	last := c.want("REGISTER ")
	if !last.proves(t, "REGISTER", "two") {
		t.Errorf("REGISTER is\n%s", last.text)
	}
	c.reply(last, "200 OK", "", "Contact: "+last.line("Contact")+";expires=2")
	st := o.status("registered", func(s trunk.Status) bool { return s.Registration == "registered" })
	if left := time.Until(st.RegisteredUntil); left <= 0 || left > 2*time.Second {
		t.Errorf("registered for %v more", left)
	}
	refresh := c.want("REGISTER ") // before the 2 s are over
	if time.Now().After(st.RegisteredUntil.Add(time.Second)) {
		t.Errorf("refreshed too late: %v after the end", time.Since(st.RegisteredUntil))
	}
	c.reply(refresh, "401 Unauthorized", "", challenge("three"))
	again := c.want("REGISTER ")
	if !again.proves(t, "REGISTER", "three") {
		t.Errorf("with another nonce REGISTER is\n%s", again.text)
	}
	c.reply(again, "200 OK", "", "Expires: 60")

	// Where we registered, calls come from; the account is no number, To has it.
	c.inviteTo(o, "acme", o.w.A.E164)
	select {
	case in := <-o.calls:
		if in.in.Trunk != "reg" || in.in.To != o.w.A.E164 {
			t.Errorf("call came as %+v", in.in)
		}
	case <-time.After(patience):
		t.Fatal("no call came from the registrar")
	}

	o.w.Admin(t, "update house.trunk set draining_at = now()")
	o.load()
	leave := c.want("REGISTER ")
	if leave.line("Expires") != "0" {
		t.Errorf("the drained trunk sends\n%s", leave.text)
	}
	c.reply(leave, "200 OK", "")
	o.status("not registered", func(s trunk.Status) bool { return s.Registration == "" })
}

// TestRegistrarRefuses: a wrong password is said, and not tried in a loop.
func TestRegistrarRefuses(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.11.1")
	c := newCarrier(t, "127.30.11.2")
	o.registered(c.at(), "domain='carrier.example'")
	o.keep()
	first := c.want("REGISTER ")
	if !strings.HasPrefix(first.text, "REGISTER sip:carrier.example SIP/2.0") {
		t.Errorf("REGISTER is\n%s", first.text)
	}
	c.reply(first, "403 Forbidden", "")
	st := o.status("refused", func(s trunk.Status) bool { return s.Registration == "refused" })
	if !strings.Contains(st.Trouble, "403 Forbidden") {
		t.Errorf("trouble is said as %q", st.Trouble)
	}
}

// TestOutsideQuestion: a carrier asks for the password with each call.
func TestOutsideQuestion(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.12.1")
	c := newCarrier(t, "127.30.12.2")
	o.registered(c.at(), "ping=false")
	o.w.Admin(t, "update house.trunk set auth = 'digest'")
	o.load()
	call := o.call()
	invite := c.want("INVITE ")
	c.reply(invite, "407 Proxy Authentication Required", "", strings.Replace(challenge("n"), "WWW", "Proxy", 1))
	c.want("ACK ")
	again := c.want("INVITE ")
	again.text = strings.Replace(again.text, "Proxy-Authorization", "Authorization", 1)
	if !again.proves(t, "INVITE", "n") || again.line("Call-ID") != invite.line("Call-ID") {
		t.Errorf("INVITE is\n%s", again.text)
	}
	c.reply(again, "486 Busy Here", "")
	call.wantFailed(t, 486)
	call.trunks(t, "reg")
}

// TestInsideQuestion: we ask a carrier for the password with each call.
func TestInsideQuestion(t *testing.T) {
	t.Parallel()
	o := open(t, "127.30.13.1")
	c := newCarrier(t, "127.30.13.2")
	o.registered(c.at())
	o.w.Admin(t, "update house.trunk set auth = 'digest', challenge = true, sources = '{127.30.13.2/32}'")
	o.load()
	bring := func(user, password string) string {
		t.Helper()
		c.invite(o, o.w.A.E164)
		asked := c.final()
		chal, err := digest.ParseChallenge(asked.line("WWW-Authenticate"))
		if err != nil || chal.Realm != realm {
			t.Fatalf("got\n%s", asked.text)
		}
		for i, q := range chal.QOP {
			chal.QOP[i] = strings.TrimSpace(q)
		}
		cred, err := digest.Digest(chal, digest.Options{Method: "INVITE", URI: "sip:x", Username: user, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		c.invite(o, o.w.A.E164, "Authorization: "+cred.String())
		for {
			if p := c.want("SIP/2.0 "); strings.HasPrefix(p.text, "SIP/2.0 100") || !strings.HasPrefix(p.text, "SIP/2.0 1") {
				return strings.Fields(p.text)[1]
			}
		}
	}
	if got := bring("acme", "sesame"); got != "100" {
		t.Errorf("the right password got %s", got)
	}
	if got := bring("acme", "guess"); got != "403" {
		t.Errorf("a wrong one got %s", got)
	}
	if got := bring("op1", "sesame"); got != "403" {
		t.Errorf("another user got %s", got)
	}
	if len(o.calls) != 1 {
		t.Errorf("%d calls came", len(o.calls))
	}
}
