package telephony_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"switchboard/telephony"
	"switchboard/telephony/command"
	"switchboard/telephony/sipua"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// silent has calls go straight to the queue.
func silent(t *testing.T) func(*tenanttest.World) {
	return func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	}
}

// at has the house's calls go to another node.
func (h *house) at(n *telephony.Node) *house {
	there := *h
	there.node = n
	return &there
}

// drain has a node drain, and returns how to wait for it.
func (h *house) drain(n *telephony.Node, most time.Duration) (done func()) {
	h.t.Helper()
	over := make(chan error, 1)
	go func() { over <- n.Drain(context.Background(), most) }()
	return func() {
		h.t.Helper()
		select {
		case err := <-over:
			if err != nil {
				h.t.Errorf("drain: %v", err)
			}
		case <-time.After(patience):
			h.t.Fatal("the node does not drain in time")
		}
	}
}

func (h *house) leads(n *telephony.Node) {
	h.t.Helper()
	for limit := time.Now().Add(patience); !n.Leads(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			h.t.Fatal("the other node does not lead in time")
		}
	}
}

// A node that drains hands the pool on. The call in hand goes on there, and its
// operator is nobody else's until it is over; who is free goes over at once.
func TestADrainedNodeHandsThePoolOn(t *testing.T) {
	t.Parallel()
	h := open(t, silent(t))
	second, stop := wait(t, h.w, telephony.Config{RecordingsDir: t.TempDir(), Node: "second"})
	defer stop()
	buyer, desk, other := h.phone(), h.phone(), h.phone()
	anna := h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	call := buyer.ring(h, "84950000001", "89215550144")
	r := next(t, desk)
	desk.answer(t, r)
	await[sipua.Answered](t, call)
	h.until("the call is talking", "select 1 from shop.call where state = 'talking' and operator_id = $1", anna)

	done := h.drain(h.node, time.Minute)
	h.leads(second)
	if f := await[sipua.Failed](t, h.phone().ring(h, "84950000001", "89215550145")); f.Code != 503 {
		t.Errorf("a new call at the node that drains is answered %d, want 503", f.Code)
	}
	there := h.at(second)
	waiting := h.phone().ring(there, "84950000001", "89215550146")
	h.until("a new call waits at the other node", "select 1 from shop.call where node = 'second' and state = 'waiting'")
	select {
	case <-desk.rings:
		t.Fatal("an operator with a call at the one node is rung by the other")
	case <-time.After(1500 * time.Millisecond): // telephony looks each second who is on duty
	}
	both := command.NewClient(h.node.ControlURL()+","+second.ControlURL(), "test")
	if d, err := both.Desk(t.Context(), anna); err != nil || d.State != "talking" {
		t.Errorf("the desk of an operator at the node that drains: %+v, %v", d, err)
	}
	boris := h.operator("boris", other, h.w.A)
	r2 := next(t, other)
	other.answer(t, r2)
	await[sipua.Answered](t, waiting)
	h.until("the new operator talks at the other node", "select 1 from shop.call where node = 'second' and state = 'talking' and operator_id = $1", boris)

	call.leg.Hangup("bye")
	await[sipua.Ended](t, r)
	done()
	h.until("the first call has its record", `select 1 from shop.call c join shop.call_leg l on l.call_id = c.id
		where c.node = 'test' and c.state = 'ended' and c.outcome = 'answered' and c.ended_by = 'caller' and l.source = 'switch'`)
	h.until("nobody has retired any more", "select 1 where not exists (select from house.retired)")
	third := h.phone().ring(there, "84950000001", "89215550147")
	desk.answer(t, next(t, desk))
	await[sipua.Answered](t, third)
	if d, err := both.Desk(t.Context(), anna); err != nil || d.State != "talking" {
		t.Errorf("the desk of an operator who went over: %+v, %v", d, err)
	}
}

// Who waits at a node that drains is answered there, before its operator goes.
func TestWhoWaitsAtADrainedNodeIsAnswered(t *testing.T) {
	t.Parallel()
	h := open(t, silent(t))
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	first := h.phone().ring(h, "84950000001", "89215550144")
	r := next(t, desk)
	desk.answer(t, r)
	await[sipua.Answered](t, first)
	second := h.phone().ring(h, "84950000001", "89215550145")
	h.until("the second buyer waits", "select 1 from shop.call where state = 'waiting'")
	done := h.drain(h.node, time.Minute)
	first.leg.Hangup("bye")
	r = next(t, desk)
	desk.answer(t, r)
	await[sipua.Answered](t, second)
	second.leg.Hangup("bye")
	done()
	h.until("both calls are answered", "select 1 where (select count(*) from shop.call where state = 'ended' and outcome = 'answered') = 2")
}

// What is up when the time is over is ended, with its records.
func TestADrainThatTakesTooLong(t *testing.T) {
	t.Parallel()
	h := open(t, silent(t))
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	call := h.phone().ring(h, "84950000001", "89215550144")
	r := next(t, desk)
	desk.answer(t, r)
	await[sipua.Answered](t, call)
	h.drain(h.node, 300*time.Millisecond)()
	await[sipua.Ended](t, call)
	await[sipua.Ended](t, r)
	h.until("the call has its record", `select 1 from shop.call c join shop.call_leg l on l.call_id = c.id
		where c.state = 'ended' and c.ended_by = 'system' and l.source = 'switch'`)
	h.until("the recording is closed", "select 1 from shop.recording where state = 'ready'")
	if _, err := command.NewClient(h.node.ControlURL(), "test").Floor(t.Context()); !errors.Is(err, fault.Unavailable) {
		t.Errorf("a node that has drained shows its floor: %v", err)
	}
}
