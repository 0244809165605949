package rig

import (
	"fmt"
	"net"
	"net/netip"
	"time"
)

// FreePort returns an address with a UDP port that is free now.
func FreePort(host netip.Addr) (netip.AddrPort, error) {
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: host.AsSlice()})
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("find a free port of %s: %w", host, err)
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort(), nil
}

// FreeStream returns an address with a TCP port that is free now.
func FreeStream(host netip.Addr) (netip.AddrPort, error) {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: host.AsSlice()})
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("find a free port of %s: %w", host, err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).AddrPort(), nil
}

// Answers reports whether somebody answers a SIP request at an address, with
// whatever it may be.
func Answers(at netip.AddrPort) bool {
	c, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(at))
	if err != nil {
		return false
	}
	defer c.Close()
	me := c.LocalAddr().String()
	fmt.Fprintf(c, "OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d;rport\r\nMax-Forwards: 0\r\nFrom: <sip:probe@%s>;tag=1\r\n"+
		"To: <sip:%s>\r\nCall-ID: probe-%s\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n", at, me, time.Now().UnixNano(), me, at, me)
	_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	_, err = c.Read(make([]byte, 2048))
	return err == nil
}
