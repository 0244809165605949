// Package voicemail does what follows from a message that a caller left: whoever
// looks is told, and a service that a house may have writes it down.
package voicemail

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
	"unicode/utf8"

	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/live"
	"switchboard/tenant/task"
)

// Hook is a service that writes messages down. It gets a POST with the recording
// as a WAV file, and signs of whose it is:
//
//	X-Switchboard-Timestamp  Unix seconds
//	X-Switchboard-Signature  sha256= and, in hexadecimal, the HMAC-SHA256 by the
//	                         secret of the timestamp, a dot, and the body
//	X-Switchboard-Language   of the shop: ru or en
//
// It answers Heard as JSON. Without a URL nothing is written down.
type Hook struct {
	URL    string `env:"TRANSCRIBE_URL"`
	Secret string `env:"TRANSCRIBE_SECRET"`
}

// Heard is what the service understood.
type Heard struct {
	Text       string  `json:"text"`
	Language   string  `json:"language"`
	Confidence float64 `json:"confidence"` // 0 to 1
}

const (
	patience  = time.Minute // a message has ten minutes at most
	maxAnswer = 64 << 10
	maxText   = 10_000 // characters
)

// Recordings returns the recording of a call as a WAV file.
type Recordings func(context.Context, tenant.Tx, task.Message) ([]byte, error)

// Taker does it.
type Taker struct {
	db   *tenant.DB
	tell func(live.Hint)
	wav  Recordings
	hook Hook
	http *http.Client
	now  func() time.Time
}

// Check reports what is wrong with the hook's settings.
func (h Hook) Check() error {
	if h.URL == "" {
		return nil
	}
	u, err := url.Parse(h.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("write messages down at %q, set by TRANSCRIBE_URL: not an address that begins with http:// or https://", h.URL)
	}
	if h.Secret == "" {
		return errors.New("write messages down: TRANSCRIBE_SECRET is empty, by which requests are signed")
	}
	return nil
}

// New returns a Taker.
func New(db *tenant.DB, tell func(live.Hint), wav Recordings, hook Hook) *Taker {
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Taker{db: db, tell: tell, wav: wav, hook: hook, http: client, now: time.Now}
}

// Take tells of the message and has it written down, once. A message that was
// erased needs nothing.
func (t *Taker) Take(ctx context.Context, m task.Message) error {
	shop := tenant.ID(m.ShopID)
	t.tell(live.Hint{Shop: shop, Kind: live.Call, ID: m.CallID})
	if t.hook.URL == "" {
		return nil
	}
	scope, err := t.db.EnterAsJob(ctx, "voicemail", shop)
	if err != nil {
		return err
	}
	var wav []byte
	var language string
	var done bool
	err = t.db.Within(ctx, scope, func(tx tenant.Tx) error {
		if err := tx.Query().Raw("select language, exists (select from shop.transcript where call_id = ?) from house.shop", m.CallID).Row().Scan(&language, &done); err != nil || done {
			return err
		}
		wav, err = t.wav(ctx, tx, m)
		return err
	})
	if errors.Is(err, fault.NotFound) || err == nil && done {
		return nil
	}
	if err != nil {
		return fmt.Errorf("fetch the message of call %s: %w", m.CallID, err)
	}
	heard, err := t.ask(ctx, wav, language)
	if err != nil {
		return fmt.Errorf("write down the message of call %s: %w", m.CallID, err)
	}
	return t.keep(ctx, m, heard)
}

// ask has the service listen.
func (t *Taker) ask(ctx context.Context, wav []byte, language string) (h Heard, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.hook.URL, bytes.NewReader(wav))
	if err != nil {
		return h, err
	}
	stamp := strconv.FormatInt(t.now().Unix(), 10)
	req.Header.Set("Content-Type", "audio/wav")
	req.Header.Set("X-Switchboard-Timestamp", stamp)
	req.Header.Set("X-Switchboard-Signature", "sha256="+Sign(t.hook.Secret, stamp, wav))
	req.Header.Set("X-Switchboard-Language", language)
	res, err := t.http.Do(req)
	if err != nil {
		return h, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return h, err
	case res.StatusCode != http.StatusOK:
		return h, fmt.Errorf("it answers %s", res.Status)
	case len(answer) > maxAnswer:
		return h, fmt.Errorf("it answers more than %d bytes", maxAnswer)
	}
	if err := json.Unmarshal(answer, &h); err != nil {
		return h, fmt.Errorf("it answers no JSON: %w", err)
	}
	if utf8.RuneCountInString(h.Text) > maxText || h.Confidence < 0 || h.Confidence > 1 {
		return h, errors.New("its answer makes no sense")
	}
	return h, nil
}

// Sign is the signature of a body at a timestamp.
func Sign(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (t *Taker) keep(ctx context.Context, m task.Message, h Heard) error {
	err := t.db.Across(ctx, "keep what a message says", func(tx tenant.AcrossTx) error {
		_, err := tx.Exec(`insert into shop.transcript (shop_id, call_id, state, words, language, confidence, at)
			values ($1, $2, 'ready', $3, $4, $5, $6) on conflict (shop_id, call_id) do nothing`,
			m.ShopID, m.CallID, h.Text, h.Language, int(h.Confidence*1000), t.now().UTC())
		return err
	})
	if err == nil {
		t.tell(live.Hint{Shop: tenant.ID(m.ShopID), Kind: live.Call, ID: m.CallID})
	}
	return err
}
