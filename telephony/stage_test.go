package telephony_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// Who says what in these tests.
const (
	buyerTone, operatorTone, supervisorTone, otherTone = 500.0, 800.0, 1300.0, 1900.0
	noticeTone                                         = 1400.0
)

// device is a telephone of either kind, at which somebody speaks a tone.
type device struct {
	name string
	ear  *earpiece
	hang func() // its own key
}

// speaks makes a SIP telephone one that says freq Hz in a call.
func (h *house) speaks(r *ringing, name string, freq float64) *device {
	h.t.Helper()
	e := &earpiece{}
	r.audio.SetSink(func(p *media.Packet) {
		if p.Law != 0 {
			e.hear(p.Payload)
		}
	})
	player := media.NewPlayer()
	player.Loop(r.audio, media.NewClip(tone.Sine(freq, 8000)))
	h.t.Cleanup(player.Close)
	return &device{name, e, func() { r.leg.Hangup("bye") }}
}

// stage is a call between a buyer and an operator, and a supervisor beside it.
type stage struct {
	*house
	id         uuid.UUID
	buyer      *device
	operator   *device
	supervisor *device
	sup, anna  uuid.UUID
	phone      *phone // of the supervisor, if that is their device
	client     *command.Client
}

// supervisorOf makes somebody who may supervise.
func (h *house) supervisorOf(name string) uuid.UUID {
	h.t.Helper()
	id := h.w.AddAccount(h.t, name+"@example.org", name)
	h.w.Admin(h.t, "insert into house.staff (account_id, role, created_at) values ($1, 'supervisor', now())", id)
	return id
}

// talk has a call under way, with operator and supervisor at either kind of
// device.
func talk(t *testing.T, operator, supervisor string, prepare ...func(*tenanttest.World)) *stage {
	t.Helper()
	prepare = append(prepare, func(w *tenanttest.World) {
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	st := &stage{house: open(t, prepare...)}
	st.client = command.NewClient(st.node.ControlURL(), "test")
	st.sup = st.supervisorOf("sofia")
	desk := st.standBy(operator)
	st.sit(supervisor)
	call := st.house.phone().ring(st.house, "84950000001", "89215550144")
	if operator == "phone" {
		r := next(t, desk)
		desk.answer(t, r)
		st.operator = st.speaks(r, "operator", operatorTone)
	}
	await[sipua.Answered](t, call)
	st.buyer = st.speaks(call, "buyer", buyerTone)
	st.until("they talk", "select 1 from shop.call where state = 'talking'")
	st.id = tenanttest.One[uuid.UUID](t, st.w, "select id from shop.call")
	return st
}

// standBy puts anna on duty, at a page or at the telephone that is returned.
func (st *stage) standBy(kind string) *phone {
	if kind == "phone" {
		desk := st.house.phone()
		st.anna = st.house.operator("anna", desk, st.w.A)
		st.onDuty(1)
		return desk
	}
	st.anna = st.w.AddOperator(st.t, "anna", st.w.A)
	ready := func() error {
		return st.client.Do(st.t.Context(), command.Order{Verb: command.Ready, Operator: st.anna})
	}
	st.eventually("the node knows anna", func() bool { return errors.Is(ready(), command.ErrNoPhone) })
	p := st.page(st.anna, operatorTone)
	st.operator = &device{"operator", &p.ear, func() { p.send("hangup", fields{"leg": p.joined()}) }}
	st.eventually("anna is ready", func() bool { return ready() == nil })
	st.onDuty(1)
	return nil
}

// sit gives the supervisor a device.
func (st *stage) sit(kind string) {
	if kind == "browser" {
		st.eventually("the node knows the supervisor", func() bool { return errors.Is(st.do(command.Listen), command.ErrDeaf) })
		p := st.page(st.sup, supervisorTone)
		st.supervisor = &device{"supervisor", &p.ear, p.stop}
		return
	}
	st.phone = st.house.phone()
	st.w.Admin(st.t, "insert into house.supervisor_phone (account_id, sip_uri) values ($1, $2)", st.sup, fmt.Sprintf("sip:sofia@%s", st.phone.ua.Addr()))
}

func (h *house) eventually(what string, ok func() bool) {
	h.t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
	}
	h.t.Fatalf("not in time: %s", what)
}

func (st *stage) do(what command.Supervise) error {
	return st.client.Supervise(st.t.Context(), command.Supervision{Do: what, Supervisor: st.sup, Call: st.id})
}

// begin has the supervisor begin at the call, and answer if a telephone rings.
func (st *stage) begin(what command.Supervise) {
	st.t.Helper()
	st.eventually(fmt.Sprintf("%s is obeyed", what), func() bool { return st.do(what) == nil }) // the directory may be a moment behind
	if st.phone != nil {
		r := next(st.t, st.phone)
		st.phone.answer(st.t, r)
		st.supervisor = st.speaks(r, "supervisor", supervisorTone)
	}
	st.eventually("the supervisor is there", func() bool { w := st.watchers(); return len(w) == 1 && w[0].Up && w[0].Mode == what })
}

func (st *stage) change(what command.Supervise) {
	st.t.Helper()
	if err := st.do(what); err != nil {
		st.t.Fatalf("%s: %v", what, err)
	}
}

// watchers are those of the call, as the floor shows them.
func (st *stage) watchers() []command.Watcher {
	st.t.Helper()
	f, err := st.client.Floor(st.t.Context())
	if err != nil {
		st.t.Fatal(err)
	}
	for _, c := range f.Calls {
		if c.ID == st.id {
			return c.Watchers
		}
	}
	return nil
}

// talkOn has buyer and operator hear n frames of each other.
func (st *stage) talkOn(n int) {
	st.t.Helper()
	st.buyer.ear.forget()
	st.operator.ear.forget()
	st.eventually("both hear each other", func() bool { return st.buyer.ear.frames(operatorTone) >= n && st.operator.ear.frames(buyerTone) >= n })
}

// in returns which of the tones are in samples, each with at least a tenth of
// what is loudest.
func in(samples []int16) (tones []float64) {
	for _, f := range []float64{buyerTone, operatorTone, supervisorTone, otherTone} {
		if tone.Power(samples, f) > 0.1 {
			tones = append(tones, f)
		}
	}
	return tones
}

const music = -1.0 // something, and none of the tones

// hears checks what somebody hears for 0.3 s: exactly these tones. What changed
// may take a moment to be heard.
func (st *stage) hears(d *device, want ...float64) {
	st.t.Helper()
	var got []float64
	for limit := time.Now().Add(patience); time.Now().Before(limit); {
		d.ear.forget()
		var s []int16
		st.eventually(d.name+" is sent something", func() bool { s = d.ear.heard(2400); return s != nil })
		got = in(s)
		if len(got) == 0 && loud(s) {
			got = []float64{music}
		}
		if slices.Equal(got, want) {
			return
		}
	}
	st.t.Errorf("the %s hears %v, want %v", d.name, got, want)
}
