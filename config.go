package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/caarlos0/env/v11"

	"switchboard/api"
	"switchboard/telephony"
	"switchboard/tenant/depot"
	"switchboard/tenant/seal"
	"switchboard/worker/voicemail"
)

// config is that of every process: each field from the environment.
type config struct {
	DatabaseURL string `env:"DATABASE_URL"`        // the application's login; empty: the embedded PostgreSQL
	AcrossURL   string `env:"DATABASE_ACROSS_URL"` // the cross-shop login
	AdminURL    string `env:"DATABASE_ADMIN_URL"`  // the owner of the schema; for migrate and seed
	RedisURL    string `env:"REDIS_URL"`           // empty: the embedded one
	DataDir     string `env:"DATA_DIR" envDefault:".switchboard"`
	FeedsDir    string `env:"FEEDS_DIR"` // where feeds are that are files; empty: only the web
	LogLevel    string `env:"LOG_LEVEL" envDefault:"info"`
	SealSecret  string `env:"SEAL_SECRET"` // keeps carriers' passwords unreadable; empty: made, and kept in DataDir

	HookNetworks []netip.Prefix `env:"HOOK_NETWORKS"` // beside public addresses: where shops' systems may be told

	ControlNodes []string `env:"CONTROL_NODES"` // of telephony, where there are several

	Store      depot.Config
	API        api.Config
	Telephony  telephony.Config
	Transcribe voicemail.Hook
	feeds      fs.FS // of the demo's seed, instead of FeedsDir
}

// readConfig reads the environment; every mistake is one error.
func readConfig() (config, error) {
	var c config
	if err := env.Parse(&c); err != nil {
		return c, fmt.Errorf("read settings from the environment: %w", err)
	}
	return c, nil
}

// complete refuses settings that name one login of the database without the other.
func (c config) complete() error {
	if (c.DatabaseURL == "") != (c.AcrossURL == "") {
		return errors.New("DATABASE_URL and DATABASE_ACROSS_URL are two logins of one database: set both, or none for the embedded PostgreSQL")
	}
	return nil
}

// logger writes to standard error, so that standard output is the command's.
func (c config) logger() *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// nodes are the addresses at which telephony takes commands, by commas.
func (c config) nodes() string {
	at := c.ControlNodes
	if len(at) == 0 {
		at = []string{c.Telephony.ControlAddr}
	}
	return "http://" + strings.Join(at, ",http://")
}

// folder returns a folder below the data directory, made if it is not there.
func (c config) folder(name string) (string, error) {
	dir, err := filepath.Abs(filepath.Join(c.DataDir, name))
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make %s: %w", dir, err)
	}
	return dir, nil
}

// box returns what carriers' passwords are sealed with. Processes that run alone
// share no folder: without a secret they have none.
func (c config) box(which parts) (seal.Box, error) {
	dir := ""
	if which == everything {
		var err error
		if dir, err = c.folder(""); err != nil {
			return seal.Box{}, err
		}
	}
	secret, err := seal.Secret(c.SealSecret, dir)
	if err != nil || secret == "" {
		return seal.Box{}, err
	}
	return seal.New(secret)
}

// speech returns the folder of the prompts that a voice has spoken.
func (c config) speech() (string, error) {
	if c.Telephony.Speech.Dir == "" {
		return c.folder("speech")
	}
	return filepath.Abs(c.Telephony.Speech.Dir)
}

// media returns the folder of the sounds that shops have uploaded.
func (c config) media() (string, error) {
	if c.Telephony.MediaDir == "" {
		return c.folder("media")
	}
	if err := os.MkdirAll(c.Telephony.MediaDir, 0o750); err != nil {
		return "", fmt.Errorf("make the folder of MEDIA_DIR: %w", err)
	}
	return filepath.Abs(c.Telephony.MediaDir)
}

// recordings returns the folder of the recordings.
func (c config) recordings() (string, error) {
	if c.Telephony.RecordingsDir == "" {
		return c.folder("recordings")
	}
	if err := os.MkdirAll(c.Telephony.RecordingsDir, 0o750); err != nil {
		return "", fmt.Errorf("make the folder of RECORDINGS_DIR: %w", err)
	}
	return filepath.Abs(c.Telephony.RecordingsDir)
}

// process is a command that runs until it is told to stop.
func process(which parts) func(context.Context, []string) int {
	return func(ctx context.Context, args []string) int {
		f := newFlags(which.name, "runs until SIGINT or SIGTERM; settings come from the environment, see deploy/ENVIRONMENT.md")
		if code, done := f.parse(args, 0); done {
			return code
		}
		c, err := readConfig()
		if err != nil {
			return fail(which.name, err)
		}
		return fail(which.name, serve(ctx, c, which))
	}
}
