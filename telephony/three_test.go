package telephony_test

import (
	"testing"

	"switchboard/telephony/command"
	"switchboard/telephony/sipua"
)

// A conference of three: each hears both others; the operator leaves, by their
// own key, and the two others talk on. Nothing is left.
func TestConferenceOfThree(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"browser", "phone"} {
		for _, whom := range []string{"specialist", "igor"} {
			t.Run(kind+", "+whom, func(t *testing.T) {
				t.Parallel()
				s := hand(t, kind)
				s.must(s.do(command.Consult, s.to(whom)))
				r, third := s.third(whom)
				third.hears(t, "the third, asked", operatorHz)
				s.must(s.do(command.Conference, nil))
				s.buyers.hears(t, "the buyer", operatorHz, thirdHz)
				s.device.ear().hears(t, "anna", buyerHz, thirdHz)
				third.hears(t, "the third", buyerHz, operatorHz)
				s.device.hangUp()
				s.device.idle()
				s.buyers.hears(t, "the buyer, anna gone", thirdHz)
				third.hears(t, "the third, anna gone", buyerHz)
				s.over(r)
			})
		}
	}
}

// A buyer who is parked hears music and anna nothing of them, until the time is
// up or she fetches them.
func TestParkedBuyerComesBack(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"browser", "phone"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			s := hand(t, kind)
			for _, fetch := range []func() error{
				func() error { return nil },
				func() error { return s.do(command.Resume, nil) },
			} {
				s.must(s.client().Do(t.Context(), command.Order{Verb: command.Park, Operator: s.anna, Call: s.call, Seconds: 5}))
				s.music("the buyer, parked")
				s.device.ear().hears(t, "anna, of who is parked")
				s.must(fetch())
				s.buyers.hears(t, "the buyer, back", operatorHz)
				s.device.ear().hears(t, "anna, back", buyerHz)
			}
			s.over()
			s.until("parking is hold", "select 1 from shop.call_leg where hold_ms > 5000")
		})
	}
}

// Parked by an operator who takes others meanwhile, the buyer rings her again.
func TestParkedByWhoIsFree(t *testing.T) {
	t.Parallel()
	s := hand(t, "phone", said(t, "update shop.transfer_rule set park_free = true where shop_id = $1"))
	d := s.device.(*deskPhone)
	s.must(s.client().Do(t.Context(), command.Order{Verb: command.Park, Operator: s.anna, Call: s.call, Seconds: 5}))
	await[sipua.Ended](t, d.first)
	s.music("the buyer, parked")
	d.done = false
	s.answers("phone")
	s.buyers.hears(t, "the buyer, back", operatorHz)
	d.ear().hears(t, "anna, back", buyerHz)
	s.over()
}

// music wants that the buyer hears the music that waits, and no voice.
func (s *handing) music(when string) {
	s.t.Helper()
	s.buyers.hears(s.t, when)
	s.buyers.forget()
	s.eventually(when+" hears music", func() bool { return loud(s.buyers.heard(earful)) && len(heardIn(s.buyers.heard(earful))) == 0 })
}
