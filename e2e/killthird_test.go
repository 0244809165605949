package e2e

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"switchboard/bench/gen"
)

// thirdTone is what a third party says.
const thirdTone = 1600

// midway is a call that is on its way to a third party when the switch dies.
type midway struct {
	how                    string
	id                     string // of the call
	buyer, operator, third *gen.Call
	thirdEnds              int // what their telephone sees
}

// TestKillNineInATransfer: the switch dies while operators ask a third party,
// confer with one, have one rung, inside the house and out, and one is told what
// the call has come to, who is not asked for their word yet. All three
// telephones of each are told by the successor, each call is closed once as of
// the last that was heard, and all operators are free.
func TestKillNineInATransfer(t *testing.T) {
	t.Parallel()
	outside := make(chan *gen.Call, 8)
	trunk, err := gen.Listen(netip.MustParseAddr("127.20.0.5"), func(c *gen.Call) { outside <- c })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(trunk.Close)
	s := stageSeeded(t, func(desks netip.AddrPort) string {
		return strings.Replace(shopsSeed, "127.20.0.1:5090", trunk.Addr().String(), 1) + fmt.Sprintf(fixed, "a{01..08}", "tyres", desks)
	})
	var n int
	const mayGoOut = `insert into shop.transfer_rule (shop_id, outside, ring_s, updated_at)
		select id, '{+7921}', 60, now() from house.shop where slug = 'tyres' returning 1`
	if err := s.look(mayGoOut, nil, &n); err != nil {
		t.Fatal(err)
	}
	m, err := gen.NewMedia()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	inside := make(chan *gen.Call, 8)
	s.operators(func(c *gen.Call) { inside <- c })
	var all []*midway
	for _, how := range []string{"consults a colleague", "confers with one outside", "rings a colleague", "rings one outside", "has told one outside"} {
		w := &midway{how: how, thirdEnds: 200}
		all = append(all, w)
		thirds := outside
		if w.inside() {
			thirds = inside
		}
		s.brings(w, m, inside, thirds, func() string { return s.free(all) })
	}
	s.await("all dialogs are written down as they are, and what was heard last", patience, func() bool {
		return s.count("select count(*) from house.dialog") == 3*len(all) &&
			s.count("select count(*) from house.dialog where side = 'third' and state ? 'remote_tag'") == 3 &&
			s.count("select count(distinct call_id) from house.dialog where media_at > now() - interval '4 seconds'") == len(all)
	})
	if n := s.count("select count(*) from shop.call_event where kind = 'accepted' and call_id = $1", all[len(all)-1].id); n != 1 {
		t.Log("on this machine the last third had taken the call before the switch died")
	}
	s.Kill()
	killed := time.Now()
	s.start()
	for _, w := range all {
		s.outcome(w.buyer, 200, gen.Them)
		s.outcome(w.operator, 200, gen.Them)
		s.outcome(w.third, w.thirdEnds, gen.Them)
	}
	s.await("all calls are closed and all dialogs forgotten", time.Until(killed.Add(closedWithin)), func() bool {
		return s.count("select (select count(*) from shop.call where state <> 'ended') + (select count(*) from house.dialog)") == 0
	})
	for _, w := range all {
		s.closedOnce(w, killed)
	}
	if n := s.count("select count(*) from house.operator_grant where reason = 'call' and lapses_at > now()"); n != 0 {
		t.Errorf("%d operators may still see a call that is over", n)
	}
	s.lives()
}

// inside reports whether the third is an operator.
func (w *midway) inside() bool { return strings.HasSuffix(w.how, "colleague") }

// brings a call midway, with an operator's telephone and a third's, which is
// another operator's that is free, or one outside.
func (s *scene) brings(w *midway, m *gen.Media, desks, thirds <-chan *gen.Call, free func() string) {
	s.t.Helper()
	voice := mustOpen(s.t, m)
	w.buyer = s.dial(buyer(len(w.how)), tyres, voice.Addr())
	w.operator = s.picksUp(m, desks, 1000)
	s.within("the answer", w.buyer.Confirmed())
	voice.Send(w.buyer.Remote(), 400)
	s.await("they talk", patience, func() bool {
		return s.look("select c.id from shop.call c join house.account a on a.id = c.operator_id where c.state = 'talking' and a.email = $1",
			[]any{w.operator.Number + "@floor.test"}, &w.id) == nil
	})
	o := s.sitsDown(w.operator.Number + "@floor.test")
	to := map[string]any{"kind": "outside", "phone": "+79210000077"}
	if w.inside() {
		to = map[string]any{"kind": "operator", "id": free()}
	}
	body := map[string]any{"to": to}
	if strings.HasPrefix(w.how, "has told") { // for as long as the test takes
		body["note"] = strings.Repeat("четыре зимние шины на субботу, ", 9)
	}
	o.do("calls/"+w.id+"/consult", body)
	if strings.HasPrefix(w.how, "rings") {
		w.third, w.thirdEnds = s.rung(thirds), 487
		w.third.Ring()
		return
	}
	w.third = s.picksUp(m, thirds, thirdTone)
	s.within("the third's ACK", w.third.Confirmed())
	if strings.HasPrefix(w.how, "confers") {
		s.await("all three talk", patience, func() bool {
			return o.Do(s.t.Context(), "POST", "/desk/calls/"+w.id+"/conference", nil, nil) == nil
		})
	}
}

// free is an operator who is in none of these calls.
func (s *scene) free(all []*midway) (id string) {
	s.t.Helper()
	busy := map[string]bool{}
	for _, w := range all {
		for _, c := range []*gen.Call{w.operator, w.third} {
			if c != nil {
				busy[c.Number+"@floor.test"] = true
			}
		}
	}
	for _, o := range s.Info.Operators {
		if !busy[o.Email] {
			return o.ID
		}
	}
	s.t.Fatal("nobody is free")
	return ""
}

// rung waits for a telephone that rings.
func (s *scene) rung(phones <-chan *gen.Call) *gen.Call {
	s.t.Helper()
	select {
	case c := <-phones:
		return c
	case <-time.After(patience):
		s.t.Fatalf("no telephone rings within %s", patience)
		return nil
	}
}

// picksUp answers it, and speaks.
func (s *scene) picksUp(m *gen.Media, phones <-chan *gen.Call, hz int) *gen.Call {
	s.t.Helper()
	c := s.rung(phones)
	voice := mustOpen(s.t, m)
	voice.Send(c.Remote(), hz)
	c.Ring()
	c.Answer(voice.Addr())
	return c
}

// closedOnce checks the rows of a call whose switch died.
func (s *scene) closedOnce(w *midway, killed time.Time) {
	s.t.Helper()
	var ended time.Time
	var records int
	if err := s.look("select ended_at, (select count(*) from shop.call_leg l where l.call_id = c.id) from shop.call c where id = $1", []any{w.id}, &ended, &records); err != nil {
		s.t.Fatal(err)
	}
	if off := killed.Sub(ended).Seconds(); off < -0.1 || off > lengthError+busy {
		s.t.Errorf("the call whose operator %s ended %.2f s before the kill", w.how, off)
	}
	s.rated(w.id)
	if charges := s.count("select count(*) from shop.charge where call_id = $1", w.id); records != 1 || charges != 1 {
		s.t.Errorf("the call whose operator %s has %d records and %d charges", w.how, records, charges)
	}
}
