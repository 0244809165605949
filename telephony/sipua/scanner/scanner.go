// Package scanner knows the programs that look for telephone switches to
// break into.
package scanner

import (
	"bytes"

	"switchboard/telephony/sipua/wire"
)

// agents are words in the User-Agent of such programs, in small letters; the
// names that fail2ban's and Kamailio's rules have gathered, as far as no
// telephone calls itself so.
var agents = words("friendly-scanner", "friendly-request", "sipvicious", "sipv ", "sundayddr", "sipcli", "sip-scan", "sipscan", "sipsak",
	"sipptk", "siparmyknife", "sivus", "smap ", "iwar", "vaxsipuseragent", "vaxipuseragent", "pplsip", "gulp", "sipdic", "zenitel-scan", "mr.sip", "masscan", "nmap", "zgrab", "scanner")

// people are words in From by which they call themselves, whatever their
// User-Agent says.
var people = words("sipvicious", "nm@nm", "sip:nm@", "@1.1.1.1", "friendly-scanner", "sipscan")

// branches begin the Via branch of theirs. A branch of RFC 3261 begins with the
// cookie and is not empty behind it.
var branches = words("foo", "branch")

func words(of ...string) (out [][]byte) {
	for _, w := range of {
		out = append(out, []byte(w))
	}
	return out
}

var cookie = []byte("z9hg4bk")

// Is tells whether a request comes from one of them. It allocates nothing.
func Is(h *wire.Head) bool {
	return has(h.UserAgent, agents) || has(h.From, people) || odd(h.Branch) && h.Method == "OPTIONS"
}

// odd tells a branch that no telephone of today makes. It is not enough by
// itself: old gateways have such branches in INVITEs.
func odd(branch []byte) bool {
	if starts(branch, cookie) {
		rest := branch[len(cookie):]
		return len(rest) == 0 || bytes.Equal(rest, []byte("-"))
	}
	for _, b := range branches {
		if starts(branch, b) {
			return true
		}
	}
	return false
}

// has tells whether any of the words is in s, whatever the size of its letters.
func has(s []byte, words [][]byte) bool {
	if len(s) > 256 {
		s = s[:256]
	}
	for _, w := range words {
		for i := 0; i+len(w) <= len(s); i++ {
			if starts(s[i:], w) {
				return true
			}
		}
	}
	return false
}

// starts is a prefix test that takes capital letters for small ones.
func starts(s, small []byte) bool {
	if len(s) < len(small) {
		return false
	}
	for i, c := range small {
		l := s[i]
		if l >= 'A' && l <= 'Z' {
			l += 'a' - 'A'
		}
		if l != c {
			return false
		}
	}
	return true
}
