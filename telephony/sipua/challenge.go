package sipua

import (
	"switchboard/telephony/sipua/digest"
	"switchboard/telephony/sipua/guard"
)

// Logins is what Peers may know beside: which trunks have to show a password
// with each call that they bring. No method may block.
type Logins interface {
	// Login returns the user and MD5(user:realm:password) that a trunk has to show;
	// needed is false if its address is enough. Without a secret it can't.
	Login(trunk string) (user, ha1 string, needed bool)
}

// proven tells whether the INVITE of a trunk shows what it has to, and else
// answers it.
func (ua *UA) proven(m *guard.Message) bool {
	logins, is := ua.peers.(Logins)
	if !is {
		return true
	}
	src := m.Far.Addr()
	trunk, _ := ua.peers.Trunk(src)
	user, ha1, needed := logins.Login(trunk)
	if !needed {
		return true
	}
	r := ua.registrar
	if m.Head.Authorization == nil {
		r.challenge(m, false)
		return false
	}
	c, err := digest.Parse(string(m.Head.Authorization))
	if err != nil {
		ua.answer(m, 400, "Digest With MD5 And qop=auth Is Needed")
		return false
	}
	if r.locks.Locked(src, c.User) {
		ua.answer(m, 403, "Forbidden")
		return false
	}
	switch r.nonces.Check(c, "INVITE", src, ha1, ha1 != "" && c.User == user) {
	case digest.Right:
		return true
	case digest.Replayed, digest.Stale:
		r.challenge(m, true)
	default:
		ua.counts.wrong.Add(1)
		r.locks.Fail(src, c.User)
		ua.log.Warn("trunk shows a wrong password", "trunk", trunk)
		ua.answer(m, 403, "Forbidden")
	}
	return false
}
