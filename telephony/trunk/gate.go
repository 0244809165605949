package trunk

import (
	"github.com/google/uuid"

	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
	"switchboard/telephony/sipua"
)

// Gate stands before whoever takes the calls that trunks bring. What a trunk has
// no room for, or may not bring, is refused; the rest comes with its numbers
// read the way that this trunk writes them.
func (d *Dialler) Gate(next func(*sipua.Leg, sipua.Invite)) func(*sipua.Leg, sipua.Invite) {
	return func(leg *sipua.Leg, in sipua.Invite) {
		t := d.cfg.Book().Named(in.Trunk)
		if t == nil {
			next(leg, in)
			return
		}
		in.To, in.From = called(t, in), caller(t, in)
		switch {
		case !d.brings(t, in.To):
			leg.Refuse(404, "no such number on this trunk")
		case t.Draining:
			leg.Refuse(503, "the trunk is being emptied")
		case !d.board.begin(t):
			leg.Refuse(503, "more calls than the trunk may bring")
		default:
			leg.AtEnd(func() { d.board.end(t.Name) })
			next(leg, in)
		}
	}
}

// brings tells whether a trunk may bring calls to a number: a shop's own brings
// none to other shops.
func (d *Dialler) brings(t *directory.Trunk, dialled string) bool {
	n, err := e164.Parse(dialled, e164.Russia)
	if err != nil || t.Shop == uuid.Nil {
		return true // whose it is, if anybody's, is found out behind
	}
	own := d.cfg.Book().Number(n)
	return own == nil || own.Shop.ID == t.Shop
}

// called is the number that was dialled. A registrar calls the contact that we
// gave it, which is an account of ours; the number stands in To.
func called(t *directory.Trunk, in sipua.Invite) string {
	if t.Auth == "register" && in.To == t.Login.User && in.Called != "" {
		return t.In.Read(in.Called)
	}
	return t.In.Read(in.To)
}

// caller is the number of who calls. One that wants to stay unknown is asserted
// to us, but not for the ears of an operator (RFC 3325, 7).
func caller(t *directory.Trunk, in sipua.Invite) string {
	number := in.From
	switch {
	case in.Claims.Private:
	case t.CallerIn == "asserted" && in.Claims.Asserted != "":
		number = in.Claims.Asserted
	case t.CallerIn == "remote_party" && in.Claims.RemoteParty != "":
		number = in.Claims.RemoteParty
	}
	return t.In.Read(number)
}
