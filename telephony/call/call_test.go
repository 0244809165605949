package call

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata")

var (
	states = []State{Greeting, Menu, Waiting, Talking, Held, Moving, WrapUp, Ended}
	kinds  = []Kind{Greet, Ask, Enqueue, Connect, Hold, Resume, Transfer, Recall, Lose, Regain, HangUp, Finish}
)

// TestLifeOfACall prints every state against every event, so that a changed
// cell is a changed line in the review.
func TestLifeOfACall(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s", "")
	for _, k := range kinds {
		fmt.Fprintf(&b, "%-10s", k)
	}
	for _, s := range states {
		b.WriteString("\n")
		fmt.Fprintf(&b, "%-10s", s)
		for _, k := range kinds {
			c, err := Call{ID: "c1", State: s}.Apply(1, Event{Kind: k})
			cell := string(c.State)
			if errors.Is(err, ErrRefused) {
				cell = "-"
			}
			fmt.Fprintf(&b, "%-10s", cell)
		}
	}
	var trimmed strings.Builder
	for line := range strings.Lines(b.String() + "\n") {
		trimmed.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	golden(t, "testdata/life.txt", trimmed.String())
}

// story is a call told by its events, and what must be known of it then.
type story struct {
	name   string
	events []moment
	want   Call
}

type moment struct {
	at Instant
	ev Event
}

func at(now Instant, k Kind) moment { return moment{now, Event{Kind: k}} }

var stories = []story{
	{
		"greeted, queued, answered, held, written up",
		[]moment{
			at(1200, Greet), at(6200, Enqueue), at(20200, Connect), at(50200, Hold), at(60200, Resume),
			{90200, Event{Kind: HangUp, By: Operator, Code: 200}}, at(110200, Finish),
		},
		Call{
			State: Ended, Since: 110200, GreetedAt: 1200, AnsweredAt: 20200, EndedAt: 90200, FinishedAt: 110200,
			RingMs: 200, GreetingMs: 5000, QueueMs: 14000, TalkMs: 60000, HoldMs: 10000, WrapUpMs: 20000,
			Outcome: Answered, By: Operator, Code: 200,
		},
	},
	{
		"the operator's connection is lost twice, once in a hold: neither is held time",
		[]moment{
			at(1000, Enqueue), at(4000, Connect), at(10000, Lose), at(17000, Resume), at(20000, Hold), at(22000, Lose), at(25000, Regain), at(30000, Resume),
			{31000, Event{Kind: HangUp, By: Caller, Code: 200}}, at(31000, Finish),
		},
		Call{
			State: Ended, Since: 31000, AnsweredAt: 4000, EndedAt: 31000, FinishedAt: 31000,
			QueueMs: 13000, TalkMs: 10000, HoldMs: 7000, Outcome: Answered, By: Caller, Code: 200,
		},
	},
	{
		"without a greeting it is queued at once, and all of that is queue",
		[]moment{at(1000, Enqueue), at(4000, Connect), {9000, Event{Kind: HangUp, By: Caller, Code: 200}}, at(9000, Finish)},
		Call{
			State: Ended, Since: 9000, AnsweredAt: 4000, EndedAt: 9000, FinishedAt: 9000,
			QueueMs: 3000, TalkMs: 5000, Outcome: Answered, By: Caller, Code: 200,
		},
	},
	{
		"a person is the first to answer",
		[]moment{at(3000, Connect), {5000, Event{Kind: HangUp, By: Operator}}},
		Call{State: WrapUp, Since: 5000, AnsweredAt: 3000, EndedAt: 5000, RingMs: 2000, TalkMs: 2000, Outcome: Answered, By: Operator},
	},
	{
		"the caller gives up in the queue",
		[]moment{at(1100, Greet), at(2000, Enqueue), {16000, Event{Kind: HangUp, By: Caller, Code: 200}}},
		Call{
			State: Ended, Since: 16000, GreetedAt: 1100, EndedAt: 16000, FinishedAt: 16000,
			RingMs: 100, GreetingMs: 900, QueueMs: 14000, Outcome: Abandoned, By: Caller, Code: 200,
		},
	},
	{
		"the caller gives up while it rings",
		[]moment{{2500, Event{Kind: HangUp, By: Caller, Code: 487}}},
		Call{State: Ended, Since: 2500, EndedAt: 2500, FinishedAt: 2500, RingMs: 1500, Outcome: Abandoned, By: Caller, Code: 487},
	},
	{
		"an unknown number is turned away",
		[]moment{{1005, Event{Kind: HangUp, By: System, Code: 404}}},
		Call{State: Ended, Since: 1005, EndedAt: 1005, FinishedAt: 1005, RingMs: 5, Outcome: Refused, By: System, Code: 404},
	},
	{
		"the menu was enough",
		[]moment{at(1000, Greet), at(2000, Ask), {9000, Event{Kind: HangUp, By: Caller, As: Served}}},
		Call{State: Ended, Since: 9000, GreetedAt: 1000, EndedAt: 9000, FinishedAt: 9000, GreetingMs: 8000, Outcome: Served, By: Caller},
	},
	{
		"nobody in the queue: sent to the shop's own number",
		[]moment{at(1000, Enqueue), {31000, Event{Kind: HangUp, As: Overflowed}}},
		Call{State: Ended, Since: 31000, EndedAt: 31000, FinishedAt: 31000, QueueMs: 30000, Outcome: Overflowed, By: System},
	},
	{
		"our fault",
		[]moment{at(1000, Enqueue), {3000, Event{Kind: HangUp, By: System, Code: 500}}},
		Call{State: Ended, Since: 3000, EndedAt: 3000, FinishedAt: 3000, QueueMs: 2000, Outcome: Failed, By: System, Code: 500},
	},
	{
		"greeted, then our fault",
		[]moment{at(1100, Greet), {3000, Event{Kind: HangUp, By: System, Code: 500}}},
		Call{
			State: Ended, Since: 3000, GreetedAt: 1100, EndedAt: 3000, FinishedAt: 3000,
			RingMs: 100, GreetingMs: 1900, Outcome: Failed, By: System, Code: 500,
		},
	},
	{
		"sent on to a specialist: the time between is hold",
		[]moment{at(1000, Enqueue), at(2000, Connect), at(5000, Transfer), at(9000, Connect), {11000, Event{Kind: HangUp, By: Caller}}},
		Call{State: WrapUp, Since: 11000, AnsweredAt: 2000, EndedAt: 11000, QueueMs: 1000, TalkMs: 5000, HoldMs: 4000, Outcome: Answered, By: Caller},
	},
	{
		"spoken to, queued again, gave up: answered all the same",
		[]moment{at(1000, Enqueue), at(2000, Connect), at(5000, Enqueue), {9000, Event{Kind: HangUp, By: Caller, As: Voicemail}}},
		Call{State: Ended, Since: 9000, AnsweredAt: 2000, EndedAt: 9000, FinishedAt: 9000, QueueMs: 5000, TalkMs: 3000, Outcome: Answered, By: Caller},
	},
	{
		"the clock steps back: time stands still until it has caught up",
		[]moment{at(5000, Enqueue), at(3000, Connect), at(4500, Hold), {6000, Event{Kind: HangUp, By: Caller}}},
		Call{State: WrapUp, Since: 6000, AnsweredAt: 5000, EndedAt: 6000, RingMs: 4000, HoldMs: 1000, Outcome: Answered, By: Caller},
	},
}

func TestStories(t *testing.T) {
	t.Parallel()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			s.want.ID, s.want.ArrivedAt = "c1", 1000
			if got := tell(t, s.events); got != s.want {
				t.Errorf("got  %+v\nwant %+v", got, s.want)
			}
		})
	}
}

// tell returns the call that arrived at 1000 after the events.
func tell(t *testing.T, events []moment) Call {
	t.Helper()
	c := New("c1", 1000)
	for _, m := range events {
		var err error
		if c, err = c.Apply(m.at, m.ev); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// A process died; the reaper finds the call and the end of its recording.
func TestEndAt(t *testing.T) {
	t.Parallel()
	talking := []moment{at(1000, Enqueue), at(3000, Connect)}
	for _, x := range []struct {
		name          string
		events        []moment
		mediaEnd      Instant
		ended, talked Millis
		outcome       Outcome
	}{
		{"talking", talking, 8000, 8000, 5000, Answered},
		{"media after now is no media", talking, 99000, 30000, 27000, Answered},
		{"no media since the last event", talking, 2000, 3000, 0, Answered},
		{"held", append(talking, at(6000, Hold)), 7000, 7000, 3000, Answered},
		{"waiting without media", []moment{at(1500, Enqueue)}, 0, 1500, 0, Failed},
		{"writing up", append(talking, at(9000, HangUp)), 8500, 9000, 6000, Answered},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c, err := tell(t, x.events).EndAt(30000, x.mediaEnd)
			if err != nil {
				t.Fatal(err)
			}
			if c.State != Ended || c.EndedAt != Instant(x.ended) || c.TalkMs != x.talked || c.Outcome != x.outcome || c.By != System {
				t.Errorf("%+v", c)
			}
			checkSum(t, c)
			if _, err := c.EndAt(31000, 0); !errors.Is(err, ErrRefused) {
				t.Errorf("ended twice: %v", err)
			}
		})
	}
}

func TestRefusedEventChangesNothing(t *testing.T) {
	t.Parallel()
	c := New("c1", 1000)
	for _, ev := range []Event{{Kind: Finish}, {Kind: "dance"}, {Kind: HangUp, As: Answered}, {Kind: HangUp, As: "lost"}} {
		got, err := c.Apply(5000, ev)
		if got != c || !errors.Is(err, ErrRefused) {
			t.Errorf("%+v: %+v, %v", ev, got, err)
		}
	}
}

// FuzzCall tells a call random events and checks what must always hold.
func FuzzCall(f *testing.F) {
	for seed := range uint64(500) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 0))
		now := Instant(1 + rng.IntN(1000))
		c := New("c1", now)
		for range 40 {
			now += Instant(rng.IntN(3000) - 300)
			before := c
			if rng.IntN(40) == 0 {
				c, _ = c.EndAt(now, now-Instant(rng.IntN(3000)))
			} else {
				c, _ = c.Apply(now, Event{Kind: kinds[rng.IntN(len(kinds))], By: Caller})
			}
			if c.Since < before.Since {
				t.Fatalf("from %d back to %d", before.Since, c.Since)
			}
			checkSum(t, c)
			checkMarks(t, c)
		}
	})
}

// checkSum: the parts are the whole, to the millisecond.
func checkSum(t *testing.T, c Call) {
	t.Helper()
	whole := c.Since - c.ArrivedAt
	if c.EndedAt != 0 {
		whole = c.EndedAt - c.ArrivedAt
	}
	for _, p := range []Millis{c.RingMs, c.GreetingMs, c.QueueMs, c.TalkMs, c.HoldMs, c.WrapUpMs} {
		if p < 0 {
			t.Fatalf("a part is negative: %+v", c)
		}
	}
	if sum := c.RingMs + c.GreetingMs + c.QueueMs + c.TalkMs + c.HoldMs; sum != Millis(whole) {
		t.Fatalf("parts are %d, the whole is %d: %+v", sum, whole, c)
	}
	if c.FinishedAt != 0 && c.WrapUpMs != Millis(c.FinishedAt-c.EndedAt) {
		t.Fatalf("wrap-up is not what lies between: %+v", c)
	}
}

// checkMarks: the checks that the database repeats.
func checkMarks(t *testing.T, c Call) {
	t.Helper()
	over := c.State == WrapUp || c.State == Ended
	if over != (c.EndedAt != 0) || over != (c.Outcome != "") || over != (c.By != "") || (c.State == Ended) != (c.FinishedAt != 0) {
		t.Fatalf("%+v", c)
	}
	if (c.Outcome == Answered) != (over && c.AnsweredAt != 0) {
		t.Fatalf("answered or not: %+v", c)
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got:\n%s", file, got)
	}
}
