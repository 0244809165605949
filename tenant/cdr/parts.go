package cdr

import "time"

// Parts is how long a call was in each part of its life, in milliseconds. The
// parts follow one another without gaps; wrap-up comes after the media ended.
type Parts struct {
	RingMS     int64 `json:"ring_ms"`
	GreetingMS int64 `json:"greeting_ms"`
	QueueMS    int64 `json:"queue_ms"`
	TalkMS     int64 `json:"talk_ms"`
	HoldMS     int64 `json:"hold_ms"`
	WrapUpMS   int64 `json:"wrap_up_ms"`
}

// untilEnd is the length of a call until its media ended.
func (p Parts) untilEnd() time.Duration {
	return time.Duration(p.RingMS+p.GreetingMS+p.QueueMS+p.TalkMS+p.HoldMS) * time.Millisecond
}

// part returns the part that runs while a call is in the state, or nil.
func (p *Parts) part(state State) *int64 {
	switch state {
	case Greeting, Menu:
		return &p.GreetingMS
	case Waiting:
		return &p.QueueMS
	case Talking:
		return &p.TalkMS
	case Held, Moving:
		return &p.HoldMS
	case WrapUp, Ended:
	}
	return nil
}

// Life is where a call stood when its switch last told of it.
type Life struct {
	State      State
	StartedAt  time.Time
	AnsweredAt *time.Time
	EndedAt    *time.Time
	Parts
}

// endsAt returns the parts of a call whose last media was heard at last, and when
// it therefore ended. What was stored stands; the part that ran grows until the
// last media, so that nothing counts past it. A call in wrap-up has ended
// before, and what nobody told of its wrap-up is not counted.
func (l Life) endsAt(last time.Time) (Parts, time.Time) {
	if l.EndedAt != nil {
		return l.Parts, *l.EndedAt
	}
	began := l.StartedAt.Add(l.untilEnd())
	if l.AnsweredAt != nil && began.Before(*l.AnsweredAt) {
		began = *l.AnsweredAt // a stored part is missing, and no talk came before the answer
	}
	parts, ran := l.Parts, max(0, last.Sub(began)).Truncate(time.Millisecond)
	if running := parts.part(l.State); running != nil {
		*running += ran.Milliseconds()
	}
	return parts, began.Add(ran)
}
