package menu

// phase is what a walk waits for at its node.
type phase uint8

const (
	idle      phase = iota // for Begin
	speaking               // for the end of words
	listening              // for keys
	looking                // for what is known of an order
	telling                // for the end of what is known of it
	leaving                // for the end of the last words
	over
)

// Bounds that no menu can set aside.
const (
	speakMost  Instant = 90_000 // longer no prompt is: whoever should have told its end has not
	lookMost   Instant = 8_000
	looksMost          = 3  // orders that one call may ask for: nobody guesses telephones here
	enteredRow         = 50 // nodes entered without a word or a key: the graph turns in circles
	aheadMost          = 30 // keys pressed before they were asked for

	walkMost Instant = 15 * 60_000 // then a person takes whoever still walks, or is a machine too
)

// Walk is one caller's way through a menu. It belongs to one goroutine.
type Walk struct {
	menu    *Menu
	at      *Node
	phase   phase
	now     Instant
	began   Instant
	due     Instant
	turn    int // of the last Speak or Look: an answer to another is late
	tries   int
	typed   string
	ahead   string // keys that were pressed before they were asked for
	answers map[string]string
	facts   Begin
	looks   int
	entered int
	out     []Action
}

// New returns a walk that has not begun.
func New(m *Menu) *Walk { return &Walk{menu: m, due: Never, answers: map[string]string{}} }

// Step tells the walk that ev happened at now, and returns what to do about it,
// in order. A late event changes nothing.
func (w *Walk) Step(now Instant, ev Event) []Action {
	w.now, w.out = max(w.now, now), nil
	if w.phase == over {
		return nil
	}
	switch ev := ev.(type) {
	case Begin:
		w.begin(ev)
	case Key:
		w.entered = 0
		w.press(ev.Key)
	case Tick:
		w.tick()
	default:
		w.reply(ev)
	}
	return w.out
}

// Deadline returns when Step must be called with Tick if nothing else happens.
func (w *Walk) Deadline() Instant { return w.due }

// At returns the node where the walk stands, "" before it began.
func (w *Walk) At() string {
	if w.at == nil {
		return ""
	}
	return w.at.ID
}

func (w *Walk) do(a Action) { w.out = append(w.out, a) }

func (w *Walk) begin(ev Begin) {
	if w.phase != idle {
		return
	}
	w.facts, w.began = ev, w.now
	if ev.At != "" {
		w.enter(ev.At)
		return
	}
	if !ev.Open && w.menu.Closed != "" {
		w.enter(w.menu.Closed)
		return
	}
	w.enter(w.menu.Start)
}

// enter goes to a node. "" and a node that is not there are a person.
func (w *Walk) enter(id string) {
	n := w.menu.Node(id)
	if w.entered++; n == nil || w.entered > enteredRow || w.now-w.began > walkMost {
		w.person()
		return
	}
	w.at, w.tries, w.typed = n, 0, ""
	switch {
	case n.Kind == Say:
		w.say()
	case n.Kind.asks():
		w.ask()
	case n.Kind == Branch:
		w.enter(w.way())
	case n.Kind == Status && n.Words != (Words{}):
		w.speak(speaking, n.Words)
	case n.Kind == Status:
		w.look()
	default:
		w.end()
	}
}

// say says the node's words, unless the caller was faster.
func (w *Walk) say() {
	if w.ahead != "" && !w.at.Firm {
		w.enter(w.at.Next)
		return
	}
	w.speak(speaking, w.at.Words)
}

// ask asks, or takes the keys that were pressed already.
func (w *Walk) ask() {
	if w.ahead == "" {
		w.speak(speaking, w.at.Words)
		return
	}
	w.phase, w.due = listening, w.now+w.at.wait()
	for keys := w.ahead; keys != ""; keys = keys[1:] {
		w.ahead = keys[1:]
		at, turn := w.at, w.turn
		w.key(keys[0])
		if w.at != at || w.turn != turn || w.phase != listening {
			return // whoever is next has taken the rest, or it is void
		}
	}
}

// speak has words said, and waits for their end.
func (w *Walk) speak(p phase, words ...Words) {
	var some []Words
	for _, x := range words {
		if x != (Words{}) {
			some = append(some, x)
		}
	}
	w.turn++
	w.phase, w.due = p, w.now+speakMost
	w.do(Speak{w.turn, some})
}

// way is where a branch leads.
func (w *Walk) way() string {
	value := w.answers[w.at.On]
	switch w.at.On {
	case OnHours:
		value = map[bool]string{true: "open", false: "closed"}[w.facts.Open]
	case OnKnown:
		value = map[bool]string{true: "yes", false: "no"}[w.facts.Known]
	}
	for _, c := range w.at.Cases {
		if c.Is == value {
			return c.To
		}
	}
	return w.at.Else
}

// look asks for an order. Who has asked often enough is sent on as if there was
// none.
func (w *Walk) look() {
	if w.looks++; w.looks > looksMost {
		w.enter(w.at.Absent)
		return
	}
	w.turn++
	w.phase, w.due = looking, w.now+lookMost
	w.do(Look{w.turn, w.answers[w.at.Order], w.answers[w.at.Phone]})
}

// end leaves the menu by the node, after its words.
func (w *Walk) end() {
	if w.at.Words == (Words{}) {
		w.leave()
		return
	}
	w.speak(leaving, w.at.Words)
}

func (w *Walk) leave() {
	w.phase, w.due = over, Never
	w.do(Leave{To: w.at.Kind, Node: w.at.ID, Queue: w.at.Queue, Rings: w.at.Rings, Else: w.at.Else, Minutes: w.at.Minutes})
}

// person sends the caller to the number's own queue.
func (w *Walk) person() {
	w.phase, w.due = over, Never
	w.do(Leave{To: Queue})
}

// reply takes what the shell answers to a turn.
func (w *Walk) reply(ev Event) {
	switch ev := ev.(type) {
	case Spoken:
		if ev.Turn == w.turn {
			w.spoken()
		}
	case Unspoken:
		if ev.Turn == w.turn {
			w.unspoken()
		}
	case Found:
		if ev.Turn == w.turn && w.phase == looking {
			w.speak(telling, Words{Text: ev.Text})
		}
	case Missing:
		if ev.Turn == w.turn && w.phase == looking {
			w.enter(w.at.Absent)
		}
	case Unsure:
		if ev.Turn == w.turn && w.phase == looking {
			w.person()
		}
	}
}

func (w *Walk) spoken() {
	switch {
	case w.phase == leaving:
		w.leave()
	case w.phase == telling, w.phase == speaking && w.at.Kind == Say:
		w.entered = 0
		w.enter(w.at.Next)
	case w.phase == speaking && w.at.Kind == Status:
		w.look()
	case w.phase == speaking:
		w.phase, w.due = listening, w.now+w.at.wait()
	}
}

// unspoken goes on where nothing is missed, and to a person where something is:
// nobody can answer what they did not hear.
func (w *Walk) unspoken() {
	switch {
	case w.phase == leaving:
		w.leave()
	case w.phase == speaking && w.at.Kind == Say:
		w.enter(w.at.Next)
	case w.phase == speaking && w.at.Kind == Status:
		w.look()
	case w.phase == speaking, w.phase == telling:
		w.person()
	}
}

// tick is an end of patience.
func (w *Walk) tick() {
	if w.now < w.due {
		return
	}
	switch {
	case w.phase == looking:
		w.person()
	case w.phase == listening && w.typed != "":
		w.submit()
	case w.phase == listening:
		w.again(Words{})
	default:
		w.unspoken()
	}
}

// again asks once more, or gives up.
func (w *Walk) again(first Words) {
	w.ahead, w.typed = "", ""
	if w.tries++; w.tries >= w.at.tries() {
		w.enter(w.at.Else)
		return
	}
	w.speak(speaking, first, w.at.Words)
}
