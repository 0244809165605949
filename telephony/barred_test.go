package telephony_test

import (
	"errors"
	"testing"

	"switchboard/telephony/command"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

const (
	allowedPhone = "+74951234567"
	premiumPhone = "+78091234567"
)

// strict is a rule by which a call goes to two beginnings of numbers only; one
// of them is premium, which no rule of a shop opens.
func strict(t *testing.T) func(*tenanttest.World) {
	return said(t, "update shop.transfer_rule set operators = false, queues = false, specialists = false, outside = '{+7495,+7809}' where shop_id = $1")
}

// mute is a shop that has said nothing of transfers.
func mute(t *testing.T) func(*tenanttest.World) {
	return said(t, "delete from shop.transfer_rule where shop_id = $1")
}

func said(t *testing.T, rule string) func(*tenanttest.World) {
	return func(w *tenanttest.World) { w.Admin(t, rule, w.A.ID.UUID()) }
}

// forbidden are whom the strict rule keeps from the buyer.
var forbidden = []struct {
	name, dialled string
	to            func(*handing) *command.To
}{
	{"a number outside", outsidePhone, func(*handing) *command.To { return outside(outsidePhone) }},
	{"a specialist", mashaPhone, func(s *handing) *command.To { return s.to("specialist") }},
	{"a specialist by number", mashaPhone, func(*handing) *command.To { return outside(mashaPhone) }},
	{"a queue", "advice", func(s *handing) *command.To { return s.to("queue") }},
	{"a colleague", "igor", func(s *handing) *command.To { return s.to("igor") }},
	{"a tier", "consultant", func(*handing) *command.To { return &command.To{Kind: "tier", Tier: "consultant"} }},
	{"the police", "102", func(*handing) *command.To { return outside("102") }},
}

func outside(phone string) *command.To { return &command.To{Kind: "outside", Phone: phone} }

// Whatever device asks, and however it asks, a call does not go where the shop's
// rule keeps it from: nobody is rung, and it goes on with sound.
func TestForbiddenTransferIsRefused(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"phone", "browser"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := hand(t, kind, strict(t))
			for _, f := range forbidden {
				s.goesOn("before " + f.name)
				s.refused(f.name+" by the page, blind", s.do(command.Transfer, f.to(s)))
				s.refused(f.name+" by the page, asked", s.do(command.Consult, f.to(s)))
				if d, is := s.device.(*deskPhone); is {
					s.told(f.name+" by REFER", d.refers(f.dialled), 403)
					s.told(f.name+" by a second call", d.second(f.dialled), 403)
				}
			}
			s.goesOn("before a premium number")
			s.premium()
			s.goesOn("in the end")
			s.must(s.do(command.Transfer, outside(allowedPhone)))
			if r := next(t, s.carrier); r.in.To != allowedPhone {
				t.Errorf("rang %s before %s, which may be", r.in.To, allowedPhone)
			}
		})
	}
}

// A shop that has said nothing allows nobody outside.
func TestNobodyOutsideByDefault(t *testing.T) {
	t.Parallel()
	s := hand(t, "phone", mute(t))
	d := s.device.(*deskPhone)
	s.told("REFER", d.refers(outsidePhone), 403)
	s.told("a second call", d.second(outsidePhone), 403)
	s.refused("by the page", s.do(command.Transfer, outside(outsidePhone)))
	s.goesOn("in the end")
	d.first.leg.Refer(d.at(mashaPhone), nil)
	if r := next(t, s.carrier); r.in.To != mashaPhone {
		t.Errorf("rang %s", r.in.To)
	}
}

// What the script has said no rule of the shop softens.
func TestNobodyOnceTheScriptHasSaidSo(t *testing.T) {
	t.Parallel()
	s := hand(t, "phone")
	s.w.Admin(t, `with s as (insert into shop.script (shop_id, id, name, created_at, updated_at) values ($1, gen_random_uuid(), 'no', now(), now()) returning id),
		v as (insert into shop.script_version (shop_id, id, script_id, version, source, graph, published_at, published_by)
			select $1, gen_random_uuid(), id, 1, '', '{"nodes": [{"id": "no", "kind": "transfer", "to": "forbidden"}]}', now(), 'test' from s returning id)
		insert into shop.walk (shop_id, id, call_id, script_version_id, state, started_at, updated_at) select $1, gen_random_uuid(), $2, id, '{"node": "no"}', now(), now() from v`,
		s.w.A.ID.UUID(), s.call)
	d := s.device.(*deskPhone)
	s.told("REFER", d.refers(mashaPhone), 403)
	s.told("a second call", d.second("igor"), 403)
	s.refused("by the page", s.do(command.Transfer, s.to("queue")))
	s.refused("by the page, asked", s.do(command.Consult, s.to("specialist")))
	s.goesOn("in the end")
}

// premium is a number that the shop allows and the gate to the network does not:
// the wish is heard, and comes to nothing.
func (s *handing) premium() {
	s.t.Helper()
	for _, v := range []command.Verb{command.Transfer, command.Consult} {
		s.must(s.do(v, outside(premiumPhone)))
		s.comesBack(string(v))
	}
	d, is := s.device.(*deskPhone)
	if !is {
		return
	}
	if code := d.refers(premiumPhone); code != 403 {
		s.t.Errorf("premium by REFER comes to %d", code)
	}
	s.comesBack("REFER")
	if code := d.second(premiumPhone); code != 403 {
		s.t.Errorf("premium by a second call is answered %d", code)
	}
	s.comesBack("a second call")
}

// comesBack waits until the desk says that the number is forbidden.
func (s *handing) comesBack(by string) {
	s.t.Helper()
	s.eventually("premium by "+by+" comes back as forbidden", func() bool {
		d, err := s.client().Desk(s.t.Context(), s.anna)
		return err == nil && d.Call != nil && d.Call.Move == nil && d.Call.Missed != nil && d.Call.Missed.Why == "forbidden"
	})
	s.undisturbed("premium by " + by)
}

// refused wants the page's wish turned down.
func (s *handing) refused(what string, err error) {
	s.t.Helper()
	if !errors.Is(err, command.ErrBarred) {
		s.t.Errorf("%s: %v, want %v", what, err, command.ErrBarred)
	}
	s.undisturbed(what)
}

// told wants the telephone's wish answered with the code.
func (s *handing) told(what string, have, want int) {
	s.t.Helper()
	if have != want {
		s.t.Errorf("%s is answered %d, want %d", what, have, want)
	}
	s.undisturbed(what)
}

// undisturbed wants that anna has the buyer on the line, and that nobody rings.
func (s *handing) undisturbed(what string) {
	s.t.Helper()
	d, err := s.client().Desk(s.t.Context(), s.anna)
	if err != nil || d.State != "talking" || d.Call == nil || d.Call.Move != nil {
		s.t.Errorf("%s: anna's desk is %+v, %v", what, d, err)
	}
	if n := len(s.carrier.rings) + len(s.igors.rings); n > 0 {
		s.t.Fatalf("%s: %d telephones ring", what, n)
	}
}

// goesOn wants that buyer and anna hear each other.
func (s *handing) goesOn(when string) {
	s.t.Helper()
	s.buyers.hears(s.t, "the buyer "+when, operatorHz)
	s.device.ear().hears(s.t, "anna "+when, buyerHz)
}

// refers asks by REFER, and returns the last word on it: of the response that
// refuses it, or of a NOTIFY after 202.
func (d *deskPhone) refers(user string) int {
	d.s.t.Helper()
	d.first.leg.Refer(d.at(user), nil)
	for {
		if r := await[sipua.ReferReport](d.s.t, d.first); r.Last {
			return r.Code
		}
	}
}

// second asks by another INVITE, and returns how it is answered.
func (d *deskPhone) second(user string) int {
	d.s.t.Helper()
	return await[sipua.Failed](d.s.t, d.p.ring(d.s.house, user, "anna")).Code
}
