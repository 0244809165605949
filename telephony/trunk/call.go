package trunk

import (
	"sync"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk/pick"
)

// Call is one call out, whichever trunk carries it in the end. No method blocks.
type Call struct {
	d      *Dialler
	req    Request
	permit Permit
	until  time.Time // Request.Timeout

	tries []try // that are left; belongs to whoever places the next one: Dial, then the leg of the last one

	mu    sync.Mutex
	leg   *sipua.Leg
	trunk *directory.Trunk
	over  bool   // its owner wants no more of it
	why   string // they hung up
}

// try is one trunk asked at one of its addresses.
type try struct {
	trunk  *directory.Trunk
	target place
	quiet  time.Duration // how long it may send nothing at all
	rang   bool          // a telephone rang, or an announcement was played
}

// Leg returns the leg of the try under way, or of the one that was answered.
func (c *Call) Leg() *sipua.Leg {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leg
}

// Trunk returns the trunk of that leg.
func (c *Call) Trunk() *directory.Trunk {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trunk
}

// Hangup ends the call, whatever it does.
func (c *Call) Hangup(reason string) {
	c.mu.Lock()
	c.over, c.why = true, reason
	leg := c.leg
	c.mu.Unlock()
	if leg != nil {
		leg.Hangup(reason)
	}
}

// next places the next try. It returns false if none can be.
func (c *Call) next() bool {
	for len(c.tries) > 0 {
		t := c.tries[0]
		c.tries = c.tries[1:]
		if c.place(&t) {
			return true
		}
	}
	return false
}

// place sends the INVITE of a try.
func (c *Call) place(t *try) bool {
	d, log := c.d, c.d.cfg.Log.With("trunk", t.trunk.Name, "path", c.req.Path)
	if !d.board.begin(t.trunk) {
		log.Info("trunk has no room for a call")
		return false
	}
	target, err := d.target(c.req, t)
	if err == nil {
		told := make(chan struct{}) // a leg may be over before anybody knows of it
		target.Timeout = max(time.Until(c.until), time.Second)
		target.Listen = func(ev sipua.Event) { <-told; c.heard(t, ev) }
		var leg *sipua.Leg
		if leg, err = d.ua.Dial(target); err == nil {
			c.placed(t, leg)
			close(told)
			return true
		}
	}
	log.Error("trunk cannot be asked", "err", err)
	d.board.end(t.trunk.Name)
	d.board.failed(t, sipua.Failed{Code: 500, Reason: err.Error()})
	return false
}

// placed tells the owner of a try.
func (c *Call) placed(t *try, leg *sipua.Leg) {
	c.mu.Lock()
	c.leg, c.trunk = leg, t.trunk
	over, why := c.over, c.why
	c.mu.Unlock()
	if over { // meanwhile
		leg.Hangup(why)
	}
	if c.req.Tried != nil {
		c.req.Tried(leg, t.trunk)
	}
}

// heard is what the leg of a try did.
func (c *Call) heard(t *try, ev sipua.Event) {
	switch ev := ev.(type) {
	case sipua.Failed:
		c.failed(t, ev)
		return
	case sipua.Ringing:
		t.rang = true
		c.d.board.well(t)
	case sipua.Answered:
		c.d.board.well(t)
		c.permit.Answered()
	case sipua.Ended:
		c.d.board.end(t.trunk.Name)
		c.permit.Ended()
	}
	c.req.Listen(ev)
}

// failed asks the next trunk, unless the answer is the called person's.
func (c *Call) failed(t *try, ev sipua.Failed) {
	c.d.board.end(t.trunk.Name)
	c.mu.Lock()
	over := c.over
	c.mu.Unlock()
	if !over {
		c.d.board.failed(t, ev)
	}
	if !over && pick.Again(ev.Code, t.rang) && time.Now().Before(c.until) {
		c.d.cfg.Log.Warn("call goes to the next trunk", "trunk", t.trunk.Name, "code", ev.Code, "reason", ev.Reason, "path", c.req.Path)
		if c.next() {
			return
		}
	}
	c.permit.Ended()
	c.req.Listen(ev)
}
