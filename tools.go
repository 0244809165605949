package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"switchboard/migrations"
	"switchboard/seed"
	"switchboard/tenant"
	"switchboard/tenant/fault"
	"switchboard/tenant/seal"
)

func migrateCommand(ctx context.Context, args []string) int {
	var address string
	f := newFlags("migrate", "brings the database of DATABASE_ADMIN_URL up to date")
	f.StringVar(&address, "database", os.Getenv("DATABASE_ADMIN_URL"), "URL of the database as the owner of its schema")
	if code, done := f.parse(args, 0); done {
		return code
	}
	if address == "" {
		return fail("migrate", errors.New("set DATABASE_ADMIN_URL, or name the owner's URL with --database"))
	}
	n, err := migrations.Up(ctx, address)
	if err == nil {
		fmt.Fprintf(os.Stderr, "%d migrations run\n", n)
	}
	return fail("migrate", err)
}

func seedCommand(ctx context.Context, args []string) int {
	var database, data string
	f := newFlags("seed FILE.yaml", "makes what the file names and is not there; safe to repeat")
	f.StringVar(&database, "database", "", "URL of the database as the owner of its schema")
	f.StringVar(&data, "data", "", "data directory of a running demo or serve (default .switchboard)")
	if code, done := f.parse(args, 1); done {
		return code
	}
	if len(f.bare) != 1 || database != "" && data != "" {
		fmt.Fprintln(os.Stderr, "switchboard seed: name one FILE.yaml, and at most one of --database and --data")
		return 2
	}
	c, err := readConfig()
	if err != nil {
		return fail("seed", err)
	}
	return fail("seed", runSeed(ctx, c, f.bare[0], database, data))
}

func runSeed(ctx context.Context, c config, file, database, data string) error {
	plan, err := seed.Read(seed.Source{Name: filepath.Base(file), Files: os.DirFS(filepath.Dir(file))})
	if err != nil {
		return problems(file, err)
	}
	to, err := c.target(database, data)
	if err != nil {
		return err
	}
	db, err := tenant.Open(ctx, to.App, to.Across)
	if err != nil {
		return err
	}
	defer db.Close()
	box, err := c.boxFor(plan, data)
	if err != nil {
		return err
	}
	if err := seed.New(db, c.Telephony.Realm).Seal(box).Apply(ctx, plan); err != nil {
		return problems(file, err)
	}
	fmt.Fprintf(os.Stderr, "seeded: %d shops, %d operators, %d staff, %d trunks, %d plans\n",
		len(plan.Shops), len(plan.Operators), len(plan.Staff), len(plan.Trunks), len(plan.Plans))
	return nil
}

// boxFor is what carriers' passwords of a plan are sealed with, if it has any.
func (c config) boxFor(plan *seed.Plan, data string) (seal.Box, error) {
	if !slices.ContainsFunc(plan.Trunks, func(t seed.Trunk) bool { return t.Password != "" }) {
		return seal.Box{}, nil
	}
	if data != "" {
		c.DataDir = data
	}
	return c.box(everything)
}

// target is the database to seed: the one named, else that of a running demo,
// else that of the environment.
func (c config) target(database, data string) (connections, error) {
	switch {
	case database != "":
		return asOwner(database)
	case data == "" && c.DatabaseURL != "":
		return connections{App: c.DatabaseURL, Across: c.AcrossURL}, c.complete()
	case data == "":
		data = c.DataDir
	}
	return readConnections(data)
}

// asOwner makes the two logins that are needed of the owner's: it may become
// each of them by asking, and only so.
func asOwner(owner string) (connections, error) {
	as := func(role string) (string, error) {
		u, err := url.Parse(owner)
		if err != nil {
			return "", fmt.Errorf("read the URL of the database: %w", err)
		}
		q := u.Query()
		q.Set("role", role)
		u.RawQuery = q.Encode()
		return u.String(), nil
	}
	app, err := as("switchboard_app")
	if err != nil {
		return connections{}, err
	}
	across, err := as("switchboard_across")
	return connections{App: app, Across: across, Owner: owner}, err
}

// problems puts the name of the file and the line before each mistake in it.
func problems(file string, err error) error {
	var ps fault.Problems
	if !errors.As(err, &ps) {
		return err
	}
	lines := make([]error, len(ps))
	for i, p := range ps {
		lines[i] = fmt.Errorf("%s:%d: %s", file, p.Line, p.Error())
	}
	return errors.Join(lines...)
}
