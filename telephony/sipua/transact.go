package sipua

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/emiago/sipgo/sip"
)

// background does what takes as long as the peer likes, outside the legs.
func (ua *UA) background(what, callID string, do func() error) {
	ua.crew.Go(func() {
		defer ua.recovered(what, callID)
		if err := do(); err != nil && !errors.Is(err, context.Canceled) {
			ua.log.Info("request has no response", "request", what, "call", callID, "err", err)
		}
	})
}

// transact sends a request and returns its final response. The leg gets the
// same response, and the provisional ones, in their order by way of onMessage;
// the channel of the transaction has to be emptied all the same. ctx takes the
// request back without a word to the peer.
func (ua *UA) transact(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	defer ua.book.ask(string(tagOf(req.From().Params)))()
	if err := ua.connect(ctx, req); err != nil {
		return nil, fmt.Errorf("send %s: %w", req.Method, err)
	}
	tx, err := ua.tx.Request(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("send %s: %w", req.Method, err)
	}
	for {
		select {
		case res := <-tx.Responses():
			if res.IsProvisional() {
				continue
			}
			// A refused INVITE's transaction has its ACK to repeat; nothing
			// else needs one any more.
			if !req.IsInvite() || res.IsSuccess() {
				tx.Terminate()
			}
			return res, nil
		case <-tx.Done():
			return nil, fmt.Errorf("wait for the response to %s: %w", req.Method, errors.Join(tx.Err(), errDone))
		case <-ctx.Done():
			tx.Terminate()
			return nil, ctx.Err()
		case <-ua.done:
			tx.Terminate()
			return nil, context.Canceled
		}
	}
}

var errDone = errors.New("the transaction has ended")

// connect makes sure that the stack sends a request over what is guarded. UDP
// leaves from the port that we listen at, or no NAT and no trunk's address list
// lets it in. For TCP and TLS the stack would open a connection of its own, whose
// messages nobody judges.
func (ua *UA) connect(ctx context.Context, req *sip.Request) error {
	if !streamed(req.Transport()) {
		req.Laddr = ua.own
		return nil
	}
	peer, err := netip.ParseAddrPort(req.Destination())
	if err != nil {
		peer, err = ua.find(ctx, req.Destination(), req.Transport())
		if err != nil {
			return err
		}
		req.SetDestination(peer.String())
		return nil
	}
	return ua.join(ctx, req.Transport(), peer)
}

// write sends a request that has no transaction: an ACK. It is on its way when
// write returns, so that no BYE overtakes it, unless a connection is gone and
// has to be opened anew. A peer that does not read holds up its own leg, until
// its connection is given up.
func (ua *UA) write(req *sip.Request) {
	send := func() error {
		if err := ua.connect(context.Background(), req); err != nil {
			return err
		}
		return ua.tp.WriteMsg(req)
	}
	if peer, err := netip.ParseAddrPort(req.Destination()); streamed(req.Transport()) && (err != nil || !ua.connected(req.Transport(), peer)) {
		ua.background("ACK", req.CallID().Value(), send)
		return
	}
	if err := send(); err != nil {
		ua.log.Info("ACK is not sent", "call", req.CallID().Value(), "err", err)
	}
}
