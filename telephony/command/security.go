package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/trace"
	"switchboard/tenant/fault"
)

// Paths of what keeps misuse out, and of what went over the wire.
const (
	PathSecurity = "/v1/security" // GET
	PathPardon   = "/v1/pardon"   // POST Pardon
	PathTrace    = "/v1/trace"    // GET ?call=
)

// Security is who is kept out of a node, and what was refused since it began.
type Security struct {
	Node    string           `json:"node"`
	Since   time.Time        `json:"since"`
	Bans    []Ban            `json:"bans"`
	Locks   []Lock           `json:"locks"`
	Refused map[string]int64 `json:"refused"` // messages, by why
}

// Ban is an address that gets no answer.
type Ban struct {
	Address  netip.Addr `json:"address"`
	Why      string     `json:"why"`
	Until    time.Time  `json:"until"`
	Times    int        `json:"times"`
	Offences int        `json:"offences"`
	Seen     time.Time  `json:"seen"`
}

// Lock is an address, or a user at it, whose passwords are not looked at.
type Lock struct {
	Address  netip.Addr `json:"address"`
	User     string     `json:"user"`
	Failures int        `json:"failures"`
	Until    time.Time  `json:"until"`
}

// Pardon is an address that is to be let in again.
type Pardon struct {
	Address netip.Addr `json:"address"`
}

// Security asks every node; one that does not answer is left out, unless none
// does.
func (c *Client) Security(ctx context.Context) ([]Security, error) {
	var all []Security
	var last error
	for _, base := range c.bases {
		var s Security
		if err := c.ask(ctx, base, http.MethodGet, PathSecurity, nil, &s); err != nil {
			last = err
			continue
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, last
	}
	return all, nil
}

// Pardon lets an address in again, at every node. It answers fault.NotFound if
// no node keeps it out.
func (c *Client) Pardon(ctx context.Context, p Pardon) error {
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("ask telephony to pardon %s: %w", p.Address, err)
	}
	var last error
	found := false
	for _, base := range c.bases {
		err := c.ask(ctx, base, http.MethodPost, PathPardon, body, nil)
		found = found || err == nil
		if err != nil && (last == nil || !errors.Is(err, fault.NotFound)) {
			last = err
		}
	}
	if found {
		return nil
	}
	return last
}

// Trace returns the messages of a call that is up, or fault.NotFound.
func (c *Client) Trace(ctx context.Context, call uuid.UUID) (t trace.Call, err error) {
	for _, base := range c.bases {
		if err = c.ask(ctx, base, http.MethodGet, PathTrace+"?call="+call.String(), nil, &t); err == nil {
			return t, nil
		}
	}
	return trace.Call{}, err
}
