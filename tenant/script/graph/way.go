package graph

// web is how nodes hang together: for each node, by its place in the list,
// the places that its ways out lead to. Ways into nothing are left out.
type web [][]int

// webOf returns the ways between those nodes of g that keep admits.
func webOf(g Graph, at map[string]int, keep func(Node) bool) web {
	w := make(web, len(g.Nodes))
	for i, n := range g.Nodes {
		if !keep(n) {
			continue
		}
		for _, e := range n.Exits() {
			if to, ok := at[e.To]; ok && keep(g.Nodes[to]) {
				w[i] = append(w[i], to)
			}
		}
	}
	return w
}

// turned returns w with each way the other way round.
func (w web) turned() web {
	back := make(web, len(w))
	for from, tos := range w {
		for _, to := range tos {
			back[to] = append(back[to], from)
		}
	}
	return back
}

// spread returns which nodes can be reached from some, themselves included.
func (w web) spread(from ...int) []bool {
	seen := make([]bool, len(w))
	todo := append([]int(nil), from...)
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !seen[i] {
			seen[i] = true
			todo = append(todo, w[i]...)
		}
	}
	return seen
}

func every(Node) bool { return true }

// ways checks how the nodes hang together: each can be reached, each can
// reach an end, no ring of branches turns for ever, and no transfer follows
// the rule that forbids it.
func (c *checker) ways() {
	start, there := c.at[c.g.Start]
	if c.g.Start != "" && !there {
		c.add("start", "the script starts at %q, which does not exist", clip(c.g.Start))
	}
	if there { // else everything would be called dead
		c.dead(start)
	}
	c.rings()
	c.barred()
}

func (c *checker) dead(start int) {
	var ends []int
	for i, n := range c.g.Nodes {
		// A way into nothing was told already, where it is written.
		if n.Kind == End || len(c.web[i]) == 0 || len(c.web[i]) < len(n.Exits()) {
			ends = append(ends, i)
		}
	}
	live, ending := c.web.spread(start), c.web.turned().spread(ends...)
	for i, n := range c.g.Nodes {
		at := place("nodes", i) + ".id"
		switch {
		case n.ID == "" || c.at[n.ID] != i: // already told
		case !live[i]:
			c.add(at, "%q is dead: nothing leads to it", n.ID)
		case !ending[i]:
			c.add(at, "%q cannot end: no way from it leads to an end", n.ID)
		}
	}
}

// leads reports whether there is a way of one step or more between two nodes.
func (c *checker) leads(from, to int) bool {
	if c.reach[from] == nil {
		c.reach[from] = c.web.spread(c.web[from]...)
	}
	return c.reach[from][to]
}

// rings finds rings made of branches alone: a walk would never stop in one.
func (c *checker) rings() {
	only := webOf(c.g, c.at, func(n Node) bool { return n.Kind == Branch })
	for i, n := range c.g.Nodes {
		if len(only[i]) > 0 && only.spread(only[i]...)[i] {
			c.add(place("nodes", i)+".id", "branch %q turns in a ring of branches, where nobody is asked anything", n.ID)
		}
	}
}

// barred finds transfers that can be reached after the rule that forbids them.
func (c *checker) barred() {
	for i, n := range c.g.Nodes {
		if n.Kind != Transfer || n.To != Specialist && n.To != Shop {
			continue
		}
		for j, rule := range c.g.Nodes {
			if rule.Kind == Transfer && rule.To == Forbidden && c.leads(j, i) {
				c.add(place("nodes", i)+".to", "transfer %q can be reached from %q, after which transfers are forbidden", n.ID, rule.ID)
				break
			}
		}
	}
}
