package line

// talk is how far the buyer is in conversation with those who serve them.
type talk uint8

const (
	waiting    talk = iota // nobody serves the buyer, or nobody yet
	talking                // with the operator
	held                   // the operator has put them on hold
	consulting             // and meanwhile asks the third
	conference             // buyer, operator and third
)

// presence is where the operator's voice goes.
type presence uint8

const (
	here  presence = iota
	muted          // by the operator's own wish
	away           // the connection is lost, and waited for
)

// mode is what a supervisor does to a call.
type mode uint8

const (
	listen  mode = iota + 1 // hears them, is heard by nobody
	whisper                 // is heard by the operator alone
	barge                   // talks with all of them
)

// role is what somebody is in a call.
type role uint8

const (
	theBuyer role = iota
	theOperator
	theThird // whom the operator consults, or brings in
	aSupervisor
)

// party is somebody in a call. Its mode is a supervisor's; there may be several,
// each with their own.
type party struct {
	role role
	mode mode
}

// scene is all that decides who hears whom in a call. A scene in which the
// buyer waits has no operator.
type scene struct {
	talk     talk
	operator presence
	barged   bool // a supervisor is in barge
}

// hears reports whether listener hears speaker, who is somebody else.
// testdata/hears.txt has what comes of it, in every scene.
//
//   - Who hears music - on hold, in a queue - is heard by nobody, not even by a
//     supervisor.
//   - Who is muted, or alone because they have put the buyer on hold, is heard
//     only by a supervisor who whispers: both know of it.
//   - What is whispered is heard by the operator alone.
//   - Hold stays hold when a supervisor barges in: they whisper until it is over.
func hears(s scene, listener, speaker party) bool {
	switch {
	case speaker.role == aSupervisor && listener.role == aSupervisor:
		return s.speaks(speaker)
	case speaker.role == aSupervisor && s.aside(speaker.mode):
		return listener.role == theOperator && s.in(listener)
	case listener.role == aSupervisor && s.aside(listener.mode) && speaker.role == theOperator:
		return s.in(speaker)
	case listener.role == aSupervisor:
		return s.speaks(speaker)
	}
	return listener.role != speaker.role && s.in(listener) && s.speaks(speaker)
}

// aside reports whether a supervisor talks with the operator alone.
func (s scene) aside(m mode) bool { return m == whisper || m == barge && s.talk == held }

// in reports whether p takes part in the conversation that is going on.
func (s scene) in(p party) bool {
	served := s.talk != waiting && s.operator != away
	switch p.role {
	case theBuyer:
		return s.talk == conference || s.talk == talking && served || s.barged && (s.talk == waiting || s.talk == talking)
	case theOperator:
		return served
	case theThird:
		return s.talk == conference || s.talk == consulting && (served || s.barged)
	}
	return p.mode == barge && s.talk != held
}

// speaks reports whether p is heard by all others in the conversation.
func (s scene) speaks(p party) bool {
	if p.role == theOperator && (s.operator == muted || s.talk == held) {
		return false
	}
	return s.in(p)
}

// music reports whether buyer or third hear music, because nobody talks to
// them. The others hear silence then.
func (s scene) music(p party) bool { return !s.in(p) }

// taped reports whether what the buyer says and hears is recorded: only what is
// said to them or by them is, no consultation and no whisper.
func (s scene) taped() bool { return s.in(party{role: theBuyer}) }
