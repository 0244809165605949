package line

import (
	"testing"

	"switchboard/telephony/directory"
	"switchboard/telephony/sdp"
)

// Keys are offered in clear to nobody who can do without.
func TestWhatATrunkIsOffered(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		srtp, transport, outbound string
		want                      sdp.Policy
	}{
		{"off", "tls", "sip:192.0.2.1", sdp.Off},
		{"optional", "udp", "sip:192.0.2.1", sdp.Off},
		{"optional", "tcp", "sip:192.0.2.1", sdp.Off},
		{"optional", "tls", "sip:192.0.2.1", sdp.Optional},
		{"optional", "udp", "SIPS:192.0.2.1", sdp.Optional},
		{"required", "udp", "sip:192.0.2.1", sdp.Required},
		{"required", "tls", "sip:192.0.2.1", sdp.Required},
	} {
		if got := Offered(&directory.Trunk{SRTP: c.srtp, Transport: c.transport, Outbound: c.outbound}); got != c.want {
			t.Errorf("%s over %s to %s is offered %v, want %v", c.srtp, c.transport, c.outbound, got, c.want)
		}
	}
}
