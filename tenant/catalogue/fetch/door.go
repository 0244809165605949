package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"switchboard/tenant/fault"
)

// Door is the way out to servers that strangers name, for whoever sends and does
// not fetch. It opens to public addresses, and to those of its list.
type Door struct{ guard guard }

// NewDoor returns a door that opens to allow too: a laboratory's networks, a test's.
func NewDoor(allow []netip.Prefix) Door {
	return Door{guard{allow, system, net.Dialer{Timeout: connect}}}
}

// looking is how long the address of a name is looked for, while somebody waits.
const looking = 5 * time.Second

// Check tells whether an address may be sent to, now: a fault.Invalid if not. What
// is sent is personal, so that only https will do; on the networks of the list http
// does too.
func (d Door) Check(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fault.Invalid{Problem: "is not a URL"}
	}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return fault.Invalid{Problem: "must begin with https://"}
	case u.Hostname() == "":
		return fault.Invalid{Problem: "names no server"}
	case u.User != nil:
		return fault.Invalid{Problem: "must hold no password: we sign what we send"}
	case u.Fragment != "":
		return fault.Invalid{Problem: "must have no part after #"}
	}
	ctx, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	addrs, err := d.guard.resolve(ctx, u.Hostname())
	if errors.Is(err, ErrNotPublic) {
		return fault.Invalid{Problem: "does not lead to a public server"}
	}
	if err != nil {
		return fault.Invalid{Problem: fmt.Sprintf("the server %q is not found", u.Hostname())}
	}
	for _, a := range addrs {
		if u.Scheme == "http" && public(a) {
			return fault.Invalid{Problem: "must begin with https://"}
		}
	}
	return nil
}

// Transport sends through the door. No connection outlives its request, so that
// each is looked at anew; no proxy is used, for it would resolve the name itself.
func (d Door) Transport() *http.Transport {
	return &http.Transport{
		DialContext: d.guard.dial, DisableKeepAlives: true, DisableCompression: true,
		TLSHandshakeTimeout: connect, MaxResponseHeaderBytes: 16 << 10, ForceAttemptHTTP2: true,
	}
}
