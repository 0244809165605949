package telephony_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media/tone"
	"switchboard/tenant/fault"
	"switchboard/tenant/tenanttest"
)

// TestSupervisorHearsAndIsHeard: listen, whisper, barge and their end, at both
// kinds of device of operator and supervisor: to the tone who hears whom, and
// what is on the tape.
func TestSupervisorHearsAndIsHeard(t *testing.T) {
	t.Parallel()
	for _, operator := range []string{"phone", "browser"} {
		for _, supervisor := range []string{"phone", "browser"} {
			t.Run(operator+" and "+supervisor, func(t *testing.T) {
				t.Parallel()
				st := talk(t, operator, supervisor)
				st.begin(command.Listen)
				st.hears(st.supervisor, buyerTone, operatorTone)
				st.hears(st.buyer, operatorTone)
				st.hears(st.operator, buyerTone)

				st.change(command.Whisper)
				st.hears(st.operator, buyerTone, supervisorTone)
				whispered := since()
				st.hears(st.buyer, operatorTone)
				st.hears(st.supervisor, buyerTone, operatorTone)
				whispered.over()

				st.change(command.Barge)
				st.hears(st.buyer, operatorTone, supervisorTone)
				barged := since()
				st.hears(st.operator, buyerTone, supervisorTone)
				st.hears(st.supervisor, buyerTone, operatorTone)
				st.hears(st.buyer, operatorTone, supervisorTone) // the tape needs some of it
				barged.over()

				st.change(command.StopIt)
				st.hears(st.buyer, operatorTone)
				after := since()
				st.hears(st.operator, buyerTone)
				st.until("the supervisor's dialog is forgotten", "select 1 where not exists (select from house.dialog where side = 'supervisor')")
				st.talkOn(25)
				after.over()
				tape := st.tape()
				tape.has(t, "whispered", whispered, operatorTone)
				tape.has(t, "barged in", barged, operatorTone, supervisorTone)
				tape.has(t, "alone again", after, operatorTone)
			})
		}
	}
}

// TestSupervisorOfACallOnHold: hold stays hold, and who is asked aside is heard
// by the operator alone.
func TestSupervisorOfACallOnHold(t *testing.T) {
	t.Parallel()
	st := talk(t, "browser", "phone")
	st.begin(command.Whisper)
	order := func(v command.Verb) {
		t.Helper()
		if err := st.client.Do(t.Context(), command.Order{Verb: v, Operator: st.anna, Call: st.id}); err != nil {
			t.Fatal(err)
		}
	}
	order(command.Mute)
	st.hears(st.operator, buyerTone, supervisorTone)
	st.hears(st.supervisor, buyerTone, operatorTone)
	st.hears(st.buyer)
	order(command.Unmute)
	order(command.Hold)
	st.hears(st.buyer, music)
	st.hears(st.operator, supervisorTone)
	st.hears(st.supervisor, operatorTone)
	st.change(command.Barge)
	st.hears(st.buyer, music)
	order(command.Resume)
	st.hears(st.buyer, operatorTone, supervisorTone)
}

// TestSupervisorLeavesTheCallAlone: killed, or hung up, they are gone, and the
// call goes on.
func TestSupervisorLeavesTheCallAlone(t *testing.T) {
	t.Parallel()
	for _, device := range []string{"phone", "browser"} {
		t.Run(device, func(t *testing.T) {
			t.Parallel()
			st := talk(t, "phone", device)
			st.begin(command.Barge)
			st.hears(st.buyer, operatorTone, supervisorTone)
			st.supervisor.hang()
			st.hears(st.buyer, operatorTone)
			st.until("it is over", "select 1 from shop.call_event where kind = 'unwatched'")
			st.hears(st.operator, buyerTone)
			st.hears(st.buyer, operatorTone)
		})
	}
}

// TestBuyerHangsUpDuringBarge ends it for all.
func TestBuyerHangsUpDuringBarge(t *testing.T) {
	t.Parallel()
	st := talk(t, "phone", "phone")
	st.begin(command.Barge)
	st.hears(st.buyer, operatorTone, supervisorTone)
	st.buyer.hang()
	st.until("the call has ended", "select 1 from shop.call where ended_by = 'caller'")
	st.until("no dialog is left", "select 1 where not exists (select from house.dialog)")
}

// TestPolicyOfAnnouncing: a tone tells of a supervisor, and so does the desk; a
// silent one shows when they speak.
func TestPolicyOfAnnouncing(t *testing.T) {
	t.Parallel()
	for _, policy := range []string{"announced", "silent"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			st := talk(t, "browser", "phone", func(w *tenanttest.World) { w.Admin(t, "update house.shop set supervision = $1", policy) })
			st.hears(st.buyer, operatorTone)
			st.buyer.ear.forget()
			st.operator.ear.forget()
			st.begin(command.Listen)
			st.hears(st.supervisor, buyerTone, operatorTone)
			for _, d := range []*device{st.buyer, st.operator} {
				if policy == "announced" {
					st.eventually(d.name+" hears the tone", func() bool { return d.beeped(t) })
				} else if d.beeped(t) {
					t.Errorf("the %s heard the tone", d.name)
				}
			}
			if told := st.told(); (len(told) == 1) != (policy == "announced") {
				t.Errorf("the desk shows %+v", told)
			}
			st.change(command.Whisper)
			st.hears(st.operator, buyerTone, supervisorTone)
			if told := st.told(); len(told) != 1 || told[0].Mode != command.Whisper {
				t.Errorf("whispered to, the desk shows %+v", told)
			}
		})
	}
}

// told is what the operator's desk shows of supervisors.
func (st *stage) told() []command.Watcher {
	st.t.Helper()
	d, err := st.client.Desk(st.t.Context(), st.anna)
	if err != nil || d.Call == nil {
		st.t.Fatalf("anna's desk: %+v, %v", d, err)
	}
	return d.Call.Watchers
}

// beeped reports whether the notice was in what was heard since the last forget.
func (d *device) beeped(t *testing.T) bool {
	t.Helper()
	d.ear.mu.Lock()
	defer d.ear.mu.Unlock()
	for s := d.ear.pcm; len(s) >= 800; s = s[400:] {
		if tone.Power(s[:800], noticeTone) > 0.3 {
			return true
		}
	}
	return false
}

// TestWhoMayNotSupervise: refusals are told apart.
func TestWhoMayNotSupervise(t *testing.T) {
	t.Parallel()
	st := talk(t, "phone", "phone")
	ask := func(do command.Supervise, who, call uuid.UUID) error {
		return st.client.Supervise(t.Context(), command.Supervision{Do: do, Supervisor: who, Call: call})
	}
	st.begin(command.Listen)
	for name, c := range map[string]struct{ got, want error }{
		"an operator":    {ask(command.Listen, st.anna, st.id), fault.NotFound},
		"no such call":   {ask(command.Listen, st.sup, uuid.New()), fault.NotFound},
		"another's mode": {ask(command.StopIt, st.sup, uuid.New()), fault.NotFound},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	if err := ask("shout", st.sup, st.id); !errors.As(err, new(fault.Invalid)) {
		t.Errorf("a word of no use: %v, want invalid", err)
	}
	deaf := st.supervisorOf("deaf")
	st.eventually("who has no telephone is told so", func() bool { return errors.Is(ask(command.Listen, deaf, st.id), command.ErrDeaf) })
	if err := ask(command.StopIt, deaf, st.id); !errors.Is(err, command.ErrNotWatching) {
		t.Errorf("to stop what was not begun: %v", err)
	}
}

// TestSeveralSupervisors: two listen, a third too, a fourth is refused.
func TestSeveralSupervisors(t *testing.T) {
	t.Parallel()
	st := talk(t, "phone", "phone")
	st.begin(command.Listen)
	join := func(name string) (*phone, uuid.UUID) {
		p, id := st.house.phone(), st.supervisorOf(name)
		st.w.Admin(t, "insert into house.supervisor_phone (account_id, sip_uri) values ($1, $2)", id, fmt.Sprintf("sip:%s@%s", name, p.ua.Addr()))
		st.eventually(name+" is known", func() bool {
			err := st.client.Supervise(t.Context(), command.Supervision{Do: command.Listen, Supervisor: id, Call: st.id})
			return err == nil || errors.Is(err, command.ErrCrowded)
		})
		return p, id
	}
	p, second := join("second")
	r := next(t, p)
	p.answer(t, r)
	other := st.speaks(r, "second supervisor", otherTone)
	st.hears(other, buyerTone, operatorTone)
	st.hears(st.supervisor, buyerTone, operatorTone)
	if err := st.client.Supervise(t.Context(), command.Supervision{Do: command.Barge, Supervisor: second, Call: st.id}); err != nil {
		t.Fatal(err)
	}
	st.hears(st.supervisor, buyerTone, operatorTone, otherTone)
	st.hears(st.buyer, operatorTone, otherTone)
	third, _ := join("third")
	third.answer(t, next(t, third))
	join("fourth")
	if n := len(st.watchers()); n != 3 {
		t.Errorf("%d supervisors are at the call", n)
	}
}

// TestSupervisorTakesOver, at any pair of devices: buyer and supervisor alone talk
// on, and the operator is free after their after-call work. The tape has the buyer
// left, and right the operator, then the supervisor: not what they only heard.
func TestSupervisorTakesOver(t *testing.T) {
	t.Parallel()
	for _, kinds := range [][2]string{{"phone", "phone"}, {"browser", "browser"}, {"phone", "browser"}, {"browser", "phone"}} {
		t.Run(kinds[0]+" and "+kinds[1], func(t *testing.T) {
			t.Parallel()
			st := talk(t, kinds[0], kinds[1])
			if err := st.do(command.TakeOver); !errors.Is(err, command.ErrNotWatching) && !errors.Is(err, fault.NotFound) {
				t.Errorf("who is not there takes the call: %v", err)
			}
			st.begin(command.Listen)
			st.hears(st.supervisor, buyerTone, operatorTone)
			before := since()
			st.talkOn(40)
			before.over()
			st.change(command.TakeOver)
			st.hears(st.buyer, supervisorTone)
			st.hears(st.supervisor, buyerTone)
			after := since()
			st.eventually("anna has nothing but her after-call work", func() bool {
				d, err := st.client.Desk(t.Context(), st.anna)
				return err == nil && d.State != "talking"
			})
			st.hears(st.supervisor, buyerTone)
			st.buyer.ear.forget()
			st.eventually("the tape has some of it", func() bool { return st.buyer.ear.frames(supervisorTone) >= 50 })
			after.over()
			tape := st.tape()
			tape.has(t, "before", before, operatorTone)
			tape.has(t, "taken over", after, supervisorTone)
			st.until("the call is finished", "select 1 from shop.call where state = 'ended' and operator_id = $1 and outcome = 'answered'", st.sup)
			st.until("no dialog is left", "select 1 where not exists (select from house.dialog)")
		})
	}
}
