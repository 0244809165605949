package switchd

import (
	"github.com/google/uuid"

	"switchboard/telephony/acd"
	"switchboard/telephony/call"
	"switchboard/telephony/command"
)

// moving is the call's way to somebody else as desks show it; nil for none.
func (l *live) moving() *command.Move {
	switch {
	case l.third != nil:
		return l.third.view(l.with)
	case l.parked != nil:
		return &command.Move{Kind: "park", By: l.parked.by, State: "parked", Since: wall(acd.Instant(l.life.Since)), Until: ptr(wall(l.until))}
	}
	return nil
}

func (t *third) view(by uuid.UUID) *command.Move {
	m := &command.Move{
		Kind: string(t.goal.Kind), Name: t.goal.Name, By: by, Note: t.note, State: "ringing", Blind: t.blind, Own: t.own, Since: wall(t.began),
	}
	switch {
	case t.all:
		m.State = "all"
	case t.here && t.aside:
		m.State = "aside"
	case t.here:
		m.State = "waits"
	}
	if t.until != acd.Never {
		m.Until = ptr(wall(t.until))
	}
	if t.operator != uuid.Nil {
		m.Guest = ptr(t.operator)
	}
	return m
}

func (l *live) misses() *command.Miss {
	m := l.missed
	if m.at == 0 {
		return nil
	}
	return &command.Miss{Kind: string(m.goal.Kind), Name: m.goal.Name, Why: string(m.why), SIPCode: m.code, At: wall(m.at)}
}

// viewFor is the call as one of its operators has it: who left it writes it up,
// who was called in hears what the others say.
func (l *live) viewFor(o acd.OperatorView) *command.Call {
	v := l.view(acd.CallView{Due: acd.Never})
	if o.Left {
		v.State, v.Move, v.Missed, v.AwayUntil, v.Muted = command.State(call.WrapUp), nil, nil, nil, false
		v.Operator = ptr(uuid.MustParse(string(o.Operator)))
	}
	return &v
}
