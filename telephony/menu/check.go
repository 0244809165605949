package menu

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Flaw is one thing that is wrong with a menu. At is a path of its YAML:
// nodes.main.keys.1.
type Flaw struct{ At, Problem string }

// keys are those of a telephone.
const keys = "0123456789*#"

// MostCharacters is the longest text that a voice is asked for at once.
const MostCharacters = 500

// Check returns all that is wrong with m, in the order of the nodes.
func (m *Menu) Check() []Flaw {
	c := checker{menu: m}
	c.head()
	for i := range m.Nodes {
		c.node(&m.Nodes[i])
	}
	c.reach()
	return c.found
}

type checker struct {
	menu  *Menu
	found []Flaw
}

func (c *checker) add(at, format string, args ...any) {
	c.found = append(c.found, Flaw{at, fmt.Sprintf(format, args...)})
}

func (c *checker) head() {
	switch n := len(c.menu.Nodes); {
	case n == 0:
		c.add("nodes", "the menu has no nodes")
		return
	case n > MaxNodes:
		c.add("nodes", "%d nodes; a menu has at most %d", n, MaxNodes)
	}
	if c.menu.Start == "" {
		c.add("start", "the menu does not say where it starts")
	} else {
		c.to("start", c.menu.Start)
	}
	if c.menu.Closed != "" {
		c.to("closed", c.menu.Closed)
	}
}

// to checks that a way leads to a node.
func (c *checker) to(at, id string) {
	if c.menu.Node(id) == nil {
		c.add(at, "there is no node %q", id)
	}
}

// maybe is to for a way that may be missing: then it leads to a person.
func (c *checker) maybe(at, id string) {
	if id != "" {
		c.to(at, id)
	}
}

func (c *checker) node(n *Node) {
	at := "nodes." + n.ID
	if n.ID == OnHours || n.ID == OnKnown {
		c.add(at, "%q is a reserved word: choose another name", n.ID)
	}
	c.words(at+"."+string(n.Kind), n.Words)
	c.words(at+".wrong", n.Wrong)
	switch n.Kind {
	case Say:
		c.needWords(at, n)
		c.next(at, n)
	case Ask:
		c.needWords(at, n)
		c.asking(at, n)
		c.keys(at, n)
	case Collect:
		c.needWords(at, n)
		c.asking(at, n)
		c.digits(at, n)
		c.next(at, n)
	case Branch:
		c.branch(at, n)
	case Status:
		c.status(at, n)
	case Voicemail:
		if n.Minutes < 0 || n.Minutes > MaxMinutes {
			c.add(at+".minutes", "a message has 1 to %d minutes", MaxMinutes)
		}
	case Overflow:
		c.rings(at, n)
	}
}

func (c *checker) rings(at string, n *Node) {
	switch {
	case len(n.Rings) == 0:
		c.add(at+".numbers", "say which numbers are rung, one after the other, as {\"+74951234567\": 20s}")
	case len(n.Rings) > MaxRings:
		c.add(at+".numbers", "%d numbers; nobody waits for more than %d", len(n.Rings), MaxRings)
	}
	for _, r := range n.Rings {
		if r.For < MinRing || r.For > MaxWait {
			c.add(at+".numbers."+r.Number, "a telephone rings %ds to %ds", MinRing/1000, MaxWait/1000)
		}
	}
	c.maybe(at+".else", n.Else)
}

func (c *checker) next(at string, n *Node) {
	if n.Next == "" {
		c.add(at+".next", "say what comes next")
		return
	}
	c.to(at+".next", n.Next)
}

func (c *checker) needWords(at string, n *Node) {
	if n.Words == (Words{}) {
		c.add(at+"."+string(n.Kind), "there is nothing to say")
	}
}

// words checks that a voice could speak a text.
func (c *checker) words(at string, w Words) {
	if w.Text == "" {
		return
	}
	if n := utf8.RuneCountInString(w.Text); n > MostCharacters {
		c.add(at, "the text has %d characters; nobody listens to more than %d", n, MostCharacters)
	}
	if !strings.ContainsFunc(w.Text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		c.add(at, "a voice cannot speak %q", w.Text)
	}
}

func (c *checker) asking(at string, n *Node) {
	if n.Wait < 0 || n.Wait > MaxWait {
		c.add(at+".wait", "wait 1s to %ds", MaxWait/1000)
	}
	if n.Gap < 0 || n.Gap > MaxWait {
		c.add(at+".gap", "wait 1s to %ds", MaxWait/1000)
	}
	if n.Tries < 0 || n.Tries > MaxTries {
		c.add(at+".tries", "ask once to %d times", MaxTries)
	}
	c.maybe(at+".else", n.Else)
}

func (c *checker) keys(at string, n *Node) {
	if len(n.Keys) == 0 {
		c.add(at+".keys", "there is no key to press")
	}
	seen := map[string]bool{}
	for _, k := range n.Keys {
		here := at + ".keys." + k.Key
		switch {
		case len(k.Key) != 1 || !strings.ContainsAny(k.Key, keys):
			c.add(here, "%q is no key of a telephone: 0-9, * or #", k.Key)
		case seen[k.Key]:
			c.add(here, "the key %s leads somewhere already", k.Key)
		case k.Key == string(toPerson) && !c.menu.Alone && !c.person(k.To):
			c.add(here, "0 leads to a person: choose another key, or say person: false")
		}
		seen[k.Key] = true
		c.to(here, k.To)
	}
}

// person reports whether a node is a person, or leads to one by words alone.
func (c *checker) person(id string) bool {
	for range MaxNodes {
		n := c.menu.Node(id)
		if n == nil || n.Kind != Say {
			return n != nil && n.Kind == Queue
		}
		id = n.Next
	}
	return false
}

func (c *checker) digits(at string, n *Node) {
	switch {
	case n.Min < 1 || n.Max < n.Min || n.Max > MaxDigits:
		c.add(at+".digits", "say how many digits, as 4 or 1-8; at most %d", MaxDigits)
	case n.End != "" && n.End != "#" && n.End != "*":
		c.add(at+".end", "only # or * can end what is typed")
	}
}

func (c *checker) branch(at string, n *Node) {
	values := c.values(n.On)
	switch {
	case n.On == "":
		c.add(at+".branch", "say by what: hours, known, or a node that asks")
	case values == nil && !c.collects(n.On):
		c.add(at+".branch", "%q is not hours, known or a node that asks", n.On)
	}
	if len(n.Cases) == 0 {
		c.add(at+".cases", "there is no case")
	}
	for _, k := range n.Cases {
		here := at + ".cases." + k.Is
		if values != nil && !slices.Contains(values, k.Is) {
			c.add(here, "%s is never %q; it is one of %s", n.On, k.Is, strings.Join(values, ", "))
		}
		c.to(here, k.To)
	}
	c.maybe(at+".else", n.Else)
}

// values are what a branch may meet, or nil if that is open.
func (c *checker) values(on string) []string {
	switch on {
	case OnHours:
		return []string{"open", "closed"}
	case OnKnown:
		return []string{"yes", "no"}
	}
	n := c.menu.Node(on)
	if n == nil || n.Kind != Ask {
		return nil
	}
	keys := []string{}
	for _, k := range n.Keys {
		keys = append(keys, k.Key)
	}
	return keys
}

func (c *checker) collects(id string) bool {
	n := c.menu.Node(id)
	return n != nil && n.Kind == Collect
}

// least is how many of the last digits of a telephone prove that an order is one's own.
const least = 4

func (c *checker) status(at string, n *Node) {
	if !c.collects(n.Order) {
		c.add(at+".order", "name the node that collects the number of the order")
	}
	if !c.collects(n.Phone) {
		c.add(at+".phone", "name the node that collects the last digits of the telephone")
	} else if c.menu.Node(n.Phone).Min < least {
		c.add(at+".phone", "%s asks for less than %d digits of the telephone: anybody could guess them", n.Phone, least)
	}
	c.next(at, n)
	c.maybe(at+".absent", n.Absent)
}

// reach finds what nobody gets to, and circles in which nobody is asked anything.
func (c *checker) reach() {
	seen := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		n := c.menu.Node(id)
		if n == nil || seen[id] {
			return
		}
		seen[id] = true
		for _, to := range n.ways() {
			visit(to)
		}
	}
	visit(c.menu.Start)
	visit(c.menu.Closed)
	for i := range c.menu.Nodes {
		n := &c.menu.Nodes[i]
		if !seen[n.ID] && len(c.menu.Nodes) <= MaxNodes && c.menu.Node(c.menu.Start) != nil {
			c.add("nodes."+n.ID, "no way leads to %s", n.ID)
		}
		if c.circles(n) {
			c.add("nodes."+n.ID, "%s leads back to itself, and asks nothing on the way", n.ID)
		}
	}
}

// ways are the nodes that may follow n.
func (n *Node) ways() []string {
	all := []string{n.Next, n.Else, n.Absent}
	for _, k := range n.Keys {
		all = append(all, k.To)
	}
	for _, k := range n.Cases {
		all = append(all, k.To)
	}
	return slices.DeleteFunc(all, func(id string) bool { return id == "" })
}

// circles reports whether a walk may come from n back to n without a question.
func (c *checker) circles(n *Node) bool {
	if n.Kind.asks() {
		return false
	}
	seen := map[string]bool{}
	next := n.ways()
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		x := c.menu.Node(id)
		if id == n.ID {
			return true
		}
		if x == nil || seen[id] || x.Kind.asks() {
			continue
		}
		seen[id] = true
		next = append(next, x.ways()...)
	}
	return false
}
