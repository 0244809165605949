package acd

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the expected actions in testdata")

// TestScenarios plays every script in testdata. A line at the margin is an
// event; the indented lines under it are the actions that must answer it.
// Run with -update to rewrite them, and read the diff before you commit it.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 12 {
		t.Fatalf("%d scenarios: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(want))
			if got == string(want) {
				return
			}
			if !*update {
				t.Fatalf("actions differ; want:\n%s\ngot:\n%s", want, got)
			}
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// play returns the script with the room's answers in place of the old ones.
func play(t *testing.T, script string) string {
	t.Helper()
	room := NewRoom(Policy{})
	if strings.Contains(script, "# policy: by arrival") {
		room = NewRoom(Policy{Queueing: ByArrival})
	}
	var b strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "  ") { // an old answer
			continue
		}
		fmt.Fprintln(&b, line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at, words := parseTime(t, line)
		if words[0] == "show" {
			b.WriteString(showRoom(room.View()))
			continue
		}
		for _, a := range room.Step(at, parseEvent(t, words)) {
			fmt.Fprintln(&b, "  "+showAction(a))
		}
	}
	return b.String()
}

func parseTime(t *testing.T, line string) (Instant, []string) {
	t.Helper()
	words := strings.Fields(line)
	if len(words) < 2 {
		t.Fatalf("%q: want a time and an event", line)
	}
	return Instant(millis(t, strings.Replace(words[0], ":", "m", 1)+"s")), words[1:]
}

func millis(t *testing.T, s string) Millis {
	t.Helper()
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d.Milliseconds()
}

func parseEvent(t *testing.T, words []string) Event {
	t.Helper()
	arg := func(i int) string {
		if i < len(words) {
			return words[i]
		}
		return ""
	}
	switch words[0] {
	case "arrived":
		share, err := strconv.Atoi(strings.TrimSuffix(arg(4), "%"))
		if err != nil {
			t.Fatalf("%q: %v", words, err)
		}
		ev := Arrived{Call: CallID(arg(1)), Shop: ShopID(arg(2)), Queue: "main", Tier: Tier(arg(3)), Promise: Promise{millis(t, arg(6)), share * 10}}
		if arg(7) == "for" {
			ev.For = OperatorID(arg(8))
		}
		if arg(7) == "since" {
			ev.Since = Instant(millis(t, arg(8)))
		}
		return ev
	case "hung-up":
		return HungUp{CallID(arg(1))}
	case "ready":
		return parseReady(t, words)
	case "away":
		return Away{OperatorID(arg(1)), arg(2)}
	case "accepted":
		return Accepted{OperatorID(arg(1)), CallID(arg(2))}
	case "declined":
		return Declined{OperatorID(arg(1)), CallID(arg(2)), Reason(arg(3))}
	case "gone":
		return Gone{OperatorID(arg(1)), CallID(arg(2))}
	case "finished":
		return Finished{OperatorID(arg(1))}
	case "extended":
		return Extended{OperatorID(arg(1)), millis(t, arg(2))}
	case "called": // called c1 anna, or: called c1 any consultant
		if arg(2) == "any" {
			return Called{Call: CallID(arg(1)), Tier: Tier(arg(3))}
		}
		return Called{Call: CallID(arg(1)), Operator: OperatorID(arg(2))}
	case "excused":
		return Excused{CallID(arg(1))}
	case "handed":
		return Handed{CallID(arg(1))}
	case "left":
		return Left{CallID(arg(1))}
	case "sent": // sent c1 order in 10s [for anna]
		return Sent{CallID(arg(1)), "other", Tier(arg(2)), Promise{millis(t, arg(4)), 900}, OperatorID(arg(6))}
	case "tick":
		return Tick{}
	}
	t.Fatalf("unknown event %q", words)
	return nil
}

// parseReady reads "ready anna order tyres,books [wrap-up 20s] [fixed]".
func parseReady(t *testing.T, words []string) Ready {
	t.Helper()
	ev := Ready{Operator: OperatorID(words[1]), Tier: Tier(words[2])}
	for s := range strings.SplitSeq(words[3], ",") {
		ev.Shops = append(ev.Shops, ShopID(s))
	}
	for i, w := range words {
		switch w {
		case "wrap-up":
			ev.WrapUp = millis(t, words[i+1])
		case "fixed":
			ev.KeepReady = true
		}
	}
	return ev
}

func clock(at Instant) string {
	if at == Never {
		return "never"
	}
	s := fmt.Sprintf("%02d:%02d", at/60_000, at/1000%60)
	if ms := at % 1000; ms != 0 {
		s += fmt.Sprintf(".%03d", ms)
	}
	return s
}

func long(ms Millis) string { return (time.Duration(ms) * time.Millisecond).String() }

func showAction(a Action) string {
	switch a := a.(type) {
	case Offer:
		return fmt.Sprintf("offer %s to %s until %s", a.Call, a.Operator, clock(a.Until))
	case Withdraw:
		return fmt.Sprintf("withdraw %s from %s: %s", a.Call, a.Operator, a.Why)
	case Connect:
		return fmt.Sprintf("connect %s and %s after %s (%s)", a.Call, a.Operator, long(a.Waited), a.Why)
	case Lose:
		return fmt.Sprintf("lose %s after %s (%s)", a.Call, long(a.Waited), a.Why)
	case Wrap:
		return fmt.Sprintf("wrap up %s by %s until %s", a.Call, a.Operator, clock(a.Until))
	case Summon:
		return fmt.Sprintf("summon %s to %s until %s", a.Operator, a.Call, clock(a.Until))
	case Meet:
		return fmt.Sprintf("%s meets %s", a.Operator, a.Call)
	case Excuse:
		return fmt.Sprintf("excuse %s from %s: %s", a.Operator, a.Call, a.Why)
	case Take:
		return fmt.Sprintf("%s takes %s", a.Operator, a.Call)
	case Leave:
		return fmt.Sprintf("%s leaves %s, writes it up until %s", a.Operator, a.Call, clock(a.Until))
	case Return:
		return fmt.Sprintf("return %s, %s is gone", a.Call, a.Operator)
	case Release:
		return fmt.Sprintf("release %s from %s", a.Operator, a.Call)
	case Pause:
		return fmt.Sprintf("pause %s: %s", a.Operator, a.Why)
	case Ignore:
		return "ignore: " + a.Why
	}
	return fmt.Sprintf("%#v", a)
}

func showRoom(v View) string {
	var b strings.Builder
	for _, c := range v.Calls {
		fmt.Fprintf(&b, "  call %s of %s (%s): %s", c.Call, c.Shop, c.Tier, c.State)
		switch {
		case c.Position > 0:
			fmt.Fprintf(&b, ", number %d, promise breaks at %s", c.Position, clock(c.Due))
		case c.Operator != "":
			fmt.Fprintf(&b, ", %s", c.Operator)
		}
		if len(c.RefusedBy) > 0 {
			fmt.Fprintf(&b, ", refused by %v", c.RefusedBy)
		}
		fmt.Fprintln(&b)
	}
	for _, o := range v.Operators {
		fmt.Fprintf(&b, "  %s (%s): %s since %s until %s %s\n", o.Operator, o.Tier, o.State, clock(o.Since), clock(o.Until), o.Reason)
	}
	return strings.ReplaceAll(b.String(), " \n", "\n")
}
