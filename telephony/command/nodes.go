package command

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"
)

// again is how soon the nodes are asked again when none of them has it: the
// pool passes from one to another, which takes less than patience.
const again = 50 * time.Millisecond

// send asks the nodes, one after another, until one has it.
func (c *Client) send(ctx context.Context, method, path string, body []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := c.round(func(base string) error { return c.ask(ctx, base, method, path, body, into) })
		if !c.another(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(again):
		}
	}
}

// round asks each node at most once, the one that answered last first, and
// returns the answer, or why there is none.
func (c *Client) round(ask func(base string) error) error {
	var last error
	first := int(c.first.Load())
	for i := range c.bases {
		at := (first + i) % len(c.bases)
		err := ask(c.bases[at])
		if !c.another(err) {
			c.first.Store(int32(at))
			return err
		}
		if last == nil || errors.Is(err, ErrElsewhere) {
			last = err
		}
	}
	return last
}

// another reports whether another node may have what one answered so. What
// may have been carried out is not asked for twice. A node that is alone and
// does not answer is not waited for.
func (c *Client) another(err error) bool {
	var op *net.OpError
	return errors.Is(err, ErrElsewhere) || len(c.bases) > 1 && errors.As(err, &op) && op.Op == "dial"
}

// floor asks all nodes, and puts together what they have.
func (c *Client) floor(ctx context.Context, f *Floor) error {
	if len(c.bases) == 1 {
		return c.send(ctx, http.MethodGet, PathFloor, nil, f)
	}
	var last error
	found := false
	for _, base := range c.bases {
		var part Floor
		if err := c.ask(ctx, base, http.MethodGet, PathFloor, nil, &part); err != nil {
			last = err
			continue
		}
		f.Calls, f.Operators = append(f.Calls, part.Calls...), append(f.Operators, part.Operators...)
		if !found || part.Epoch > f.Epoch {
			f.At, f.Pool, f.Epoch = part.At, part.Pool, part.Epoch
		}
		found = true
	}
	if !found {
		return last
	}
	return nil
}

// Drain has the first node take no new calls, finish those it has, and end.
func (c *Client) Drain(ctx context.Context) error {
	return c.ask(ctx, c.bases[0], http.MethodPost, PathDrain, nil, nil)
}
