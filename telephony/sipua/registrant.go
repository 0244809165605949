package sipua

import (
	"context"
	"time"
)

// Registrant registers with a registrar, one request at a time. Its methods are
// for one goroutine.
type Registrant struct {
	client *client
	held   bool // registered: when the service stops, there is something to take back
}

// Registrant returns one that has sent nothing yet. Of r.Told it makes no use.
func (ua *UA) Registrant(r Registration) *Registrant { return &Registrant{client: ua.newClient(r)} }

// Register registers, or refreshes, at the given host:port, and returns for how
// long. ErrRefused says that the same again will be refused again.
func (r *Registrant) Register(ctx context.Context, at string) (time.Duration, error) {
	c := r.client
	c.dialog.Destination, c.r.Server = at, at
	granted, err := c.round(ctx, c.expires)
	if err == nil && !r.held {
		r.held = true
		c.ua.crew.working.Add(1) // a UA that stops waits a moment for Leave
	}
	return granted, err
}

// Leave takes the registration back, if there is one and the registrar answers
// quickly.
func (r *Registrant) Leave() {
	if !r.held {
		return
	}
	r.held = false
	defer r.client.ua.crew.working.Add(-1)
	r.client.leave()
}
