package sipua

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
	"switchboard/telephony/sipua/wire"
)

// referral is what a leg knows of a REFER on it (RFC 3515).
type referral struct {
	state   life.Referral
	ours    asked
	seq     uint32      // CSeq of ours
	news    ReferReport // what the last NOTIFY said
	theirs  *served     // the peer's that has no response yet
	rival   *served     // one that is being judged
	notice  *served     // a NOTIFY that is being judged
	event   string      // what our NOTIFYs are about
	asked   int         // how many we have sent
	count   int         // and how many the peer has
	reports []report    // ours that wait for the one before
	busy    bool        // one is on its way, or the 202 is
	code    int         // what we say or report
	reason  string
}

// asked is whom the peer is to call.
type asked struct{ to, replaces string }

// report is one NOTIFY of ours.
type report struct{ event, state, line string }

// AllowRefer lets the peer ask us to call somebody in its place, and lets an
// INVITE take this leg's place. Without it both are refused.
func (l *Leg) AllowRefer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.yields = true
}

func (l *Leg) mayYield() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.yields
}

// Refer has the peer call to, in the place of the call instead if there is one;
// ReferReport tells what became of it. The leg goes on until somebody hangs up.
func (l *Leg) Refer(to string, instead *Leg) {
	w := asked{to: to}
	if instead != nil {
		w.replaces = instead.replacesValue()
	}
	l.post(func() {
		if l.state != life.Up {
			if l.state != life.Over {
				l.tell(ReferReport{Code: 491, Reason: "not while it rings", Last: true})
			}
			return
		}
		if l.referral.state == life.Unreferred {
			l.referral.ours = w
		}
		l.talk(life.Ask)
	})
}

// replacesValue names the leg to its peer, for whom our tag is the far one.
func (l *Leg) replacesValue() string {
	d := l.snapshot()
	return d.CallID + ";to-tag=" + d.RemoteTag + ";from-tag=" + d.LocalTag
}

// AnswerRefer accepts the peer's Referred with 202, or refuses it with a code of
// 300 or more. ReportRefer must follow the former.
func (l *Leg) AnswerRefer(code int, reason string) {
	l.post(func() {
		r := &l.referral
		r.code, r.reason = code, reason
		if code < 300 {
			r.code, r.reason = 100, "Trying"
			l.talk(life.Consent)
			return
		}
		l.talk(life.Deny)
	})
}

// ReportRefer tells the peer what the call that it asked for has come to; a code
// of 200 or more is the last word. After the end of the leg nobody is told.
func (l *Leg) ReportRefer(code int, reason string) {
	l.post(func() {
		r := &l.referral
		r.code, r.reason = code, reason
		if code < 200 {
			l.talk(life.Report)
			return
		}
		l.talk(life.ReportEnd)
	})
}

// talk puts a word to the referral and does what follows from it.
func (l *Leg) talk(w life.Word) bool {
	to, deeds, ok := life.Talk(l.referral.state, w)
	if !ok {
		return false
	}
	l.referral.state = to
	l.alarms.stop(alarmHushed)
	switch to {
	case life.Asked:
		l.alarms.at(alarmHushed, time.Now().Add(l.ua.timing.reply))
	case life.Following, life.Reporting:
		l.alarms.at(alarmHushed, time.Now().Add(l.ua.timing.refer))
	}
	for _, d := range deeds {
		l.deed(d)
	}
	return true
}

func (l *Leg) deed(d life.Deed) {
	r := &l.referral
	switch d {
	case life.SendRefer:
		l.sendRefer()
	case life.SendConsent:
		l.sendConsent()
	case life.SendReport:
		l.notify("active;expires=" + strconv.Itoa(int(l.ua.timing.refer/time.Second)))
	case life.SendReportEnd:
		l.notify("terminated;reason=noresource")
	case life.AcceptNotify:
		res := l.respond(r.notice.req, 200, "OK")
		res.SetBody(nil)
		l.finish(r.notice, res)
	case life.RefuseRefer:
		l.refuse(r.theirs, r.code, r.reason)
	case life.RefuseSecond:
		l.refuse(r.rival, 491, "Request Pending")
	case life.RefuseUnheeded:
		l.refuse(r.theirs, 480, "Temporarily Unavailable")
	case life.TellReferred:
		l.tellReferred()
	case life.TellReported:
		l.tell(r.news)
	case life.TellNoReferral:
		l.tell(ReferReport{Code: 491, Reason: "another one is under way", Last: true})
	case life.TellReferLapsed:
		l.tell(ReferReport{Code: 408, Reason: "no report", Last: true})
	}
}

func (l *Leg) sendRefer() {
	r := &l.referral
	r.news = ReferReport{}
	to := "<" + wire.Phrase(strings.NewReplacer("<", "", ">", "").Replace(r.ours.to)) + ">"
	if r.ours.replaces != "" {
		to = strings.TrimSuffix(to, ">") + "?Replaces=" + url.QueryEscape(r.ours.replaces) + ">"
	}
	by := "<" + l.dialog.LocalURI + ">"
	r.asked++
	mine := r.asked
	done := func(res *sip.Response, err error) {
		if mine == l.referral.asked {
			l.referConcluded(res, err)
		}
	}
	r.seq = l.send(errand{method: sip.REFER, dialog: &l.dialog, done: done, dress: func(req *sip.Request) {
		req.AppendHeader(l.contact(req.Transport()))
		req.AppendHeader(allow)
		req.AppendHeader(sip.NewHeader("Refer-To", to))
		req.AppendHeader(sip.NewHeader("Referred-By", by))
	}})
}

// referConcluded is the response to our REFER.
func (l *Leg) referConcluded(res *sip.Response, err error) {
	switch {
	case err != nil:
		l.referral.news = ReferReport{Code: 408, Reason: "no response", Last: true}
		l.talk(life.Disagree)
	case res.IsSuccess():
		l.referral.seq = res.CSeq().SeqNo // of the try that satisfied the peer
		l.talk(life.Agree)
	default:
		l.referral.news = ReferReport{Code: res.StatusCode, Reason: printable(res.Reason), Last: true}
		l.talk(life.Disagree)
	}
}

// notified is a NOTIFY of the peer: the report on our REFER and nothing else.
func (l *Leg) notified(s *served) {
	r := &l.referral
	event, state := lineOf(s.req, "Event", "o"), lineOf(s.req, "Subscription-State")
	name, params, _ := strings.Cut(event, ";")
	id, given := strings.CutPrefix(strings.TrimSpace(params), "id=")
	switch {
	case !strings.EqualFold(strings.TrimSpace(name), "refer"):
		l.refuse(s, 489, "Bad Event", sip.NewHeader("Allow-Events", "refer"))
		return
	case state == "":
		l.refuse(s, 400, "Subscription-State Is Missing")
		return
	case given && leadingNumber(id) != int(r.seq):
		l.refuse(s, 481, "No Such Subscription")
		return
	}
	code, reason := fragment(s.req.Body())
	last := strings.HasPrefix(strings.ToLower(state), "terminated")
	r.notice, r.news = s, ReferReport{Code: code, Reason: reason, Last: last}
	word := life.Notify
	if last {
		word = life.NotifyEnd
	}
	if !l.talk(word) {
		l.refuse(s, 481, "No Such Subscription")
	}
}

// fragment reads the status line of a message/sipfrag (RFC 3420).
func fragment(b []byte) (code int, reason string) {
	line, _, _ := strings.Cut(string(b), "\n")
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "SIP/2.0 ")
	code = leadingNumber(rest)
	if !ok || code < 100 || code > 699 {
		return 202, ""
	}
	return code, printable(strings.TrimLeft(rest, "0123456789 "))
}

// lineOf returns the value of a header line by any of its names.
func lineOf(m sip.Message, names ...string) string {
	for _, n := range names {
		if h := m.GetHeaders(n); len(h) > 0 {
			return strings.TrimSpace(h[0].Value())
		}
	}
	return ""
}

// sendConsent answers the peer's REFER.
func (l *Leg) sendConsent() {
	r := &l.referral
	res := l.respond(r.theirs.req, 202, "Accepted")
	res.AppendHeader(l.contact(r.theirs.req.Transport()))
	res.SetBody(nil)
	r.busy = true // the peer knows what the first report is about once it has this
	r.theirs.sent = func() { l.post(l.reportNext) }
	l.finish(r.theirs, res)
	r.event = "refer"
	if r.count++; r.count > 1 { // RFC 3515, 2.4.6
		r.event += ";id=" + strconv.FormatUint(uint64(r.theirs.req.CSeq().SeqNo), 10)
	}
}

// notify reports to the peer, when it has answered the report before: two at
// once may come the wrong way round.
func (l *Leg) notify(state string) {
	r := &l.referral
	r.reports = append(r.reports, report{r.event, state, "SIP/2.0 " + strconv.Itoa(r.code) + " " + wire.Phrase(r.reason) + "\r\n"})
	if !r.busy {
		l.reportNext()
	}
}

// reportNext sends the next report. What becomes of it does not matter: who
// does not want to hear it has said so.
func (l *Leg) reportNext() {
	r := &l.referral
	if r.busy = len(r.reports) > 0 && l.state == life.Up; !r.busy {
		return
	}
	n := r.reports[0]
	r.reports = r.reports[1:]
	done := func(*sip.Response, error) { l.reportNext() }
	l.send(errand{method: sip.NOTIFY, dialog: &l.dialog, done: done, dress: func(req *sip.Request) {
		req.AppendHeader(l.contact(req.Transport()))
		req.AppendHeader(sip.NewHeader("Event", n.event))
		req.AppendHeader(sip.NewHeader("Subscription-State", n.state))
		ct := sip.ContentTypeHeader("message/sipfrag;version=2.0")
		req.AppendHeader(&ct)
		req.SetBody([]byte(n.line))
	}})
}

// hushed ends a referral of which nobody says anything any more.
func (l *Leg) hushed() {
	l.referral.code, l.referral.reason = 408, "Request Timeout"
	l.talk(life.Hushed)
}
