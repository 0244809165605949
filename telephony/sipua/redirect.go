package sipua

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/emiago/sipgo/sip"
)

// mostMoves bounds how many other targets one call may be sent to.
const mostMoves = 5

// redirection is where a call was sent to (RFC 3261, 8.1.3.4).
type redirection struct {
	tried []string  // URIs, with the first one
	next  []sip.Uri // to be tried, best first
}

// elsewhere tells whether there is another target to try after a refusal: those
// that a 3xx names, as far as the call's owner allows them, or one that is left
// of an earlier 3xx. A 6xx is said for everybody.
func (c *calling) elsewhere(ua *UA, res *sip.Response) bool {
	r := &c.moved
	switch {
	case res.StatusCode >= 600:
		return false
	case res.StatusCode == 300, res.StatusCode == 301, res.StatusCode == 302:
		r.next = append(c.allowed(ua, res), r.next...)
	}
	r.next = slices.DeleteFunc(r.next, func(u sip.Uri) bool { return slices.Contains(r.tried, u.String()) })
	return len(r.next) > 0 && len(r.tried) < mostMoves+1
}

// allowed returns the targets of a 3xx that may be called, best first.
func (c *calling) allowed(ua *UA, res *sip.Response) []sip.Uri {
	type choice struct {
		uri sip.Uri
		q   float64
	}
	var choices []choice
	for _, h := range res.GetHeaders("Contact") {
		contact, ok := h.(*sip.ContactHeader)
		if !ok || contact.Address.Wildcard || len(choices) > 2*mostMoves {
			continue
		}
		u := *contact.Address.Clone()
		u.Headers = nil // a URI must not write our header lines
		if ua.callable(&u) != nil || c.target.Follow == nil || !c.target.Follow(u.String()) {
			continue
		}
		q := 1.0
		if text, ok := contact.Params.Get("q"); ok {
			if f, err := strconv.ParseFloat(text, 64); err == nil {
				q = f
			}
		}
		choices = append(choices, choice{u, q})
	}
	slices.SortStableFunc(choices, func(a, b choice) int { return cmp.Compare(b.q, a.q) })
	uris := make([]sip.Uri, len(choices))
	for i, c := range choices {
		uris[i] = c.uri
	}
	return uris
}

// sendElsewhere finds the way to the next target. The call stays the same one:
// Call-ID, From and To are kept.
func (l *Leg) sendElsewhere() {
	c := l.calling
	c.uri, c.moved.next = c.moved.next[0], c.moved.next[1:]
	c.moved.tried = append(c.moved.tried, c.uri.String())
	c.login = c.target.login()
	c.phones, c.current = nil, nil
	l.mu.Lock()
	l.dialog.RemoteTarget, l.dialog.Transport, l.dialog.Destination = c.uri.String(), transportOf(&c.uri), ""
	l.dialog.Name = c.uri.Host
	l.mu.Unlock()
	c.final = false
	l.find()
}
