package telephony_test

import (
	"fmt"
	"testing"

	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// huntMenu rings the shop's own people before anybody here; the times are short
// for the test.
const huntMenu = `name: Шины
start: own
nodes:
  own: {overflow: , numbers: {"+79210000001": 5s, "+79210000002": 5s}, else: message}
  message: {voicemail: Говорите., minutes: 1}
`

// hunted is a shop whose calls go to its own people first.
func hunted(t *testing.T) (h *house, carrier *phone) {
	t.Helper()
	carrier = (&house{t: t}).phone()
	h = open(t, silently(t), carriedTo(t, carrier), func(w *tenanttest.World) { putMenu(t, w, huntMenu) })
	h.whole(1)
	return h, carrier
}

// The first telephone is in use, the second answers: buyer and shop hear each
// other, on tape, and the buyer's number of the shop is who calls.
func TestACallOverflowsToTheShopsPeople(t *testing.T) {
	t.Parallel()
	h, carrier := hunted(t)
	call := h.phone().ring(h, "84950000001", "89215550144")
	first := next(t, carrier)
	if first.in.From != "+74950000001" && first.in.From != "74950000001" && first.in.From != "84950000001" {
		t.Errorf("called by %s, want the shop's number", first.in.From)
	}
	first.leg.Refuse(486, "busy")
	second := next(t, carrier)
	if first.in.To == second.in.To {
		t.Errorf("%s is rung twice", first.in.To)
	}
	carrier.answer(t, second)
	h.until("they talk", "select 1 from shop.call where state = 'talking' and operator_id is null")
	player := media.NewPlayer()
	defer player.Close()
	player.Loop(call.audio, media.NewClip(tone.Sine(buyerTone, 8000)))
	player.Loop(second.audio, media.NewClip(tone.Sine(otherTone, 8000)))
	h.eventually("the shop's person hears the buyer", func() bool { return h.hearsTone(second.audio, buyerTone) })
	h.eventually("the buyer hears them", func() bool { return h.hearsTone(call.audio, otherTone) })
	call.leg.Hangup("bye")
	await[sipua.Ended](t, second)
	h.until("it is one record", "select 1 from shop.call c join shop.call_leg l on l.call_id = c.id where c.state = 'ended' and c.outcome = 'answered' and l.talk_ms > 0")
	h.until("how the shop's person sounded is known", "select 1 from shop.leg_quality where party = 'third' and heard_packets > 0")
	h.until("the shop's person had the call", "select 1 from shop.call_turn where party = 'outside' and talk_ms > 0")
	h.until("the recording is ready", "select 1 from shop.recording where state = 'ready' and duration_ms > 500")
	if s := h.sound(); tone.Share(s.Channels[0], buyerTone) == 0 || tone.Share(s.Channels[1], otherTone) == 0 {
		t.Error("the tape does not have both")
	}
	h.until("the way was paid for as an overflow", "select 1 from shop.outgoing_call where path = 'overflow' and refused = '' and ended_at is not null and answered_at is not null")
	if n := tenanttest.One[int](t, h.w, "select count(*) from house.dialog"); n != 0 {
		t.Errorf("%d dialogs are left", n)
	}
}

// Nobody answers: each rings for its time, then the caller leaves a message.
func TestNobodyOfTheShopAnswers(t *testing.T) {
	t.Parallel()
	h, carrier := hunted(t)
	call := h.phone().ring(h, "84950000001", "89215550144")
	e := listenToAnswered(t, call)
	first := next(t, carrier)
	first.leg.Ring()
	await[sipua.Cancelled](t, first)
	next(t, carrier).leg.Refuse(603, "no")
	e.await(t, words(t, "Говорите."), 0)
	call.leg.Hangup("no message")
	h.until("a call back is owed", "select 1 from shop.lost_call l join shop.task t on t.id = l.task_id where t.state = 'open'")
}

// A number that the shop may not call is not rung, and the next is.
func TestAnOverflowThatIsNotAllowed(t *testing.T) {
	t.Parallel()
	carrier := (&house{t: t}).phone()
	h := open(t, silently(t), carriedTo(t, carrier), func(w *tenanttest.World) {
		putMenu(t, w, fmt.Sprintf("name: Шины\nstart: own\nnodes:\n  own: {overflow: , numbers: {%q: 20s, \"+79210000002\": 20s}}\n", premiumPhone))
	})
	h.phone().ring(h, "84950000001", "89215550144")
	r := next(t, carrier)
	if r.in.To == premiumPhone {
		t.Error("a premium number is rung")
	}
	h.until("it was refused", "select 1 from shop.outgoing_call where path = 'overflow' and refused = 'premium'")
}

func listenToAnswered(t *testing.T, r *ringing) *ear {
	t.Helper()
	e := listenTo(r.audio)
	await[sipua.Answered](t, r)
	return e
}
