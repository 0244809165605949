package sipua

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/emiago/sipgo/sip"
)

// ghost is a 2xx to an INVITE of ours that no leg waits for: repeated because
// our ACK was lost, or of a phone that was too late, or sent by a process
// before us. Nobody but us can end such a call, and the carrier bills it.
func (ua *UA) ghost(res *sip.Response) {
	g := ua.book.grave(tagOf(res.From().Params), []byte(res.CallID().Value()))
	ended := g != nil && g.remoteTag == string(tagOf(res.To().Params))
	ua.hangUpGhost(res, !ended)
}

// ghostsEach bounds how many a second one peer may have us hang up.
const ghostsEach = 50

// hangUpGhost ACKs a 2xx and, if it has not had it, sends BYE.
func (ua *UA) hangUpGhost(res *sip.Response, bye bool) {
	source, err := netip.ParseAddrPort(res.Source())
	if err != nil || !ua.ghosts.Take(source.Addr(), time.Now()) {
		return
	}
	d := Dialog{
		CallID: res.CallID().Value(), LocalURI: res.From().Address.String(), LocalTag: string(tagOf(res.From().Params)),
		RemoteURI: res.To().Address.String(), RemoteTarget: res.To().Address.String(), Transport: res.Transport(),
	}
	establish(&d, res, string(tagOf(res.To().Params)))
	if streamed(d.Transport) {
		d.Destination = res.Source()
	}
	seq := res.CSeq().SeqNo
	ack, err := ua.newRequest(&d, sip.ACK, seq)
	if err != nil {
		return
	}
	ack.SetBody(nil)
	ua.write(ack)
	if !bye {
		return
	}
	ua.counts.ghosts.Add(1)
	d.LocalSeq = seq
	if err := ua.bye(d, "nobody waits for this answer"); err != nil {
		ua.log.Info("ghost call is not hung up", "call", d.CallID, "err", err)
	}
}

// Hangup ends a leg whose process has died, as far as it can be told what it
// was: an INVITE of ours without an answer is cancelled, one of the peer is
// refused in case it had none, and BYE is sent in case there was one.
func (ua *UA) Hangup(d Dialog, reason string) error {
	if peer, err := netip.ParseAddrPort(d.Destination); err == nil && d.Name != "" {
		ua.names.note(peer, d.Name)
	}
	var errs []error
	if d.Branch != "" {
		errs = append(errs, ua.takeBack(d, reason))
	}
	if d.Refusal != "" {
		errs = append(errs, ua.refuseFor(d))
	}
	if d.RemoteTag != "" {
		errs = append(errs, ua.bye(d, reason))
	}
	return errors.Join(errs...)
}

// bye sends BYE for a dialog that no leg has. The numbers that its process may
// have used since the dialog was kept are skipped.
func (ua *UA) bye(d Dialog, reason string) error {
	const skipped = 1000
	req, err := ua.newRequest(&d, sip.BYE, d.LocalSeq+skipped)
	if err != nil {
		return err
	}
	addReason(req, reason)
	req.SetBody(nil)
	ua.background("BYE", d.CallID, func() error {
		_, err := ua.transact(context.Background(), req)
		return err
	})
	return nil
}

// takeBack cancels an INVITE that another process sent.
func (ua *UA) takeBack(d Dialog, reason string) error {
	first := d
	first.RemoteTag, first.RouteSet = "", nil
	invite, err := ua.newRequestAs(&first, sip.INVITE, d.InviteSeq, d.Branch)
	if err != nil {
		return err
	}
	cancel := ua.cancelOf(invite, reason)
	ua.background("CANCEL", d.CallID, func() error {
		_, err := ua.transact(context.Background(), cancel)
		return err
	})
	return nil
}

// refuseFor refuses an INVITE that another process got, three times because
// nothing here waits for its ACK.
func (ua *UA) refuseFor(d Dialog) error {
	to, err := netip.ParseAddrPort(d.RefuseTo)
	if err != nil {
		return fmt.Errorf("refuse call %s: %w", d.CallID, err)
	}
	ua.background("refusal", d.CallID, func() error {
		for _, wait := range []time.Duration{0, ua.timing.t1, 2 * ua.timing.t1} {
			select {
			case <-time.After(wait):
			case <-ua.done:
				return context.Canceled
			}
			if _, err := ua.packets.WriteToUDPAddrPort([]byte(d.Refusal), to); err != nil {
				return err
			}
		}
		return nil
	})
	return nil
}
