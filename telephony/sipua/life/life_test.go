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
	b.WriteString("# The life of a leg: state + event -> state: actions. A pair that says \"nothing\" changes nothing.\n")
	table(&b, int(states), int(events), func(s, e int) (string, string, bool) {
		to, acts, ok := Step(State(s), Event(e))
		return State(s).String() + "\x00" + Event(e).String(), to.String() + list(acts), ok
	})
	b.WriteString("\n# Bargaining over media, while the leg is up or has agreed on media before.\n")
	table(&b, int(bargains), int(moves), func(s, m int) (string, string, bool) {
		to, acts, ok := Turn(Bargain(s), Move(m))
		return Bargain(s).String() + "\x00" + Move(m).String(), to.String() + list(acts), ok
	})
	b.WriteString("\n# A REFER, ours or theirs, while the leg is up.\n")
	table(&b, int(referrals), int(words), func(s, w int) (string, string, bool) {
		to, acts, ok := Talk(Referral(s), Word(w))
		return Referral(s).String() + "\x00" + Word(w).String(), to.String() + list(acts), ok
	})
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

// table writes a line for each pair of n states and m events.
func table(b *strings.Builder, n, m int, pair func(s, e int) (names, does string, ok bool)) {
	for s := range n {
		for e := range m {
			names, does, ok := pair(s, e)
			if !ok {
				does = "nothing"
			}
			state, event, _ := strings.Cut(names, "\x00")
			fmt.Fprintf(b, "%-10s + %-15s -> %s\n", state, event, does)
		}
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

// TestNothingIsAnsweredTwice: a 2xx waits for the PRACK of what is out (RFC
// 3262, 3), and an INVITE has one final response.
func TestNothingIsAnsweredTwice(t *testing.T) {
	t.Parallel()
	for s := range states {
		for e := range events {
			to, acts, ok := Step(s, e)
			if !ok {
				continue
			}
			final := 0
			for _, a := range acts {
				if a == SendAnswer || a == SendRefusal || a == SendTerminated {
					final++
				}
			}
			if final > 1 || final == 1 && to.Unanswered() || to == Due && final > 0 || (s == Pledged || s == Due) && e != Prack && to == Answered {
				t.Errorf("%s + %s -> %s%s", s, e, to, list(acts))
			}
			if s.Unanswered() && !to.Unanswered() && final == 0 && e != Broken {
				t.Errorf("%s + %s leaves the INVITE without a response", s, e)
			}
		}
	}
}

// TestReferralEnds: from wherever a referral is, silence ends it, and each REFER
// of the peer has a response.
func TestReferralEnds(t *testing.T) {
	t.Parallel()
	for r := range referrals {
		if to, _, ok := Talk(r, Hushed); r != Unreferred && (!ok || to != Unreferred) {
			t.Errorf("%s does not end by itself", r)
		}
		if _, acts, ok := Talk(r, Refer); !ok || !slices.Contains(acts, TellReferred) && !slices.Contains(acts, RefuseSecond) {
			t.Errorf("%s + REFER has no response", r)
		}
		if _, acts, ok := Talk(r, Ask); !ok || len(acts) != 1 {
			t.Errorf("%s: our REFER is lost without a word", r)
		}
	}
}
