package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// ErrNotPublic says that an address leads into a private network. It does not
// say which: whoever asked is not told how our network looks.
var ErrNotPublic = errors.New("the address does not lead to a public server")

// closed are the networks that no feed is fetched from, beside those that
// netip knows: they are private, or wrap an address that may be.
var closed = prefixes(
	"0.0.0.0/8",          // this network
	"100.64.0.0/10",      // carriers' NAT, RFC 6598
	"192.0.0.0/24",       // IETF protocols, RFC 6890
	"192.0.2.0/24",       // documentation
	"192.88.99.0/24",     // 6to4 relays
	"198.18.0.0/15",      // benchmarks, RFC 2544
	"198.51.100.0/24",    // documentation
	"203.0.113.0/24",     // documentation
	"240.0.0.0/4",        // reserved, and broadcast
	"168.63.129.16/32",   // Azure's platform server, of a public range
	"::/96",              // IPv4-compatible
	"::ffff:0:0:0/96",    // IPv4-translated, RFC 2765
	"64:ff9b::/96",       // NAT64, RFC 6052
	"64:ff9b:1::/48",     // NAT64 of a network, RFC 8215
	"100::/64",           // discard
	"2001::/23",          // Teredo and other protocols
	"2001:db8::/32",      // documentation
	"2002::/16",          // 6to4
	"3fff::/20",          // documentation
	"5f00::/16",          // segment routing
	"fec0::/10",          // site-local, withdrawn
	"fd00:ec2::254/128",  // AWS metadata (unique local, named for the reader)
	"169.254.169.254/32", // metadata (link-local, named for the reader)
)

func prefixes(list ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(list))
	for i, s := range list {
		all[i] = netip.MustParsePrefix(s)
	}
	return all
}

// public reports whether a server of the internet can have that address.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	return !slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// guard resolves a name once, looks at what came out, and dials that.
type guard struct {
	allow  []netip.Prefix
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	dialer net.Dialer
}

func (g guard) allowed(a netip.Addr) bool {
	a = a.Unmap()
	return public(a) || slices.ContainsFunc(g.allow, func(p netip.Prefix) bool { return p.Contains(a) })
}

// dial connects to host:port. One forbidden address among the answers refuses
// the name: no honest shop has it, and the next answer could be that one.
func (g guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, a := range addrs {
		c, err := g.dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return c, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

func (g guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	addrs := []netip.Addr{}
	if a, err := netip.ParseAddr(host); err == nil {
		addrs = append(addrs, a)
	} else if addrs, err = g.lookup(ctx, host); err != nil {
		return nil, fmt.Errorf("find the address of %s: %w", host, err)
	}
	for _, a := range addrs {
		if !g.allowed(a) {
			return nil, fmt.Errorf("%s: %w", host, ErrNotPublic)
		}
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("find the address of %s: there is none", host)
	}
	return addrs, nil
}

// connect is how long one attempt to connect may take.
const connect = 10 * time.Second

func system(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
