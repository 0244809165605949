package telephony_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"switchboard/telephony"
	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/sdp"
	"switchboard/telephony/sipua"
	"switchboard/tenant/tenanttest"
)

// takes answers a call, encrypted, in µ-law.
func (p *phone) takes(t *testing.T, r *ringing) {
	t.Helper()
	var err error
	if r.audio, err = p.ports.Open(); err != nil {
		t.Fatal(err)
	}
	s, err := sdp.Parse(r.in.SDP)
	if err != nil {
		t.Fatal(err)
	}
	r.local = sdp.NewLocal(r.audio.LocalAddr(), g711.MuLaw)
	r.local.SRTP = sdp.Required
	body, chosen, err := r.local.Answer(s)
	if err != nil || chosen.Ours.Suite == 0 {
		t.Fatalf("agreed on %v, %v for\n%s", chosen, err, r.in.SDP)
	}
	r.audio.SetRemote(chosen)
	r.leg.Answer(body)
}

// TestACallOutOverTLSAndSRTP: over a trunk that wants audio encrypted, or takes
// it so, keys are offered, and its codecs in its order; a buyer who is handed on
// over it and who they are handed to hear each other.
func TestACallOutOverTLSAndSRTP(t *testing.T) {
	t.Parallel()
	for policy, proto := range map[string]string{"required": "RTP/SAVP", "optional": "RTP/AVP"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			s := newSealed(t)
			h := openClear(t, s)
			carrier := h.carrier(s)
			h.w.Admin(t, `insert into house.trunk (id, name, sources, outbound, transport, srtp, codecs, created_at)
				values (gen_random_uuid(), 'sealed', '{}', $1, 'tls', $2, '{pcmu,pcma}', now())`, fmt.Sprintf("sip:%s", carrier.ua.TLSAddr()), policy)
			buyer := h.handedOut()
			r := next(t, carrier)
			if m := line(r.in.SDP, "m=audio "); !strings.Contains(m, " "+proto+" 0 8 ") {
				t.Errorf("offered is m=audio %s", m)
			}
			if line(r.in.SDP, "a=crypto:") == "" {
				t.Errorf("no keys are offered:\n%s", r.in.SDP)
			}
			carrier.takes(t, r)
			player := media.NewPlayer()
			defer player.Close()
			third, heard := lawfulEar(r.audio), earOf(buyer.audio)
			defer player.Loop(r.audio, media.NewClip(tone.Sine(thirdHz, 8000))).Stop()
			defer player.Loop(buyer.audio, media.NewClip(tone.Sine(buyerHz, 8000))).Stop()
			heard.hears(t, "the buyer", thirdHz)
			third.hears(t, "the third", buyerHz)
			buyer.leg.Hangup("bye")
			await[sipua.Ended](t, r)
			h.until("the call out is written down as over", "select 1 from shop.outgoing_call where path = 'transfer' and ended_at is not null")
		})
	}
}

// lawfulEar is an ear for either law.
func lawfulEar(leg *media.RTPLeg) hearing {
	e := hearing{&earpiece{}}
	leg.SetSink(func(p *media.Packet) {
		if p.Law != 0 {
			e.hear(g711.ALaw.Encode(p.Law.Decode(p.Payload)))
		}
	})
	return e
}

// openClear is a node that serves TLS, whose telephones do without.
func openClear(t *testing.T, s sealed) *house {
	t.Helper()
	h := &house{t: t, w: tenanttest.Open(t), recordings: t.TempDir()}
	h.w.Admin(t, `insert into house.trunk (id, name, sources, outbound, transport, codecs, priority, created_at)
		values (gen_random_uuid(), 'clear', '{127.0.0.1/32}', 'sip:127.0.0.1:5090', 'udp', '{pcma,pcmu}', 9, now())`)
	h.w.Admin(t, "update house.shop set greeting = 'none' where id = $1", h.w.A.ID.UUID())
	h.w.Admin(t, "insert into shop.transfer_rule (shop_id, outside, ring_s, updated_at) values ($1, '{+7921}', 20, now())", h.w.A.ID.UUID())
	seal := s.settings()
	seal.PhoneSRTP = "off"
	n, stop := lead(t, h.w, telephony.Config{RecordingsDir: h.recordings, Node: "test", Seal: seal})
	h.node = n
	t.Cleanup(stop)
	return h
}

// handedOut is a buyer whom an operator has just handed to a number outside.
func (h *house) handedOut() *ringing {
	h.t.Helper()
	desk := h.phone()
	anna := h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	buyer := h.phone().ring(h, "84950000001", buyerPhone)
	desk.answer(h.t, next(h.t, desk))
	await[sipua.Answered](h.t, buyer)
	h.until("they talk", "select 1 from shop.call where state = 'talking'")
	err := command.NewClient(h.node.ControlURL(), "test").Do(h.t.Context(), command.Order{
		Verb: command.Transfer, Operator: anna, Call: tenanttest.One[uuid.UUID](h.t, h.w, "select id from shop.call"),
		To: &command.To{Kind: "outside", Phone: outsidePhone},
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return buyer
}

// line is what follows the prefix of the first line of a description that has
// it, or "".
func line(body []byte, prefix string) string {
	for l := range strings.SplitSeq(string(body), "\r\n") {
		if rest, ok := strings.CutPrefix(l, prefix); ok {
			return rest
		}
	}
	return ""
}
