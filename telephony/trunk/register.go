package trunk

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"switchboard/telephony/directory"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk/pick"
)

// tryWait bounds one registration: with its questions and answers it takes a few
// round trips.
const tryWait = 8 * time.Second

// register keeps us registered with a trunk until ctx ends, and then takes that
// back. A machine that does not answer is followed by the next.
func (d *Dialler) register(ctx context.Context, t *directory.Trunk, found <-chan struct{}) {
	select {
	case <-ctx.Done():
		return
	case <-found:
	}
	password, err := d.password(t)
	if err != nil {
		d.cfg.Log.Error("trunk cannot be registered with", "trunk", t.Name, "err", err)
		d.board.registered(t.Name, "refused", time.Time{})
		d.board.trouble(t.Name, err.Error())
		return
	}
	r := d.registrant(t, password)
	defer r.Leave()
	for failed := 0; ; {
		granted, err := d.once(ctx, t, r, failed)
		if ctx.Err() != nil {
			return
		}
		wait := pick.Refresh(granted.Milliseconds(), rand.IntN(1000)) //nolint:gosec // so that not all come at once
		if failed++; err == nil {
			failed = 0
			d.board.registered(t.Name, "registered", time.Now().Add(granted))
		} else {
			wait = pick.Retry(failed, errors.Is(err, sipua.ErrRefused), rand.IntN(1000)) //nolint:gosec // likewise
			d.unregistered(t, err)
		}
		if !sleep(ctx, time.Duration(wait)*time.Millisecond) {
			return
		}
	}
}

// once registers at the trunk's best machine, or after failures at another.
func (d *Dialler) once(ctx context.Context, t *directory.Trunk, r *sipua.Registrant, failed int) (time.Duration, error) {
	places := d.board.places(t.Name, mostTries)
	if len(places) == 0 {
		return 0, errors.New("the registrar's address is not known")
	}
	ctx, cancel := context.WithTimeout(ctx, tryWait)
	defer cancel()
	return r.Register(ctx, places[failed%len(places)].addr.String())
}

func (d *Dialler) registrant(t *directory.Trunk, password string) *sipua.Registrant {
	domain := t.Login.Domain
	if out, err := parseOutbound(t.Outbound); domain == "" && err == nil {
		domain = out.host
	}
	transport := t.Transport
	if p := d.board.places(t.Name, 1); len(p) > 0 {
		transport = p[0].transport
	}
	return d.ua.Registrant(sipua.Registration{Domain: domain, User: t.Login.User, Password: password, Transport: transport, Expires: t.Login.Expires})
}

// unregistered notes that a registration failed. What was granted before may
// still hold.
func (d *Dialler) unregistered(t *directory.Trunk, err error) {
	state := "trying"
	if errors.Is(err, sipua.ErrRefused) {
		state = "refused"
	}
	d.cfg.Log.Warn("trunk is not registered with", "trunk", t.Name, "err", err)
	d.board.registered(t.Name, state, time.Time{})
	words := err.Error()
	if errors.Is(err, context.DeadlineExceeded) {
		words = "no answer to REGISTER"
	}
	d.board.trouble(t.Name, words)
}
