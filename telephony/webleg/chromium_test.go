package webleg_test

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
	"testing"
	"time"

	"github.com/coder/websocket"
)

// chromium is a headless browser whose microphone is a file, driven over its
// DevTools protocol.
type chromium struct {
	t  testing.TB
	ws *websocket.Conn

	mu      sync.Mutex
	id      int
	waiting map[int]chan reply
}

type reply struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// browse starts a browser that speaks freq Hz.
func browse(t testing.TB, freq float64) *chromium {
	t.Helper()
	dir, err := os.MkdirTemp("", "webleg")
	if err != nil {
		t.Fatal(err)
	}
	microphone := filepath.Join(dir, "microphone.wav")
	if err := os.WriteFile(microphone, wavOf(freq), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "chromium",
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--disable-features=AudioServiceSandbox",
		"--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture="+microphone,
		"--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
		"--remote-debugging-port=0", "--user-data-dir="+dir, "about:blank")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	})
	c := &chromium{t: t, waiting: map[int]chan reply{}}
	c.connect(filepath.Join(dir, "DevToolsActivePort"))
	return c
}

// connect opens the browser's DevTools, once it has said where they are.
func (c *chromium) connect(where string) {
	c.t.Helper()
	var lines []string
	until(c.t, "the browser starts", func() bool {
		b, err := os.ReadFile(where)
		lines = strings.Split(string(b), "\n")
		return err == nil && len(lines) == 2
	})
	ws, _, err := websocket.Dial(c.t.Context(), "ws://127.0.0.1:"+lines[0]+lines[1], nil) //nolint:bodyclose // there is none after an upgrade
	if err != nil {
		c.t.Fatal(err)
	}
	ws.SetReadLimit(16 << 20)
	c.ws = ws
	c.t.Cleanup(func() { _ = ws.CloseNow() })
	go c.listen()
}

func (c *chromium) listen() {
	for {
		_, b, err := c.ws.Read(context.Background())
		if err != nil {
			return
		}
		var r reply
		if json.Unmarshal(b, &r) != nil || r.ID == 0 {
			continue
		}
		c.mu.Lock()
		ch := c.waiting[r.ID]
		delete(c.waiting, r.ID)
		c.mu.Unlock()
		if ch != nil {
			ch <- r
		}
	}
}

// ask calls a method of DevTools, of a page's session unless that is "".
func (c *chromium) ask(session, method string, params fields, result any) error {
	c.mu.Lock()
	c.id++
	id, ch := c.id, make(chan reply, 1)
	c.waiting[id] = ch
	c.mu.Unlock()
	m := fields{"id": id, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, b); err != nil {
		return err
	}
	select {
	case r := <-ch:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		return json.Unmarshal(r.Result, result)
	case <-time.After(patience):
		return errors.New(method + ": no answer")
	}
}

// tab is one page in the browser.
type tab struct {
	browser *chromium
	target  string
	session string
}

// open opens a tab, of a profile of its own, at url.
func (c *chromium) open(url string) *tab {
	c.t.Helper()
	var made struct{ TargetID, SessionID, BrowserContextID string }
	for _, step := range []struct {
		method string
		params func() fields
	}{
		{"Target.createBrowserContext", func() fields { return fields{} }},
		{"Target.createTarget", func() fields {
			return fields{"url": "about:blank", "browserContextId": made.BrowserContextID}
		}},
		{"Target.attachToTarget", func() fields { return fields{"targetId": made.TargetID, "flatten": true} }},
	} {
		if err := c.ask("", step.method, step.params(), &made); err != nil {
			c.t.Fatal(err)
		}
	}
	b := &tab{c, made.TargetID, made.SessionID}
	b.load(url)
	return b
}

// load shows another page in the tab.
func (b *tab) load(url string) {
	t := b.browser.t
	t.Helper()
	if err := b.browser.ask(b.session, "Page.navigate", fields{"url": url}, &struct{}{}); err != nil {
		t.Fatal(err)
	}
	until(t, "the page is loaded", func() bool {
		var ok bool
		return b.eval("!!window.desk && document.readyState === 'complete'", &ok) == nil && ok
	})
}

// kill ends the tab as a crash does: without a word from the page.
func (b *tab) kill() {
	if err := b.browser.ask("", "Target.closeTarget", fields{"targetId": b.target}, &struct{}{}); err != nil {
		b.browser.t.Fatal(err)
	}
}

func (b *tab) eval(js string, result any) error {
	var r struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	err := b.browser.ask(b.session, "Runtime.evaluate", fields{"expression": js, "awaitPromise": true, "returnByValue": true}, &r)
	switch {
	case err != nil:
		return err
	case r.Exception != nil:
		return fmt.Errorf("%s: %s", js, r.Exception.Exception.Description)
	case r.Result.Value == nil:
		return nil
	}
	return json.Unmarshal(r.Result.Value, result)
}

// do runs a statement of the page.
func (b *tab) do(format string, args ...any) {
	b.browser.t.Helper()
	var void any
	if err := b.eval(fmt.Sprintf(format, args...), &void); err != nil {
		b.browser.t.Fatal(err)
	}
}

// is reports whether an expression of the page is true.
func (b *tab) is(js string) bool {
	b.browser.t.Helper()
	var ok bool
	if err := b.eval("!!("+js+")", &ok); err != nil {
		b.browser.t.Fatal(err)
	}
	return ok
}

// peak is what the page hears.
type peak struct {
	Hz int     `json:"hz"`
	DB float64 `json:"db"`
}

func (b *tab) peak() (p peak) {
	b.browser.t.Helper()
	if err := b.eval("desk.peak()", &p); err != nil {
		b.browser.t.Fatal(err)
	}
	return p
}

// hears waits until the page hears freq Hz, within what its analyser can tell.
func (b *tab) hears(freq int) {
	b.browser.t.Helper()
	until(b.browser.t, fmt.Sprintf("the page hears %d Hz", freq), func() bool {
		p := b.peak()
		return p.DB > -40 && p.Hz > freq-15 && p.Hz < freq+15
	})
}

// silent waits until the page hears nothing.
func (b *tab) silent() {
	b.browser.t.Helper()
	until(b.browser.t, "the page hears nothing", func() bool { return b.peak().DB < -90 })
}

// wavOf returns 2 s of a tone, which the fake microphone repeats, as a WAV file
// of the rate that browsers like.
func wavOf(freq float64) []byte {
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
