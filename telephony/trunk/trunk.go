// Package trunk is the one door between us and the telephone network: calls go
// out by it, over whichever trunk serves best, and come in by it.
package trunk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/sipua"
	"switchboard/telephony/trunk/locate"
	"switchboard/tenant/outgoing"
	"switchboard/tenant/seal"
)

// Request is a call to the telephone network.
type Request struct {
	Shop        uuid.UUID
	Number      e164.Number
	Caller      e164.Number // one of the shop's own; empty: its first
	Display     string      // name of the caller, where the carrier shows one
	Private     bool        // the number is withheld from the called side (CLIR)
	MaxForwards int         // of a call that is passed on: one less than it came with; zero: 70
	Timeout     time.Duration
	Path        outgoing.Path // by which way it was asked for
	Call        uuid.UUID     // that it belongs to; uuid.Nil: none
	Operator    uuid.UUID     // who wants it; uuid.Nil: the switch itself

	// Offer opens the audio, the first time, and returns the offer for a trunk:
	// its codecs in its order, its SRTP.
	Offer func(*directory.Trunk) ([]byte, error)
	// Tried is told of each try before anything else is told of its leg: the
	// dialog is to be journalled. It may be nil.
	Tried func(*sipua.Leg, *directory.Trunk)
	// Listen is told what happens to the call, as if there had been one leg: a
	// trunk that did not take it is nobody's business but ours.
	Listen func(sipua.Event)
}

// Rules says which calls may be made, and for how long.
type Rules interface {
	// Allow returns the permit of a call, or why it may not be made. cut ends the
	// call when what the shop may spend is used up.
	Allow(ctx context.Context, r Request, cut func(why string)) (Permit, error)
}

// Permit is told what became of a call that may be made. No method blocks.
type Permit interface {
	Answered()
	Ended() // also of a call that nobody answered
}

// Ways in which a call can't even be tried, to be tested with errors.Is.
var (
	ErrNumber  = errors.New("not a number that can be called")
	ErrCaller  = errors.New("the caller's number is not one of the shop's")
	ErrNoTrunk = errors.New("no trunk takes a call there now")
)

// Config is what a Dialler works with.
type Config struct {
	Book  func() *directory.Directory
	Box   seal.Box // opens the carriers' passwords
	Rules Rules
	Realm string // of the passwords that trunks have to show
	Proxy string // host:port by which all calls leave; empty: straight to the trunks

	Resolver *locate.Resolver
	Log      *slog.Logger
}

// Dialler makes the calls to the telephone network, and keeps an eye on the
// trunks.
type Dialler struct {
	cfg   Config
	ua    *sipua.UA
	board *board
}

// New returns a Dialler without telephones: Connect gives it those.
func New(cfg Config) *Dialler { return &Dialler{cfg: cfg, board: newBoard()} }

// Connect gives the Dialler the SIP side, before anything is dialled.
func (d *Dialler) Connect(ua *sipua.UA) { d.ua = ua }

// timeout is how long a call may ring where its owner does not say.
const timeout = time.Minute

// Dial calls r. The error says that nothing was tried, and why; everything else
// is told to r.Listen. It waits for the rules, and for nothing on the way.
func (d *Dialler) Dial(ctx context.Context, r Request) (*Call, error) {
	r, err := d.checked(r)
	if err == nil && len(d.order(r)) == 0 {
		err = ErrNoTrunk
	}
	c := &Call{d: d, req: r}
	if err == nil {
		c.permit, err = d.cfg.Rules.Allow(ctx, r, c.Hangup)
	}
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", e164.Mask(string(r.Number)), err)
	}
	c.until, c.tries = time.Now().Add(r.Timeout), d.tries(r)
	if !c.next() {
		c.permit.Ended()
		return nil, fmt.Errorf("call %s: %w", e164.Mask(string(r.Number)), ErrNoTrunk)
	}
	return c, nil
}

// checked returns the request with what it leaves open filled in, or why it
// makes no sense.
func (d *Dialler) checked(r Request) (Request, error) {
	if n, err := e164.Parse(string(r.Number), ""); err != nil || n != r.Number {
		return r, ErrNumber
	}
	book := d.cfg.Book()
	if r.Caller == "" {
		r.Caller = book.FirstNumber(r.Shop)
	}
	if own := book.Number(r.Caller); own == nil || own.Shop.ID != r.Shop {
		return r, ErrCaller
	}
	if r.Timeout <= 0 {
		r.Timeout = timeout
	}
	return r, nil
}
