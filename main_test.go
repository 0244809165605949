package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// output runs the command line and returns its exit code and what it printed.
// Tests that use it do not run in parallel: standard output is one.
func output(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	read := func(f **os.File) func() string {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		was := *f
		*f = w
		text := make(chan string)
		go func() {
			b, _ := io.ReadAll(r)
			text <- string(b)
		}()
		return func() string {
			*f = was
			_ = w.Close()
			return <-text
		}
	}
	out, errs := read(&os.Stdout), read(&os.Stderr)
	code = run(args)
	return code, out(), errs()
}

// Every command has --help, on standard output, and exits 0.
func TestHelp(t *testing.T) {
	for _, v := range verbs() {
		code, stdout, stderr := output(t, v.name, "--help")
		if code != 0 || !strings.Contains(stdout, v.name) || stderr != "" {
			t.Errorf("%s --help exits %d, prints %q and complains %q", v.name, code, stdout, stderr)
		}
	}
	if code, stdout, _ := output(t, "--help"); code != 0 || !strings.Contains(stdout, "demo") {
		t.Errorf("--help exits %d and prints %q", code, stdout)
	}
}

// Wrong usage exits 2; a failure exits 1 with one line that says what to do.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte("shops:\n  - {slug: X, colour: red}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		args []string
		code int
		says string
	}{
		{nil, 2, "switchboard COMMAND"},
		{[]string{"answer"}, 2, `there is no "answer"`},
		{[]string{"demo", "--twice"}, 2, "twice"},
		{[]string{"demo", "--once", "--seed", bad}, 2, "--once"},
		{[]string{"demo", "now"}, 2, `"now" is too much`},
		{[]string{"seed"}, 2, "name one FILE.yaml"},
		{[]string{"seed", bad, "--data", dir, "--database", "x"}, 2, "at most one"},
		{[]string{"seed", filepath.Join(dir, "none.yaml")}, 1, "none.yaml"},
		{[]string{"seed", bad, "--data", dir}, 1, bad + ":2: shops[0].slug"},
		{[]string{"migrate", "--database", ""}, 1, "DATABASE_ADMIN_URL"},
		{[]string{"rate"}, 2, ""},
		{[]string{"simulate"}, 2, ""},
	} {
		code, _, stderr := output(t, tc.args...)
		if code != tc.code || !strings.Contains(stderr, tc.says) {
			t.Errorf("%q exits %d and says %q; want %d and %q", tc.args, code, stderr, tc.code, tc.says)
		}
		if code == 1 && strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q fails with more than one line:\n%s", tc.args, stderr)
		}
	}
}

func TestSeedNeedsSomethingThatRuns(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "empty.yaml")
	if err := os.WriteFile(file, []byte("plans: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := output(t, "seed", file, "--data", dir); code != 1 || !strings.Contains(stderr, "nothing runs on") {
		t.Errorf("exits %d and says %q", code, stderr)
	}
}

func TestOpenAPI(t *testing.T) {
	_, yaml, _ := output(t, "openapi")
	if !strings.HasPrefix(yaml, "components:") && !strings.Contains(yaml, "openapi: 3.1") {
		t.Errorf("the contract begins %.80q", yaml)
	}
	_, text, _ := output(t, "openapi", "--json")
	if !json.Valid([]byte(text)) {
		t.Errorf("the contract as JSON begins %.80q", text)
	}
}

func TestInfoIsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "info.json")
	if err := (&info{HTTP: "http://127.0.0.1:1"}).write(path); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
}

// The owner's login may become the two that the product uses, and says so in
// the URL only.
func TestAsOwner(t *testing.T) {
	t.Parallel()
	c, err := asOwner("postgres://switchboard_owner:x@127.0.0.1:5432/switchboard?sslmode=disable")
	if err != nil || !strings.Contains(c.App, "role=switchboard_app") || !strings.Contains(c.Across, "role=switchboard_across") {
		t.Errorf("%+v, %v", c, err)
	}
}
