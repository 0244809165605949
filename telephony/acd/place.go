package acd

// Place returns which of the calls that wait for its shop and tier a call is, 1
// being the first; 0 if it does not wait. It costs a look at each of the calls.
func (r *Room) Place(id CallID) int {
	c := r.calls[id]
	if c == nil || c.state != StateWaiting {
		return 0
	}
	place := 1
	for _, o := range r.calls {
		if o != c && o.state == StateWaiting && o.line == c.line && o.before(c) {
			place++
		}
	}
	return place
}

// ArrivedAt returns as of when a call waits, or waited; 0 if it is not here.
func (r *Room) ArrivedAt(id CallID) Instant {
	if c := r.calls[id]; c != nil {
		return c.arrived
	}
	return 0
}
