package sipua

import (
	"testing"
)

// TestCall is the whole of an ordinary call, over both transports and ended by
// either side.
func TestCall(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		for _, calledEnds := range []bool{false, true} {
			t.Run(transport, func(t *testing.T) {
				t.Parallel()
				a, b := pair(t)
				out := a.dial(b, transport)
				in := b.call()
				if in.Trunk != "carrier" || in.To != "84950000101" || in.From != "+79161234567" || in.FromDisplay != `Ann "A" Смит` || string(in.SDP) != sdpOffer {
					t.Errorf("invited with %+v", in.Invite)
				}
				in.Ring()
				if r := ringing(t, out.events); r.Code != 180 || r.SDP != nil {
					t.Errorf("%+v, want 180", r)
				}
				in.Progress([]byte("v=early\r\n"))
				if r := ringing(t, out.events); r.Code != 183 || string(r.SDP) != "v=early\r\n" {
					t.Errorf("%+v, want 183 with media", r)
				}
				in.Answer([]byte("v=answer\r\n"))
				if ev := expect[Answered](t, out.events); string(ev.SDP) != "v=early\r\n" { // what both agreed on by 183 and PRACK
					t.Errorf("%+v", ev)
				}
				expect[Confirmed](t, in.events)
				ender, ended := out, in
				if calledEnds {
					ender, ended = in, out
				}
				ender.Hangup(`said "bye"`)
				if ev := expect[Ended](t, ender.events); ev.ByPeer {
					t.Errorf("who hangs up is told %+v", ev)
				}
				if ev := expect[Ended](t, ended.events); !ev.ByPeer {
					t.Errorf("the other is told %+v", ev)
				}
				a.empty()
				b.empty()
			})
		}
	}
}
