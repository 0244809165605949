package sipua

import (
	"strings"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/wire"
)

// Identity is what a carrier is told about the caller beside the number in
// From.
type Identity struct {
	Host        string // of From and of what follows: the carrier's own domain; empty: our host
	Asserted    string // number for P-Asserted-Identity (RFC 3325, 9.1)
	RemoteParty string // number for Remote-Party-ID (draft-ietf-sip-privacy-04), which older switches read
	Private     bool   // the called side shall not learn the number (RFC 3323)
}

// Claims is what an INVITE says about its caller beside From. Only of a carrier
// is any of it to be believed.
type Claims struct {
	Asserted    string // user part of the first P-Asserted-Identity
	RemoteParty string // user part of Remote-Party-ID
	Private     bool   // the caller wants to stay unknown
}

// anonymous is the From of a caller who stays unknown (RFC 3323, 4.1.1.3).
const anonymous, nowhere = "anonymous", "anonymous.invalid"

// from is the address that the called side sees.
func (t *Target) from(host string) sip.Uri {
	if t.Identity.Private {
		return sip.Uri{Scheme: "sip", User: anonymous, Host: nowhere}
	}
	if t.Identity.Host != "" {
		host = t.Identity.Host
	}
	return sip.Uri{Scheme: "sip", User: wire.User(t.FromUser), Host: host}
}

func (t *Target) display() string {
	if t.Identity.Private {
		return "Anonymous"
	}
	return t.FromDisplay
}

// identify adds to an INVITE what only the carrier is to read. host is that of
// From.
func (t *Target) identify(req *sip.Request, host string) {
	id := t.Identity
	if id.Host != "" {
		host = id.Host
	} else if id.Private {
		host = req.Via().Host
	}
	address := func(number string) string {
		u := sip.Uri{Scheme: "sip", User: wire.User(number), Host: host}
		return "<" + u.String() + ">"
	}
	if id.Asserted != "" {
		req.AppendHeader(sip.NewHeader("P-Asserted-Identity", address(id.Asserted)))
	}
	if id.RemoteParty != "" {
		hide := "off"
		if id.Private {
			hide = "full"
		}
		req.AppendHeader(sip.NewHeader("Remote-Party-ID", address(id.RemoteParty)+";party=calling;screen=yes;privacy="+hide))
	}
	if id.Private {
		req.AppendHeader(sip.NewHeader("Privacy", "id"))
	}
}

// supported is what we say we can do.
func (t *Target) supported() sip.Header {
	if !t.Unreliable {
		return supported
	}
	options := strings.Split(wire.Options, ", ")
	kept := options[:0]
	for _, o := range options {
		if o != "100rel" {
			kept = append(kept, o)
		}
	}
	return sip.NewHeader("Supported", strings.Join(kept, ", "))
}

// claims reads what an INVITE says about its caller.
func claims(req *sip.Request) Claims {
	c := Claims{Asserted: userIn(req, "P-Asserted-Identity"), RemoteParty: userIn(req, "Remote-Party-ID")}
	if h := req.GetHeader("Privacy"); h != nil {
		for _, word := range strings.FieldsFunc(strings.ToLower(h.Value()), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			c.Private = c.Private || word == "id" || word == "user" || word == "header"
		}
	}
	return c
}

// userIn is the user part of the first address in a header, or "". Of several,
// one a scheme is allowed (RFC 3325, 9.1); they are one number.
func userIn(req *sip.Request, name string) string {
	h := req.GetHeader(name)
	if h == nil {
		return ""
	}
	var u sip.Uri
	value := firstAddress(h.Value())
	if _, err := sip.ParseAddressValue(value, &u, nil); err != nil {
		return ""
	}
	return userOf(&u)
}

// firstAddress cuts a list of addresses behind its first.
func firstAddress(list string) string {
	quoted, bracketed := false, false
	for i, r := range list {
		switch {
		case r == '"' && (i == 0 || list[i-1] != '\\'):
			quoted = !quoted
		case quoted:
		case r == '<':
			bracketed = true
		case r == '>':
			bracketed = false
		case r == ',' && !bracketed:
			return list[:i]
		}
	}
	return list
}
