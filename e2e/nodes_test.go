package e2e

import (
	"flag"
	"fmt"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// restartWith is scripts/soak's: as many calls as reliability asks for.
var restartWith = flag.Int("restart", 3, "how many calls are up when a node of TestARollingRestart stops")

// inPool are operators with fixed telephones, one with a telephone that
// registers, and one at a desk.
func inPool(at netip.AddrPort) string {
	return fmt.Sprintf(fixed, fmt.Sprintf("a{01..%02d}", *restartWith+6), "tyres", at) +
		`  - {name: Olga, email: olga@floor.test, password: "e2e-Password-1", tier: order, shops: [lonely], phone: {user: op1, password: "digest-Secret-1"}, ready: true, wrap_up: 0s}` + "\n" +
		`  - {name: Anna, email: anna@floor.test, password: "e2e-Password-1", tier: order, shops: [greeted], wrap_up: 0s}` + "\n"
}

// TestTheLeaderIsKilled, with calls up, behind Kamailio: the ends of its calls
// are told, each call is closed once, and who rings next, who has a registered
// telephone and who sits at a desk go on at the other node.
func TestTheLeaderIsKilled(t *testing.T) {
	t.Parallel()
	s := openSite(t, inPool, [2]string{"main", "main"})
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	heard := s.baresip()
	anna := s.seeded("anna")
	s.ticketed(anna)
	anna.ready()
	talks := s.talks(m, 3)
	<-time.After(2500 * time.Millisecond) // they talk, and the leader has written so
	sent, lost := s.silence(talks)
	if lost*20 > sent {
		t.Errorf("of %d packets %d were lost", sent, lost)
	}
	s.nodes[0].Kill()
	killed := time.Now()
	counts := &counter{has: map[string]int{}}
	s.operators(counts.once)
	next := s.dial(buyer(50), tyres, deaf)
	s.within("answer to the next call", next.Answered())
	// A second until the proxy tries the next, and the successor's takeover.
	t.Logf("a call that came at once after the kill was answered after %s", time.Since(killed).Round(time.Millisecond))
	for _, one := range talks {
		s.outcome(one.call, 200, gen.Them)
		s.outcome(<-one.taken, 200, gen.Them)
	}
	s.await("all calls of the dead node are closed", time.Until(killed.Add(closedWithin)), func() bool {
		return s.count("select count(*) from shop.call where node = 'node1' and state <> 'ended'") == 0
	})
	if n := s.count("select count(*) from shop.call_leg l join shop.call c on c.id = l.call_id where c.node = 'node1'"); n != len(talks) {
		t.Errorf("%d records of %d calls", n, len(talks))
	}
	s.worksOn(m, anna, heard)
	next.Hangup()
	if counts.most > 1 {
		t.Errorf("an operator's telephone had %d calls at once", counts.most)
	}
	s.await("each call is charged once", patience, func() bool {
		return s.count("select count(*) from shop.charge where kind = 'usage'") == s.count("select count(*) from shop.call where answered_at is not null and operator_id is not null")
	})
}

// worksOn: the desk need not press ready again, nor a telephone register.
func (s *site) worksOn(m *gen.Media, anna *operator, heard func() []int16) {
	s.t.Helper()
	page := s.ticketed(anna)
	call := s.dial(buyer(51), greeted, deaf)
	select {
	case r := <-page.Rings():
		if err := page.Answer(s.t.Context(), r.Leg); err != nil {
			s.t.Fatal(err)
		}
	case <-time.After(patience):
		s.t.Fatal("a desk that was on duty is not rung at the other node")
	}
	s.within("answer by the desk", call.Answered())
	call.Hangup()

	stream, err := m.Open()
	if err != nil {
		s.t.Fatal(err)
	}
	stream.Keep()
	call = s.dial(buyer(52), lonely, stream.Addr())
	s.within("answer by the registered telephone", call.Confirmed())
	stream.Send(call.Remote(), buyersTone)
	s.await("the buyer hears the registered telephone", patience, func() bool { return secondsOf(stream.Samples(), operatorsTone) > 2 })
	stream.Stop()
	call.Hangup()
	s.outcome(call, 200, gen.Us)
	s.await("the registered telephone has heard the buyer", patience, func() bool { return secondsOf(heard(), buyersTone) > 1 })
}

// TestARollingRestart: both nodes are restarted in turn under load; no call is
// dropped, none is refused, and no request of a desk fails.
func TestARollingRestart(t *testing.T) {
	t.Parallel()
	s := openSite(t, inPool, [2]string{"main", "main"})
	counts := &counter{has: map[string]int{}}
	s.operators(counts.once)
	anna := s.seeded("anna")
	stop, dialled := s.traffic(anna)
	for i := range s.nodes {
		var up []*gen.Call
		for j := range *restartWith {
			up = append(up, s.dial(buyer(1000*(i+1)+j), tyres, deaf))
		}
		for _, c := range up {
			s.within("answer", c.Answered())
		}
		if err := s.nodes[i].Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		s.leads(1 - i)
		<-time.After(time.Second)
		for _, c := range up {
			select {
			case <-c.Ended():
				t.Error("a call was dropped by the restart of its node")
			default:
			}
			c.Hangup()
			s.outcome(c, 200, gen.Us)
		}
		s.gone(s.nodes[i])
		if err := s.nodes[i].Err(); err != nil {
			t.Errorf("%s: %v", s.nodes[i].name, err)
		}
		s.run(i)
	}
	stop()
	n := 0
	for c := range dialled {
		s.outcome(c, 200, gen.Us)
		n++
	}
	t.Logf("%d calls were made during the restarts", n)
	if counts.most > 1 {
		t.Errorf("an operator's telephone had %d calls at once", counts.most)
	}
	s.await("all calls have one record", patience, func() bool {
		return s.count("select count(*) from shop.call where state <> 'ended'") == 0 &&
			s.count("select count(*) from shop.call_leg") == n+2**restartWith
	})
}

// traffic makes short calls and looks at a desk, until stop is called; then the
// channel has all the calls.
func (s *site) traffic(o *operator) (stop func(), dialled chan *gen.Call) {
	s.t.Helper()
	dialled = make(chan *gen.Call, 1000)
	ending, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(dialled)
		for i := 0; ; i++ {
			c, err := s.callers.Call(gen.Dial{To: s.sip, User: tyres, From: buyer(100_000 + i), Via: carrier, Audio: deaf})
			if err != nil {
				s.t.Error(err)
				return
			}
			dialled <- c
			go func() {
				select {
				case <-c.Answered():
					<-time.After(200 * time.Millisecond)
					c.Hangup()
				case <-c.Ended():
				}
			}()
			var d at
			if err := o.Get(s.t.Context(), "/desk", &d); err != nil {
				s.t.Errorf("a desk's request fails: %v", err)
			}
			select {
			case <-ending:
				return
			case <-time.After(200 * time.Millisecond):
			}
		}
	}()
	return func() { close(ending); <-ended }, dialled
}

// TestTwoPools: each on its node, behind one proxy that knows which number is
// whose.
func TestTwoPools(t *testing.T) {
	t.Parallel()
	operators := func(at netip.AddrPort) string {
		return fmt.Sprintf(fixed, "a{01..02}", "tyres", at) + fmt.Sprintf(fixed, "b{01..02}", "greeted", at)
	}
	s := openSite(t, operators, [2]string{"main", "west"}, func(s *site) {
		s.change("update house.shop set pool = 'west' where slug = 'greeted'")
		s.change("update house.operator o set pool = 'west' from house.account a where a.id = o.id and a.email like 'b0%'")
	})
	for number, pool := range map[string]string{tyres: "main", greeted: "west"} {
		c := s.dial(buyer(len(pool)), number, deaf)
		s.within("answer to a call of pool "+pool, c.Answered())
		s.await("an operator of pool "+pool+" talks", patience, func() bool {
			return s.count("select count(*) from shop.call where pool = $1 and state = 'talking'", pool) == 1
		})
		c.Hangup()
		s.outcome(c, 200, gen.Us)
	}
	astray, err := s.callers.Call(gen.Dial{To: s.nodes[0].sip, User: greeted, From: buyer(9), Via: carrier, Audio: deaf})
	if err != nil {
		t.Fatal(err)
	}
	<-astray.Ended()
	if got, _ := astray.Outcome(); got != 404 {
		t.Errorf("a node answers %d for a number of another pool, want 404", got)
	}
}
