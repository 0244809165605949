package menu

import "strings"

// toPerson is the key that leads to a person from wherever no node means it.
const toPerson = '0'

// press takes a key at any time.
func (w *Walk) press(key byte) {
	if !strings.ContainsRune("0123456789*#", rune(key)) || w.at == nil {
		return
	}
	switch {
	case w.phase == speaking && w.at.Kind == Say && w.at.Firm, w.phase == leaving:
		return
	case w.at.Kind.asks():
		w.interrupt()
		w.key(key)
	case key == toPerson && !w.menu.Alone:
		w.interrupt()
		w.do(Chosen{w.at.ID, string(key)})
		w.person()
	default:
		w.keep(key)
	}
}

// interrupt stops what is said to somebody who has begun to answer.
func (w *Walk) interrupt() {
	if w.phase == speaking || w.phase == telling {
		w.do(Hush{})
		w.phase, w.due = listening, w.now+orNever(w.at)
	}
}

// orNever is how long a node waits for a key; those that don't ask go on at once.
func orNever(n *Node) Instant {
	if n.Kind.asks() {
		return n.wait()
	}
	return 0
}

// keep remembers a key for the next question, and skips what is said before it.
func (w *Walk) keep(key byte) {
	if len(w.ahead) < aheadMost {
		w.ahead += string(key)
	}
	switch {
	case w.phase == speaking && w.at.Kind == Status:
		w.interrupt()
		w.look()
	case w.phase == speaking, w.phase == telling:
		w.interrupt()
		w.enter(w.at.Next)
	}
}

// key is one for the node, which asks.
func (w *Walk) key(key byte) {
	if w.at.Kind == Ask {
		w.choose(string(key))
		return
	}
	w.add(key)
}

func (w *Walk) choose(key string) {
	for _, c := range w.at.Keys {
		if c.Key == key {
			w.do(Chosen{w.at.ID, key})
			w.answers[w.at.ID] = key
			w.enter(c.To)
			return
		}
	}
	if key == string(toPerson) && !w.menu.Alone {
		w.do(Chosen{w.at.ID, key})
		w.person()
		return
	}
	w.again(w.at.Wrong)
}

// add takes a digit. A star begins anew.
func (w *Walk) add(key byte) {
	switch {
	case string(key) == w.at.End:
		w.submit()
		return
	case key == '*':
		w.typed = ""
		w.due = w.now + w.at.wait()
		return
	case key == '#':
		return
	}
	w.typed += string(key)
	w.due = w.now + w.at.gap()
	if len(w.typed) >= w.at.Max {
		w.submit()
	}
}

// submit takes what was typed. A lone 0 where more is asked for is a cry for help.
func (w *Walk) submit() {
	switch {
	case w.typed == string(toPerson) && w.at.Min > 1 && !w.menu.Alone:
		w.do(Chosen{w.at.ID, w.typed})
		w.person()
	case len(w.typed) < w.at.Min:
		w.again(w.at.Wrong)
	default:
		w.do(Entered{w.at.ID, w.typed})
		w.answers[w.at.ID] = w.typed
		w.enter(w.at.Next)
	}
}
