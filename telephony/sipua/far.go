package sipua

import (
	"net/netip"
	"strconv"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/guard"
)

// FarHeader is the line in which a proxy of ours says from which address and
// port it got a message. It must take out what others write there.
const FarHeader = "X-Switchboard-Source"

// proxied tells whether a proxy of ours is at an address.
func (ua *UA) proxied(at netip.Addr) bool {
	for _, net := range ua.proxies {
		if net.Contains(at.Unmap()) {
			return true
		}
	}
	return false
}

// far is who sent a message: its source, unless that is a proxy of ours that
// says otherwise.
func (ua *UA) far(source netip.AddrPort, says []byte) netip.AddrPort {
	if len(says) == 0 || !ua.proxied(source.Addr()) {
		return source
	}
	far, err := netip.ParseAddrPort(string(says))
	if err != nil {
		return source
	}
	return netip.AddrPortFrom(far.Addr().Unmap(), far.Port())
}

// sender is far of a request that the stack has read.
func (ua *UA) sender(req *sip.Request, source netip.AddrPort) netip.AddrPort {
	if h := req.GetHeader(FarHeader); h != nil {
		return ua.far(source, []byte(h.Value()))
	}
	return source
}

// TurnAway has the UA answer what is new, calls and registrations and probes
// alike, with 503 and the number of seconds after which to ask again: another
// node serves. Calls that are up go on. Zero has it serve again.
func (ua *UA) TurnAway(seconds int32) { ua.away.Store(seconds) }

// turnedAway answers a request if another node serves.
func (ua *UA) turnedAway(m *guard.Message) bool {
	after := ua.away.Load()
	if after == 0 {
		return false
	}
	ua.answer(m, 503, "Another Node Serves", "Retry-After: "+strconv.Itoa(int(after)))
	return true
}

// probed answers who asks whether we serve.
func (ua *UA) probed(m *guard.Message) {
	if !ua.fault(m) && !ua.turnedAway(m) {
		ua.answer(m, 200, "OK", capabilities...)
	}
}
