package acd

import "slices"

// explain follows what each call should be told of its wait.
func (s *shift) explain(v View, ev Event, got []Action) {
	if a, ok := ev.(Arrived); ok && !ignored(got) {
		s.why[a.Call] = whatItMet(v, a, s.room.policy)
	}
	if r, ok := ev.(Ready); ok && !ignored(got) {
		s.welcome(v, r)
	}
	for _, a := range got {
		switch a := a.(type) {
		case Offer:
			e := s.why[a.Call]
			e.Offers++
			s.why[a.Call] = e
		case Connect:
			s.checkWhy(a.Call, a.Why)
			s.passOthers(v, a)
		case Lose:
			s.checkWhy(a.Call, a.Why)
		}
	}
}

func whatItMet(v View, a Arrived, p Policy) Explanation {
	e := Explanation{Rule: rules[p.Queueing], Position: 1}
	for _, c := range v.Calls {
		if c.State == StateWaiting {
			e.Waiting++
			if c.Shop == a.Shop && c.Tier == a.Tier {
				e.Position++
			}
		}
	}
	for _, o := range v.Operators {
		if !o.OnDuty {
			continue
		}
		e.OnDuty++
		if able(o, CallView{Shop: a.Shop, Tier: a.Tier}) {
			e.Able++
			if o.State == StateIdle {
				e.Idle++
			}
		}
	}
	return e
}

// welcome: the calls that wait whom whoever comes on duty may take.
func (s *shift) welcome(v View, ev Ready) {
	if slices.ContainsFunc(v.Operators, func(o OperatorView) bool { return o.Operator == ev.Operator && o.OnDuty }) {
		return
	}
	for _, c := range v.Calls {
		if able(OperatorView{Tier: ev.Tier, Shops: ev.Shops}, c) && waits(c) {
			e := s.why[c.Call]
			e.Came++
			s.why[c.Call] = e
		}
	}
}

func waits(c CallView) bool { return c.State == StateWaiting || c.State == StateOffered }

// passOthers: the calls that waited whom the operator of a could have taken
// instead.
func (s *shift) passOthers(v View, a Connect) {
	i := slices.IndexFunc(v.Operators, func(o OperatorView) bool { return o.Operator == a.Operator })
	for _, c := range v.Calls {
		if able(v.Operators[i], c) && c.Call != a.Call && waits(c) {
			e := s.why[c.Call]
			e.Ahead++
			s.why[c.Call] = e
		}
	}
}

func (s *shift) checkWhy(c CallID, got Explanation) {
	s.t.Helper()
	if got != s.why[c] {
		s.t.Fatalf("%s is told %+v, should be %+v", c, got, s.why[c])
	}
}
