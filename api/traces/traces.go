// Package traces serves the SIP messages of a call.
package traces

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"switchboard/api/session"
	"switchboard/api/web"
	"switchboard/telephony/trace"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/fault"
)

// Phones is the switch, which has the messages of the calls that are up.
type Phones interface {
	// Trace returns the messages of a call so far, or fault.NotFound.
	Trace(ctx context.Context, call uuid.UUID) (trace.Call, error)
}

// Handler serves traces.
type Handler struct {
	guard  *session.Guard
	phones Phones
}

// New returns a Handler.
func New(g *session.Guard, phones Phones) *Handler { return &Handler{g, phones} }

// readers may look at what went over the wire.
var readers = []session.Role{session.Owner, session.Supervisor, session.Admin}

// Register adds the operations.
func (h *Handler) Register(a huma.API) {
	allowed := h.guard.Allow(readers...)
	says := web.Says("Answers to challenges, keys and pressed digits are always struck out; people's numbers are masked but for their last four digits, except for admins. Who looks is written in the audit log.")
	huma.Register(a, web.Op("get-call-trace", "GET /calls/{id}/trace", "The SIP messages of a call, of all its legs, by time", allowed, says), h.get)
	huma.Register(a, web.Op("get-call-pcap", "GET /calls/{id}/trace.pcap", "The same as a capture file", allowed, says,
		web.Streams("application/vnd.tcpdump.pcap", "For Wireshark and tshark. Ethernet, IP and UDP are made up around the messages.")), h.pcap)
	huma.Register(a, web.Op("get-call-trace-text", "GET /calls/{id}/trace.txt", "The same as text", allowed, says,
		web.Streams("text/plain", "The messages one after another")), h.text)
}

// Trace is the messages of a call.
type Trace struct {
	Kept     bool         `json:"kept" doc:"False: there are none; the call is too old, or came when there were too many to keep"`
	Live     bool         `json:"live" doc:"The call is up, and more will come"`
	Masked   bool         `json:"masked" doc:"People's numbers are"`
	Ours     string       `json:"ours" doc:"Where we are reached" example:"192.0.2.1:5060"`
	Legs     []TraceLeg   `json:"legs" nullable:"false"`
	Messages []SIPMessage `json:"messages" nullable:"false" doc:"By time"`
}

// TraceLeg is one dialog of the call.
type TraceLeg struct {
	Party string `json:"party" enum:"buyer,operator,third,supervisor" doc:"Whose telephone is at the other end"`
	Trunk string `json:"trunk" doc:"That it goes over; empty: none"`
	Lost  int    `json:"lost" doc:"Messages in the middle that were too many to keep"`
}

// SIPMessage is one that went over the wire.
type SIPMessage struct {
	Leg      int       `json:"leg" doc:"Which of the legs"`
	At       time.Time `json:"at"`
	OffsetMS float64   `json:"offset_ms" doc:"Since the first message"`
	Out      bool      `json:"out" doc:"Sent by us"`
	Again    bool      `json:"again" doc:"A retransmission"`
	Over     string    `json:"over" enum:"udp,tcp"`
	Peer     string    `json:"peer" doc:"Whose address"`
	Label    string    `json:"label" doc:"The method, or the status in words" example:"200 OK"`
	Of       string    `json:"of" doc:"The request that a response is to, with its number" example:"1 INVITE"`
	Status   int       `json:"status" doc:"Of a response; 0: a request"`
	Text     string    `json:"text" doc:"All of it"`
}

type path struct {
	session.Shop
	ID uuid.UUID `path:"id" format:"uuid" doc:"Of the call"`
}

type answer struct{ Body Trace }

func (h *Handler) get(ctx context.Context, in *path) (*answer, error) {
	f, err := h.find(ctx, in)
	if err != nil {
		return nil, err
	}
	return &answer{f.show()}, nil
}

// found is a trace and who looks at it.
type found struct {
	id         uuid.UUID
	call       trace.Call
	kept, live bool
	masked     bool
}

// find reads what was kept of a call, or asks the switch if it is up.
func (h *Handler) find(ctx context.Context, in *path) (found, error) {
	f := found{id: in.ID}
	err := h.guard.Within(ctx, in.Shop, func(tx tenant.Tx) error {
		c, err := cdr.Take(tx, in.ID)
		if err != nil {
			return err
		}
		f.masked, f.live = tx.Scope().Role() != string(session.Admin), c.State != "ended"
		if f.call, f.kept, err = kept(tx, in.ID); err != nil {
			return err
		}
		return tenant.Audit(tx, "trace.read", "call:"+in.ID.String(), nil)
	})
	if err != nil || f.kept {
		return f, err
	}
	f.call, err = h.phones.Trace(ctx, in.ID)
	f.kept = err == nil
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Unavailable) {
		err = nil
	}
	return f, err
}

func kept(tx tenant.Tx, call uuid.UUID) (trace.Call, bool, error) {
	rows, err := tx.Rows("select body from shop.call_trace where call_id = $1", call)
	if err != nil {
		return trace.Call{}, false, fmt.Errorf("read the messages of call %s: %w", call, err)
	}
	defer rows.Close()
	if !rows.Next() {
		return trace.Call{}, false, rows.Err()
	}
	var body []byte
	if err := rows.Scan(&body); err != nil {
		return trace.Call{}, false, fmt.Errorf("read the messages of call %s: %w", call, err)
	}
	c, err := trace.Unpack(body)
	return c, err == nil, err
}

// show is the trace as the person may see it.
func (f found) show() Trace {
	t := Trace{Kept: f.kept, Live: f.live, Masked: f.masked, Ours: addr(f.call.Ours), Legs: []TraceLeg{}, Messages: []SIPMessage{}}
	for i, l := range f.call.Legs {
		t.Legs = append(t.Legs, TraceLeg{l.Party, l.Name, l.Lost})
		for _, m := range l.Messages {
			t.Messages = append(t.Messages, f.message(i, m))
		}
	}
	sortMessages(t.Messages)
	for i := range t.Messages {
		t.Messages[i].OffsetMS = float64(t.Messages[i].At.Sub(t.Messages[0].At).Microseconds()) / 1000
	}
	return t
}

func addr(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func (f found) message(leg int, m trace.Message) SIPMessage {
	raw := m.Raw
	if f.masked {
		raw = trace.Masked(raw, 'x')
	}
	out := SIPMessage{Leg: leg, At: m.At.UTC(), Out: m.Out, Again: m.Again, Over: m.Over, Peer: addr(m.Peer), Text: strings.ToValidUTF8(string(raw), "\uFFFD")}
	out.Label, out.Of, out.Status = trace.Label(m.Raw)
	return out
}
