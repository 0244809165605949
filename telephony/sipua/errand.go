package sipua

import (
	"context"
	"errors"
	"strings"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// errand is a request within a dialog that is neither INVITE nor ACK.
type errand struct {
	method sip.RequestMethod
	dialog *Dialog
	dress  func(*sip.Request)         // adds what is special about it
	done   func(*sip.Response, error) // on the leg's goroutine, if it still runs; may be nil
}

// send sends a request, and sends it again with credentials if it is
// challenged. Nobody waits for its response but the transaction. It returns the
// number of the request.
func (l *Leg) send(e errand) uint32 {
	l.mu.Lock()
	d := *e.dialog
	l.mu.Unlock()
	seq := l.nextSeq(e.dialog)
	var login login
	if l.calling != nil {
		login = l.calling.target.login()
	}
	l.ua.background(string(e.method), l.callID, func() error {
		var res *sip.Response
		var err error
		for next := seq; ; next = l.nextSeq(e.dialog) {
			var req *sip.Request
			if req, err = l.ua.newRequest(&d, e.method, next); err != nil {
				break
			}
			req.SetBody(nil)
			e.dress(req)
			login.sign(req)
			res, err = l.ua.transact(context.Background(), req)
			if err != nil || !login.challenged(res, e.method, req.Recipient.String()) {
				break
			}
		}
		if e.done != nil {
			l.post(func() { e.done(res, err) })
		}
		return err
	})
	return seq
}

// nextSeq counts our requests in a dialog.
func (l *Leg) nextSeq(d *Dialog) uint32 {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.LocalSeq++
	return d.LocalSeq
}

// login is what we answer challenges with, and the answers so far.
type login struct {
	username, password string
	www, proxy         sip.Header // our answers to a 401 and to a 407
	tries              int
}

// mostChallenges of one request are answered: one of the peer, one of a proxy
// before it, and one more of each whose nonce has gone stale.
const mostChallenges = 4

// challenged tells whether a response asks for credentials that we have and it
// has not refused yet, and prepares them.
func (a *login) challenged(res *sip.Response, method sip.RequestMethod, uri string) bool {
	var slot *sip.Header
	switch res.StatusCode {
	case 401:
		slot = &a.www
	case 407:
		slot = &a.proxy
	default:
		return false
	}
	if a.username == "" || a.tries >= mostChallenges {
		return false
	}
	answer, stale, err := authorization(res, digest.Options{Method: string(method), URI: uri, Username: a.username, Password: a.password})
	if err != nil || *slot != nil && !stale { // the same again would be refused again
		return false
	}
	*slot = answer
	a.tries++
	return true
}

// sign puts the answers on a request.
func (a *login) sign(req *sip.Request) {
	for _, h := range []sip.Header{a.www, a.proxy} {
		if h != nil {
			req.AppendHeader(h)
		}
	}
}

// authorization answers the challenge of a 401 or 407. A stale one refuses only
// the nonce, not the password (RFC 7616, 3.3).
func authorization(res *sip.Response, o digest.Options) (answer sip.Header, stale bool, err error) {
	name, line := "WWW-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		name, line = "Proxy-Authenticate", "Proxy-Authorization"
	}
	var errs []error
	for _, h := range res.GetHeaders(name) { // several, one an algorithm: RFC 8760
		chal, err := digest.ParseChallenge(h.Value())
		if err != nil {
			errs = append(errs, err)
			continue
		}
		for i, q := range chal.QOP {
			chal.QOP[i] = strings.TrimSpace(q)
		}
		cred, err := digest.Digest(chal, o)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		return sip.NewHeader(line, cred.String()), chal.Stale, nil
	}
	return nil, false, errors.Join(append(errs, errors.New("no challenge that can be answered"))...)
}
