package life

// Referral is how a leg stands about a REFER, ours or the peer's (RFC 3515). A
// leg has one at a time.
type Referral uint8

// Of a referral, the side that sent REFER follows what the other reports.
const (
	Unreferred Referral = iota
	Asking              // our REFER is out
	Following           // it was accepted, the peer reports
	Asked               // theirs is in, and the owner has not said what becomes of it
	Reporting           // it was accepted, we report
	referrals
)

// Word is what is said about a referral.
type Word uint8

// Words, by who says them.
const (
	// the peer
	Refer     Word = iota
	Agree          // 2xx to our REFER
	Disagree       // 3xx-6xx to it, or nothing at all
	Notify         // NOTIFY, more of which follow
	NotifyEnd      // NOTIFY that is the last
	// we
	Ask       // send REFER
	Consent   // to theirs
	Deny      // theirs
	Report    // what has become of it so far
	ReportEnd // what has become of it
	// time
	Hushed // nobody reports any more, or the owner has not said anything
	words
)

// Deed is what has to be done about a word.
type Deed uint8

// What is sent, and what the leg's owner is told.
const (
	SendRefer       Deed = iota
	SendConsent          // 202
	SendReport           // NOTIFY
	SendReportEnd        // NOTIFY that ends the subscription
	AcceptNotify         // 200
	RefuseRefer          // with what the owner said
	RefuseSecond         // 491: there is one already
	RefuseUnheeded       // 480: the owner has not said anything
	TellReferred         // they ask
	TellReported         // what became of ours
	TellNoReferral       // ours was not made, for there is one already
	TellReferLapsed      // the reports have ended without an end
	deeds
)

type talk struct {
	to Referral
	do []Deed
}

func say(to Referral, d ...Deed) talk { return talk{to, d} }

// talks is every referral. A pair that is not here changes nothing.
var talks = map[Referral]map[Word]talk{
	Unreferred: {
		Refer: say(Asked, TellReferred),
		Ask:   say(Asking, SendRefer),
	},
	Asking: {
		Refer:     say(Asking, RefuseSecond),
		Agree:     say(Following),
		Disagree:  say(Unreferred, TellReported),
		Notify:    say(Following, AcceptNotify, TellReported), // it overtook the 202
		NotifyEnd: say(Unreferred, AcceptNotify, TellReported),
		Ask:       say(Asking, TellNoReferral),
		Hushed:    say(Unreferred, TellReferLapsed),
	},
	Following: {
		Refer:     say(Following, RefuseSecond),
		Notify:    say(Following, AcceptNotify, TellReported),
		NotifyEnd: say(Unreferred, AcceptNotify, TellReported),
		Ask:       say(Following, TellNoReferral),
		Hushed:    say(Unreferred, TellReferLapsed),
	},
	Asked: {
		Refer:   say(Asked, RefuseSecond),
		Consent: say(Reporting, SendConsent, SendReport),
		Deny:    say(Unreferred, RefuseRefer),
		Ask:     say(Asked, TellNoReferral),
		Hushed:  say(Unreferred, RefuseUnheeded),
	},
	Reporting: {
		Refer:     say(Reporting, RefuseSecond),
		Report:    say(Reporting, SendReport),
		ReportEnd: say(Unreferred, SendReportEnd),
		Ask:       say(Reporting, TellNoReferral),
		Hushed:    say(Unreferred, SendReportEnd),
	},
}

// Talk returns how a referral stands after w, and what to do about it, in
// order. It returns false, and r, if w means nothing there.
func Talk(r Referral, w Word) (Referral, []Deed, bool) {
	t, ok := talks[r][w]
	if !ok {
		return r, nil, false
	}
	return t.to, t.do, true
}
