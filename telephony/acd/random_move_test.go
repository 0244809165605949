package acd

// handOn is what an operator does with a call in hand, and mostly one that is.
func (s *shift) handOn(op OperatorID) Event {
	c := s.randomCall()
	for _, v := range s.room.View().Calls {
		if (v.State == StateTalking || v.State == StateMoving) && s.rng.IntN(2) == 0 {
			c = v.Call
		}
	}
	tier := []Tier{Order, Consult}[s.rng.IntN(2)]
	switch s.rng.IntN(7) {
	case 0, 1:
		return Called{c, []OperatorID{op, ""}[s.rng.IntN(2)], tier}
	case 2:
		return Excused{c}
	case 3, 4:
		return Handed{c}
	case 5:
		return Left{c}
	}
	return Sent{c, "other", tier, Promise{Millis(s.rng.IntN(4) * 5000), 900}, []OperatorID{op, ""}[s.rng.IntN(2)]}
}
