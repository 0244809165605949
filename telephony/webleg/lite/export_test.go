package lite

import "time"

// Look has the peer compare when it was last heard with now.
func (e *Peer) Look(now time.Time) { e.look(now) }

// Routes returns how many addresses the port knows.
func (p *Port) Routes() int {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return len(p.routes)
}
