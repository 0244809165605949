package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"

	"switchboard/tenant/fault"
)

// TestNoWayOut names every way into our own network, as the address of a shop's
// system: it is refused when it is given, and when something is sent there.
func TestNoWayOut(t *testing.T) {
	t.Parallel()
	c := newCanary(t)
	door := Door{guard{nil, names, net.Dialer{Timeout: connect}}}
	client := &http.Client{Transport: door.Transport()}
	for _, target := range targets {
		target = fmt.Sprintf(target, c.port)
		var invalid fault.Invalid
		if err := door.Check(t.Context(), target); !errors.As(err, &invalid) || strings.Contains(err.Error(), "169.254") {
			t.Errorf("%s: %v", target, err)
		}
		if req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, nil); err == nil {
			if res, err := client.Do(req); err == nil {
				res.Body.Close()
				t.Errorf("%s was told", target)
			}
		}
	}
	if n := c.hits.Load(); n != 0 {
		t.Errorf("the canary was reached %d times", n)
	}
}

// TestCheck: what is personal goes by https alone.
func TestCheck(t *testing.T) {
	t.Parallel()
	door := NewDoor(nil)
	for address, ok := range map[string]bool{
		"https://8.8.8.8/hook": true, "http://8.8.8.8/hook": false, "https://user:word@8.8.8.8/": false, "https://8.8.8.8/#x": false, "8.8.8.8": false,
	} {
		if err := door.Check(t.Context(), address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}
