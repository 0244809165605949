package e2e

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// faults is a scene with bad lines to the trunk and to the operators.
type faults struct {
	*scene
	trunk, desk *badLine
}

// TestFaults: whatever a network does to the messages of a call, no end is left
// with a ghost, and no operator is stuck.
func TestFaults(t *testing.T) {
	t.Parallel()
	f := &faults{}
	f.scene = stage(t, func(at netip.AddrPort) string {
		f.desk = lay(t, badDesk, at)
		return fmt.Sprintf(fixed, "a{01..03}", "tyres", addrOf(f.desk.far))
	})
	f.trunk = lay(t, badTrunk, netip.AddrPortFrom(carrier, f.callers.Addr().Port()))
	f.trunk.switchboard = f.sip
	for _, one := range []struct {
		name  string
		least int // messages that are spoilt
		play  func(*faults)
	}{
		{"the buyer's ACK is lost", 1, func(f *faults) {
			f.trunk.spoils(loses(2, ofPhone, "ACK ", "ACK"))
			f.talk()
		}},
		{"the operator's ACK is lost", 1, func(f *faults) {
			f.desk.spoils(loses(2, ofSwitchboard, "ACK ", "ACK"))
			f.talk()
		}},
		{"the buyer's BYE is lost", 2, func(f *faults) {
			f.trunk.spoils(loses(2, ofPhone, "BYE ", "BYE"))
			f.talk()
		}},
		{"our BYE is lost", 2, func(f *faults) {
			f.desk.spoils(loses(2, ofSwitchboard, "BYE ", "BYE"))
			f.talk()
		}},
		{"fourteen provisional responses", 0, (*faults).provisional},
		{"the buyer's CANCEL crosses our answer", 1, (*faults).cancelCrosses},
		{"our CANCEL crosses the operator's answer", 1, (*faults).ourCancelCrosses},
		{"one message in twenty is lost", 5, (*faults).loss},
	} {
		t.Run(one.name, func(t *testing.T) {
			part := &faults{scene: f.in(t), trunk: f.trunk, desk: f.desk}
			part.operators(answers)
			one.play(part)
			if n := part.trunk.repaired() + part.desk.repaired(); n < one.least {
				t.Errorf("%d messages were spoilt, want %d", n, one.least)
			}
			part.clear()
		})
	}
}

// ring rings the tyre shop by the bad line.
func (f *faults) ring(n int) *gen.Call {
	f.t.Helper()
	c, err := f.callers.Call(gen.Dial{To: addrOf(f.trunk.near), User: tyres, From: buyer(n), Via: carrier, Audio: deaf})
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// talk is a call that an operator takes and the buyer ends.
func (f *faults) talk() {
	f.t.Helper()
	taken := make(chan *gen.Call, 8)
	f.operators(func(c *gen.Call) {
		answers(c)
		taken <- c
	})
	c := f.ring(1)
	f.within("the answer", c.Confirmed())
	operator := <-taken
	<-time.After(700 * time.Millisecond) // what was lost is repeated by then
	c.Hangup()
	f.outcome(c, 200, gen.Us)
	f.outcome(operator, 200, gen.Them)
}

// provisional: an operator's telephone rings and rings.
func (f *faults) provisional() {
	f.t.Helper()
	f.operators(func(c *gen.Call) {
		for range 14 {
			c.Ring()
		}
		c.Answer(deaf)
	})
	c := f.ring(1)
	f.within("the answer", c.Confirmed())
	c.Hangup()
	f.outcome(c, 200, gen.Us)
}

// cancelCrosses: our 200 is still on its way when the buyer gives up.
func (f *faults) cancelCrosses() {
	f.t.Helper()
	f.trunk.spoils(withholds(ofSwitchboard, "SIP/2.0 200", "INVITE", "CANCEL "))
	taken := make(chan *gen.Call, 8)
	f.operators(func(c *gen.Call) {
		answers(c)
		taken <- c
	})
	c := f.ring(1)
	operator := <-taken
	f.await("our answer is on its way", patience, func() bool { return f.trunk.hasSpoilt() > 0 })
	c.Hangup()
	f.within("end of the call that was cancelled too late", c.Ended())
	f.within("end of the operator's", operator.Ended())
}

// ourCancelCrosses: the buyer gives up while the operator's answer is on its way.
func (f *faults) ourCancelCrosses() {
	f.t.Helper()
	f.desk.spoils(withholds(ofPhone, "SIP/2.0 200", "INVITE", "CANCEL "))
	taken := make(chan *gen.Call, 8)
	f.operators(func(c *gen.Call) {
		answers(c)
		taken <- c
	})
	c := f.ring(1)
	operator := <-taken
	c.Hangup()
	f.outcome(c, 487, gen.Us)
	f.within("end of the telephone that answered too late", operator.Ended())
}

// loss: many calls that do this and that over lines that lose one message in
// twenty, both ways at both ends.
func (f *faults) loss() {
	f.t.Helper()
	f.trunk.spoils(lossy(20261125))
	f.desk.spoils(lossy(7))
	f.operators(func(c *gen.Call) {
		c.Ring()
		if c.From[len(c.From)-1] == '3' {
			c.Refuse(486, "Busy Here")
			return
		}
		c.Answer(deaf)
	})
	var all []*gen.Call
	for i := range 24 {
		c := f.ring(i)
		all = append(all, c)
		time.AfterFunc(time.Duration(300+100*(i%5))*time.Millisecond, c.Hangup)
		<-time.After(60 * time.Millisecond)
	}
	for _, c := range all {
		f.within("end of the call from "+c.From, c.Ended())
	}
}

// clear checks that nothing is left of any call, and that all operators are free.
func (f *faults) clear() {
	f.t.Helper()
	const up = "select (select count(*) from shop.call where state <> 'ended') + (select count(*) from house.dialog)"
	const unrecorded = "select count(*) from shop.call c where (select count(*) from shop.call_leg l where l.call_id = c.id) <> 1"
	f.await("no call is up, and each has one record", patience, func() bool { return f.count(up) == 0 && f.count(unrecorded) == 0 })
	f.operators(answers)
	var again []*gen.Call
	for i := range 3 {
		again = append(again, f.dial(buyer(90+i), tyres, deaf))
	}
	for _, c := range again {
		f.within("answer to "+c.From+" by an operator who is free again", c.Answered())
	}
	for _, c := range again {
		c.Hangup()
		f.outcome(c, 200, gen.Us)
	}
	f.await("no call is up, and the operators' ends are over", patience, func() bool { return f.count(up) == 0 })
}
