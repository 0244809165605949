package sipua

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/icholy/digest"
)

// home is a registrar with a hand-written phone.
func home(t *testing.T) (*rig, *raw) {
	t.Helper()
	r := run(t, "127.1.0.1", &world{phones: addrs("127.1.0.7", "127.1.0.6")}, brisk, Limits{})
	return r, newRaw(t, "127.1.0.7", r)
}

// wait waits until the registrar has told n things.
func (w *world) wait(t *testing.T, n int) []string {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		if said := w.said(); len(said) >= n {
			return said
		} else if time.Now().After(end) {
			t.Fatalf("told %q, want %d things", said, n)
		}
	}
}

// register writes a REGISTER.
func (s *script) register(user, auth string, lines ...string) string {
	text := s.request("REGISTER", "", lines...)
	text = strings.ReplaceAll(text, "sip:84950000101@"+s.ua, "sip:"+user+"@"+s.ua)
	text = strings.ReplaceAll(text, "sip:+79161234567@"+s.at, "sip:"+user+"@"+s.ua)
	text = strings.ReplaceAll(text, "\r\nContact: <sip:raw@"+s.at+">", "")
	text = strings.Replace(text, "REGISTER sip:"+user+"@", "REGISTER sip:", 1)
	if auth != "" {
		text = strings.Replace(text, "\r\nContent-Length", "\r\nAuthorization: "+auth+"\r\nContent-Length", 1)
	}
	return text
}

// authorize answers a challenge.
func authorize(t *testing.T, m message, user, password string, count int) string {
	t.Helper()
	chal, err := digest.ParseChallenge(m.get("WWW-Authenticate"))
	if err != nil {
		t.Fatalf("%v\n%s", err, m.text)
	}
	cred, err := digest.Digest(chal, digest.Options{Method: "REGISTER", URI: "sip:x", Username: user, Password: password, Count: count})
	if err != nil {
		t.Fatal(err)
	}
	return cred.String()
}

func TestRegister(t *testing.T) {
	t.Parallel()
	r, p := home(t)
	s := p.script()
	contact := "Contact: <sip:op1@" + p.at + ">;expires=120"
	s.send(s.register("op1", "", contact))
	challenge := s.want("SIP/2.0 401")
	if n := r.tp.Pool("udp").Size(); n != 1 {
		t.Errorf("the stack knows %d addresses of a phone that has shown nothing", n-1)
	}
	first := s.register("op1", authorize(t, challenge, "op1", "secret-op1", 1), contact)
	s.send(first)
	ok := s.want("SIP/2.0 200")
	if ok.get("Contact") != "<sip:op1@"+p.at+">;expires=120" {
		t.Errorf("200 is\n%s", ok.text)
	}
	if said := r.world.wait(t, 1); said[0] != "op1 at sip:op1@"+p.at+" "+p.at {
		t.Errorf("told %q", said)
	}
	s.send(first) // its 200 was lost
	if again := s.want("SIP/2.0 200"); again.text != ok.text {
		t.Errorf("the retransmission has\n%s", again.text)
	}
	s.send(strings.Replace(first, "op1@"+p.at, "evil@"+p.at, 1)) // a replay with another contact
	if m := s.want("SIP/2.0 401"); !strings.Contains(m.get("WWW-Authenticate"), "stale=true") {
		t.Errorf("a replay has\n%s", m.text)
	}
	thief := newRaw(t, "127.1.0.6", r)
	thief.send(strings.Replace(first, s.at, thief.at, 1)) // taken to another address
	thief.want("SIP/2.0 401")
	if said := r.world.said(); len(said) != 1 || r.Stats().Replays != 1 || r.Stats().Registered != 1 {
		t.Errorf("told %q, %+v", said, r.Stats())
	}

	s.send(s.register("op1", authorize(t, challenge, "op1", "secret-op1", 2))) // asks only
	if m := s.want("SIP/2.0 200"); !strings.HasPrefix(m.get("Contact"), "<sip:op1@"+p.at+">;expires=1") {
		t.Errorf("a question has\n%s", m.text)
	}
	s.send(s.register("op1", authorize(t, challenge, "op1", "secret-op1", 3), "Contact: *", "Expires: 0"))
	if m := s.want("SIP/2.0 200"); m.get("Contact") != "" {
		t.Errorf("200 is\n%s", m.text)
	}
	if said := r.world.wait(t, 2); said[1] != "op1 gone sip:op1@"+p.at+" "+p.at || r.Stats().Registered != 0 {
		t.Errorf("told %q", said)
	}
}

func TestRegisterRefusals(t *testing.T) {
	t.Parallel()
	r, p := home(t)
	s := p.script()
	s.send(s.register("op1", ""))
	challenge := s.want("SIP/2.0 401")
	for i, c := range []struct {
		user  string
		lines []string
		want  string
	}{
		{"op1", []string{"Contact: <sip:op1@x>;expires=59"}, "423"},
		{"op1", []string{"Contact: <sip:op1@x>", "Expires: 1"}, "423"},
		{"op1", []string{"Contact: <sip:op1@x>", "Expires: soon"}, "400"},
		{"op1", []string{"Contact: <sip:op1@x>;expires=soon"}, "400"},
		{"op1", []string{"Contact: <sip:op1@x?Route=%3Csip:y%3E>"}, "400"},
		{"op1", []string{"Contact: <tel:112>"}, "400"},
		{"op1", []string{"Contact: *"}, "400"},
		{"op1", []string{"Contact: *, <sip:a@b>", "Expires: 0"}, "400"},
		{"op2", []string{"Contact: <sip:op1@x>"}, "403"}, // op1's password for op2's address
		{"op1", []string{"Contact: <sip:op1@x>", "Require: path"}, "420"},
		{"op1", []string{"Contact: <sip:op1@x>;expires=99999999"}, "200"},
	} {
		s.send(s.register(c.user, authorize(t, challenge, "op1", "secret-op1", i+1), c.lines...))
		m := s.want("SIP/2.0 " + c.want)
		if c.want == "423" && m.get("Min-Expires") != "60" || c.want == "200" && m.get("Contact") != "<sip:op1@x>;expires=3600" {
			t.Errorf("%v has\n%s", c.lines, m.text)
		}
	}
	s.seq = 3 // an older request that comes late
	s.send(s.register("op1", authorize(t, challenge, "op1", "secret-op1", 20), "Contact: <sip:op1@y>"))
	s.want("SIP/2.0 500")
	for _, auth := range []string{"Basic b3A=", "Digest", `Digest username="op1"`, strings.Replace(authorize(t, challenge, "op1", "secret-op1", 21), "qop=auth", "qop=none", 1)} {
		s.send(s.register("op1", auth))
		s.want("SIP/2.0 400")
	}
	if n := r.Stats().Registered; n != 1 {
		t.Errorf("%d contacts", n)
	}
}

// TestNoEnumeration: a user that does not exist and a wrong password look alike,
// before and after the lock.
func TestNoEnumeration(t *testing.T) {
	t.Parallel()
	r, p := home(t)
	seen := map[string]string{}
	for _, user := range []string{"op1", "nobody"} {
		s := p.script()
		for i := range 12 {
			s.send(s.register(user, ""))
			challenge := s.want("SIP/2.0 401")
			s.send(s.register(user, authorize(t, challenge, user, fmt.Sprint("guess", i), 1)))
			m := s.want("SIP/2.0 403")
			line := ""
			for _, l := range append([]string{m.line}, m.lines...) {
				k, v, _ := strings.Cut(l, ":")
				if k != "CSeq" && k != "Via" && k != "From" && k != "To" && k != "Call-ID" {
					line += k + v + "|"
				}
			}
			seen[line] = user
		}
	}
	if len(seen) != 1 {
		t.Errorf("answers differ: %q", seen)
	}
	if n := r.Stats().WrongDigest; n != 20 {
		t.Errorf("%d tries were looked at, want 10 a user", n)
	}
	s := p.script() // locked out, even with the right password
	s.send(s.register("op1", ""))
	s.send(s.register("op1", authorize(t, s.want("SIP/2.0 401"), "op1", "secret-op1", 1), "Contact: <sip:a@b>"))
	s.want("SIP/2.0 403")
	other := newRaw(t, "127.1.0.6", r).script() // from elsewhere one can still log in
	other.send(other.register("op1", ""))
	other.send(other.register("op1", authorize(t, other.want("SIP/2.0 401"), "op1", "secret-op1", 1), "Contact: <sip:a@b>"))
	other.want("SIP/2.0 200")
}

// TestPhone is a phone of ours at a registrar of ours, over both transports: it
// registers, is called behind whatever its contact says, can't dial out, and is
// gone when it leaves.
func TestPhone(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			r := run(t, "127.1.0.1", &world{phones: addrs("127.1.0.7")}, brisk, Limits{})
			phone := run(t, "127.1.0.7", &world{trunks: addrs("127.1.0.1")}, brisk, Limits{})
			ctx, leave := context.WithCancel(t.Context())
			left, told := make(chan error, 1), make(chan error, 10)
			go func() {
				left <- phone.Register(ctx, Registration{Server: r.Addr().String(), Transport: transport, User: "op1", Password: "secret-op1", Told: func(err error) { told <- err }})
			}()
			if err := <-told; err != nil {
				t.Fatal(err)
			}
			_, at, _ := strings.Cut(r.world.wait(t, 1)[0], " at ")
			uri, source, _ := strings.Cut(at, " ")
			if strings.Contains(uri, "transport=tcp") != (transport == "tcp") {
				t.Errorf("registered as %s", uri)
			}
			out := call{events: make(chan Event, 10)}
			leg, err := r.Dial(Target{URI: uri, Destination: source, FromUser: "89161234567", SDP: []byte(sdpOffer), Listen: func(ev Event) { out.events <- ev }})
			if err != nil {
				t.Fatal(err)
			}
			in := phone.call()
			if in.To != "op1" || in.From != "89161234567" {
				t.Errorf("rung with %+v", in.Invite)
			}
			in.Answer([]byte("v=0\r\n"))
			expect[Answered](t, out.events)
			expect[Confirmed](t, in.events)
			leg.Hangup("")
			expect[Ended](t, in.events)

			back := phone.dial(r, transport)
			if ev := expect[Failed](t, back.events); ev.Code != 403 {
				t.Errorf("a phone dials out: %+v", ev)
			}
			leave()
			if err := <-left; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if said := r.world.wait(t, 2); !strings.HasPrefix(said[1], "op1 gone ") {
				t.Errorf("told %q", said)
			}
			r.empty()
		})
	}
}

func TestPhoneIsRefused(t *testing.T) {
	t.Parallel()
	r := run(t, "127.1.0.1", &world{phones: addrs("127.1.0.7")}, brisk, Limits{})
	phone := run(t, "127.1.0.7", &world{trunks: addrs("127.1.0.1")}, brisk, Limits{})
	err := phone.Register(t.Context(), Registration{Server: r.Addr().String(), User: "op1", Password: "wrong"})
	if !errors.Is(err, ErrRefused) || strings.Contains(err.Error(), "wrong") {
		t.Error(err)
	}
}

// TestRegistrationEnds with its time, and with the connection it came over.
func TestRegistrationEnds(t *testing.T) {
	t.Parallel()
	r, p := home(t)
	s := p.script()
	s.send(s.register("op1", ""))
	s.send(s.register("op1", authorize(t, s.want("SIP/2.0 401"), "op1", "secret-op1", 1), "Contact: <sip:op1@a>, <sip:op1@b>;expires=100"))
	s.want("SIP/2.0 200")
	r.world.wait(t, 2)
	r.registrar.sweep(time.Now().Add(150 * time.Second)) // b is over, a is told again
	if said := r.world.wait(t, 4); !strings.HasPrefix(said[2], "op1 gone sip:op1@b ") || !strings.HasPrefix(said[3], "op1 at sip:op1@a ") {
		t.Errorf("told %q", said)
	}
	r.registrar.sweep(time.Now().Add(301 * time.Second))
	if said := r.world.wait(t, 5); !strings.HasPrefix(said[4], "op1 gone sip:op1@a ") {
		t.Errorf("told %q", said)
	}
	if r.registrar.at(s.conn.LocalAddr().(*net.UDPAddr).AddrPort()) {
		t.Error("its address is still a phone's")
	}

	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.1.0.7")}}
	c, err := d.Dial("tcp", r.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	talk := func(text string) message {
		t.Helper()
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 65536)
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := c.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return parse(string(b[:n]))
	}
	over := p.script()
	challenge := talk(over.register("op2", ""))
	talk(over.register("op2", authorize(t, challenge, "op2", "secret-op2", 1), "Contact: <sip:op2@c>"))
	if said := r.world.wait(t, 6); said[5] != "op2 at sip:op2@c;transport=tcp "+c.LocalAddr().String() {
		t.Errorf("told %q", said[5])
	}
	time.Sleep(1500 * time.Millisecond) // longer than a connection may idle: a registration holds it
	if r.Stats().Registered != 1 || r.streams.Len() != 1 {
		t.Fatalf("%+v", r.Stats())
	}
	_ = c.Close()
	if said := r.world.wait(t, 7); !strings.HasPrefix(said[6], "op2 gone ") {
		t.Errorf("told %q", said[6])
	}
}
