package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"switchboard/bench/chrome"
	"switchboard/bench/gen"
	"switchboard/bench/rig"
)

// inBrowsers is the number of the shop whose operators have browsers.
const inBrowsers = "+74950000005"

// What a page may take from the offer to the ring, and from the answer to the
// first audio.
const (
	ringGoal  = 300.0 // ms, at the 95th percentile
	audioGoal = 150.0
)

// browsers measures desks in browsers: pages of ours, and a real one if there
// is any.
func (s *stage) browsers(ctx context.Context, z size) error {
	ours, chromium := &desktop{rang: map[uuid.UUID]time.Time{}}, &desktop{rang: map[uuid.UUID]time.Time{}}
	m, err := gen.NewMedia()
	if err != nil {
		return err
	}
	defer m.Close()
	var all sync.WaitGroup
	defer all.Wait()
	ctx, cancel := context.WithTimeout(ctx, z.busy+time.Minute)
	defer cancel()
	for i := range z.desks {
		p, err := s.page(ctx, fmt.Sprintf("d%02d@bench.test", i+1))
		if err != nil {
			return err
		}
		defer p.Close()
		all.Go(func() { ours.attend(ctx, p, z.busy/4) })
	}
	stop, err := s.chromium(ctx, chromium, &all, z.busy/4)
	if err != nil {
		return err
	}
	defer stop()
	busy, over := context.WithTimeout(ctx, z.busy)
	defer over()
	for i := range z.desks { // they come one after another, not as one
		all.Go(func() {
			if after(busy, time.Duration(i)*z.busy/4/time.Duration(z.desks)) == nil {
				s.callAgain(busy, m)
			}
		})
	}
	<-busy.Done()
	if err := after(ctx, time.Second); err != nil { // until the last offer is in its table
		return err
	}
	cancel()
	all.Wait()
	if err := s.tell(fmt.Sprintf("%d desks in browsers", z.desks), ours); err != nil || len(chromium.rang) == 0 {
		return err
	}
	return s.tell("Chromium beside them", chromium)
}

// tell prints what desks noted.
func (s *stage) tell(who string, d *desktop) error {
	ring, err := s.offered(d)
	if err != nil {
		return err
	}
	s.add(row{what: who + ": offer to ring, p50", unit: "ms", got: ms(ring.At(0.5))})
	s.add(row{what: "  the same, p95", unit: "ms", got: ms(ring.At(0.95)), goal: ringGoal})
	s.add(row{what: "  answer to the first audio, p50", unit: "ms", got: ms(d.audio.At(0.5))})
	s.add(row{what: "  the same, p95", unit: "ms", got: ms(d.audio.At(0.95)), goal: audioGoal})
	s.say("%s: %d rings, offer to ring p50 %s p95 %s; %d answers, to audio p50 %s p95 %s",
		who, len(ring), ring.At(0.5), ring.At(0.95), len(d.audio), d.audio.At(0.5), d.audio.At(0.95))
	if len(ring) == 0 || len(d.audio) == 0 {
		return fmt.Errorf("%s: %d rings, %d buyers heard", who, len(ring), len(d.audio))
	}
	return nil
}

// offered returns how long after the offer was decided each leg rang.
func (s *stage) offered(d *desktop) (gen.Spread, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	db, err := pgx.Connect(ctx, s.sb.Info.AdminURL)
	if err != nil {
		return nil, fmt.Errorf("read when calls were offered: %w", err)
	}
	defer db.Close(ctx)
	if _, err := db.Exec(ctx, "set role switchboard_across"); err != nil {
		return nil, fmt.Errorf("read when calls were offered: %w", err)
	}
	rows, err := db.Query(ctx, "select (body->>'leg')::uuid, at_ms from house.event where kind = 'offer'")
	if err != nil {
		return nil, fmt.Errorf("read when calls were offered: %w", err)
	}
	var took gen.Spread
	var leg uuid.UUID
	var at int64
	_, err = pgx.ForEachRow(rows, []any{&leg, &at}, func() error {
		if rang, ok := d.rang[leg]; ok {
			took = append(took, rang.Sub(time.UnixMilli(at)))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read when calls were offered: %w", err)
	}
	return took, nil
}

// desktop is what desks noted.
type desktop struct {
	mu    sync.Mutex
	rang  map[uuid.UUID]time.Time // by leg
	audio gen.Spread              // from the answer on
}

func (d *desktop) rings(leg uuid.UUID, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rang[leg] = at
}

func (d *desktop) hears(after time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.audio = append(d.audio, after)
}

// attend answers what rings, talks for a while and hangs up.
func (d *desktop) attend(ctx context.Context, p *gen.Page, talk time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case r := <-p.Rings():
			d.rings(r.Leg, r.At)
			answered := time.Now()
			if p.Answer(ctx, r.Leg) != nil {
				return
			}
			select {
			case at := <-p.Audio():
				d.hears(at.Sub(answered))
			case <-ctx.Done():
				return
			}
			if after(ctx, talk) != nil || p.Hangup(ctx, r.Leg) != nil {
				return
			}
		}
	}
}

// chromium puts one of the desks into a real browser.
func (s *stage) chromium(ctx context.Context, d *desktop, all *sync.WaitGroup, talk time.Duration) (stop func(), err error) {
	b, err := chrome.Start(ctx, 850)
	if errors.Is(err, exec.ErrNotFound) {
		s.note("chromium is not installed: no real browser is among the desks")
		return func() {}, nil
	}
	if err != nil {
		return nil, err
	}
	tab, err := b.Open(ctx, s.sb.Info.HTTP+"/nothing.txt")
	if err == nil {
		err = s.sit(ctx, tab)
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	all.Go(func() { d.attendTab(ctx, tab, talk) })
	return b.Close, nil
}

// sit brings an operator on duty in a tab.
func (s *stage) sit(ctx context.Context, tab *chrome.Tab) error {
	ticket, ready, err := s.seat(ctx, "chromium@bench.test")
	if err != nil {
		return err
	}
	for _, js := range []string{"document.body.innerHTML = '<audio id=buyer autoplay></audio>'; 0", chrome.Script() + ";0", fmt.Sprintf("desk.start(%q)", ticket)} {
		if err := tab.Eval(ctx, js, nil); err != nil {
			return err
		}
	}
	for end := time.Now().Add(20 * time.Second); ; {
		if err = ready(); err == nil || time.Now().After(end) {
			return err
		}
		if err := after(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// answerInSilence lets what was heard of the call before fade first.
const answerInSilence = `(async () => {
	while (desk.peak().db > -90) await new Promise((r) => setTimeout(r, 5));
	return desk.answerAndHear();
})()`

// attendTab is attend in a tab.
func (d *desktop) attendTab(ctx context.Context, tab *chrome.Tab, talk time.Duration) {
	for after(ctx, 20*time.Millisecond) == nil {
		var call struct {
			Leg  uuid.UUID
			Rang float64 // ms since 1970
		}
		err := tab.Eval(ctx, "desk.call && desk.call.phase === 'ringing' ? {leg: desk.call.leg, rang: desk.rang} : {}", &call)
		if err != nil || call.Leg == uuid.Nil {
			continue
		}
		d.rings(call.Leg, time.UnixMicro(int64(call.Rang*1000)))
		var ms float64
		if tab.Eval(ctx, answerInSilence, &ms) != nil {
			return
		}
		d.hears(time.Duration(ms * float64(time.Millisecond)))
		if after(ctx, talk) != nil || tab.Eval(ctx, "desk.hangup()", nil) != nil {
			return
		}
	}
}

// seat signs an operator in, and returns a ticket and what brings them on duty.
func (s *stage) seat(ctx context.Context, email string) (ticket string, ready func() error, err error) {
	c, err := rig.Enter(ctx, s.sb.Info.API, rig.Login{Email: email, Password: "bench-Password-1"})
	if err != nil {
		return "", nil, err
	}
	var t struct{ Ticket string }
	if err := c.Do(ctx, "POST", "/desk/tickets", nil, &t); err != nil {
		return "", nil, err
	}
	return t.Ticket, func() error { return c.Do(ctx, "POST", "/desk/ready", nil, nil) }, nil
}

// page brings an operator on duty in a page of ours.
func (s *stage) page(ctx context.Context, email string) (*gen.Page, error) {
	const most = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	ticket, ready, err := s.seat(ctx, email)
	if err != nil {
		return nil, err
	}
	p, err := gen.OpenPage(ctx, s.sb.Info.HTTP, ticket)
	if err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// callAgain is one buyer after another, who speaks as soon as somebody answers.
func (s *stage) callAgain(ctx context.Context, m *gen.Media) {
	for ctx.Err() == nil {
		stream, err := m.Open()
		if err != nil {
			return
		}
		c, err := s.ring(s.caller(nil), inBrowsers, s.sip, stream.Addr())
		if err != nil {
			return
		}
		select {
		case <-c.Confirmed():
			stream.Send(c.Remote(), 400)
		case <-c.Ended():
		case <-ctx.Done():
		}
		select {
		case <-c.Ended():
		case <-ctx.Done():
			c.Hangup()
			<-c.Ended()
		}
		stream.Stop()
		s.forget(c.From)
	}
}
