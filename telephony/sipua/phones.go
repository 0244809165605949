package sipua

import (
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/life"
)

// phone is the dialog with one of the telephones that ring for our INVITE (RFC
// 3261, 12.1). At most one of them becomes the leg's.
type phone struct {
	dialog  Dialog
	number  uint32 // RSeq of its last reliable response
	sdp     []byte // its description that is in force
	agreed  bool   // its description and ours are a whole bargain
	updates bool   // it takes UPDATE
}

// mostPhones bounds those that may ring for one INVITE. Of more, the first to
// answer still gets the call.
const mostPhones = 16

// phone returns the dialog with the sender of a provisional response, or nil if
// there are too many.
func (l *Leg) phone(res *sip.Response) *phone {
	c, tag := l.calling, string(tagOf(res.To().Params))
	e := c.phones[tag]
	if e == nil {
		if len(c.phones) >= mostPhones {
			return nil
		}
		e = &phone{dialog: l.snapshot()}
		e.dialog.LocalSeq = l.inviteSeq
		if c.phones == nil {
			c.phones = map[string]*phone{}
		}
		c.phones[tag] = e
		establish(&e.dialog, res, tag)
		if c.target.Destination != "" && len(e.dialog.RouteSet) == 0 {
			e.dialog.Destination = res.Source()
		}
	}
	if res.GetHeader("Allow") != nil {
		e.updates = has(res, "UPDATE", "Allow")
	}
	return e
}

// learn notes the tag of who may become the leg's peer. It is called as the
// response comes in: a request may be right behind it.
func (l *Leg) learn(tag string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.seen[tag]; !known && l.dialog.RemoteTag == "" && len(l.seen) < mostPhones {
		l.seen[tag] = 0
	}
}

// knows tells whether a request with the given From tag is of this leg's peer.
func (l *Leg) knows(tag string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, known := l.seen[tag]
	return known || l.dialog.RemoteTag == tag
}

// rang is a provisional response above 100. A reliable one comes again until
// its PRACK is there; one that is ahead of its turn will come again, too (RFC
// 3262, 4).
func (l *Leg) rang(res *sip.Response) {
	c, e := l.calling, l.phone(res)
	number, reliable := rseq(res)
	switch {
	case !reliable:
		if e != nil && len(res.Body()) > 0 && !e.agreed && len(c.target.SDP) > 0 {
			e.sdp = res.Body()
		}
		c.heard = res
		l.step(life.Progress)
	case e == nil || number <= e.number || e.number > 0 && number != e.number+1:
	default:
		e.number = number
		c.heard, c.current = res, e
		l.step(life.Reliable)
	}
}

// rseq reads the number of a reliable provisional response.
func rseq(res *sip.Response) (number uint32, reliable bool) {
	h := res.GetHeader("RSeq")
	if h == nil || !has(res, "100rel", "Require") {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(h.Value()), 10, 32)
	return uint32(n), err == nil && n > 0
}

// sendPrack acknowledges the reliable response. Its description answers our
// offer; where the INVITE had none it is the offer, and ours the answer.
func (l *Leg) sendPrack() {
	c := l.calling
	e, res := c.current, c.heard
	sdp := []byte(nil)
	if theirs := bodyOf(res); theirs != nil && !e.agreed {
		e.sdp = theirs
		if len(c.target.SDP) == 0 {
			sdp = c.target.answer(theirs)
			l.bargain.local = sdp
		}
		e.agreed = len(c.target.SDP) > 0 || len(sdp) > 0
	}
	rack := strconv.FormatUint(uint64(e.number), 10) + " " + strconv.FormatUint(uint64(res.CSeq().SeqNo), 10) + " INVITE"
	l.send(errand{method: sip.PRACK, dialog: &e.dialog, dress: func(req *sip.Request) {
		req.AppendHeader(sip.NewHeader("RAck", rack))
		body(req, sdp)
	}})
}

// settle makes the dialog of a 2xx the leg's. What was agreed with that very
// telephone holds, what the others said does not.
func (l *Leg) settle(res *sip.Response, tag string) {
	c := l.calling
	e := c.phones[tag]
	l.mu.Lock()
	defer l.mu.Unlock()
	if e != nil {
		l.dialog.LocalSeq = max(l.dialog.LocalSeq, e.dialog.LocalSeq)
		l.dialog.RemoteSeq = e.dialog.RemoteSeq
		c.early, c.agreed = e.sdp, e.agreed
	}
	c.phones, c.current = nil, nil
	l.seen = map[string]uint32{tag: l.seen[tag]}
	establish(&l.dialog, res, tag)
	if c.target.Destination != "" && len(l.dialog.RouteSet) == 0 {
		l.dialog.Destination = res.Source() // a NAT lets in who was spoken to
	}
}

// with returns the dialog with the peer whose tag is given: the leg's, or,
// while nobody has answered, that of one who rings.
func (l *Leg) with(tag string) *Dialog {
	if l.calling != nil {
		if e := l.calling.phones[tag]; e != nil {
			return &e.dialog
		}
	}
	return &l.dialog
}

// current is the dialog in which requests of ours go out now.
func (l *Leg) current() *Dialog {
	if l.calling != nil && l.calling.current != nil {
		return &l.calling.current.dialog
	}
	return &l.dialog
}

// negotiable tells whether media can be bargained over with the peer whose tag
// is given: when the first bargain, with which the call began, is whole.
func (l *Leg) negotiable(tag string) bool {
	switch {
	case l.state == life.Up:
		return true
	case l.state == life.Invited, l.state == life.Pledged:
		return l.pledge.agreed
	case l.state == life.Ringing:
		e := l.calling.phones[tag]
		return e != nil && e.agreed
	}
	return false
}
