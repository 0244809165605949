package telephony_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

const (
	mashaPhone   = "+79210000001" // the shop's specialist
	outsidePhone = "+79210000077"
	buyerPhone   = "+79215550144"
)

// handing is a buyer who talks to anna, and whom she may ask for.
type handing struct {
	*house
	player  *media.Player
	carrier *phone // of the telephones outside
	anna    uuid.UUID
	masha   uuid.UUID // member
	queue   uuid.UUID // that igor serves
	igor    uuid.UUID
	igors   *phone
	call    uuid.UUID
	buyer   *ringing
	buyers  hearing
	device  gadget
}

// gadget is what anna talks with: it asks for things in its own way.
type gadget interface {
	ear() hearing
	blind(whom string) (refused bool)
	consult(whom string)
	complete()
	back()
	hangUp() // by its own key
	idle()   // waits until no call is on it
}

// hand has a buyer talk to anna on a device: "browser", "phone", or "registered",
// a phone whose address she told by digest.
func hand(t *testing.T, kind string, prepare ...func(*tenanttest.World)) *handing {
	t.Helper()
	s := &handing{player: media.NewPlayer()}
	t.Cleanup(s.player.Close)
	s.house = open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
		w.Admin(t, "insert into shop.transfer_rule (shop_id, outside, ring_s, updated_at) values ($1, '{+7921}', 5, now())", w.A.ID.UUID())
		if kind == "browser" {
			s.anna = w.AddOperator(t, "anna", w.A) // a node that does not know them yet sends their page away
		}
		account := w.AddAccount(t, "masha@shop-a.test", "Masha")
		s.masha, s.queue = uuid.New(), uuid.New()
		w.Admin(t, "insert into shop.member (shop_id, id, account_id, role, phone, created_at) values ($1, $2, $3, 'specialist', $4, now())", w.A.ID.UUID(), s.masha, account, mashaPhone)
		w.Admin(t, "insert into shop.queue (shop_id, id, name, tier, promise_share, promise_ms, created_at) values ($1, $2, 'advice', 'consultant', 900, 10000, now())", w.A.ID.UUID(), s.queue)
		for _, p := range prepare {
			p(w)
		}
	})
	s.carrier, s.igors = s.phone(), s.phone()
	s.w.Admin(t, "update house.trunk set outbound = $1", "sip:"+s.carrier.ua.Addr().String())
	s.seat(kind)
	number := s.phone()
	s.buyer = number.ring(s.house, "84950000001", buyerPhone)
	s.device = s.answers(kind)
	await[sipua.Answered](t, s.buyer)
	s.buyers = earOf(s.buyer.audio)
	s.speak(s.buyer.audio, buyerHz)
	s.until("they talk", "select 1 from shop.call where state = 'talking'")
	s.call = tenanttest.One[uuid.UUID](t, s.w, "select id from shop.call")
	s.igor = s.desk(kind, "igor", s.igors)
	s.w.Admin(t, "update house.operator set tier = 'consultant' where id = $1", s.igor)
	s.onDuty(2)
	s.buyers.hears(t, "the buyer", operatorHz)
	s.device.ear().hears(t, "anna", buyerHz)
	return s
}

func (s *handing) speak(leg *media.RTPLeg, hz float64) {
	pb := s.player.Loop(leg, media.NewClip(tone.Sine(hz, 8000)))
	s.t.Cleanup(pb.Stop)
}

func (s *handing) client() *command.Client { return command.NewClient(s.node.ControlURL(), "test") }

// do asks for something as anna's page does.
func (s *handing) do(v command.Verb, to *command.To) error {
	return s.client().Do(s.t.Context(), command.Order{Verb: v, Operator: s.anna, Call: s.call, To: to})
}

func (s *handing) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// to is how a page names whom it wants.
func (s *handing) to(whom string) *command.To {
	switch whom {
	case "specialist":
		return &command.To{Kind: "specialist", ID: s.masha, Note: "winter tyres"}
	case "queue":
		return &command.To{Kind: "queue", ID: s.queue}
	case "outside":
		return &command.To{Kind: "outside", Phone: outsidePhone}
	case "igor":
		return &command.To{Kind: "operator", ID: s.igor}
	}
	return &command.To{Kind: "outside", Phone: whom}
}

// dialled is how a telephone names them.
func (s *handing) dialled(whom string) string {
	switch whom {
	case "specialist":
		return mashaPhone
	case "queue":
		return "advice"
	case "outside":
		return outsidePhone
	}
	return whom
}

// third answers for whoever was asked for, and speaks.
func (s *handing) third(whom string) (*ringing, hearing) {
	s.t.Helper()
	p := s.carrier
	if whom == "queue" || whom == "igor" {
		p = s.igors
	}
	r := next(s.t, p)
	p.answer(s.t, r)
	s.speak(r.audio, thirdHz)
	return r, earOf(r.audio)
}

// over hangs the buyer up and looks whether anything is left.
func (s *handing) over(rest ...*ringing) {
	s.t.Helper()
	s.buyer.leg.Hangup("bye")
	for _, r := range rest {
		await[sipua.Ended](s.t, r)
	}
	s.device.idle()
	s.until("the call is over, with one record", "select 1 from shop.call c where c.state = 'ended' and 1 = (select count(*) from shop.call_leg l where l.call_id = c.id)")
	s.until("no dialog is left", "select 1 where not exists (select 1 from house.dialog)")
	s.until("no grant is left", "select 1 where not exists (select 1 from house.operator_grant where lapses_at > now())")
	for limit := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if n := s.node.Up(); n == 0 {
			return
		} else if time.Now().After(limit) {
			s.t.Fatalf("%d dialogs of SIP are left", n)
		}
	}
}

// tape returns whom the recording has, buyer and others.
func (s *handing) tape() (left, right []string) {
	s.t.Helper()
	s.until("the recording is ready", "select 1 from shop.recording where state = 'ready'")
	a := s.sound()
	return heardAnywhere(a.Channels[0]), heardAnywhere(a.Channels[1])
}

// heardAnywhere looks at each half second.
func heardAnywhere(samples []int16) (who []string) {
	seen := map[string]bool{}
	for ; len(samples) >= earful; samples = samples[earful/2:] {
		for _, w := range heardIn(samples[:earful]) {
			if !seen[w] {
				seen[w] = true
				who = append(who, w)
			}
		}
	}
	return who
}

// The transfer matrix: each device, at a fixed address or registered, hands a call over blind, asks first, and has
// it come back, for each kind of whom it can go to; who hears whom at each step,
// and nothing is left.
func TestTransferMatrix(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"browser", "phone", "registered"} {
		for _, whom := range []string{"specialist", "queue", "outside"} {
			t.Run(fmt.Sprintf("%s, blind, %s", kind, whom), func(t *testing.T) {
				t.Parallel()
				hand(t, kind).blindly(whom)
			})
			t.Run(fmt.Sprintf("%s, attended, %s", kind, whom), func(t *testing.T) {
				t.Parallel()
				hand(t, kind).attended(whom)
			})
			t.Run(fmt.Sprintf("%s, failed, %s", kind, whom), func(t *testing.T) {
				t.Parallel()
				hand(t, kind).failed(whom)
			})
		}
	}
}

func (s *handing) blindly(whom string) {
	if s.device.blind(whom) {
		s.t.Fatal("refused")
	}
	s.buyers.hears(s.t, "the buyer, waiting")
	r, third := s.third(whom)
	s.buyers.hears(s.t, "the buyer", thirdHz)
	third.hears(s.t, "the third", buyerHz)
	s.device.idle()
	s.over(r)
}

// attended: a queue is nobody whom one could ask, so that anybody of its tier is.
func (s *handing) attended(whom string) {
	if whom == "queue" {
		whom = "igor"
	}
	s.device.consult(whom)
	r, third := s.third(whom)
	third.hears(s.t, "the third, asked", operatorHz)
	s.device.ear().hears(s.t, "anna, asking", thirdHz)
	s.buyers.hears(s.t, "the buyer, waiting")
	s.device.complete()
	s.buyers.hears(s.t, "the buyer", thirdHz)
	third.hears(s.t, "the third", buyerHz)
	s.device.idle()
	s.over(r)
	left, right := s.tape()
	if fmt.Sprint(left) != "[the buyer]" || fmt.Sprint(right) != "[the operator the third]" {
		s.t.Errorf("the tape has %v and %v", left, right)
	}
}

// failed: nobody takes it, and buyer and anna talk on. What she asked meanwhile
// nobody hears later.
func (s *handing) failed(whom string) {
	if whom == "queue" {
		s.w.Admin(s.t, "update house.operator set always_on = false where id = $1", s.igor)
		s.onDutyNow(1)
		if !s.device.blind(whom) {
			s.t.Error("a queue that nobody serves takes it")
		}
	} else {
		s.device.blind(whom)
		next(s.t, s.carrier).leg.Refuse(486, "busy")
	}
	s.buyers.hears(s.t, "the buyer, back", operatorHz)
	s.device.ear().hears(s.t, "anna, back", buyerHz)
	if whom != "queue" {
		d, err := s.client().Desk(s.t.Context(), s.anna)
		if err != nil || d.Call == nil || d.Call.Missed == nil || d.Call.Missed.Why != "busy" {
			s.t.Errorf("anna is not told why: %+v, %v", d.Call, err)
		}
		s.device.consult(whom)
		r, third := s.third(whom)
		third.hears(s.t, "the third, asked", operatorHz)
		s.device.ear().hears(s.t, "anna, asking", thirdHz)
		third.hears(s.t, "the third, asked at length", operatorHz) // the tape would have noticed
		s.device.back()
		await[sipua.Ended](s.t, r)
		s.buyers.hears(s.t, "the buyer, back again", operatorHz)
		s.device.ear().hears(s.t, "anna, back again", buyerHz)
	}
	s.over()
	if left, right := s.tape(); fmt.Sprint(left) != "[the buyer]" || fmt.Sprint(right) != "[the operator]" {
		s.t.Errorf("the tape has %v and %v: what was asked aside is on it", left, right)
	}
}

func (h *house) onDutyNow(n int) {
	h.t.Helper()
	c := command.NewClient(h.node.ControlURL(), "test")
	on := 0
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		f, err := c.Floor(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		on = 0
		for _, o := range f.Operators {
			if o.OnDuty {
				on++
			}
		}
		if on == n {
			return
		}
	}
	h.t.Fatalf("%d operators are on duty, not %d, in time", on, n)
}

var _ = sdp.SendOnly
