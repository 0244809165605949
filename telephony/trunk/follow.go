package trunk

import (
	"strings"

	"switchboard/telephony/directory"
	"switchboard/telephony/e164"
)

// followTo is follow for a call to a number: a 3xx may send it to another
// machine, but to no other number. The rules have let that one out and none
// else, and a stolen or careless telephone must not choose a dearer one.
func followTo(t *directory.Trunk, own outbound, number e164.Number) func(uri string) bool {
	machine, dialled := follow(t, own), t.Out.Write(string(number))
	return func(uri string) bool {
		user := userOf(uri)
		if user != dialled {
			if n, err := e164.Parse(user, e164.Russia); err != nil || n != number {
				return false
			}
		}
		return machine(uri)
	}
}

// userOf is the part of a SIP URI before its host, without parameters.
func userOf(uri string) string {
	_, rest, _ := strings.Cut(uri, ":")
	user, _, ok := strings.Cut(rest, "@")
	if !ok {
		return ""
	}
	user, _, _ = strings.Cut(user, ";")
	return user
}
