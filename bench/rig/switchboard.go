package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Setup is how a Switchboard is started.
type Setup struct {
	Binary string
	Dir    string   // its data, and our files; kept for the next start
	Seed   string   // YAML; empty: the demo's own shops
	HTTP   string   // address; empty: any port of loopback
	SIP    string   // address; empty: any port of loopback
	Env    []string // on top of ours
	Args   []string // more flags
}

// Switchboard is a running switchboard demo.
type Switchboard struct {
	*Process
	Info Info
}

// Info is what --info tells.
type Info struct {
	HTTP string `json:"http"`
	API  string `json:"api"`
	SIP  struct {
		UDP string `json:"udp"`
	} `json:"sip"`
	DatabaseURL   string         `json:"database_url"`
	AdminURL      string         `json:"database_admin_url"`
	RedisURL      string         `json:"redis_url"`
	DataDir       string         `json:"data_dir"`
	RecordingsDir string         `json:"recordings_dir"`
	PIDs          map[string]int `json:"pids"`
	Shops         []struct {
		ID      string   `json:"id"`
		Slug    string   `json:"slug"`
		Numbers []string `json:"numbers"`
		Owner   Login    `json:"owner"`
	} `json:"shops"`
	Operators []struct {
		ID string `json:"id"`
		Login
		SIP struct {
			User     string `json:"user"`
			Password string `json:"password"`
		} `json:"sip"`
	} `json:"operators"`
	Staff map[string]Login `json:"staff"`
}

// Build makes the binary of the module that contains dir.
func Build(ctx context.Context, dir, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "switchboard") //nolint:gosec // the caller names the file
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build switchboard: %w: %s", err, out)
	}
	return nil
}

// Start runs switchboard demo until it is ready.
func Start(ctx context.Context, s Setup) (*Switchboard, error) {
	info := filepath.Join(s.Dir, "info.json")
	cmd, err := s.Command("--info", info)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(info); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	p, err := start(s.Dir, cmd, syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	sb := &Switchboard{Process: p}
	err = p.until(ctx, "told that it is ready", func() bool {
		_, err := os.Stat(info)
		return err == nil
	})
	if err == nil {
		err = sb.read(info)
	}
	if err != nil {
		p.Kill()
		return nil, err
	}
	return sb, nil
}

// Command is what starts it, without starting it.
func (s Setup) Command(more ...string) (*exec.Cmd, error) {
	or := func(v, def string) string {
		if v == "" {
			return def
		}
		return v
	}
	args := []string{"demo", "--data", filepath.Join(s.Dir, "data"), "--http", or(s.HTTP, "127.0.0.1:0"), "--sip", or(s.SIP, "127.0.0.1:0")}
	if s.Seed != "" {
		seed := filepath.Join(s.Dir, "seed.yaml")
		if err := os.WriteFile(seed, []byte(s.Seed), 0o600); err != nil {
			return nil, fmt.Errorf("write the seed: %w", err)
		}
		args = append(args, "--seed", seed)
	}
	cmd := exec.Command(s.Binary, append(append(args, s.Args...), more...)...) //nolint:gosec // the binary under test
	cmd.Env = append(clean(os.Environ()), s.Env...)
	return cmd, nil
}

// settings are those of a person's shell that would change what is started.
var settings = []string{"DATABASE_", "REDIS_", "HTTP_ADDR", "SIP_", "RTP_", "RTC_", "PUBLIC_URL", "DATA_DIR", "RECORDINGS_DIR", "SPEECH_", "CONTROL_", "DRAIN_FOR", "POOL", "NODE", "LOG_LEVEL"}

func clean(env []string) []string {
	var out []string
next:
	for _, v := range env {
		for _, s := range settings {
			if strings.HasPrefix(v, s) {
				continue next
			}
		}
		out = append(out, v)
	}
	return out
}

func (s *Switchboard) read(path string) error {
	doc, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read what is running: %w", err)
	}
	if err := json.Unmarshal(doc, &s.Info); err != nil {
		return fmt.Errorf("read what is running: %w", err)
	}
	return nil
}

// Use is the CPU time of Switchboard and, beside it, of its PostgreSQL.
type Use struct {
	Switchboard, Postgres time.Duration
	At                    time.Time
}

// Use returns what was used so far.
func (s *Switchboard) Use() (Use, error) {
	own, err := CPU(s.PID())
	if err != nil {
		return Use{}, err
	}
	u := Use{Switchboard: own, At: time.Now()}
	if pid := s.Info.PIDs["postgres"]; pid != 0 {
		u.Postgres, err = TreeCPU(pid)
	}
	return u, err
}

// Since returns what was used between two looks.
func (u Use) Since(before Use) Use {
	return Use{u.Switchboard - before.Switchboard, u.Postgres - before.Postgres, before.At}
}
