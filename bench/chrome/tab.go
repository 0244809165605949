package chrome

import (
	"context"
	"encoding/json"
	"fmt"
)

// Tab is one page in the browser.
type Tab struct {
	browser         *Browser
	target, session string
}

// Open opens a tab, of a profile of its own, at url.
func (b *Browser) Open(ctx context.Context, url string) (*Tab, error) {
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
		if err := b.ask(ctx, "", step.method, step.params(), &made); err != nil {
			return nil, fmt.Errorf("open a tab: %w", err)
		}
	}
	t := &Tab{b, made.TargetID, made.SessionID}
	return t, t.Load(ctx, url)
}

// Load shows another page in the tab, and returns when it is complete.
func (t *Tab) Load(ctx context.Context, url string) error {
	// An old page would be complete too: it is marked.
	if err := t.Eval(ctx, "window.left = true", nil); err != nil {
		return err
	}
	if err := t.browser.ask(ctx, t.session, "Page.navigate", fields{"url": url}, &struct{}{}); err != nil {
		return fmt.Errorf("load %s: %w", url, err)
	}
	return until(ctx, url+" is loaded", func() bool {
		var ok bool
		return t.Eval(ctx, "!window.left && document.readyState === 'complete'", &ok) == nil && ok
	})
}

// Kill ends the tab as a crash does: without a word from the page.
func (t *Tab) Kill(ctx context.Context) error {
	return t.browser.ask(ctx, "", "Target.closeTarget", fields{"targetId": t.target}, &struct{}{})
}

// Eval runs an expression in the page, waits for it if it is a promise, and
// reads its value into result, unless that is nil.
func (t *Tab) Eval(ctx context.Context, js string, result any) error {
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
	err := t.browser.ask(ctx, t.session, "Runtime.evaluate", fields{"expression": js, "awaitPromise": true, "returnByValue": true}, &r)
	switch {
	case err != nil:
		return err
	case r.Exception != nil:
		return fmt.Errorf("%.200s: %s", js, r.Exception.Exception.Description)
	case r.Result.Value == nil || result == nil:
		return nil
	}
	return json.Unmarshal(r.Result.Value, result)
}
