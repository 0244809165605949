// Package migrations holds the schema of the database, one step a file.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// table lists the migrations that were run. It lives in house, like all that
// is the platform's.
const table = "house.migration"

// Up brings the database of ownerURL, the owner of the schema, up to date. Two
// that run it at once wait for each other. It returns how many steps it took.
func Up(ctx context.Context, ownerURL string) (int, error) {
	db, err := sql.Open("pgx", ownerURL)
	if err != nil {
		return 0, fmt.Errorf("open the database as owner: %w", err)
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "create schema if not exists house"); err != nil {
		return 0, fmt.Errorf("make schema house: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return 0, fmt.Errorf("make the migrators' lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithSessionLocker(locker), goose.WithTableName(table))
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	done, err := p.Up(ctx)
	if err != nil {
		return len(done), fmt.Errorf("migrate: %w", err)
	}
	return len(done), nil
}

// Passwords of the three logins.
type Passwords struct{ Owner, App, Across string }

// Provision makes the roles and the empty database that Up fills. adminURL
// must log in as a role that may do so (a superuser, or CREATEROLE and
// CREATEDB). It is safe to repeat; passwords are set each time.
func Provision(ctx context.Context, adminURL, database string, pw Passwords) error {
	c, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return fmt.Errorf("connect as administrator: %w", err)
	}
	defer c.Close(ctx)
	for _, r := range []struct{ name, rights, password string }{
		{"switchboard_owner", "login noinherit", pw.Owner},
		{"switchboard_app", "login", pw.App},
		{"switchboard_across", "login", pw.Across},
		{"switchboard_definer", "nologin", ""},
	} {
		if err := makeRole(ctx, c, r.name, r.rights, r.password); err != nil {
			return err
		}
	}
	// The owner may hand functions to the definer, and become the two logins by asking: seed does.
	if _, err := c.Exec(ctx, "grant switchboard_definer, switchboard_across, switchboard_app to switchboard_owner"); err != nil {
		return fmt.Errorf("grant roles to the owner: %w", err)
	}
	return makeDatabase(ctx, c, database)
}

func makeRole(ctx context.Context, c *pgx.Conn, name, rights, password string) error {
	var there bool
	if err := c.QueryRow(ctx, "select exists (select 1 from pg_roles where rolname = $1)", name).Scan(&there); err != nil {
		return fmt.Errorf("look for role %s: %w", name, err)
	}
	verb := "create"
	if there {
		verb = "alter"
	}
	q := fmt.Sprintf("%s role %s nosuperuser nobypassrls nocreatedb nocreaterole %s", verb, pgx.Identifier{name}.Sanitize(), rights)
	if password != "" {
		var quoted string
		if err := c.QueryRow(ctx, "select quote_literal($1)", password).Scan(&quoted); err != nil {
			return fmt.Errorf("quote the password of %s: %w", name, err)
		}
		q += " password " + quoted
	}
	if _, err := c.Exec(ctx, q); err != nil {
		return fmt.Errorf("%s role %s: %w", verb, name, err)
	}
	return nil
}

func makeDatabase(ctx context.Context, c *pgx.Conn, name string) error {
	var there bool
	if err := c.QueryRow(ctx, "select exists (select 1 from pg_database where datname = $1)", name).Scan(&there); err != nil {
		return fmt.Errorf("look for database %s: %w", name, err)
	}
	if there {
		return nil
	}
	q := "create database " + pgx.Identifier{name}.Sanitize() + " owner switchboard_owner encoding 'UTF8' template template0"
	if _, err := c.Exec(ctx, q); err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}
