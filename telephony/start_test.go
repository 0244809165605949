package telephony_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"switchboard/telephony"
	"switchboard/telephony/journal"
	"switchboard/telephony/switchd"
	"switchboard/tenant/tenanttest"
)

func start(t *testing.T, w *tenanttest.World, recordings string) (*telephony.Node, func()) {
	t.Helper()
	return startWith(t, w, recordings, telephony.Speech{})
}

// startWith is start with another voice.
func startWith(t *testing.T, w *tenanttest.World, recordings string, voice telephony.Speech) (*telephony.Node, func()) {
	t.Helper()
	return lead(t, w, telephony.Config{RecordingsDir: recordings, Speech: voice, Node: "test"})
}

// lead is wait for a node that leads at once.
func lead(t *testing.T, w *tenanttest.World, c telephony.Config) (*telephony.Node, func()) {
	t.Helper()
	n, stop := wait(t, w, c)
	for limit := time.Now().Add(patience); !n.Leads(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("the node does not lead in time")
		}
	}
	return n, stop
}

// wait starts a node that leads once no other does; c has its name, folder,
// voice and TLS.
func wait(t *testing.T, w *tenanttest.World, c telephony.Config) (*telephony.Node, func()) {
	t.Helper()
	c.Speech.Dir = filepath.Join(c.RecordingsDir, "speech")
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	ctx, stop := context.WithCancel(context.Background())
	n, err := telephony.New(ctx, telephony.Config{
		SIPAddr: "127.0.0.1:0", PhonesFrom: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, RTPAddr: netip.MustParseAddr("127.0.0.1"),
		Seal: c.Seal, RecordingsDir: c.RecordingsDir, RecordingKeys: masterKey, MediaDir: filepath.Join(c.RecordingsDir, "media"), Speech: c.Speech, ControlAddr: "127.0.0.1:0", ControlSecret: "test", Pool: "main", TraceDays: 7, Node: c.Node, Realm: "switchboard",
	}, w.DB, func([]switchd.Hint) {}, log)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	return n, func() {
		stop()
		if err := <-done; err != nil && !errors.Is(err, journal.ErrSucceeded) {
			t.Errorf("run: %v", err)
		}
		n.Close()
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Logf("%s", p)
	return len(p), nil
}
