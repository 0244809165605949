package sipua

import (
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// session is a leg's session timer (RFC 4028): a call whose peer is gone ends
// when nobody refreshes it. An interval of 0 has none.
type session struct {
	interval time.Duration
	ours     bool // we refresh
	timer    bool // the peer knows session timers
	updates  bool // the peer takes UPDATE
	least    int  // the shortest interval that the peer stands, in seconds, as far as it has said
}

// ask reads what an INVITE of the peer wants.
func (s *session) ask(req *sip.Request) {
	s.timer = has(req, "timer", "Supported", "k")
	s.updates = has(req, "UPDATE", "Allow")
	s.least = seconds(req, "Min-SE")
	interval, refresher := sessionExpires(req)
	if interval == 0 {
		return
	}
	s.interval = time.Duration(interval) * time.Second
	// Who does not know the extension can't refresh; a proxy has asked for it.
	s.ours = refresher == "uas" || !s.timer
}

// accept returns the lines of the 2xx that set the timer. Who knows the
// extension and asked for nothing is asked to refresh, so that a peer that
// loses power does not stay on the line for ever.
func (s *session) accept(wanted time.Duration) []sip.Header {
	wanted = max(wanted, time.Duration(s.least)*time.Second)
	if s.timer && (s.interval == 0 || s.interval > wanted) { // a day is as good as no timer
		s.interval = wanted
	}
	if s.interval == 0 {
		return nil
	}
	lines := []sip.Header{sip.NewHeader("Session-Expires", s.value())}
	if !s.ours {
		lines = append(lines, sip.NewHeader("Require", "timer"))
	}
	return append(lines, supported)
}

// value is the interval and who refreshes, as said by the called side.
func (s *session) value() string {
	refresher := ";refresher=uac"
	if s.ours {
		refresher = ";refresher=uas"
	}
	return strconv.Itoa(int(s.interval/time.Second)) + refresher
}

// agreed reads the 2xx to our INVITE or refresh: without an interval the peer
// has no timer, and ours would end calls that are well.
func (s *session) agreed(res *sip.Response, least time.Duration) {
	interval, refresher := sessionExpires(res)
	s.interval = time.Duration(interval) * time.Second
	if interval > 0 { // who wants it shorter would have us send without end
		s.interval = max(s.interval, least)
	}
	s.ours = refresher != "uas"
	s.updates = has(res, "UPDATE", "Allow") || s.updates && res.GetHeader("Allow") == nil
}

// refreshed reads a refresh of the peer, in which it is the caller.
func (s *session) refreshed(req *sip.Request) []sip.Header {
	interval, refresher := sessionExpires(req)
	if interval == 0 {
		if s.interval == 0 {
			return nil
		}
		interval = int(s.interval / time.Second)
	}
	s.interval = time.Duration(interval) * time.Second
	s.ours = refresher == "uas"
	lines := []sip.Header{sip.NewHeader("Session-Expires", s.value())}
	if !s.ours && has(req, "timer", "Supported", "k") {
		lines = append(lines, sip.NewHeader("Require", "timer"))
	}
	return lines
}

// start winds the session's clocks anew.
func (s *session) start(l *Leg, now time.Time) {
	l.alarms.stop(alarmRefresh, alarmExpired)
	if s.interval == 0 {
		return
	}
	if s.ours {
		l.alarms.at(alarmRefresh, now.Add(s.interval/2))
		l.alarms.at(alarmExpired, now.Add(s.interval))
		return
	}
	// A little before the end, so that our BYE still finds who is there
	// (RFC 4028, 10).
	l.alarms.at(alarmExpired, now.Add(s.interval-min(32*time.Second, s.interval/3)))
}

// sessionExpires reads an interval in seconds and the refresher.
func sessionExpires(m sip.Message) (interval int, refresher string) {
	lines := append(m.GetHeaders("Session-Expires"), m.GetHeaders("x")...)
	if len(lines) == 0 {
		return 0, ""
	}
	n, params, _ := strings.Cut(lines[0].Value(), ";")
	seconds, err := strconv.ParseUint(strings.TrimSpace(n), 10, 31)
	if err != nil {
		return 0, ""
	}
	for p := range strings.SplitSeq(params, ";") {
		if k, v, ok := strings.Cut(p, "="); ok && strings.EqualFold(strings.TrimSpace(k), "refresher") {
			refresher = strings.ToLower(strings.TrimSpace(v))
		}
	}
	return int(seconds), refresher
}

// has tells whether a list among the named lines has an item.
func has(m sip.Message, item string, names ...string) bool {
	for _, name := range names {
		for _, h := range m.GetHeaders(name) {
			for v := range strings.SplitSeq(h.Value(), ",") {
				if strings.EqualFold(strings.TrimSpace(v), item) {
					return true
				}
			}
		}
	}
	return false
}
