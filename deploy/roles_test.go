package deploy_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"switchboard/deploy/embedded"
	"switchboard/migrations"
)

var passwords = migrations.Passwords{Owner: "o'wner", App: "app", Across: "across"}

// rights prints all that the roles of Switchboard may, and whose the database is.
const rights = `
select string_agg(line, E'\n' order by line) from (
  select concat_ws(' ', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolbypassrls) as line
    from pg_roles where rolname like 'switchboard%'
  union all
  select concat_ws(' ', r.rolname, 'in', g.rolname) from pg_auth_members m join pg_roles r on r.oid = m.member join pg_roles g on g.oid = m.roleid
   where r.rolname like 'switchboard%'
  union all
  select concat_ws(' ', datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding)) from pg_database where datname = 'switchboard'
) lines`

// TestRolesFileDoesWhatProvisionDoes runs both, each on a server of its own,
// the file twice: it promises to be safe to repeat.
func TestRolesFileDoesWhatProvisionDoes(t *testing.T) {
	t.Parallel()
	byFile, byCode := server(t), server(t)
	runRoles(t, byFile)
	runRoles(t, byFile)
	if err := migrations.Provision(t.Context(), byCode.AdminURL(), "switchboard", passwords); err != nil {
		t.Fatal(err)
	}
	got, want := ask(t, byFile, rights), ask(t, byCode, rights)
	if got != want || !strings.Contains(want, "switchboard_owner") {
		t.Errorf("roles.sql gives\n%s\nProvision gives\n%s", got, want)
	}
	if _, err := migrations.Up(t.Context(), byFile.URL("switchboard_owner", passwords.Owner, "switchboard")); err != nil {
		t.Errorf("the owner can't migrate: %v", err)
	}
}

func server(t *testing.T) *embedded.Postgres {
	t.Helper()
	p, err := embedded.StartPostgres(t.Context(), "", embedded.Options{Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func runRoles(t *testing.T, p *embedded.Postgres) {
	t.Helper()
	psql := exec.Command("psql", "--no-psqlrc", "--quiet", "--file", "postgres/roles.sql", p.AdminURL())
	psql.Env = append(os.Environ(), "OWNER_PASSWORD="+passwords.Owner, "APP_PASSWORD="+passwords.App, "ACROSS_PASSWORD="+passwords.Across)
	if said, err := psql.CombinedOutput(); err != nil {
		t.Fatalf("psql: %v\n%s", err, said)
	}
}

func ask(t *testing.T, p *embedded.Postgres, sql string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), p.AdminURL())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var answer string
	if err := c.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}
