package webleg_test

import (
	"fmt"
	"testing"

	"switchboard/bench/chrome"
)

// chromium is a headless browser whose microphone is a tone.
type chromium struct {
	t testing.TB
	*chrome.Browser
}

// browse starts a browser that speaks freq Hz.
func browse(t testing.TB, freq float64) *chromium {
	t.Helper()
	b, err := chrome.Start(t.Context(), freq)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return &chromium{t, b}
}

// tab is one page in the browser.
type tab struct {
	browser *chromium
	*chrome.Tab
}

// open opens a tab, of a profile of its own, at url.
func (c *chromium) open(url string) *tab {
	c.t.Helper()
	b, err := c.Open(c.t.Context(), url)
	if err != nil {
		c.t.Fatal(err)
	}
	return &tab{c, b}
}

// load shows another page in the tab.
func (b *tab) load(url string) {
	b.browser.t.Helper()
	if err := b.Load(b.browser.t.Context(), url); err != nil {
		b.browser.t.Fatal(err)
	}
}

// kill ends the tab as a crash does: without a word from the page.
func (b *tab) kill() {
	if err := b.Kill(b.browser.t.Context()); err != nil {
		b.browser.t.Fatal(err)
	}
}

func (b *tab) eval(js string, result any) error { return b.Eval(b.browser.t.Context(), js, result) }

// do runs a statement of the page.
func (b *tab) do(format string, args ...any) {
	b.browser.t.Helper()
	if err := b.eval(fmt.Sprintf(format, args...), nil); err != nil {
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
