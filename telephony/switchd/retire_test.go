package switchd

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/call"
)

// A retired room takes no new call, opens none by itself, and answers those
// that wait.
func TestARetiredRoom(t *testing.T) {
	t.Parallel()
	play(t, func(st *stage) {
		first := st.busy()
		st.ring(st.call, "+79215550144")
		time.Sleep(time.Second)
		st.tell(Wished{Call: st.call}) // a place that is kept
		st.tell(HungUp{Call: st.call, By: call.System})
		waits := uuid.New()
		st.phones.named[waits] = "c2"
		st.ring(waits, "+79215550155")
		st.tell(Retired{})
		st.phones.did = nil
		late := uuid.New()
		st.phones.named[late] = "c3"
		st.ring(late, "+79215550166")
		st.tell(HungUp{Call: first, By: call.Caller})
		time.Sleep(time.Second)
		st.accept(waits)
		time.Sleep(time.Second)
		st.tell(HungUp{Call: waits, By: call.Caller})
		time.Sleep(3 * time.Minute)
		st.want("refuse 503 c3", "end c0", "offer c2 to anna", "join and record c2", "end c2")
	})
}
