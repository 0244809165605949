package sipua

import (
	"time"

	"github.com/emiago/sipgo/sip"
)

// served is a request of the peer on its way to a response. The leg puts
// responses in; the goroutine that the stack gave the request sends them, so
// that the leg never waits for a socket.
type served struct {
	req    *sip.Request
	out    chan *sip.Response
	came   time.Time
	closed bool            // by the leg, whose goroutine is the only one to look
	sent   func()          // told when the final response is out; may be nil
	gone   <-chan struct{} // closed when the leg answers nothing any more
	broken func()
}

// transaction is what a request and its retransmissions have in common. On a busy
// machine both lie in the socket, the stack handles each on a goroutine of its
// own, and any of them may be the one that gets the transaction.
type transaction struct {
	branch, host, callID string
	port                 int
	seq                  uint32
	method               sip.RequestMethod
}

func transactionOf(req *sip.Request) transaction {
	t := transaction{method: req.Method}
	if id, seq := req.CallID(), req.CSeq(); id != nil && seq != nil {
		t.callID, t.seq = id.Value(), seq.SeqNo
	}
	if via := req.Via(); via != nil {
		t.host, t.port = via.Host, via.Port
		t.branch, _ = via.Params.Get("branch")
	}
	return t
}

// mostResponses is more than a leg sends to one request between two turns of
// the sending goroutine. A response above it is lost like a datagram.
const mostResponses = 16

func newServed(req *sip.Request, l *Leg, broken func()) *served {
	return &served{req: req, out: make(chan *sip.Response, mostResponses), came: time.Now(), gone: l.gone, broken: broken}
}

// put has a response sent. Provisional ones leave room for the final one.
func (s *served) put(res *sip.Response) {
	if s.closed || res.IsProvisional() && len(s.out) >= mostResponses-2 {
		return
	}
	select {
	case s.out <- res:
	default:
	}
}

// close says that no response will follow.
func (s *served) close() {
	if !s.closed {
		s.closed = true
		close(s.out)
	}
}

// run sends what the leg answers. It must not return before the final
// response: the stack would end the transaction. Once the peer has ACKed a
// 2xx, nothing needs the transaction any more, and half a minute of thousands of
// them would be too much.
func (s *served) run(tx *sip.ServerTx) {
	if s.req.IsInvite() && len(s.out) == 0 {
		if err := tx.Respond(sip.NewResponseFromRequest(s.req, 100, "Trying", nil)); err != nil {
			s.broken()
			return
		}
	}
	accepted := false
	for {
		select {
		case res, more := <-s.out:
			if !more {
				if accepted {
					tx.Terminate()
				}
				if s.sent != nil {
					s.sent()
				}
				return
			}
			accepted = s.req.IsInvite() && res.IsSuccess()
			if err := tx.Respond(res); err != nil {
				s.broken()
				return
			}
		case <-tx.Done():
			s.broken()
			return
		case <-s.gone:
			s.orphaned(tx)
			return
		}
	}
}

// orphaned answers a request that came when its leg was about to go: by what
// the leg said last, or that there is no such call any more.
func (s *served) orphaned(tx *sip.ServerTx) {
	for {
		select {
		case res, more := <-s.out:
			if !more {
				return
			}
			_ = tx.Respond(res)
		default:
			_ = tx.Respond(late(s.req))
			return
		}
	}
}

// late is the response to a request about a leg that is over.
func late(req *sip.Request) *sip.Response {
	if req.Method == sip.BYE {
		return sip.NewResponseFromRequest(req, 200, "OK", nil)
	}
	return sip.NewResponseFromRequest(req, 481, "Call Does Not Exist", nil)
}

// serve is what the stack calls for every request it has a new transaction for.
func (ua *UA) serve(req *sip.Request, tx *sip.ServerTx) {
	defer tx.TerminateGracefully() // what has its final response stays for retransmissions
	callID := ""
	if id := req.CallID(); id != nil {
		callID = id.Value()
	}
	defer ua.recovered("transaction", callID)
	ua.crew.working.Add(1)
	defer ua.crew.working.Add(-1)
	if s, ok := ua.serving.LoadAndDelete(transactionOf(req)); ok {
		s.(*served).run(tx)
		return
	}
	code, reason := 481, "Call Does Not Exist"
	switch {
	case req.IsAck():
		return
	case req.Method == sip.BYE && ua.book.grave(tagOf(req.To().Params), []byte(callID)) != nil:
		code, reason = 200, "OK"
	case ua.book.find(tagOf(req.To().Params), []byte(callID)) != nil:
		code, reason = 500, "CSeq Out Of Order" // RFC 3261, 12.2.2
	case req.IsInvite():
		code, reason = 400, "Bad Request"
	}
	_ = tx.Respond(sip.NewResponseFromRequest(req, code, reason, nil))
}

// sweepServing forgets requests that the stack made no transaction for: those
// that reuse the branch of another.
func (ua *UA) sweepServing(now time.Time) {
	const late = 10 * time.Second
	ua.serving.Range(func(of, s any) bool {
		if now.Sub(s.(*served).came) > late {
			ua.serving.Delete(of)
		}
		return true
	})
}

func tagOf(p sip.HeaderParams) []byte {
	tag, _ := p.Get("tag")
	return []byte(tag)
}
