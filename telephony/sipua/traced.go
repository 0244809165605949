package sipua

import (
	"net/netip"
	"time"

	"switchboard/telephony/sipua/guard"
	"switchboard/telephony/trace"
)

// admit judges every message that comes in, and notes it for whoever looks at
// the trace of its call.
func (ua *UA) admit(m *guard.Message) bool {
	h := m.Head
	note := trace.Message{At: time.Now(), Over: "udp", Peer: m.Source}
	if m.Stream {
		note.Over = "tcp"
	}
	known := ua.tracer.Note(h.CallID, note, m.Raw) // before its answer
	pass := ua.judge(m)
	if pass && !known && h.Method == "INVITE" && len(h.ToTag) == 0 {
		ua.tracer.Begin(h.CallID, note, m.Raw)
	}
	return pass
}

// sentOn notes what leaves.
func (ua *UA) sentOn(over string) func([]byte, netip.AddrPort) {
	return func(raw []byte, to netip.AddrPort) {
		if id := trace.CallID(raw); id != nil {
			ua.tracer.Note(id, trace.Message{At: time.Now(), Out: true, Over: over, Peer: to}, raw)
		}
	}
}

// Trace is every message about the leg so far, also some seconds after its end.
func (l *Leg) Trace() *trace.Ring { return l.heardAll }
