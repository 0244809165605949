package walk

import "switchboard/tenant/script/graph"

// Adherence returns how many required steps the walk answered, and how many
// there were for it: those that it came to, and those that every way from
// where it is to an end would still come to. A call that breaks off therefore
// falls short, and a way that needs fewer steps does not.
func Adherence(g graph.Graph, w Walk) (done, due int) {
	came := map[string]bool{} // to a required step; true once it was answered
	for _, v := range w.Trail() {
		if n, ok := g.Node(v.Node); ok && n.Required && n.Waits() {
			came[v.Node] = came[v.Node] || v.Answer.Move == Forward
		}
	}
	for _, answered := range came { // a sum: the order does not show
		due++
		if answered {
			done++
		}
	}
	if w.Ended {
		return done, due
	}
	for _, n := range g.Nodes {
		_, told := came[n.ID]
		if n.Required && n.Waits() && !told && unavoidable(g, w.Node, n.ID) {
			due++
		}
	}
	return done, due
}

// unavoidable reports whether no way from one node reaches an end without the other.
func unavoidable(g graph.Graph, from, through string) bool {
	seen := map[string]bool{through: true}
	todo := []string{from}
	for len(todo) > 0 {
		id := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[id] {
			continue
		}
		seen[id] = true
		n, ok := g.Node(id)
		if ok && n.Kind == graph.End {
			return false
		}
		for _, e := range n.Exits() {
			todo = append(todo, e.To)
		}
	}
	return true
}
