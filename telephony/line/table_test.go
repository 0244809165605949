package line

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata")

var (
	talkWords     = map[talk]string{waiting: "waiting", talking: "talking", held: "on hold", consulting: "consulting", conference: "conference"}
	presenceWords = map[presence]string{here: "here", muted: "muted", away: "away"}
	modeWords     = map[mode]string{0: "-", listen: "listens", whisper: "whispers", barge: "barges in"}
	roleWords     = map[role]string{theBuyer: "buyer", theOperator: "operator", theThird: "third", aSupervisor: "supervisor"}
)

// scenes are all there are, as a supervisor reads them.
func scenes(each func(s scene, m mode)) {
	for t := waiting; t <= conference; t++ {
		for p := here; p <= away && (t != waiting || p == here); p++ {
			for m := mode(0); m <= barge; m++ {
				each(scene{talk: t, operator: p, barged: m == barge}, m)
			}
		}
	}
}

// cast returns who is in the call.
func cast(s scene, m mode) []party {
	all := []party{{role: theBuyer}}
	if s.talk != waiting {
		all = append(all, party{role: theOperator})
	}
	if s.talk == consulting || s.talk == conference {
		all = append(all, party{role: theThird})
	}
	if m != 0 {
		all = append(all, party{aSupervisor, m})
	}
	return all
}

// heardBy says what one of them hears.
func heardBy(s scene, listener party, all []party) string {
	var who []string
	for _, p := range all {
		if p != listener && hears(s, listener, p) {
			who = append(who, roleWords[p.role])
		}
	}
	switch {
	case len(who) > 0:
		return strings.Join(who, "+")
	case listener.role == theBuyer && s.music(listener), listener.role == theThird && s.music(listener):
		return "music"
	case listener.role == theOperator && s.operator == away:
		return "-"
	}
	return "silence"
}

func row(b *strings.Builder, cells ...string) {
	line := ""
	for i, width := range []int{12, 10, 12, 27, 28, 29, 27, 0} {
		line += fmt.Sprintf("%-*s", width, cells[i])
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// TestEverySceneIsWrittenDown compares who hears whom with testdata/hears.txt,
// which a supervisor can read. With -update it is written anew.
func TestEverySceneIsWrittenDown(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Who hears whom, in every scene of a call. \"-\" is somebody who is not there.\n\n")
	row(&b, "buyer", "operator", "supervisor", "buyer hears", "operator hears", "third hears", "supervisor hears", "on tape")
	scenes(func(s scene, m mode) {
		all := cast(s, m)
		cells := []string{talkWords[s.talk], "-", modeWords[m], "-", "-", "-", "-", "no"}
		if s.talk != waiting {
			cells[1] = presenceWords[s.operator]
		}
		if s.taped() {
			cells[7] = "yes"
		}
		for _, p := range all {
			cells[3+int(p.role)] = heardBy(s, p, all)
		}
		row(&b, cells...)
	})
	b.WriteString("\n# Two supervisors at one call, the operator talking.\n\n")
	for one := listen; one <= barge; one++ {
		for other := listen; other <= barge; other++ {
			s := scene{talk: talking, barged: one == barge || other == barge}
			does := map[bool]string{true: "hears", false: "does not hear"}[hears(s, party{aSupervisor, one}, party{aSupervisor, other})]
			fmt.Fprintf(&b, "who %s %s who %s\n", modeWords[one], does, modeWords[other])
		}
	}
	const file = "testdata/hears.txt"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("%s is not what the table says; run with -update, look, and say why\n%s", file, got)
	}
}

// TestNoSceneLeaks checks in every scene what must never be, whatever the table
// is made to say.
func TestNoSceneLeaks(t *testing.T) {
	t.Parallel()
	scenes(func(s scene, m mode) {
		buyer, operator, third, sup := party{role: theBuyer}, party{role: theOperator}, party{role: theThird}, party{aSupervisor, m}
		for _, p := range cast(s, m) {
			if m == listen && hears(s, p, sup) {
				t.Errorf("%+v: %s hears who only listens", s, roleWords[p.role])
			}
			if m == whisper && p != operator && hears(s, p, sup) {
				t.Errorf("%+v: %s hears a whisper", s, roleWords[p.role])
			}
			if s.music(buyer) && p != buyer && (hears(s, p, buyer) || hears(s, buyer, p)) {
				t.Errorf("%+v: the buyer has music, and %s beside it", s, roleWords[p.role])
			}
			if p != sup && hears(s, p, p) { // there may be two supervisors
				t.Errorf("%+v: %s hears themselves", s, roleWords[p.role])
			}
		}
		if s.operator == muted && (hears(s, buyer, operator) || hears(s, third, operator)) {
			t.Errorf("%+v: a muted operator is heard", s)
		}
		if s.talk == consulting && (hears(s, buyer, third) || hears(s, third, buyer) || s.taped()) {
			t.Errorf("%+v: a consultation reaches the buyer or the tape", s)
		}
	})
}
