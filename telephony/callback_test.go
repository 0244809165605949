package telephony_test

import (
	"fmt"
	"testing"

	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/say"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// hears reports whether a telephone hears a tone.
func (h *house) hearsTone(leg *media.RTPLeg, frequency float64) bool {
	h.t.Helper()
	return heardTone(listen(leg)(8000, h.t), frequency)
}

// A caller is told their place, asks to be called back, and is rung in their
// turn: before who came later. The operator and the buyer then hear each other.
func TestACallbackKeepsThePlaceOfWhoHungUp(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting_text = 'Шины.', recording = false where id = $1", w.A.ID.UUID())
		w.Admin(t, "alter table shop.queue drop constraint queue_announce_s_check")
		w.Admin(t, "update shop.queue set announce_s = 1, offers_callback = true where id = $1", w.A.Queue)
	})
	desk, carrier := h.phone(), h.phone()
	h.w.Admin(t, "update house.trunk set outbound = $1", fmt.Sprintf("sip:%s", carrier.ua.Addr()))
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	h.whole(3)
	busy := h.phone().ring(h, "84950000001", "89215550100")
	first := next(t, desk)
	desk.answer(t, first)
	h.until("somebody talks", "select 1 from shop.call where state = 'talking'")

	call := h.phone().ring(h, "84950000001", "89215550144")
	e := listenTo(call.audio)
	at := e.await(t, words(t, say.Russian.Waiting(1, -1)), 0)
	at = e.await(t, words(t, "Чтобы не ждать, нажмите один: мы перезвоним, когда подойдёт ваша очередь."), at)
	later := h.phone().ring(h, "84950000001", "89215550155")
	h.until("another waits", "select 1 from shop.call c join shop.call_party p on p.call_id = c.id where c.state = 'waiting' and p.phone = '+79215550155'")
	press(t, call, "1")
	e.await(t, words(t, "Хорошо. Мы перезвоним, когда подойдёт ваша очередь. До свидания."), at)
	if ended := await[sipua.Ended](t, call); !ended.ByPeer {
		t.Errorf("ended %+v, want by the switchboard", ended)
	}
	h.until("a call is owed", "select 1 from shop.task where state = 'open' and subject like 'Попросил перезвонить%'")

	busy.leg.Hangup("done")
	offered := next(t, desk)
	if offered.in.From != "+79215550144" {
		t.Fatalf("the operator is offered %s, want who keeps the place", offered.in.From)
	}
	desk.answer(t, offered)
	rung := next(t, carrier)
	if !h.hearsTone(offered.audio, 425) {
		t.Error("the operator does not hear that it rings")
	}
	carrier.answer(t, rung)
	h.until("they talk", "select 1 from shop.call where state = 'talking' and direction = 'outbound'")
	player := media.NewPlayer()
	defer player.Close()
	player.Loop(rung.audio, media.NewClip(tone.Sine(620, 8000)))
	if !h.hearsTone(offered.audio, 620) {
		t.Error("the operator does not hear the buyer")
	}
	h.until("the task is done", "select 1 from shop.task t join shop.call c on c.id = t.closed_call_id where t.state = 'done' and c.direction = 'outbound'")
	rung.leg.Hangup("bye")
	last := next(t, desk)
	if last.in.From != "89215550155" {
		t.Errorf("then the operator is offered %s", last.in.From)
	}
	h.until("the call back is finished", "select 1 from shop.call where direction = 'outbound' and outcome = 'answered' and ended_by = 'caller' and state = 'ended'")
	later.leg.Hangup("done")
}
