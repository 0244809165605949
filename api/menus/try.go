package menus

import (
	"context"
	"fmt"
	"strings"

	"switchboard/api/editions"
	"switchboard/api/session"
	"switchboard/api/web"
	core "switchboard/telephony/menu"
	"switchboard/tenant"
	"switchboard/tenant/menu"
)

type tryMenu struct {
	session.Shop
	Body struct {
		Source string   `json:"source" maxLength:"65536" doc:"The menu, as YAML"`
		Closed bool     `json:"closed,omitempty" doc:"It is outside the hours"`
		Known  bool     `json:"known,omitempty" doc:"The buyer has rung or ordered before"`
		Steps  []string `json:"steps" nullable:"false" maxItems:"200" doc:"What the caller does: a key (0-9, *, #), listen (to the end of what is said) or wait (in silence)"`
	}
}

// Trial is what a caller meets.
type Trial struct {
	Problems []web.Flaw  `json:"problems" nullable:"false" doc:"What is wrong with the menu; then nothing else is set"`
	Nodes    []MenuNode  `json:"nodes" nullable:"false" doc:"The menu, for reading"`
	Start    string      `json:"start"`
	Closed   string      `json:"closed" doc:"Where a call begins outside hours; empty: it is told so, and ends"`
	Lines    []TrialLine `json:"lines" nullable:"false" doc:"What happened, in order"`
	At       string      `json:"at" doc:"The node where the caller is now"`
	Over     bool        `json:"over" doc:"The menu is left"`
}

// MenuNode is a step of a menu, for reading.
type MenuNode struct {
	ID    string    `json:"id"`
	Kind  string    `json:"kind" enum:"say,ask,collect,branch,status,queue,callback,voicemail,overflow,hangup"`
	Text  string    `json:"text"`
	Sound string    `json:"sound"`
	Ways  []MenuWay `json:"ways" nullable:"false"`
}

// MenuWay is where a step leads.
type MenuWay struct {
	By string `json:"by" doc:"A key, a value; next, else or absent"`
	To string `json:"to"`
}

// TrialLine is something that happens in a trial.
type TrialLine struct {
	What  string `json:"what" enum:"say,hush,look,chosen,entered,leave,key,wait"`
	Node  string `json:"node"`
	Text  string `json:"text"`
	Sound string `json:"sound"`
}

func (h *Handler) try(ctx context.Context, in *tryMenu) (*struct{ Body Trial }, error) {
	var names menu.Names
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) (err error) {
		names, err = menu.Known(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &struct{ Body Trial }{Trial{Problems: []web.Flaw{}, Nodes: []MenuNode{}, Lines: []TrialLine{}}}
	m, problems := menu.ParseFor([]byte(in.Body.Source), names)
	if len(problems) > 0 {
		out.Body.Problems = editions.Flaws(problems)
		return out, nil
	}
	out.Body.Start, out.Body.Closed = m.Start, m.Closed
	for i := range m.Nodes {
		out.Body.Nodes = append(out.Body.Nodes, shown(&m.Nodes[i]))
	}
	t := trial{walk: core.New(&m), out: &out.Body}
	t.step(core.Begin{Open: !in.Body.Closed, Known: in.Body.Known})
	for _, s := range in.Body.Steps {
		t.do(s)
	}
	out.Body.At = t.walk.At()
	return out, nil
}

func shown(n *core.Node) MenuNode {
	out := MenuNode{ID: n.ID, Kind: string(n.Kind), Text: n.Words.Text, Sound: n.Words.Sound, Ways: []MenuWay{}}
	for _, r := range n.Rings {
		out.Text += fmt.Sprintf(" %s %d s", r.Number, r.For/1000)
	}
	out.Text = strings.TrimSpace(out.Text)
	for _, k := range n.Keys {
		out.Ways = append(out.Ways, MenuWay{k.Key, k.To})
	}
	for _, c := range n.Cases {
		out.Ways = append(out.Ways, MenuWay{c.Is, c.To})
	}
	for _, w := range []MenuWay{{"next", n.Next}, {"absent", n.Absent}, {"else", n.Else}} {
		if w.To != "" {
			out.Ways = append(out.Ways, w)
		}
	}
	return out
}

// trial is a walk on a clock that only steps move.
type trial struct {
	walk *core.Walk
	now  core.Instant
	turn int
	out  *Trial
}

func (t *trial) do(step string) {
	switch {
	case t.out.Over:
	case step == "listen":
		t.step(core.Spoken{Turn: t.turn})
	case step == "wait":
		t.step(core.Spoken{Turn: t.turn})
		t.line(TrialLine{What: "wait", Node: t.walk.At()})
		t.now = max(t.now, min(t.walk.Deadline(), t.now+core.Instant(core.MaxWait)))
		t.step(core.Tick{})
	case len(step) == 1:
		t.line(TrialLine{What: "key", Node: t.walk.At(), Text: step})
		t.step(core.Key{Key: step[0]})
	}
}

func (t *trial) line(l TrialLine) { t.out.Lines = append(t.out.Lines, l) }

// step tells the walk what happened. No order is looked up: every one is found.
func (t *trial) step(ev core.Event) {
	t.now++
	for _, a := range t.walk.Step(t.now, ev) {
		t.show(a)
	}
}

func (t *trial) show(a core.Action) {
	at := t.walk.At()
	switch a := a.(type) {
	case core.Speak:
		t.turn = a.Turn
		for _, w := range a.Words {
			t.line(TrialLine{"say", at, w.Text, w.Sound})
		}
	case core.Hush:
		t.line(TrialLine{What: "hush", Node: at})
	case core.Look:
		t.turn = a.Turn
		t.line(TrialLine{What: "look", Node: at, Text: a.Order})
		t.step(core.Found{Turn: a.Turn, Text: "…" + a.Order + "…"})
	case core.Chosen:
		t.line(TrialLine{What: "chosen", Node: a.Node, Text: a.Key})
	case core.Entered:
		t.line(TrialLine{What: "entered", Node: a.Node, Text: a.Digits})
	case core.Leave:
		t.out.Over = true
		t.line(TrialLine{What: "leave", Node: a.Node, Text: string(a.To), Sound: ""})
	}
}
