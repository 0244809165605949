package sipua

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"switchboard/telephony/sipua/wire"
)

// Registration makes this UA a phone of another registrar.
type Registration struct {
	Server    string // host:port
	Domain    string // of the address; empty: the server's host
	User      string
	Password  string
	Transport string        // "udp" (also if empty), "tcp" or "tls"
	Expires   time.Duration // asked for; zero: 5 min
	Told      func(error)   // after each try, nil when registered; may be nil
}

// ErrRefused is for a registrar that will not have us however often we ask.
var ErrRefused = errors.New("refused")

// Register keeps the phone registered until ctx ends, and then takes the
// registration back. It returns early only if the registrar refuses.
func (ua *UA) Register(ctx context.Context, r Registration) error {
	c := ua.newClient(r)
	const soon, late = time.Second, 30 * time.Second
	wait := soon
	for {
		granted, err := c.round(ctx, c.expires)
		if r.Told != nil && ctx.Err() == nil {
			r.Told(err)
		}
		switch {
		case errors.Is(err, ErrRefused):
			return err
		case err != nil:
			wait = min(2*wait, late)
		default:
			wait = max(granted/2, time.Second)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			c.leave()
			return ctx.Err()
		}
	}
}

// client is a registration under way.
type client struct {
	ua      *UA
	r       Registration
	dialog  Dialog // REGISTER makes none, but its lines are the same
	contact *sip.ContactHeader
	seq     uint32
	expires int
}

func (ua *UA) newClient(r Registration) *client {
	if r.Domain == "" {
		r.Domain, _, _ = net.SplitHostPort(r.Server)
	}
	tp := "UDP"
	if r.Transport != "" {
		tp = strings.ToUpper(r.Transport)
	}
	user := wire.User(r.User)
	c := &client{ua: ua, r: r, contact: ua.contact(tp), expires: int(r.Expires / time.Second)}
	c.contact.Address.User = user
	if c.expires <= 0 {
		c.expires = usedExpires
	}
	address := sip.Uri{Scheme: "sip", User: user, Host: r.Domain}
	registrar := sip.Uri{Scheme: "sip", Host: r.Domain}
	c.dialog = Dialog{
		CallID: sip.GenerateTagN(24), LocalURI: address.String(), LocalTag: sip.GenerateTagN(16), RemoteURI: address.String(),
		RemoteTarget: registrar.String(), Transport: tp, Destination: r.Server, Name: r.Domain,
	}
	return c
}

// Bounds of one registration: questions in all, and answers that may be refused
// because the nonce has changed meanwhile, which not every registrar calls stale.
const (
	mostQuestions = 6
	mostAnswers   = 2
)

// round registers for so many seconds, answering one challenge and one wish for
// a longer time, and returns what was granted.
func (c *client) round(ctx context.Context, expires int) (time.Duration, error) {
	var auth sip.Header
	answered := 0
	for range mostQuestions {
		res, err := c.send(ctx, expires, auth)
		if err != nil {
			return 0, fmt.Errorf("register %s at %s: %w", c.r.User, c.r.Server, err)
		}
		switch code := res.StatusCode; {
		case res.IsSuccess():
			return c.granted(res, expires), nil
		case code == 423 && seconds(res, "Min-Expires") > expires:
			expires = seconds(res, "Min-Expires")
			c.expires = expires
			auth, answered = nil, 0 // no answer is good for two requests
		case (code == 401 || code == 407) && (answered < mostAnswers || stale(res)):
			answered++
			auth, _, err = authorization(res, digest.Options{Method: "REGISTER", URI: c.dialog.RemoteTarget, Username: c.r.User, Password: c.r.Password})
			if err != nil {
				return 0, fmt.Errorf("register %s at %s: %w", c.r.User, c.r.Server, err)
			}
		case code == 401 || code == 403 || code == 404:
			return 0, fmt.Errorf("register %s at %s: %d %s: %w", c.r.User, c.r.Server, code, printable(res.Reason), ErrRefused)
		default:
			return 0, fmt.Errorf("register %s at %s: %d %s", c.r.User, c.r.Server, code, printable(res.Reason))
		}
	}
	return 0, fmt.Errorf("register %s at %s: no end of questions", c.r.User, c.r.Server)
}

func stale(res *sip.Response) bool {
	for _, name := range []string{"WWW-Authenticate", "Proxy-Authenticate"} {
		if h := res.GetHeader(name); h != nil {
			chal, err := digest.ParseChallenge(h.Value())
			return err == nil && chal.Stale
		}
	}
	return false
}

func (c *client) send(ctx context.Context, expires int, auth sip.Header) (*sip.Response, error) {
	c.seq++
	req, err := c.ua.newRequest(&c.dialog, sip.REGISTER, c.seq)
	if err != nil {
		return nil, err
	}
	e := sip.ExpiresHeader(expires)
	req.AppendHeader(c.contact)
	req.AppendHeader(&e)
	req.AppendHeader(allow)
	if auth != nil {
		req.AppendHeader(auth)
	}
	req.SetBody(nil)
	return c.ua.transact(ctx, req)
}

// granted is for how long we are registered: our contact's own time, or that of
// the whole response, or what we asked for.
func (c *client) granted(res *sip.Response, asked int) time.Duration {
	for _, h := range res.GetHeaders("Contact") {
		ct, ok := h.(*sip.ContactHeader)
		if !ok || ct.Address.User != c.contact.Address.User || ct.Address.Host != c.contact.Address.Host || ct.Address.Port != c.contact.Address.Port {
			continue
		}
		if text, ok := ct.Params.Get("expires"); ok {
			if n := leadingNumber(text); n > 0 {
				return time.Duration(n) * time.Second
			}
		}
	}
	if n := seconds(res, "Expires"); n > 0 {
		return time.Duration(n) * time.Second
	}
	return time.Duration(asked) * time.Second
}

// leave takes the registration back, if the registrar answers quickly.
func (c *client) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if _, err := c.round(ctx, 0); err != nil {
		c.ua.log.Info("registration is not taken back", "user", c.r.User, "err", err)
	}
}
