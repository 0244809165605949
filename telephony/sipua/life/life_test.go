package life

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/leg.txt anew")

// TestTable prints every state against every event. Read the difference before
// you commit it: each line is something a carrier can do to us.
func TestTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# The life of a leg: state + event -> state: actions. What is not here changes nothing.\n")
	for s := range states {
		for e := range events {
			if to, acts, ok := Step(s, e); ok {
				fmt.Fprintf(&b, "%-10s + %-10s -> %s%s\n", s, e, to, list(acts))
			}
		}
	}
	b.WriteString("\n# Bargaining over media, while the leg is up.\n")
	for s := range bargains {
		for m := range moves {
			if to, acts, ok := Turn(s, m); ok {
				fmt.Fprintf(&b, "%-10s + %-15s -> %s%s\n", s, m, to, list(acts))
			}
		}
	}
	const file = "testdata/leg.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("the table differs from %s; see go test -update:\n%s", file, b.String())
	}
}

func list[A fmt.Stringer](acts []A) string {
	var names []string
	for _, a := range acts {
		names = append(names, a.String())
	}
	if names == nil {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}

var ends = []Action{TellFailed, TellCancelled, TellEnded}

// TestEndIsToldOnce walks every path of the table: the owner is told the end
// once before the leg is over, and nothing after it.
func TestEndIsToldOnce(t *testing.T) {
	t.Parallel()
	type place struct {
		s    State
		told bool
	}
	seen := map[place]bool{}
	var walk func(place)
	walk = func(p place) {
		if seen[p] {
			return
		}
		seen[p] = true
		if p.s == Over && !p.told {
			t.Error("a leg is over and its owner does not know")
		}
		for e := range events {
			to, acts, ok := Step(p.s, e)
			if !ok {
				continue
			}
			after := place{to, p.told}
			for _, a := range acts {
				if a >= TellRinging && after.told {
					t.Errorf("%s + %s: %s after the end was told", p.s, e, a)
				}
				after.told = after.told || slices.Contains(ends, a)
			}
			walk(after)
		}
	}
	walk(place{Invited, false})
	walk(place{Calling, false})
}

// TestNoGhosts: whatever state a 2xx meets, it is ACKed, and if we don't talk
// it is followed by BYE (pitfall 1: the carrier bills what nobody hangs up).
func TestNoGhosts(t *testing.T) {
	t.Parallel()
	for _, s := range []State{Calling, Ringing, Withdrawn, Cancelling, Up} {
		to, acts, ok := Step(s, Success)
		if !ok || !slices.Contains(acts, SendAck) || (to == Over) != slices.Contains(acts, SendBye) {
			t.Errorf("%s + 2xx -> %s%s", s, to, list(acts))
		}
	}
	for s := range states {
		if to, _, ok := Step(s, Hangup); ok && to == s {
			t.Errorf("hanging up leaves a leg %s", s)
		}
		if _, _, ok := Step(s, Broken); !ok && !s.Established() && s != Over {
			t.Errorf("a broken transaction leaves a leg %s for ever", s)
		}
	}
}

// TestOneOfferAtATime: an offer of ours is never out while theirs is open.
func TestOneOfferAtATime(t *testing.T) {
	t.Parallel()
	for b := range bargains {
		for m := range moves {
			to, acts, ok := Turn(b, m)
			if ok && slices.Contains(acts, SendOffer) && (b == Offered || b == Agreed || to != Offering) {
				t.Errorf("%s + %s sends an offer", b, m)
			}
		}
		if to, acts, ok := Turn(b, Reoffer); !ok || !slices.Contains(acts, TellBusy) && to != Offering {
			t.Errorf("%s + reoffer is lost without a word", b)
		}
	}
}
