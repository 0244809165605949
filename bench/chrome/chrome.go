// Package chrome drives a headless Chromium whose microphone is a tone, by its
// DevTools protocol.
package chrome

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// patience bounds what the browser may take for anything.
const patience = 20 * time.Second

// Browser is a running one.
type Browser struct {
	dir  string
	cmd  *exec.Cmd
	ws   *websocket.Conn
	done chan struct{} // closed when nothing of ws is read any more

	mu      sync.Mutex
	id      int
	waiting map[int]chan reply
}

type fields = map[string]any

type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// flags are those of a browser without a screen, a household or a person.
var flags = []string{
	"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
	"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--disable-features=AudioServiceSandbox",
	"--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
	"--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection", "--remote-debugging-port=0",
}

// Start starts a browser that speaks freq Hz. Close ends it.
func Start(ctx context.Context, freq float64) (_ *Browser, err error) {
	b := &Browser{waiting: map[int]chan reply{}}
	if b.dir, err = os.MkdirTemp("", "switchboard-chrome-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			b.Close()
		}
	}()
	microphone := filepath.Join(b.dir, "microphone.wav")
	if err := os.WriteFile(microphone, tone(freq), 0o600); err != nil {
		return nil, err
	}
	args := append([]string{"--use-file-for-fake-audio-capture=" + microphone, "--user-data-dir=" + b.dir}, flags...)
	b.cmd = exec.Command("chromium", append(args, "about:blank")...) //nolint:gosec // our own words
	if err := b.cmd.Start(); err != nil {
		b.cmd = nil
		return nil, fmt.Errorf("start chromium: %w", err)
	}
	return b, b.connect(ctx, filepath.Join(b.dir, "DevToolsActivePort"))
}

// connect opens the browser's DevTools, once it has said where they are.
func (b *Browser) connect(ctx context.Context, where string) error {
	var lines []string
	err := until(ctx, "chromium starts", func() bool {
		text, err := os.ReadFile(where)
		lines = strings.Split(string(text), "\n")
		return err == nil && len(lines) == 2
	})
	if err != nil {
		return err
	}
	if b.ws, _, err = websocket.Dial(ctx, "ws://127.0.0.1:"+lines[0]+lines[1], nil); err != nil {
		return fmt.Errorf("open chromium's DevTools: %w", err)
	}
	b.ws.SetReadLimit(16 << 20)
	b.done = make(chan struct{})
	go b.listen(context.WithoutCancel(ctx)) // until the browser ends
	return nil
}

// Close ends the browser.
func (b *Browser) Close() {
	if b.ws != nil {
		_ = b.ws.CloseNow()
		<-b.done
	}
	if b.cmd != nil {
		_ = b.cmd.Process.Kill()
		_ = b.cmd.Wait() // it was killed
	}
	_ = os.RemoveAll(b.dir)
}

func (b *Browser) listen(ctx context.Context) {
	defer close(b.done)
	for {
		_, text, err := b.ws.Read(ctx)
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(text, &r) != nil || r.ID == 0 {
			continue
		}
		b.mu.Lock()
		ch := b.waiting[r.ID]
		delete(b.waiting, r.ID)
		b.mu.Unlock()
		if ch != nil {
			ch <- r
		}
	}
}

// ask calls a method of DevTools, of a page's session unless that is "".
func (b *Browser) ask(ctx context.Context, session, method string, params fields, result any) error {
	b.mu.Lock()
	b.id++
	id, ch := b.id, make(chan reply, 1)
	b.waiting[id] = ch
	b.mu.Unlock()
	m := fields{"id": id, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := b.ws.Write(ctx, websocket.MessageText, text); err != nil {
		return fmt.Errorf("ask chromium for %s: %w", method, err)
	}
	select {
	case r := <-ch:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		return json.Unmarshal(r.Result, result)
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(patience):
		return errors.New(method + ": chromium does not answer")
	}
}

// until polls for ok.
func until(ctx context.Context, what string, ok func() bool) error {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for end := time.Now().Add(patience); !ok(); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-t.C:
			if now.After(end) {
				return fmt.Errorf("never: %s", what)
			}
		}
	}
	return nil
}

// tone returns 2 s of freq Hz, which the fake microphone repeats, as a WAV file
// of the rate that browsers like.
func tone(freq float64) []byte {
	const rate, seconds = 48000, 2
	data := make([]byte, 0, rate*seconds*2)
	for i := range rate * seconds {
		s := int16(11600 * math.Sin(2*math.Pi*freq*float64(i)/rate))
		data = binary.LittleEndian.AppendUint16(data, uint16(s))
	}
	le := binary.LittleEndian
	b := append([]byte("RIFF"), le.AppendUint32(nil, uint32(36+len(data)))...)
	b = le.AppendUint32(append(b, "WAVEfmt "...), 16)
	b = le.AppendUint16(le.AppendUint16(b, 1), 1) // PCM, one channel
	b = le.AppendUint32(le.AppendUint32(b, rate), rate*2)
	b = le.AppendUint16(le.AppendUint16(b, 2), 16)
	b = le.AppendUint32(append(b, "data"...), uint32(len(data)))
	return append(b, data...)
}
