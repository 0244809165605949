package cdr

import (
	"testing"
	"time"
)

func TestACutOffCallEndsWithItsLastMedia(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	answered, ended := at(10), at(70)
	for _, c := range []struct {
		name  string
		life  Life
		last  time.Time
		parts Parts
		ends  time.Time
	}{
		{"while greeting", Life{State: Greeting, StartedAt: start}, at(3), Parts{GreetingMS: 3000}, at(3)},
		{"while waiting", Life{State: Waiting, StartedAt: start, Parts: Parts{RingMS: 1000, GreetingMS: 3000}}, at(9),
			Parts{RingMS: 1000, GreetingMS: 3000, QueueMS: 5000}, at(9)},
		{"while talking", Life{State: Talking, StartedAt: start, AnsweredAt: &answered, Parts: Parts{QueueMS: 10000}}, at(70),
			Parts{QueueMS: 10000, TalkMS: 60000}, at(70)},
		{"while held, after talk", Life{State: Held, StartedAt: start, AnsweredAt: &answered, Parts: Parts{QueueMS: 10000, TalkMS: 20000}}, at(42),
			Parts{QueueMS: 10000, TalkMS: 20000, HoldMS: 12000}, at(42)},
		{"while talking again", Life{State: Talking, StartedAt: start, AnsweredAt: &answered, Parts: Parts{QueueMS: 10000, TalkMS: 20000, HoldMS: 12000}}, at(50),
			Parts{QueueMS: 10000, TalkMS: 28000, HoldMS: 12000}, at(50)},
		{"while talking, and nothing was stored of the wait", Life{State: Talking, StartedAt: start, AnsweredAt: &answered}, at(30),
			Parts{TalkMS: 20000}, at(30)},
		{"media older than the state", Life{State: Talking, StartedAt: start, AnsweredAt: &answered, Parts: Parts{QueueMS: 10000}}, at(9),
			Parts{QueueMS: 10000}, at(10)},
		{"a clock that went back an hour", Life{State: Talking, StartedAt: start, AnsweredAt: &answered, Parts: Parts{QueueMS: 10000}}, at(-3600),
			Parts{QueueMS: 10000}, at(10)},
		{"in wrap-up", Life{State: WrapUp, StartedAt: start, AnsweredAt: &answered, EndedAt: &ended, Parts: Parts{QueueMS: 10000, TalkMS: 60000}}, at(300),
			Parts{QueueMS: 10000, TalkMS: 60000}, ended},
	} {
		parts, ends := c.life.endsAt(c.last)
		if parts != c.parts || !ends.Equal(c.ends) {
			t.Errorf("%s: %+v until %s; want %+v until %s", c.name, parts, ends, c.parts, c.ends)
		}
	}
}
