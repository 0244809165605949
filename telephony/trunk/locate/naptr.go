package locate

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// typeNAPTR is the type of RFC 3403, which the parser does not know.
const typeNAPTR dnsmessage.Type = 35

// naptr is one way to a service.
type naptr struct {
	order, preference uint16
	service           string // SIP+D2U ...
	to                string // name of SRV records
}

// naptrs are the SIP services of an answer, best first. Only those that lead to
// SRV records are used (RFC 3263, 4.1).
func naptrs(a answer) []naptr {
	var found []naptr
	for _, rec := range a.records {
		body, ok := rec.Body.(*dnsmessage.UnknownResource)
		if !ok || rec.Header.Type != typeNAPTR {
			continue
		}
		if n, flags, ok := parseNAPTR(body.Data); ok && strings.EqualFold(flags, "s") && n.to != "" {
			found = append(found, n)
		}
	}
	slices.SortStableFunc(found, func(a, b naptr) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.preference, b.preference))
	})
	return found
}

// parseNAPTR reads the body of a record (RFC 3403, 4.1): order, preference,
// flags, services, a regular expression that SIP has no use for, and a name,
// which is never compressed.
func parseNAPTR(b []byte) (n naptr, flags string, ok bool) {
	if len(b) < 4 {
		return n, "", false
	}
	n.order, n.preference = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	b = b[4:]
	var texts [3]string
	for i := range texts {
		if texts[i], b, ok = text(b); !ok {
			return n, "", false
		}
	}
	n.service = texts[1]
	n.to, ok = name(b)
	return n, texts[0], ok
}

// text reads a string with its length before it.
func text(b []byte) (s string, rest []byte, ok bool) {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, false
	}
	return string(b[1 : 1+int(b[0])]), b[1+int(b[0]):], true
}

// name reads labels up to the root.
func name(b []byte) (string, bool) {
	var parts []string
	for {
		label, rest, ok := text(b)
		if !ok || len(label) > 63 {
			return "", false
		}
		if label == "" {
			return strings.Join(parts, "."), true
		}
		parts, b = append(parts, label), rest
	}
}
