package menu

import (
	"strings"

	"gopkg.in/yaml.v3"

	"switchboard/telephony/e164"
	core "switchboard/telephony/menu"
)

func (r *reader) menu(root *yaml.Node) core.Menu {
	m := core.Menu{}
	person := true
	r.fields("", root, map[string]func(string, *yaml.Node){
		"name": r.text(&m.Name), "start": r.text(&m.Start), "closed": r.text(&m.Closed), "person": r.flag(&person),
		"nodes": func(at string, n *yaml.Node) {
			r.pairs(at, n, func(here string, key, value *yaml.Node) {
				if !word(key.Value) {
					r.add(key, here, "the name %q is not a word of a-z, 0-9 and _ that begins with a letter (at most 40)", clip(key.Value))
					return
				}
				m.Nodes = append(m.Nodes, r.node(here, key, value))
			})
		},
	})
	m.Alone = !person
	return m
}

// word reports whether a name has the form of one.
func word(s string) bool {
	bad := strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' })
	return s != "" && len(s) <= 40 && !bad && s[0] >= 'a'
}

// kinds are the fields that a node of each kind has, beside the one that names
// the kind.
var kinds = map[core.Kind]string{
	core.Say:       "next firm",
	core.Ask:       "keys wait tries wrong else",
	core.Collect:   "digits end wait gap tries wrong next else",
	core.Branch:    "cases else",
	core.Status:    "order phone next absent",
	core.Queue:     "name",
	core.Callback:  "",
	core.Voicemail: "minutes",
	core.Overflow:  "number numbers else",
	core.HangUp:    "",
}

// node reads one step. Its kind is the one field that is a kind.
func (r *reader) node(at string, key, value *yaml.Node) core.Node {
	n := core.Node{ID: key.Value}
	if value.Kind != yaml.MappingNode {
		r.add(value, at, "write what is done here: say, ask, collect, branch, status, queue, callback, voicemail, overflow or hangup")
		return n
	}
	for i := 0; i+1 < len(value.Content); i += 2 {
		k := core.Kind(value.Content[i].Value)
		if _, is := kinds[k]; !is {
			continue
		}
		if n.Kind != "" {
			r.add(value.Content[i], at, "a node does one thing: %s or %s", n.Kind, k)
			return n
		}
		n.Kind = k
	}
	if n.Kind == "" {
		r.add(key, at, "say what is done here: say, ask, collect, branch, status, queue, callback, voicemail, overflow or hangup")
		return n
	}
	r.fields(at, value, r.of(&n))
	return n
}

// of are the fields of a node by its kind.
func (r *reader) of(n *core.Node) map[string]func(string, *yaml.Node) {
	all := map[string]func(string, *yaml.Node){
		"next": r.text(&n.Next), "firm": r.flag(&n.Firm), "wait": r.span(&n.Wait), "gap": r.span(&n.Gap), "tries": r.count(&n.Tries),
		"wrong": r.words(&n.Wrong), "else": r.text(&n.Else), "digits": r.digits(n), "end": r.text(&n.End), "order": r.text(&n.Order),
		"phone": r.text(&n.Phone), "absent": r.text(&n.Absent), "name": r.text(&n.Queue), "minutes": r.count(&n.Minutes), "number": r.ring(n), "numbers": r.rings(n),
		"keys":  r.ways(func(key, to string) { n.Keys = append(n.Keys, core.Choice{Key: key, To: to}) }),
		"cases": r.ways(func(is, to string) { n.Cases = append(n.Cases, core.Case{Is: is, To: to}) }),
	}
	known := map[string]func(string, *yaml.Node){string(n.Kind): r.words(&n.Words)}
	if n.Kind == core.Branch {
		known[string(n.Kind)] = r.text(&n.On)
	}
	for _, f := range strings.Fields(kinds[n.Kind]) {
		known[f] = all[f]
	}
	return known
}

// ways reads what leads where.
func (r *reader) ways(found func(by, to string)) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		r.pairs(at, n, func(here string, key, value *yaml.Node) {
			to := ""
			r.text(&to)(here, value)
			found(key.Value, to)
		})
	}
}

// ring reads one number outside, which rings as long as usual.
func (r *reader) ring(to *core.Node) func(string, *yaml.Node) {
	return func(_ string, n *yaml.Node) { r.outside(to, n, core.DefaultRing) }
}

// rings reads several, each with how long it rings.
func (r *reader) rings(to *core.Node) func(string, *yaml.Node) {
	return func(at string, n *yaml.Node) {
		r.pairs(at, n, func(here string, key, value *yaml.Node) {
			lasts := core.DefaultRing
			if value.Tag != "!!null" {
				r.span(&lasts)(here, value)
			}
			r.outside(to, key, lasts)
		})
	}
}

func (r *reader) outside(to *core.Node, n *yaml.Node, lasts core.Millis) {
	number, err := e164.Parse(n.Value, e164.Russia)
	if err != nil || e164.Emergency(n.Value) {
		r.add(n, "nodes."+to.ID, "%q is no telephone number that may be rung, as +74951234567", clip(n.Value))
		return
	}
	to.Rings = append(to.Rings, core.Ring{Number: string(number), For: lasts})
}
