package sipua

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// refresh says that we are still there: by UPDATE where the peer takes one,
// else by a re-INVITE with the description in force.
func (l *Leg) refresh() {
	if l.bargain.state != life.Settled {
		l.alarms.at(alarmRefresh, time.Now().Add(l.ua.timing.t2))
		return
	}
	if !l.session.updates {
		l.bargain.offer, l.bargain.refresh = l.bargain.local, true
		l.turn(life.Reoffer)
		return
	}
	l.send(errand{method: sip.UPDATE, dialog: &l.dialog, done: l.updated, dress: func(req *sip.Request) {
		req.AppendHeader(l.contact(req.Transport()))
		req.AppendHeader(supported)
		l.session.put(req)
	}})
}

// updated is what became of our UPDATE. Any response but "no such call" shows
// that the peer is there.
func (l *Leg) updated(res *sip.Response, err error) {
	if l.state != life.Up {
		return
	}
	now := time.Now()
	switch {
	case err != nil:
		l.expire("no response to UPDATE")
	case res.StatusCode == 481 || res.StatusCode == 408:
		l.expire("the peer knows no such call")
	case res.StatusCode == 405 || res.StatusCode == 501:
		l.session.updates = false
		l.refresh()
	case res.StatusCode == 422 && l.session.lengthen(res):
		l.refresh()
	case res.IsSuccess():
		l.retarget(&l.dialog, res.Contact(), res.Source())
		l.session.confirmed(res, l.ua.timing.minSession)
		l.session.start(l, now)
	default:
		l.session.start(l, now)
	}
}

// confirmed reads the 2xx to a refresh or re-INVITE of ours, which may leave the
// timer out because nothing changes.
func (s *session) confirmed(res *sip.Response, least time.Duration) {
	if interval, refresher := sessionExpires(res); interval > 0 {
		s.interval = max(time.Duration(interval)*time.Second, least)
		s.ours = refresher != "uas"
	}
}

// lengthen reads a 422, and tells whether it leaves anything to try.
func (s *session) lengthen(res *sip.Response) bool {
	least := seconds(res, "Min-SE")
	if least <= int(s.interval/time.Second) {
		return false
	}
	s.least, s.interval = least, time.Duration(least)*time.Second
	return true
}

// retarget notes where the peer of a dialog wants to be reached from now on
// (RFC 3261, 12.2.1.2).
func (l *Leg) retarget(d *Dialog, contact *sip.ContactHeader, source string) {
	if contact == nil || contact.Address.Host == "" || contact.Address.Wildcard {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	d.RemoteTarget = contact.Address.String()
	if d.Transport != "UDP" || len(d.RouteSet) > 0 {
		return
	}
	if d.Destination != "" { // pinned to where its packets come from
		if _, err := netip.ParseAddrPort(source); err == nil {
			d.Destination = source
		}
		return
	}
	d.Destination = behindNAT(&contact.Address, source)
}

// info is a key pressed, by either of the two ways that INFO has for it.
func (l *Leg) info(s *served) {
	digit, ok := digitOf(s.req)
	if !ok && len(s.req.Body()) > 0 {
		l.refuse(s, 415, "Unsupported Media Type", sip.NewHeader("Accept", "application/dtmf-relay, application/dtmf"))
		return
	}
	res := l.respond(s.req, 200, "OK")
	res.SetBody(nil)
	l.finish(s, res)
	switch l.state {
	case life.Over, life.Leaving, life.Withdrawn, life.Cancelling: // the owner knows that it ends
	default:
		if ok {
			l.tell(digit)
		}
	}
}

// press sends a key in the form that most peers read (application/dtmf-relay).
func (l *Leg) press(d Digit) {
	pressed := key(string(d.Digit))
	if l.state != life.Up || pressed == 0 {
		return
	}
	if d.Milliseconds <= 0 {
		d.Milliseconds = usualPress
	}
	text := "Signal=" + string(pressed) + "\r\nDuration=" + strconv.Itoa(d.Milliseconds) + "\r\n"
	l.send(errand{method: sip.INFO, dialog: &l.dialog, dress: func(req *sip.Request) {
		req.AppendHeader(l.contact(req.Transport()))
		ct := sip.ContentTypeHeader("application/dtmf-relay")
		req.AppendHeader(&ct)
		req.SetBody([]byte(text))
	}})
}

// usualPress is how long a key is held where nobody says, in milliseconds.
const usualPress = 160

// digitOf reads "Signal=5, Duration=160" in lines, or a bare digit.
func digitOf(req *sip.Request) (Digit, bool) {
	ct := ""
	if h := req.ContentType(); h != nil {
		ct, _, _ = strings.Cut(strings.ToLower(h.Value()), ";")
	}
	d := Digit{}
	switch strings.TrimSpace(ct) {
	case "application/dtmf":
		d.Digit = key(strings.TrimSpace(string(req.Body())))
	case "application/dtmf-relay":
		for line := range strings.Lines(string(req.Body())) {
			name, value, _ := strings.Cut(line, "=")
			switch value = strings.TrimSpace(value); strings.ToLower(strings.TrimSpace(name)) {
			case "signal":
				d.Digit = key(value)
			case "duration":
				if n, err := strconv.ParseUint(value, 10, 16); err == nil {
					d.Milliseconds = int(n)
				}
			}
		}
	}
	return d, d.Digit != 0
}

// key is the key that a signal stands for, or 0.
func key(signal string) byte {
	switch signal {
	case "10":
		return '*'
	case "11":
		return '#'
	}
	const keys = "0123456789*#ABCD"
	if key := strings.ToUpper(signal); len(key) == 1 && strings.IndexByte(keys, key[0]) >= 0 {
		return key[0]
	}
	return 0
}
