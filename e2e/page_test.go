package e2e

import (
	"fmt"
	"time"

	"switchboard/bench/chrome"
	"switchboard/bench/rig"
)

// operator is one at a desk.
type operator struct {
	s *scene
	*rig.Client
	id string
}

// sitsDown signs an operator in.
func (s *scene) sitsDown(email string) *operator {
	s.t.Helper()
	for _, o := range s.Info.Operators {
		if o.Email == email {
			return &operator{s, s.enter(o.Login), o.ID}
		}
	}
	s.t.Fatalf("no operator %s", email)
	return nil
}

// do asks for something at the desk.
func (o *operator) do(what string, body any) {
	o.s.t.Helper()
	if err := o.Do(o.s.t.Context(), "POST", "/desk/"+what, body, nil); err != nil {
		o.s.t.Fatal(err)
	}
}

// at is a desk as the API shows it.
type at struct {
	State, Reason, Phone string
	OnDuty               bool       `json:"on_duty"`
	Until                *time.Time `json:"until"`
	Call                 *struct {
		ID, State   string
		From        string
		Held, Muted bool
		AwayUntil   *time.Time `json:"away_until"`
		Handed      bool
	}
}

func (o *operator) desk() (d at) {
	o.s.t.Helper()
	if err := o.Get(o.s.t.Context(), "/desk", &d); err != nil {
		o.s.t.Fatal(err)
	}
	return d
}

// sees waits until the desk is so.
func (o *operator) sees(what string, so func(at) bool) {
	o.s.t.Helper()
	var d at
	defer func() {
		if o.s.t.Failed() {
			o.s.t.Logf("the desk is %+v, its call %+v", d, d.Call)
		}
	}()
	o.s.await(what, patience, func() bool {
		d = o.desk()
		return so(d)
	})
}

// page is an operator's, in a tab of a browser.
type page struct {
	*operator
	*chrome.Tab
}

// open opens the desk in a tab: the least page that speaks the protocol, in the
// place of the real one.
func (o *operator) open(b *chrome.Browser) *page {
	o.s.t.Helper()
	return o.openAt(b, o.place())
}

// openAt is open with an address that may say how the page behaves.
func (o *operator) openAt(b *chrome.Browser, place string) *page {
	o.s.t.Helper()
	tab, err := b.Open(o.s.t.Context(), place)
	if err != nil {
		o.s.t.Fatal(err)
	}
	p := &page{o, tab}
	p.begin()
	return p
}

// place is an address of ours that has no page of its own.
func (o *operator) place() string { return o.s.Info.HTTP + "/nothing.txt" }

// reload loads the page anew, which has forgotten everything then.
func (p *page) reload() {
	p.s.t.Helper()
	if err := p.Load(p.s.t.Context(), p.place()); err != nil {
		p.s.t.Fatal(err)
	}
	p.run("sessionStorage.clear()")
	p.begin()
}

func (p *page) begin() {
	p.s.t.Helper()
	p.run("document.body.innerHTML = '<audio id=buyer autoplay></audio>'")
	p.run("%s", chrome.Script())
	var ticket struct{ Ticket string }
	if err := p.operator.Client.Do(p.s.t.Context(), "POST", "/desk/tickets", nil, &ticket); err != nil {
		p.s.t.Fatal(err)
	}
	p.run("desk.start(%q)", ticket.Ticket)
}

// run runs a statement in the page.
func (p *page) run(format string, args ...any) {
	p.s.t.Helper()
	if err := p.Eval(p.s.t.Context(), fmt.Sprintf(format, args...)+"\n;0", nil); err != nil {
		p.s.t.Fatal(err)
	}
}

// until waits until an expression of the page is true.
func (p *page) until(what, js string) {
	p.s.t.Helper()
	p.s.await(what, patience, func() bool {
		var ok bool
		return p.Eval(p.s.t.Context(), "!!("+js+")", &ok) == nil && ok
	})
}

// hears waits until the page hears hz, or for 0 nothing.
func (p *page) hears(hz int) {
	p.s.t.Helper()
	p.s.await(fmt.Sprintf("the page hears %d Hz", hz), patience, func() bool {
		var got struct {
			Hz int
			DB float64
		}
		if err := p.Eval(p.s.t.Context(), "desk.peak()", &got); err != nil {
			p.s.t.Fatal(err)
		}
		if hz == 0 {
			return got.DB < -90
		}
		return got.DB > -40 && got.Hz > hz-15 && got.Hz < hz+15
	})
}

// rings waits until it does.
func (p *page) rings() {
	p.s.t.Helper()
	p.until("the page rings", "desk.call && desk.call.phase === 'ringing'")
}
