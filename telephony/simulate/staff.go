package simulate

import (
	"slices"

	"switchboard/telephony/acd"
)

// staff is who works when.
type staff struct {
	shops   []acd.ShopID // all of them: everybody serves every shop
	changes []change
	pools   [2]pool // in the order of tiers
	serial  int
	talking map[int]acd.OperatorID // by call
	poolOf  map[acd.OperatorID]*pool
}

// change is how many of each tier shall work from an instant on.
type change struct {
	at   acd.Instant
	want [2]int
}

// pool is the operators of one tier.
type pool struct {
	tier    acd.Tier
	here    int
	leaving int              // as soon as a call of theirs ends
	idle    []acd.OperatorID // the longest first
}

func newStaff(p Plan) staff {
	s, st := p.Scenario, p.Staffing
	f := staff{talking: map[int]acd.OperatorID{}, poolOf: map[acd.OperatorID]*pool{}}
	for i, t := range tiers {
		f.pools[i].tier = t
	}
	for rank := 1; rank <= s.Shops; rank++ {
		f.shops = append(f.shops, shopID(rank))
	}
	for d := range s.Days {
		for h := range s.halfHours() {
			f.changes = append(f.changes, change{span(d, h), [2]int{st.OrderTakers[h], st.Consultants[h]}})
		}
	}
	return f
}

// change brings both pools to the strength wanted, order takers first.
func (s *shift) change(c change) {
	for i := range s.staff.pools {
		p := &s.staff.pools[i]
		for p.here-p.leaving < c.want[i] {
			s.raise(p)
		}
		for p.here-p.leaving > c.want[i] {
			s.lower(p)
		}
	}
}

// raise makes one more stay: who was about to leave, else somebody new.
func (s *shift) raise(p *pool) {
	if p.leaving > 0 {
		p.leaving--
		return
	}
	f := &s.staff
	f.serial++
	id := opID(f.serial)
	p.here++
	p.idle = append(p.idle, id)
	f.poolOf[id] = p
	s.tell(acd.Ready{Operator: id, Tier: p.tier, Shops: f.shops})
}

// lower makes one go: the most recently idle, else whoever ends a call next.
func (s *shift) lower(p *pool) {
	if len(p.idle) == 0 {
		p.leaving++
		return
	}
	last := len(p.idle) - 1
	id := p.idle[last]
	p.idle = p.idle[:last]
	s.leave(p, id)
}

func (s *shift) leave(p *pool, id acd.OperatorID) {
	p.here--
	delete(s.staff.poolOf, id)
	s.tell(acd.Away{Operator: id, Reason: "end of shift"})
}

// leaveIfPending lets the operator of call n, which is about to end, go home
// if one of the pool shall.
func (s *shift) leaveIfPending(n int) {
	id := s.staff.talking[n]
	if p := s.staff.poolOf[id]; p.leaving > 0 {
		p.leaving--
		s.leave(p, id)
	}
}

func (f *staff) busy(id acd.OperatorID, call int) {
	f.talking[call] = id
	p := f.poolOf[id]
	i := slices.Index(p.idle, id) // mostly the first
	p.idle = slices.Delete(p.idle, i, i+1)
}

func (f *staff) free(id acd.OperatorID, call int) {
	delete(f.talking, call)
	if p := f.poolOf[id]; p != nil {
		p.idle = append(p.idle, id)
	}
}
