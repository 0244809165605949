package sipua

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Ping asks whether anybody is there by OPTIONS (RFC 3261, 11), at uri, or at
// destination if that is not empty. Any answer is a sign of life; code is its
// code, took the time there and back.
func (ua *UA) Ping(ctx context.Context, uri, destination string) (code int, took time.Duration, err error) {
	var u sip.Uri
	if err := errors.Join(sip.ParseUri(uri, &u), ua.callable(&u)); err != nil {
		return 0, 0, fmt.Errorf("ping %q: %w", uri, err)
	}
	from := sip.Uri{Scheme: "sip", User: "switchboard", Host: ua.host}
	d := Dialog{
		CallID: sip.GenerateTagN(24), LocalURI: from.String(), LocalTag: sip.GenerateTagN(16), RemoteURI: aor(u), RemoteTarget: u.String(),
		Transport: transportOf(&u), Destination: destination, Name: u.Host,
	}
	req, err := ua.newRequest(&d, sip.OPTIONS, 1)
	if err != nil {
		return 0, 0, fmt.Errorf("ping %s: %w", uri, err)
	}
	req.AppendHeader(ua.contact(d.Transport))
	req.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	req.SetBody(nil)
	began := time.Now()
	res, err := ua.transact(ctx, req)
	if err != nil {
		return 0, 0, fmt.Errorf("ping %s: %w", uri, err)
	}
	return res.StatusCode, time.Since(began), nil
}
