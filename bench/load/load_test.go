package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"switchboard/bench/rig"
)

// TestShort runs every part of the measurement on a few calls. What it measures
// then means nothing; that it measures is what counts.
func TestShort(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	binary := filepath.Join(t.TempDir(), "switchboard")
	if err := rig.Build(ctx, ".", binary); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := measure(ctx, binary, short, &out); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	for _, row := range []string{
		"nobody calls", "4 calls talking and recorded", "4 calls talking", "relaying a packet", "queue at 10 calls/s",
		"operator free to next caller's offer, p50", "recorded calls that one core carries", "2 desks in browsers: offer to ring, p50", "calls/s that are all answered", "telephony's process alone at 10 calls/s",
	} {
		if !strings.Contains(out.String(), row) {
			t.Errorf("no row %q", row)
		}
	}
	if strings.Contains(out.String(), "FAILED") || t.Failed() {
		t.Errorf("it prints: %s", out.String())
	}
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row           row
		half, reached string
	}{
		{row{got: 1}, "", ""},
		{row{got: 2, asterisk: 4, goal: 1}, "yes", "NO"},
		{row{got: 2.1, asterisk: 4, goal: 3}, "NO", "yes"},
		{row{got: 360, asterisk: 180, goal: 500, more: true}, "yes", "NO"},
		{row{got: 350, asterisk: 180, goal: 300, more: true}, "NO", "yes"},
	} {
		if half, reached := c.row.half(), c.row.reached(); half != c.half || reached != c.reached {
			t.Errorf("%+v: at most half %q, reached %q; want %q and %q", c.row, half, reached, c.half, c.reached)
		}
	}
}
