package rig

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// StartTelephony runs switchboard telephony as a process of its own, as in
// production, on the engines of a running demo. It leads another pool, so the
// two must not be called for the same shop.
func StartTelephony(ctx context.Context, s Setup, demo *Switchboard, at netip.AddrPort) (*Process, error) {
	doc, err := os.ReadFile(filepath.Join(demo.Info.DataDir, "connections.json"))
	if err != nil {
		return nil, fmt.Errorf("find the demo's database: %w", err)
	}
	var urls struct {
		App    string `json:"database_url"`
		Across string `json:"database_across_url"`
	}
	if err := json.Unmarshal(doc, &urls); err != nil {
		return nil, fmt.Errorf("find the demo's database: %w", err)
	}
	keys, err := os.ReadFile(filepath.Join(demo.Info.DataDir, "recording.keys"))
	if err != nil {
		return nil, fmt.Errorf("find the demo's keys of recordings: %w", err)
	}
	cmd := exec.Command(s.Binary, "telephony") //nolint:gosec // the binary under test
	cmd.Env = append(append(clean(os.Environ()), s.Env...),
		"DATABASE_URL="+urls.App, "DATABASE_ACROSS_URL="+urls.Across, "REDIS_URL="+demo.Info.RedisURL, "RECORDING_KEYS="+strings.TrimSpace(string(keys)), "DATA_DIR="+filepath.Join(s.Dir, "apart"),
		"POOL=apart", "NODE=apart", "CONTROL_ADDR="+at.Addr().String()+":0", "CONTROL_SECRET=bench", "SIP_ADDR="+at.String())
	p, err := start(s.Dir, cmd, syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	if err := p.until(ctx, "answered OPTIONS", func() bool { return Answers(at) }); err != nil {
		p.Kill()
		return nil, err
	}
	return p, nil
}
