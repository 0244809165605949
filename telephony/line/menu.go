package line

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/media"
	"switchboard/telephony/menu"
	"switchboard/telephony/switchd"
)

// Voice is what the machine can say, and what it knows. Menu, Clip and Music
// must not block.
type Voice struct {
	Menu    func(*directory.Number) *directory.Menu       // that a call of the number meets; nil for none
	Clip    func(*directory.Shop, menu.Words) *media.Clip // if it is at hand, else nil
	Music   func(*directory.Shop, uuid.UUID) *media.Clip  // for who waits in a queue
	Place   func(context.Context, *directory.Shop, Standing) ([]*media.Clip, error)
	Speak   func(context.Context, *directory.Shop, string) (*media.Clip, error)
	Promise func(*directory.Shop) *media.Clip // that they will be called back, if it is at hand
	Ring    func(context.Context, Buyer) (drop func(why string), err error)
	Order   func(context.Context, Question) (words string, found bool, err error)
	Known   func(context.Context, Question) bool // has the buyer rung or ordered before
}

// Standing is where in the queue a caller is, and what they may do about it.
type Standing struct {
	switchd.Place
	Callback bool // they may press 1, and be rung in their turn
}

// Question is what a caller asks the machine about.
type Question struct {
	Shop   *directory.Shop
	Phone  string // that the caller rings from
	Order  string // its number, as it was typed
	Digits string // the last ones of the telephone that it was made with
}

// How long a caller waits for the machine to find words, or to remember.
const (
	speakFor = 4 * time.Second
	lookFor  = 7 * time.Second
	knowFor  = time.Second
)

// robot is a menu under way on a wire.
type robot struct {
	walk  *menu.Walk
	began time.Time
	alarm *time.Timer
	turn  int // of what is said or looked up
}

// Ask walks the caller through a menu.
func (l *Lines) Ask(id uuid.UUID, a switchd.Ask) {
	l.on(id, func(w *wire) {
		if err := w.answer(); err != nil {
			w.fail(err)
			return
		}
		w.ask(a)
	})
}

func (w *wire) ask(a switchd.Ask) {
	r := &robot{walk: menu.New(&a.Menu.Graph), began: time.Now()}
	w.robot = r
	uses := func(n menu.Node) bool { return n.Kind == menu.Branch && n.On == menu.OnKnown }
	if !slices.ContainsFunc(a.Menu.Graph.Nodes, uses) {
		w.step(menu.Begin{Open: a.Open, At: a.At})
		return
	}
	q := Question{Shop: w.number.Shop, Phone: string(w.phone)}
	w.aside(knowFor, func(ctx context.Context) func() {
		known := w.lines.cfg.Voice.Known(ctx, q)
		return func() { w.stepOf(r, menu.Begin{Open: a.Open, Known: known, At: a.At}) }
	})
}

// aside does something that takes a while, and then goes on in the wire's own
// goroutine.
func (w *wire) aside(most time.Duration, do func(context.Context) (next func())) {
	go func() {
		ctx, cancel := context.WithTimeout(w.lines.ctx, most)
		defer cancel()
		w.post(do(ctx))
	}()
}

// stepOf is step for what was begun by r, which may be over.
func (w *wire) stepOf(r *robot, ev menu.Event) {
	if w.robot == r {
		w.step(ev)
	}
}

// step tells the menu what happened, and does what it wants.
func (w *wire) step(ev menu.Event) {
	r := w.robot
	if r == nil {
		return
	}
	for _, a := range r.walk.Step(menu.Instant(time.Since(r.began).Milliseconds()), ev) {
		w.carryOut(a)
	}
	if w.robot == r {
		w.wake()
	}
}

// wake sets the alarm to the menu's next deadline.
func (w *wire) wake() {
	r := w.robot
	if r.alarm != nil {
		r.alarm.Stop()
	}
	due := r.walk.Deadline()
	if due == menu.Never {
		return
	}
	left := time.Duration(due)*time.Millisecond - time.Since(r.began)
	r.alarm = time.AfterFunc(max(left, 0)+time.Millisecond, func() { w.post(func() { w.stepOf(r, menu.Tick{}) }) })
}

func (w *wire) carryOut(a menu.Action) {
	switch a := a.(type) {
	case menu.Speak:
		w.robot.turn = a.Turn
		w.say(a)
	case menu.Hush:
		w.silence()
	case menu.Look:
		w.robot.turn = a.Turn
		w.look(a)
	case menu.Chosen:
		w.tell(switchd.Chosen{Call: w.id, Node: a.Node, Key: a.Key})
	case menu.Entered:
		w.tell(switchd.Entered{Call: w.id, Node: a.Node, Digits: a.Digits})
	case menu.Leave:
		w.dismiss()
		w.waitMusic() // nobody is left in silence until the switch has decided
		w.tell(switchd.Left{Call: w.id, To: a.To, Node: a.Node, Queue: a.Queue, Rings: a.Rings, Else: a.Else, Minutes: a.Minutes})
	}
}

// dismiss ends the menu, if there is one.
func (w *wire) dismiss() {
	if w.robot == nil {
		return
	}
	if w.robot.alarm != nil {
		w.robot.alarm.Stop()
	}
	w.robot = nil
}

// say plays what is at hand, and has the rest spoken first. Meanwhile there is
// music, for a silent line is hung up on.
func (w *wire) say(a menu.Speak) {
	r, shop := w.robot, w.number.Shop
	clips := make([]*media.Clip, len(a.Words))
	for i, x := range a.Words {
		clips[i] = w.lines.cfg.Voice.Clip(shop, x)
	}
	if !slices.Contains(clips, nil) {
		w.playTurn(r, a.Turn, clips)
		return
	}
	w.waitMusic()
	w.aside(speakFor, func(ctx context.Context) func() {
		for i, x := range a.Words {
			if clips[i] != nil {
				continue
			}
			clip, err := w.lines.cfg.Voice.Speak(ctx, shop, x.Text)
			if err != nil {
				w.lines.cfg.Log.Warn("a caller is not told something", "call", w.id, "err", err)
				return func() { w.unsaid(r, a.Turn) }
			}
			clips[i] = clip
		}
		return func() { w.playTurn(r, a.Turn, clips) }
	})
}

// playTurn plays the clips of a turn, if it is still the menu's.
func (w *wire) playTurn(r *robot, turn int, clips []*media.Clip) {
	if w.robot != r || r.turn != turn {
		return
	}
	w.then(func() { w.stepOf(r, menu.Spoken{Turn: turn}) }, clips...)
}

func (w *wire) unsaid(r *robot, turn int) {
	if w.robot == r && r.turn == turn {
		w.silence()
		w.step(menu.Unspoken{Turn: turn})
	}
}

// look finds an order.
func (w *wire) look(a menu.Look) {
	r, node := w.robot, w.robot.walk.At()
	w.waitMusic()
	q := Question{Shop: w.number.Shop, Phone: string(w.phone), Order: a.Order, Digits: a.Digits}
	w.aside(lookFor, func(ctx context.Context) func() {
		words, found, err := w.lines.cfg.Voice.Order(ctx, q)
		switch {
		case err != nil:
			w.lines.cfg.Log.Warn("an order is not looked up", "call", w.id, "err", err)
			return func() { w.stepOf(r, menu.Unsure{Turn: a.Turn}) }
		case !found:
			return func() { w.stepOf(r, menu.Missing{Turn: a.Turn}) }
		}
		return func() {
			if w.robot == r && r.turn == a.Turn {
				w.tell(switchd.Told{Call: w.id, Node: node})
				w.step(menu.Found{Turn: a.Turn, Text: words})
			}
		}
	})
}

// waitMusic plays what the shop has callers wait to, unless it plays.
func (w *wire) waitMusic() {
	w.silence()
	w.playing = w.lines.player.Loop(w.buyer.audio, w.tune())
}

// tune is the shop's music for the queue that the buyer waits in.
func (w *wire) tune() *media.Clip { return w.lines.cfg.Voice.Music(w.number.Shop, w.queue) }
