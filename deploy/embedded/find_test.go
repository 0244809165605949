package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// install makes a folder of programs that claim to be of a version.
func install(t *testing.T, version string) (bin string) {
	t.Helper()
	bin = tree(t, 0o711)
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho 'postgres (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func TestFind(t *testing.T) {
	t.Parallel()
	pg14, pg15, pg17 := install(t, "14.9"), install(t, "15.18 (Debian 15.18-0+deb12u1)"), install(t, "17beta1")
	half := install(t, "16.1")
	if err := os.Remove(filepath.Join(half, "initdb")); err != nil {
		t.Fatal(err)
	}
	closed := tree(t, 0o700)
	if err := os.WriteFile(filepath.Join(closed, "initdb"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(pg17, "postgres"), filepath.Join(closed, "postgres")); err != nil {
		t.Fatal(err)
	}
	program := func(bin string) string { return filepath.Join(bin, "postgres") }
	cases := []struct {
		name  string
		in    search
		major int
		want  string // the folder, or part of the error
	}{
		{"newest", search{globs: []string{program(pg15), program(pg17), program(pg14)}}, 0, pg17},
		{"version of the databases", search{globs: []string{program(pg15), program(pg17)}}, 15, pg15},
		{"named one only", search{named: pg15, globs: []string{program(pg17)}}, 0, pg15},
		{"link on the PATH is followed", search{found: program(closed)}, 0, pg17},
		{"nothing there", search{}, 0, "no PostgreSQL on this machine: install PostgreSQL 15"},
		{"too old", search{found: program(pg14)}, 0, "is version 14, and 15 is the oldest that will do: install"},
		{"other version than the databases", search{found: program(pg17)}, 15, "is version 17, and the databases are of version 15"},
		{"without initdb", search{found: program(half)}, 0, "is not whole"},
		{"named one is not there", search{named: "/nowhere", found: program(pg17)}, 0, "PostgreSQL in /nowhere/postgres"},
	}
	for _, c := range cases {
		got, err := find(t.Context(), c.in, c.major, stranger)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestProgramsOutOfReachAreNotUsed(t *testing.T) {
	t.Parallel()
	bin := install(t, "16.1")
	if err := os.Chmod(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := find(t.Context(), search{named: bin}, 0, stranger)
	if err == nil || !strings.Contains(err.Error(), "out of reach") {
		t.Errorf("got %v", err)
	}
}
