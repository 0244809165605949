package sipua

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/emiago/sipgo/sip"

	"switchboard/telephony/sipua/wire"
)

// Dialog is what it takes to end a leg whose process has died.
type Dialog struct {
	CallID       string   `json:"call_id"`
	LocalURI     string   `json:"local_uri"`
	LocalTag     string   `json:"local_tag"`
	RemoteURI    string   `json:"remote_uri"`
	RemoteTag    string   `json:"remote_tag,omitempty"`
	RemoteTarget string   `json:"remote_target"`
	RouteSet     []string `json:"route_set,omitempty"`
	LocalSeq     uint32   `json:"local_seq"`
	RemoteSeq    uint32   `json:"remote_seq"`
	Transport    string   `json:"transport"`             // "UDP", "TCP" or "TLS"
	Name         string   `json:"name,omitempty"`        // that the far end of TLS has to prove
	Destination  string   `json:"destination,omitempty"` // where packets go if not to the target
	Branch       string   `json:"branch,omitempty"`      // of our INVITE while it has no final response: CANCEL needs it
	InviteSeq    uint32   `json:"invite_seq"`
	Refusal      string   `json:"refusal,omitempty"`   // the peer's INVITE, refused; in case it was never answered
	RefuseTo     string   `json:"refuse_to,omitempty"` // where that goes
}

// JSON is the form in which a dialog is kept.
func (d Dialog) JSON() json.RawMessage {
	b, err := json.Marshal(d)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return b
}

// ParseDialog reads what JSON wrote.
func ParseDialog(b []byte) (Dialog, error) {
	var d Dialog
	if err := json.Unmarshal(b, &d); err != nil {
		return Dialog{}, fmt.Errorf("read a dialog: %w", err)
	}
	if d.CallID == "" || d.LocalTag == "" || d.RemoteTarget == "" {
		return Dialog{}, errors.New("read a dialog: Call-ID, tag or target is missing")
	}
	return d, nil
}

// dialogOf is the dialog that an INVITE of the peer begins (RFC 3261, 12.1.1).
func (ua *UA) dialogOf(l *Leg, req *sip.Request) Dialog {
	d := Dialog{
		CallID: l.callID, LocalURI: req.To().Address.String(), LocalTag: l.id,
		RemoteURI: req.From().Address.String(), RemoteTag: l.invite.fromTag,
		RemoteTarget: req.Contact().Address.String(), RemoteSeq: req.CSeq().SeqNo, InviteSeq: req.CSeq().SeqNo,
		Transport: req.Transport(), RouteSet: routes(req, false),
	}
	d.Destination = behindNAT(&req.Contact().Address, req.Source())
	if streamed(d.Transport) && len(d.RouteSet) == 0 {
		d.Destination = req.Source() // its connection
	}
	return d
}

// routes is the route set that a message's Record-Route lines make; the caller
// has them in reverse (12.1.2).
func routes(m sip.Message, reversed bool) []string {
	var set []string
	for _, h := range m.GetHeaders("Record-Route") {
		set = append(set, h.Value())
	}
	if reversed {
		for i, j := 0, len(set)-1; i < j; i, j = i+1, j-1 {
			set[i], set[j] = set[j], set[i]
		}
	}
	return set
}

// behindNAT returns source if contact can't be reached without asking anybody:
// a name, or a private or unusable address of a peer whose packets come from a
// public one.
func behindNAT(contact *sip.Uri, source string) string {
	from, err := netip.ParseAddrPort(source)
	if err != nil {
		return ""
	}
	at, err := netip.ParseAddr(strings.Trim(contact.Host, "[]"))
	if err != nil || at.IsUnspecified() || at.IsPrivate() && !from.Addr().IsPrivate() {
		return source
	}
	return ""
}

// newRequest builds a request within the dialog (12.2.1.1).
func (ua *UA) newRequest(d *Dialog, method sip.RequestMethod, seq uint32) (*sip.Request, error) {
	return ua.newRequestAs(d, method, seq, sip.GenerateBranchN(16))
}

// newRequestAs is newRequest with a branch that is given.
func (ua *UA) newRequestAs(d *Dialog, method sip.RequestMethod, seq uint32, branch string) (*sip.Request, error) {
	var target, local, remote sip.Uri
	if err := errors.Join(sip.ParseUri(d.RemoteTarget, &target), sip.ParseUri(d.LocalURI, &local), sip.ParseUri(d.RemoteURI, &remote)); err != nil {
		return nil, fmt.Errorf("build %s in call %s: %w", method, d.CallID, err)
	}
	routes, next, err := d.route(&target)
	if err != nil {
		return nil, fmt.Errorf("build %s in call %s: %w", method, d.CallID, err)
	}
	req := sip.NewRequest(method, target)
	req.AppendHeader(ua.via(d.Transport, branch))
	for _, r := range routes {
		req.AppendHeader(&sip.RouteHeader{Address: r})
	}
	to := &sip.ToHeader{Address: remote}
	if d.RemoteTag != "" {
		to.Params.Add("tag", d.RemoteTag)
	}
	ua.address(req, &sip.FromHeader{Address: local, Params: sip.HeaderParams{{K: "tag", V: d.LocalTag}}}, to, d.CallID, seq)
	req.SetTransport(d.Transport)
	req.SetDestination(next)
	return req, nil
}

// hops is how many proxies a request of ours may pass (RFC 3261, 8.1.1.6).
const hops = 70

// address gives a request the lines that say whose it is.
func (ua *UA) address(req *sip.Request, from *sip.FromHeader, to *sip.ToHeader, callID string, seq uint32) {
	maxForwards, id := sip.MaxForwardsHeader(hops), sip.CallIDHeader(callID)
	req.AppendHeader(&maxForwards)
	req.AppendHeader(from)
	req.AppendHeader(to)
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: req.Method})
}

// route returns the Route lines of a request and where it is sent. A first
// route without lr is an old proxy, which wants to be the target itself.
func (d *Dialog) route(target *sip.Uri) (set []sip.Uri, next string, err error) {
	for _, text := range d.RouteSet {
		var u sip.Uri
		if _, err := sip.ParseAddressValue(text, &u, nil); err != nil {
			return nil, "", err
		}
		set = append(set, u)
	}
	if len(set) > 0 {
		first := set[0]
		if !first.UriParams.Has("lr") {
			set = append(set[1:], *target)
			*target = first
		}
		return set, hostPort(&first), nil
	}
	if d.Destination != "" {
		return nil, d.Destination, nil
	}
	return nil, hostPort(target), nil
}

// hostPort is where a URI points.
func hostPort(u *sip.Uri) string {
	port := u.Port
	if port <= 0 || port > 65535 {
		port = portFor(transportOf(u))
	}
	return net.JoinHostPort(strings.Trim(u.Host, "[]"), strconv.Itoa(port))
}

// via is the line that brings responses back to us (RFC 3581).
func (ua *UA) via(transport, branch string) *sip.ViaHeader {
	return &sip.ViaHeader{
		ProtocolName: "SIP", ProtocolVersion: "2.0", Transport: transport, Host: ua.host, Port: ua.ports[transport],
		Params: sip.HeaderParams{{K: "branch", V: branch}, {K: "rport", V: ""}},
	}
}

// allow is what we can be asked; supported what we can do beyond it.
var (
	allow     = sip.NewHeader("Allow", wire.Allow)
	supported = sip.NewHeader("Supported", wire.Options)
)

func printable(s string) string { return wire.Phrase(s) }
