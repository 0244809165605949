package webleg

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
)

// welcomes reports whether a page of r's Origin may speak to us. What isn't a
// browser has none, and a page that came by plain HTTP counts only if it, its
// host and its browser are this machine.
func (h *Hub) welcomes(r *http.Request) bool {
	origin, err := url.Parse(r.Header.Get("Origin"))
	if err != nil || origin.Host == "" {
		return false
	}
	switch origin.Scheme {
	case "https":
		return slices.Contains(h.cfg.Origins, "https://"+origin.Host)
	case "http":
		return origin.Host == r.Host && local(origin.Hostname()) && loopback(r.RemoteAddr)
	}
	return false
}

// local reports whether host is a name of this machine that no DNS can move.
func local(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
