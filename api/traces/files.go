package traces

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"switchboard/api/web"
	"switchboard/telephony/trace"
	"switchboard/tenant/fault"
)

func sortMessages(ms []SIPMessage) {
	slices.SortStableFunc(ms, func(a, b SIPMessage) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Leg, b.Leg)) })
}

func (h *Handler) pcap(ctx context.Context, in *path) (*huma.StreamResponse, error) {
	f, err := h.find(ctx, in)
	if err == nil && !f.kept {
		err = fmt.Errorf("messages of call %s: %w", in.ID, fault.NotFound)
	}
	if err != nil {
		return nil, err
	}
	messages := f.call.InOrder()
	if f.masked {
		for i := range messages {
			messages[i].Raw = trace.Masked(messages[i].Raw, '0') // programs want digits
		}
	}
	return file("application/vnd.tcpdump.pcap", f.id.String()+".pcap", trace.PCAP(messages, f.call.Ours)), nil
}

func (h *Handler) text(ctx context.Context, in *path) (*huma.StreamResponse, error) {
	f, err := h.find(ctx, in)
	if err == nil && !f.kept {
		err = fmt.Errorf("messages of call %s: %w", in.ID, fault.NotFound)
	}
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, m := range f.show().Messages {
		from, to := m.Peer, f.call.Ours.String()
		if m.Out {
			from, to = to, from
		}
		again := ""
		if m.Again {
			again = ", again"
		}
		fmt.Fprintf(&out, "%s  +%.1f ms  %s -> %s  %s%s\n\n%s\n\n", m.At.Format("2006-01-02T15:04:05.000Z"), m.OffsetMS, from, to, m.Over, again, m.Text)
	}
	return file("text/plain; charset=utf-8", f.id.String()+".txt", out.Bytes()), nil
}

// file answers with a file to be saved.
func file(kind, name string, content []byte) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(c huma.Context) {
		w, _ := web.Patient(c)
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
		h.Set("Cache-Control", "private, no-store")
		_, _ = w.Write(content) // the client has gone if this fails
	}}
}
