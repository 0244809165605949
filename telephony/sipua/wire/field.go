package wire

import "bytes"

// field reads one header line that begins at offset at.
func (h *Head) field(at int, line []byte) {
	colon := bytes.IndexByte(line, ':')
	name := bytes.TrimRight(line[:max(colon, 0)], " \t")
	if colon < 0 || !isToken(name) {
		h.blame(bad("Malformed Header Line"))
		return
	}
	which := fieldNamed(name)
	if which == noField {
		return
	}
	value := trim(line[colon+1:])
	if h.seen[which]++; h.seen[which] == 0 {
		h.seen[which]-- // stays at the most that fits
	}
	if which == fieldVia {
		h.via(value, at+colon+1+leading(line[colon+1:]))
		return
	}
	if h.seen[which] > 1 && once(which) {
		h.blame(bad("Header Line Given Twice"))
		return
	}
	h.keep(which, value)
}

// once tells which fields a message may have only one of.
func once(which int) bool {
	switch which {
	case fieldContact, fieldRequire, fieldSupported, fieldAuthorization, fieldVia, fieldAccept, fieldUserAgent:
		return false
	}
	return true
}

func (h *Head) keep(which int, value []byte) {
	switch which {
	case fieldFrom:
		h.From, h.FromTag = value, h.tag(value, "From")
	case fieldTo:
		h.To, h.ToTag = value, h.tag(value, "To")
	case fieldCallID:
		h.CallID = value
		if len(value) == 0 || len(value) > 256 || bytes.ContainsAny(value, " \t") {
			h.blame(bad("Malformed Call-ID"))
		}
	case fieldCSeq:
		h.cseq(value)
	case fieldMaxForwards:
		h.MaxForwards = h.count(value, 255, "Malformed Max-Forwards")
	case fieldLength:
		h.Length = h.count(value, 1<<30, "Malformed Content-Length")
	case fieldExpires:
		h.count(value, 1<<32-1, "Malformed Expires")
	case fieldType:
		h.ContentType, _, _ = bytes.Cut(value, []byte(";"))
		h.ContentType = trim(h.ContentType)
	default:
		h.keepOption(which, value)
	}
}

func (h *Head) keepOption(which int, value []byte) {
	switch which {
	case fieldContact:
		if h.Contact == nil {
			h.Contact = value
		}
	case fieldRequire:
		h.require(value)
	case fieldEncoding:
		h.encoded = !bytes.EqualFold(value, []byte("identity"))
	case fieldAccept:
		h.noSDP = !lists(value, "application/sdp") && !bytes.Contains(value, []byte("/*"))
	case fieldAuthorization:
		if h.Authorization == nil {
			h.Authorization = value
		}
	case fieldReplaces:
		h.Replaces = value
	case fieldUserAgent:
		h.UserAgent = value
	case fieldFar:
		h.Far = value
	case fieldSupported:
		h.Timer = h.Timer || lists(value, "timer")
	case fieldSessionExpires:
		seconds, _, _ := bytes.Cut(value, []byte(";"))
		h.SessionExpires = max(0, h.count(trim(seconds), 1<<31-1, "Malformed Session-Expires"))
	}
}

// tag checks an address field and returns its tag.
func (h *Head) tag(value []byte, field string) []byte {
	if !isAddress(value) {
		h.blame(bad("Malformed " + field))
		return nil
	}
	tag, _ := Param(value, "tag")
	return tag
}

// count reads a whole number up to most, or returns -1 and blames the sender.
func (h *Head) count(value []byte, most int, reason string) int {
	n, ok := number(value, most)
	if !ok {
		h.blame(bad(reason))
		return -1
	}
	return n
}

func (h *Head) cseq(value []byte) {
	end := bytes.IndexAny(value, " \t\r\n")
	n, ok := number(value[:max(end, 0)], 1<<31-1)
	if !ok {
		h.blame(bad("Malformed CSeq"))
		return
	}
	h.CSeq, h.CSeqMethod = uint32(n), trim(value[end:])
}

// require remembers an option that we don't have.
func (h *Head) require(value []byte) {
	for len(value) > 0 {
		var option []byte
		option, value, _ = bytes.Cut(value, []byte(","))
		if option = trim(option); len(option) > 0 && !Supported(option) && h.unknown == nil {
			h.unknown = option
		}
	}
}

// Options is what a peer may require of us: reliable provisional responses
// (RFC 3262), INVITEs that take another call's place (RFC 3891) and session
// timers (RFC 4028).
const Options = "100rel, replaces, timer"

// Supported tells whether an option is one of ours.
func Supported(option []byte) bool { return lists([]byte(Options), string(option)) }

// lists tells whether a comma-separated value has the given token.
func lists(value []byte, token string) bool {
	for len(value) > 0 {
		var item []byte
		item, value, _ = bytes.Cut(value, []byte(","))
		item, _, _ = bytes.Cut(item, []byte(";"))
		if bytes.EqualFold(trim(item), []byte(token)) {
			return true
		}
	}
	return false
}

// named are the fields that Scan looks at, in lower case, with their compact
// forms.
var named = []struct {
	name  string
	which int
}{
	{"via", fieldVia}, {"v", fieldVia},
	{"from", fieldFrom}, {"f", fieldFrom},
	{"to", fieldTo}, {"t", fieldTo},
	{"call-id", fieldCallID}, {"i", fieldCallID},
	{"cseq", fieldCSeq},
	{"max-forwards", fieldMaxForwards},
	{"content-length", fieldLength}, {"l", fieldLength},
	{"content-type", fieldType}, {"c", fieldType},
	{"contact", fieldContact}, {"m", fieldContact},
	{"require", fieldRequire},
	{"content-encoding", fieldEncoding}, {"e", fieldEncoding},
	{"authorization", fieldAuthorization},
	{"session-expires", fieldSessionExpires}, {"x", fieldSessionExpires},
	{"supported", fieldSupported}, {"k", fieldSupported},
	{"expires", fieldExpires},
	{"accept", fieldAccept},
	{"replaces", fieldReplaces}, {"user-agent", fieldUserAgent},
	{"x-switchboard-source", fieldFar},
}

func fieldNamed(name []byte) int {
	for i := range named {
		if len(named[i].name) == len(name) && bytes.EqualFold(name, []byte(named[i].name)) {
			return named[i].which
		}
	}
	return noField
}

// leading counts the blanks that value begins with.
func leading(value []byte) int { return len(value) - len(bytes.TrimLeft(value, " \t\r\n")) }
