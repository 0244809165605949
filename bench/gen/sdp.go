package gen

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// session is the SDP of one A-law stream at an address, with telephone-events.
func session(at netip.AddrPort) []byte {
	return fmt.Appendf(nil, "v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\nm=audio %[2]d RTP/AVP 8 101\r\n"+
		"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n", at.Addr(), at.Port())
}

// audio returns where an SDP wants its audio.
func audio(body []byte) (netip.AddrPort, bool) {
	var address netip.Addr
	var port int
	for line := range strings.Lines(string(body)) {
		line = strings.TrimSpace(line)
		if host, ok := strings.CutPrefix(line, "c=IN IP4 "); ok {
			address, _ = netip.ParseAddr(host)
		}
		if media, ok := strings.CutPrefix(line, "m=audio "); ok {
			number, _, _ := strings.Cut(media, " ")
			port, _ = strconv.Atoi(number)
		}
	}
	return netip.AddrPortFrom(address, uint16(port)), address.IsValid() && port > 0
}
