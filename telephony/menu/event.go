package menu

// Event is something that happens to a walk.
type Event interface{ event() }

type (
	// Begin: the caller was greeted.
	Begin struct {
		Open  bool   // it is within the hours of the number's queue
		Known bool   // the buyer has rung or ordered before
		At    string // where to go on, once nobody answered an overflow; "": at the start
	}
	// Key: the caller pressed one of 0-9 * #.
	Key struct{ Key byte }
	// Spoken: what the turn asked for was heard to its end.
	Spoken struct{ Turn int }
	// Unspoken: it cannot be said: the voice is down, the sound is gone.
	Unspoken struct{ Turn int }
	// Found: the order is there, and this may be said of it.
	Found struct {
		Turn int
		Text string
	}
	// Missing: there is no order of that number and telephone.
	Missing struct{ Turn int }
	// Unsure: nobody can tell now.
	Unsure struct{ Turn int }
	// Tick: the Deadline came.
	Tick struct{}
)

func (Begin) event()    {}
func (Key) event()      {}
func (Spoken) event()   {}
func (Unspoken) event() {}
func (Found) event()    {}
func (Missing) event()  {}
func (Unsure) event()   {}
func (Tick) event()     {}

// Action is something that a walk wants done.
type Action interface{ action() }

type (
	// Speak: say these one after another, and tell Spoken or Unspoken of the turn.
	Speak struct {
		Turn  int
		Words []Words
	}
	// Hush: stop what is being said, at once.
	Hush struct{}
	// Look: find the order, and tell Found, Missing or Unsure of the turn. Of a
	// stranger nothing is known but these digits.
	Look struct {
		Turn          int
		Order, Digits string
	}
	// Chosen: the caller pressed a key that leads somewhere. It may be journalled.
	Chosen struct{ Node, Key string }
	// Entered: the caller gave digits, which are personal.
	Entered struct{ Node, Digits string }
	// Leave: the walk is over.
	Leave struct {
		To      Kind   // Queue, Callback, Voicemail, Overflow or HangUp
		Node    string // that it ended at; "" for a person whom no node names
		Queue   string
		Rings   []Ring // of an Overflow
		Else    string // where it goes on if nobody answers them: a node, or "" for a person
		Minutes int
	}
)

func (Speak) action()   {}
func (Hush) action()    {}
func (Look) action()    {}
func (Chosen) action()  {}
func (Entered) action() {}
func (Leave) action()   {}
