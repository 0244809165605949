package telephony_test

import (
	"errors"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/telephony/sipua/digest"
	"switchboard/tenant/fault"
)

// seat makes anna, with the device that will ring.
func (s *handing) seat(kind string) {
	s.t.Helper()
	if kind != "browser" {
		p := s.phone()
		s.anna = s.desk(kind, "anna", p)
		s.device = &deskPhone{s: s, p: p}
		s.onDuty(1)
		return
	}
	b := &browser{s: s}
	s.device = b
	b.page = s.page(s.anna, operatorHz)
	c := s.client()
	for limit := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := c.Do(s.t.Context(), command.Order{Verb: command.Ready, Operator: s.anna})
		if err == nil {
			return
		}
		if time.Now().After(limit) || !errors.Is(err, fault.NotFound) {
			s.t.Fatal(err)
		}
	}
}

// desk makes an operator with a telephone at a fixed address, or with one that
// registers.
func (s *handing) desk(kind, name string, p *phone) uuid.UUID {
	s.t.Helper()
	if kind != "registered" {
		return s.operator(name, p, s.w.A)
	}
	id := s.w.AddOperator(s.t, name, s.w.A)
	s.w.Admin(s.t, "update house.operator set sip_user = $2, sip_ha1 = $3, always_on = true where id = $1", id, name, digest.HA1(name, "switchboard", "secret"))
	at := s.node.SIP().String()
	r := p.ua.Registrant(sipua.Registration{Server: at, User: name, Password: "secret"})
	s.t.Cleanup(r.Leave)
	for limit := time.Now().Add(patience); ; time.Sleep(300 * time.Millisecond) { // not so often that it is locked out
		_, err := r.Register(s.t.Context(), at)
		if err == nil {
			return id
		}
		if !errors.Is(err, sipua.ErrRefused) || time.Now().After(limit) { // the node may not have heard of the name yet
			s.t.Fatal(err)
		}
	}
}

// answers has anna take the call.
func (s *handing) answers(string) gadget {
	s.t.Helper()
	switch d := s.device.(type) {
	case *browser:
		s.eventually("the page is in the call", func() bool { d.leg = d.page.joined(); return d.leg != uuid.Nil })
	case *deskPhone:
		d.first = next(s.t, d.p)
		d.p.answer(s.t, d.first)
		s.speak(d.first.audio, operatorHz)
		d.ears = earOf(d.first.audio)
	}
	return s.device
}

// browser is anna's page: its commands go by the control API.
type browser struct {
	s    *handing
	page *page
	leg  uuid.UUID
}

func (b *browser) ear() hearing { return hearing{&b.page.ear} }

func (b *browser) blind(whom string) bool {
	err := b.s.do(command.Transfer, b.s.to(whom))
	if err != nil && !errors.Is(err, command.ErrNobodyFree) {
		b.s.t.Fatal(err)
	}
	return err != nil
}
func (b *browser) consult(whom string) { b.s.must(b.s.do(command.Consult, b.s.to(whom))) }
func (b *browser) complete()           { b.s.must(b.s.do(command.Complete, nil)) }
func (b *browser) back()               { b.s.must(b.s.do(command.Back, nil)) }
func (b *browser) hangUp()             { b.page.send("hangup", fields{"leg": b.leg}) }

func (b *browser) idle() {
	b.s.t.Helper()
	b.s.eventually("the page is without a call", func() bool { return b.page.joined() == uuid.Nil })
}

// deskPhone is a telephone of SIP that knows how to refer.
type deskPhone struct {
	s     *handing
	p     *phone
	first *ringing
	asks  *ringing // its second call
	ears  hearing
	done  bool
}

func (d *deskPhone) ear() hearing {
	if d.asks != nil && d.asks.ears != nil {
		return *d.asks.ears
	}
	return d.ears
}

func (d *deskPhone) at(user string) string { return "sip:" + user + "@" + d.s.node.SIP().String() }

func (d *deskPhone) blind(whom string) bool {
	d.s.t.Helper()
	d.first.leg.Refer(d.at(d.s.dialled(whom)), nil)
	for whom == "queue" { // the telephone is let go at once, or told why not
		select {
		case ev := <-d.first.over:
			switch r := ev.(type) {
			case sipua.ReferReport:
				if r.Code >= 400 {
					return true
				}
			case sipua.Ended:
				d.done = true
				return false
			}
		case <-time.After(patience):
			d.s.t.Fatal("the REFER comes to nothing")
		}
	}
	return false
}

// consult holds the buyer and calls a second time, as telephones do.
func (d *deskPhone) consult(whom string) {
	d.s.t.Helper()
	d.first.hold(d.s.t, sdp.SendOnly)
	d.asks = d.p.ring(d.s.house, d.s.dialled(whom), "anna")
	d.s.speak(d.asks.audio, operatorHz)
	e := earOf(d.asks.audio)
	d.asks.ears = &e
}

func (d *deskPhone) complete() {
	d.s.t.Helper()
	d.first.leg.Refer(d.at("whoever"), d.asks.leg)
	await[sipua.Ended](d.s.t, d.asks)
}

func (d *deskPhone) back() {
	d.s.t.Helper()
	d.asks.leg.Hangup("never mind")
	d.asks = nil
	d.first.hold(d.s.t, sdp.SendRecv)
}

func (d *deskPhone) hangUp() {
	d.first.leg.Hangup("bye")
}

func (d *deskPhone) idle() {
	if d.done {
		return
	}
	await[sipua.Ended](d.s.t, d.first)
	d.done = true
}
