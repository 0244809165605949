package line

import (
	"sync"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua"
)

// phonebook is where the registered telephones are now.
type phonebook struct {
	mu     sync.Mutex
	places map[string]sipua.Contact
}

func newPhonebook() *phonebook { return &phonebook{places: map[string]sipua.Contact{}} }

// Registered notes where a telephone is, or that it is nowhere any more.
func (l *Lines) Registered(user string, c sipua.Contact) {
	l.phones.mu.Lock()
	defer l.phones.mu.Unlock()
	if c.Expires.IsZero() {
		delete(l.phones.places, user)
		return
	}
	l.phones.places[user] = c
}

// Reachable reports whether an operator's browser or telephone could ring at
// the instant.
func (l *Lines) Reachable(op *directory.Operator, at time.Time) bool {
	return l.InBrowser(op) || l.AtTelephone(op, at)
}

// InBrowser reports whether an operator's browser could ring now. It rings
// before a telephone does.
func (l *Lines) InBrowser(op *directory.Operator) bool {
	return op != nil && l.browsers.Reachable(op.ID)
}

// AtTelephone reports whether an operator's telephone could ring at the instant.
func (l *Lines) AtTelephone(op *directory.Operator, at time.Time) bool {
	_, ok := l.phones.locate(op, at)
	return ok
}

// Present reports whether an operator has a browser, or had one a moment ago: a
// page that is loaded anew is no reason to end anybody's wrap-up.
func (l *Lines) Present(op *directory.Operator) bool { return l.browsers.Present(op.ID) }

// locate returns where to ring an operator, if there is a telephone.
func (p *phonebook) locate(op *directory.Operator, at time.Time) (sipua.Target, bool) {
	if op == nil {
		return sipua.Target{}, false
	}
	if op.SIPURI != "" {
		return sipua.Target{URI: op.SIPURI}, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.places[op.SIPUser]
	if !ok || op.SIPUser == "" || !at.Before(c.Expires) {
		return sipua.Target{}, false
	}
	return sipua.Target{URI: c.URI, Destination: c.Source}, true
}
