package telephony

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what TURN servers ask for, RFC 8489 section 9.1.5 leaves no choice
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/line"
	"switchboard/telephony/media/g711"
	"switchboard/telephony/switchd"
	"switchboard/telephony/webleg"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/script"
	"switchboard/tenant/ticket"
)

// ICE is the servers by which pages find a way through their networks.
type ICE struct {
	STUN   []string `env:"RTC_STUN"`        // stun:HOST:PORT
	TURN   []string `env:"RTC_TURN"`        // turn:HOST:PORT?transport=udp and the like
	Secret string   `env:"RTC_TURN_SECRET"` // shared with the TURN servers
}

// shift is how long a password for TURN is good.
const shift = 12 * time.Hour

// servers are those for one operator's page. TURN servers take a password that
// is made of their secret and the time, so that nobody has to keep one
// (draft-uberti-behave-turn-rest-00, coturn's use-auth-secret).
func (i ICE) servers(operator uuid.UUID, now time.Time) []webleg.ICEServer {
	var all []webleg.ICEServer
	if len(i.STUN) > 0 {
		all = append(all, webleg.ICEServer{URLs: i.STUN})
	}
	if len(i.TURN) > 0 {
		user := strconv.FormatInt(now.Add(shift).Unix(), 10) + ":" + operator.String()
		mac := hmac.New(sha1.New, []byte(i.Secret))
		mac.Write([]byte(user))
		all = append(all, webleg.ICEServer{URLs: i.TURN, Username: user, Credential: base64.StdEncoding.EncodeToString(mac.Sum(nil))})
	}
	return all
}

// openBrowsers starts the hub of the browsers. Its law is that of most trunks
// here: legs of the other are translated, as between telephones.
func (n *Node) openBrowsers() (err error) {
	var origins []string
	if n.cfg.Public != "" {
		origins = []string{strings.TrimRight(n.cfg.Public, "/")}
	}
	n.browsers, err = webleg.New(webleg.Config{
		Tickets: tickets{n.db}, Origins: origins, Law: g711.ALaw,
		Listen: netip.AddrPortFrom(n.cfg.RTPAddr, n.cfg.RTCPort), Public: n.cfg.RTCPublic,
		Node: n.cfg.Node, Here: n.desk,
		ICE:  func(operator uuid.UUID) []webleg.ICEServer { return n.cfg.ICE.servers(operator, time.Now()) },
		Tell: n.browser, Log: n.log,
	})
	if err != nil {
		return fmt.Errorf("take browsers' audio, set by RTP_ADDR and RTC_PORT: %w", err)
	}
	return nil
}

// browser hears what operators do in their browsers. It does not block.
func (n *Node) browser(ev webleg.Event) {
	switch ev := ev.(type) {
	case webleg.Ready:
		n.duty.review(nil)
		n.hints([]switchd.Hint{{Operator: ev.Operator}})
	case webleg.Gone:
		n.duty.leave(ev.Operator)
		n.hints([]switchd.Hint{{Operator: ev.Operator}})
	case webleg.Lost:
		n.duty.dismiss(ev.Operator)
	}
	n.lines.Browser(ev)
}

// Browsers serves the sockets of operators' pages, while this node leads the
// pool, or has retired and keeps some of them: another one has no calls.
func (n *Node) Browsers() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !n.leads.Load() && n.stays.none() {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "this node does not lead the pool", http.StatusServiceUnavailable)
			return
		}
		n.browsers.ServeHTTP(w, r)
	})
}

// ServeBrowsers serves them on a listener of their own until ctx ends: for a
// process without the api. A proxy brings /rtc here.
func (n *Node) ServeBrowsers(ctx context.Context, ln net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("GET /rtc", n.Browsers())
	mux.HandleFunc("GET /readyz", n.ready)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(n.log.Handler(), slog.LevelDebug)}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve browsers: %w", err)
	}
	return ctx.Err()
}

// tickets are the rows that the api wrote.
type tickets struct{ db *tenant.DB }

// Redeem implements webleg.Tickets.
func (t tickets) Redeem(ctx context.Context, secret string) (operator uuid.UUID, err error) {
	err = t.db.Across(ctx, "redeem a desk's ticket", func(tx tenant.AcrossTx) error {
		operator, err = ticket.Redeem(tx, secret)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return uuid.Nil, fmt.Errorf("%w: %w", webleg.ErrTicket, err)
	}
	return operator, err
}

// briefly is how long a ring may wait for what it need not have.
const briefly = 100 * time.Millisecond

// brief returns what there is to know of a call before it is answered, as far
// as that is known briefly.
func (n *Node) brief(m line.Meeting) (b line.Brief) {
	ctx, cancel := context.WithTimeout(context.Background(), briefly)
	defer cancel()
	err := n.db.Across(ctx, "brief an operator on a call", func(tx tenant.AcrossTx) (err error) {
		if b.SpokeAt, err = m.Last(tx); err != nil {
			return err
		}
		b.Greeting, err = script.Greeting(tx, script.Greeted{Shop: m.Shop.UUID(), Queue: m.Queue, Operator: m.Name, Outgoing: m.Outgoing}, time.Now())
		return err
	})
	if err != nil {
		n.log.Warn("a ring says less than it could", "err", err)
	}
	return b
}
