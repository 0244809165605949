package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"switchboard/deploy/embedded"
	"switchboard/migrations"
)

// database is the name of the embedded database.
const database = "switchboard"

// connections are the URLs of the embedded engines. They are kept in the data
// directory while it is in use, so that seed --data finds them.
type connections struct {
	App    string `json:"database_url"`
	Across string `json:"database_across_url"`
	Owner  string `json:"database_admin_url"`
}

// engines are the embedded PostgreSQL and Redis, as far as they are needed.
type engines struct {
	connections
	RedisURL string
	Dir      string // of the data: moved if the database's user could not reach what was asked for
	pg       *embedded.Postgres
	redis    *embedded.Redis
}

// startEngines starts what the settings do not name.
func startEngines(ctx context.Context, c *config, fresh bool) (*engines, error) {
	e := &engines{Dir: c.DataDir, RedisURL: c.RedisURL, connections: connections{App: c.DatabaseURL, Across: c.AcrossURL, Owner: c.AdminURL}}
	if c.DatabaseURL == "" {
		if err := e.startPostgres(ctx, c, fresh); err != nil {
			return nil, err
		}
	}
	if c.RedisURL == "" {
		r, err := embedded.StartRedis()
		if err != nil {
			e.stop()
			return nil, err
		}
		e.redis, e.RedisURL = r, r.URL()
	}
	c.DatabaseURL, c.AcrossURL, c.AdminURL, c.RedisURL, c.DataDir = e.App, e.Across, e.Owner, e.RedisURL, e.Dir
	return e, nil
}

func (e *engines) startPostgres(ctx context.Context, c *config, fresh bool) error {
	dir, err := embedded.Place(c.DataDir)
	if err != nil {
		return err
	}
	e.pg, err = embedded.StartPostgres(ctx, filepath.Join(dir, "postgres"), embedded.Options{Fresh: fresh})
	if err != nil {
		return err
	}
	e.Dir = dir
	if err := e.prepare(ctx); err != nil {
		e.stop()
		return err
	}
	return nil
}

// prepare makes the logins and the schema, and keeps the URLs.
func (e *engines) prepare(ctx context.Context) error {
	pw := migrations.Passwords{Owner: rand.Text(), App: rand.Text(), Across: rand.Text()}
	if err := migrations.Provision(ctx, e.pg.AdminURL(), database, pw); err != nil {
		return err
	}
	e.connections = connections{
		App:    e.pg.URL("switchboard_app", pw.App, database),
		Across: e.pg.URL("switchboard_across", pw.Across, database),
		Owner:  e.pg.URL("switchboard_owner", pw.Owner, database),
	}
	if _, err := migrations.Up(ctx, e.Owner); err != nil {
		return err
	}
	doc, err := json.MarshalIndent(e.connections, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(connectionsFile(e.Dir), doc, 0o600); err != nil {
		return fmt.Errorf("keep the database's addresses: %w", err)
	}
	return nil
}

func connectionsFile(dir string) string { return filepath.Join(dir, "connections.json") }

// readConnections finds the embedded database that runs on the directory.
func readConnections(dir string) (connections, error) {
	var c connections
	dir, err := embedded.Place(dir)
	if err != nil {
		return c, err
	}
	doc, err := os.ReadFile(connectionsFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return c, fmt.Errorf("nothing runs on %s: start switchboard demo or serve on it first", dir)
	}
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(doc, &c)
}

// stop ends what was started.
func (e *engines) stop() {
	if e.redis != nil {
		e.redis.Stop()
	}
	if e.pg == nil {
		return
	}
	_ = os.Remove(connectionsFile(e.Dir))
	if err := e.pg.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "switchboard: stop PostgreSQL:", err)
	}
}
