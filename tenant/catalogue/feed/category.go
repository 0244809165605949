package feed

import (
	"fmt"
	"strings"

	"switchboard/tenant/fault"
)

type category struct {
	name, parent string
	line         int
	path         string // once it was asked for
}

// addCategory takes a category into the list; the first of an id counts.
func (p *tally) addCategory(id string, c *category) error {
	before, twice := p.categories[id]
	switch {
	case id == "":
		return fault.Invalid{Problem: "a category has no id", Line: c.line}
	case twice:
		p.tell(c.line, "category %s is there already, in line %d; the first one counts", clip(id), before.line)
		return nil
	case len(p.categories) >= p.limits.Categories:
		return fault.Invalid{Problem: fmt.Sprintf("more than %d categories", p.limits.Categories), Line: c.line}
	}
	c.name = cut(c.name, maxName)
	p.categories[id] = c
	p.order = append(p.order, id)
	p.header.Categories++
	return nil
}

// cycles refuses categories that lie within themselves.
func (p *tally) cycles() error {
	sound := map[string]bool{"": true}
	for _, id := range p.order {
		way := map[string]bool{}
		for at := id; !sound[at]; at = p.categories[at].parent {
			if way[at] {
				return p.ring(at)
			}
			way[at] = true
			if _, there := p.categories[at]; !there {
				break
			}
		}
		for at := range way {
			sound[at] = true
		}
	}
	return nil
}

// ring names the first line of a ring, whichever of its categories was found.
func (p *tally) ring(id string) error {
	first, at := id, p.categories[id].parent
	for ; at != id; at = p.categories[at].parent {
		if p.categories[at].line < p.categories[first].line {
			first = at
		}
	}
	return fault.Invalid{Line: p.categories[first].line,
		Problem: fmt.Sprintf("category %s lies within itself (parentId %s)", clip(first), clip(p.categories[first].parent))}
}

// maxPath is how many categories above an item are named.
const maxPath = 10

// path returns the names of a category and of those around it.
func (p *tally) path(id string) string {
	c, ok := p.categories[id]
	if !ok {
		return ""
	}
	if c.path == "" {
		names := []string{c.name}
		for up, ok := p.categories[c.parent]; ok && len(names) < maxPath; up, ok = p.categories[up.parent] {
			names = append([]string{up.name}, names...)
		}
		c.path = strings.Join(names, " / ")
	}
	return c.path
}
