// Package wire reads of a SIP message as much as must be known before it is
// let in, and answers without keeping anything. It allocates nothing for a
// message that is in order, so that a flood costs no more than its bytes.
package wire

import (
	"bytes"
	"errors"
)

// Head is what was read of one message. Its slices share the message's bytes,
// folded lines and all.
type Head struct {
	Method string // of a request; "" for a response
	URI    []byte
	Status int // of a response; 0 for a request

	Branch     []byte // of the top Via
	SentHost   []byte // of the top Via: who sent it, in their own words
	SentPort   int    // 0 if the Via has none
	AsksSource bool   // the top Via has an empty rport (RFC 3581)

	From, To, CallID []byte
	FromTag, ToTag   []byte
	CSeq             uint32
	CSeqMethod       []byte

	MaxForwards int // -1 if absent
	Length      int // Content-Length; -1 if absent
	BodyAt      int // where the body begins
	ContentType []byte
	Contact     []byte
	UserAgent   []byte

	Authorization  []byte
	SessionExpires int    // seconds (RFC 4028); 0 if absent
	Timer          bool   // "timer" is among what the sender supports
	Replaces       []byte // the call that an INVITE is to take the place of (RFC 3891)

	Far []byte // who sent it, by the word of whoever passed it on

	fault      Fault
	seen       [fields]uint8
	vias       int    // Via fields in front of one another
	viaAt      int    // offset of the top Via's value
	rportAt    int    // offset just behind its "rport"
	unknown    []byte // a required option that we don't have
	encoded    bool   // Content-Encoding other than identity
	noSDP      bool   // Accept leaves no session description
	oldVersion bool
}

// Fault is a defect of a request and the response that it deserves. The zero
// Fault is none.
type Fault struct {
	Code   int
	Reason string
	Header string // a further line of the response, without its end
}

// What can't even be answered.
var (
	ErrNotSIP = errors.New("not a SIP message")
	ErrCut    = errors.New("the message ends within its head")
)

// Bounds of a head. Longer ones are made to hurt: the longest of RFC 4475 has
// 3 KB and 50 lines.
const (
	mostHead  = 16 << 10
	mostLines = 128
)

// Fields that may occur once, and those that are looked into.
const (
	noField = iota
	fieldVia
	fieldFrom
	fieldTo
	fieldCallID
	fieldCSeq
	fieldMaxForwards
	fieldLength
	fieldType
	fieldContact
	fieldRequire
	fieldEncoding
	fieldAuthorization
	fieldSessionExpires
	fieldSupported
	fieldExpires
	fieldAccept
	fieldReplaces
	fieldUserAgent
	fieldFar
	fields
)

// Scan reads raw's head into h. The error says that raw is nothing to answer;
// what else is wrong with a request is its Fault.
func Scan(raw []byte, h *Head) error {
	*h = Head{MaxForwards: -1, Length: -1}
	line, next, err := nextLine(raw, 0, h)
	if err != nil {
		return err
	}
	if err := h.startLine(line); err != nil {
		return err
	}
	for lines := 0; ; lines++ {
		at := next
		line, next, err = nextLine(raw, at, h)
		if err != nil {
			h.blame(bad("Head Without End"))
			next = len(raw)
		}
		if len(line) == 0 {
			break
		}
		if lines >= mostLines || next > mostHead {
			h.blame(Fault{Code: 513, Reason: "Message Too Large"})
			continue
		}
		h.field(at, line)
	}
	h.BodyAt = next
	h.missing(len(raw) - next)
	return nil
}

// nextLine returns the line at an offset without its end, joined with what is
// folded onto it, and the offset behind it. Control characters and lone line
// feeds are the sender's fault: they split messages differently for the next
// reader.
func nextLine(raw []byte, at int, h *Head) (line []byte, next int, err error) {
	for start := at; ; {
		n := bytes.IndexByte(raw[at:], '\n')
		if n < 0 {
			return nil, 0, ErrCut
		}
		end := at + n
		next = end + 1
		if end > start && raw[end-1] == '\r' {
			end--
		} else {
			h.blame(bad("Line Without CRLF"))
		}
		for _, c := range raw[at:end] {
			if c < ' ' && c != '\t' || c == 0x7f {
				h.blame(bad("Control Character"))
			}
		}
		if end == start || start == 0 || next >= len(raw) || raw[next] != ' ' && raw[next] != '\t' {
			return raw[start:end], next, nil
		}
		at = next
	}
}

func bad(reason string) Fault { return Fault{Code: 400, Reason: reason} }

// blame keeps the first fault.
func (h *Head) blame(f Fault) {
	if h.fault.Code == 0 {
		h.fault = f
	}
}

func (h *Head) startLine(line []byte) error {
	if len(line) >= 4 && bytes.EqualFold(line[:4], []byte("SIP/")) {
		return h.statusLine(line)
	}
	method, rest, ok := bytes.Cut(line, []byte(" "))
	tight := bytes.TrimRight(rest, " \t")
	space := bytes.LastIndexByte(tight, ' ')
	version := tight[space+1:]
	if !ok || space < 0 || len(version) < 4 || !bytes.EqualFold(version[:4], []byte("SIP/")) || !isToken(method) {
		return ErrNotSIP
	}
	h.Method, h.URI = interned(method), tight[:space]
	h.oldVersion = !bytes.EqualFold(version, []byte("SIP/2.0"))
	if len(tight) != len(rest) || len(h.URI) == 0 || bytes.ContainsAny(h.URI, " \t<>\"") {
		h.blame(bad("Malformed Request Line"))
	}
	return nil
}

func (h *Head) statusLine(line []byte) error {
	if len(line) < 11 || !bytes.EqualFold(line[:8], []byte("SIP/2.0 ")) {
		return ErrNotSIP
	}
	n, ok := number(line[8:11], 699)
	if !ok || n < 100 || len(line) > 11 && line[11] != ' ' {
		return ErrNotSIP
	}
	h.Status = n
	return nil
}

// methods are those that have a name in the protocols we know. What is not
// here gets 501, what is here but not ours 405.
var methods = []string{
	"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "UPDATE",
	"PRACK", "REFER", "NOTIFY", "SUBSCRIBE", "MESSAGE", "PUBLISH",
}

// interned spares the copy of a known name. Names are case-sensitive.
func interned(name []byte) string {
	for _, m := range methods {
		if string(name) == m {
			return m
		}
	}
	return string(name)
}

// Known tells whether the method has a name in the protocols we know.
func (h *Head) Known() bool {
	for _, m := range methods {
		if h.Method == m {
			return true
		}
	}
	return false
}

// Request tells a request from a response.
func (h *Head) Request() bool { return h.Status == 0 }
