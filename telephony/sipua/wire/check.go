package wire

import "bytes"

// Allow is the list of methods that are served, for Allow lines.
const Allow = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"

// missing finds what a complete head lacks; body is the number of bytes that
// follow it.
func (h *Head) missing(body int) {
	switch {
	case h.vias == 0, h.From == nil, h.To == nil, h.CallID == nil, h.CSeqMethod == nil:
		h.blame(bad("Missing Header Line"))
	case len(h.FromTag) == 0:
		h.blame(bad("From Without Tag"))
	case h.Length > body:
		h.blame(bad("Body Shorter Than Content-Length"))
	case h.Request() && string(h.CSeqMethod) != h.Method:
		h.blame(bad("CSeq Names Another Method"))
	}
}

// Fault returns what is wrong with a request, worst first, as far as it can be
// told without knowing who sent it.
func (h *Head) Fault() Fault {
	switch {
	case h.oldVersion:
		return Fault{Code: 505, Reason: "Version Not Supported"}
	case !h.Known():
		return Fault{Code: 501, Reason: "Not Implemented", Header: "Allow: " + Allow}
	case h.fault.Code != 0:
		return h.fault
	case Scheme(h.URI) == "?" || Scheme(h.URI) == "":
		return Fault{Code: 416, Reason: "Unsupported URI Scheme"}
	case bytes.IndexByte(h.URI, '?') >= 0:
		return bad("Header Lines In Request URI")
	case unbracketed(h.URI):
		return bad("IPv6 Address Without Brackets")
	case h.unknown != nil && h.Method != "ACK" && h.Method != "CANCEL":
		return Fault{Code: 420, Reason: "Bad Extension", Header: "Unsupported: " + string(h.unknown)}
	}
	return h.faultOfBody()
}

// unbracketed tells a URI whose host is an IPv6 address that lacks its brackets
// (RFC 5118, 4.2).
func unbracketed(uri []byte) bool {
	host := uri[bytes.LastIndexByte(uri, '@')+1:]
	if len(host) == len(uri) {
		host = uri[bytes.IndexByte(uri, ':')+1:]
	}
	host, _, _ = bytes.Cut(host, []byte(";"))
	return Scheme(uri) != "tel" && bytes.Count(host, []byte(":")) > 1 && host[0] != '['
}

func (h *Head) faultOfBody() Fault {
	switch h.Method {
	case "INVITE", "UPDATE":
	default:
		return Fault{}
	}
	switch {
	case h.Contact == nil || !isAddress(h.Contact) || Scheme(uriOf(h.Contact)) == "?":
		return bad("INVITE Needs a Contact")
	case h.noSDP && h.Method == "INVITE":
		return Fault{Code: 406, Reason: "Not Acceptable", Header: "Accept: application/sdp"}
	case h.encoded:
		return Fault{Code: 415, Reason: "Unsupported Media Type", Header: "Accept-Encoding: identity"}
	case h.Length != 0 && h.ContentType != nil && !bytes.EqualFold(h.ContentType, []byte("application/sdp")),
		h.Length > 0 && h.ContentType == nil:
		return Fault{Code: 415, Reason: "Unsupported Media Type", Header: "Accept: application/sdp"}
	}
	return Fault{}
}

// uriOf returns the URI of an address field.
func uriOf(value []byte) []byte {
	if open := paramEnd(value, "<"); open < len(value) {
		uri, _, _ := bytes.Cut(value[open+1:], []byte(">"))
		return uri
	}
	uri, _, _ := bytes.Cut(value, []byte(";"))
	return trim(uri)
}

// Answerable tells whether a response to the request can find its way back.
// Nothing ever answers an ACK.
func (h *Head) Answerable() bool {
	return h.Request() && h.Method != "ACK" && h.vias > 0 && len(h.SentHost) > 0
}
