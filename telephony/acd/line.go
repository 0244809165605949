package acd

import (
	"slices"
	"strings"
)

type lineKey struct {
	shop ShopID
	tier Tier
}

// line is the calls that wait for one shop and tier and have been refused by
// nobody, in waiting order.
type line struct {
	key   lineKey
	calls heap[*call]
	heads []*head // one for each profile that serves the line

	waiting   int // calls for this shop and tier, the refused too
	dissolved int // calls answered by profiles that are no more
	left      int // operators who came on duty in such profiles
}

// head is the front of a line as one profile sees it.
type head struct {
	line    *line
	profile *profile
	first   *call // of the line, when the head was last placed
	turn    Instant
	slot    int
}

func (h *head) place() *int { return &h.slot }

func (h *head) before(o *head) bool {
	if h.turn != o.turn { // spares following the pointers, mostly
		return h.turn < o.turn
	}
	return h.first.before(o.first)
}

func (r *Room) lineOf(key lineKey) *line {
	l := r.lines[key]
	if l == nil {
		l = &line{key: key}
		r.lines[key] = l
	}
	return l
}

func (l *line) push(c *call) {
	l.calls.push(c)
	if l.calls[0] == c {
		l.reshow()
	}
}

func (l *line) remove(c *call) {
	wasFirst := l.calls[0] == c
	l.calls.remove(c)
	if wasFirst {
		l.reshow()
	}
}

// reshow tells every profile that serves the line that its first call changed.
func (l *line) reshow() {
	for _, h := range l.heads {
		h.profile.see(h)
	}
}

// able counts the operators on duty who serve the line, and those of them who
// are free.
func (l *line) able() (onDuty, idle int) {
	for _, h := range l.heads {
		onDuty += h.profile.onDuty
		idle += len(h.profile.idle)
	}
	return onDuty, idle
}

// answered counts the calls of any line that operators able to serve this one
// have answered since the room began.
func (l *line) answered() int {
	n := l.dissolved
	for _, h := range l.heads {
		n += h.profile.answered
	}
	return n
}

// came counts the times that an operator able to serve the line came on duty
// since the room began.
func (l *line) came() int {
	n := l.left
	for _, h := range l.heads {
		n += h.profile.came
	}
	return n
}

// profile is what a number of operators have in common: tier and shops. Calls
// are matched to profiles, of which there are few, and not to operators.
type profile struct {
	key   string
	tier  Tier
	shops []ShopID // sorted
	heads []head   // of every line it serves
	front heap[*head]
	idle  heap[*operator]

	members  int // operators with this profile
	onDuty   int // of them; a profile without any is asleep and keeps no front
	answered int // calls, since the profile was made
	came     int // operators on duty, since then: each time that one comes
	stirred  bool
}

// profileOf returns the profile of operators of that tier who serve shops.
func (r *Room) profileOf(tier Tier, shops []ShopID) *profile {
	shops = slices.Compact(slices.Sorted(slices.Values(shops)))
	var b strings.Builder
	b.WriteString(string(tier))
	for _, s := range shops {
		b.WriteByte(0)
		b.WriteString(string(s))
	}
	p := r.profiles[b.String()]
	if p == nil {
		p = &profile{key: b.String(), tier: tier, shops: shops}
		r.profiles[p.key] = p
		r.attach(p)
	}
	return p
}

// attach shows p the lines that it serves.
func (r *Room) attach(p *profile) {
	tiers := serves[p.tier]
	p.heads = make([]head, 0, len(p.shops)*len(tiers))
	for _, s := range p.shops {
		for _, t := range tiers {
			l := r.lineOf(lineKey{s, t})
			p.heads = append(p.heads, head{line: l, profile: p})
			l.heads = append(l.heads, &p.heads[len(p.heads)-1])
		}
	}
}

// dissolve forgets a profile that no operator has any more.
func (r *Room) dissolve(p *profile) {
	delete(r.profiles, p.key)
	for i := range p.heads {
		h := &p.heads[i]
		h.line.heads = slices.DeleteFunc(h.line.heads, func(x *head) bool { return x == h })
		h.line.dissolved += p.answered
		h.line.left += p.came
	}
}

// serves reports whether operators of the profile may be called in for the shop.
func (p *profile) serves(s ShopID) bool {
	_, served := slices.BinarySearch(p.shops, s)
	return served
}

// takes reports whether operators of the profile may be offered calls of k.
func (p *profile) takes(k lineKey) bool {
	_, served := slices.BinarySearch(p.shops, k.shop)
	return served && slices.Contains(serves[p.tier], k.tier)
}

// post changes how many of the profile's operators are on duty.
func (p *profile) post(by int) {
	was := p.onDuty
	p.onDuty += by
	switch {
	case was == 0:
		for i := range p.heads {
			p.see(&p.heads[i])
		}
	case p.onDuty == 0:
		for _, h := range p.front {
			h.slot = 0
		}
		p.front = p.front[:0]
	}
}

// see puts the head where its line's first call belongs.
func (p *profile) see(h *head) {
	if p.onDuty == 0 {
		return
	}
	if len(h.line.calls) == 0 {
		if h.slot != 0 {
			p.front.remove(h)
		}
		h.first = nil
		return
	}
	h.first = h.line.calls[0]
	h.turn = h.first.turn
	if h.slot == 0 {
		p.front.push(h)
		return
	}
	p.front.fix(h)
}
