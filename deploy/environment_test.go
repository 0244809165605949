package deploy_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEnvironmentIsWritten compares the variables that our code reads with
// those of the tables in ENVIRONMENT.md, both ways.
func TestEnvironmentIsWritten(t *testing.T) {
	t.Parallel()
	code, page := inCode(t), onPage(t)
	for name, where := range code {
		if !page[name] {
			t.Errorf("%s, read in %s, is not in ENVIRONMENT.md", name, where)
		}
	}
	for name := range page {
		if code[name] == "" {
			t.Errorf("ENVIRONMENT.md has %s, which no code reads", name)
		}
	}
}

// TestDeploymentsSetWhatIsRead finds a misspelt variable in the image, in compose and in a unit.
func TestDeploymentsSetWhatIsRead(t *testing.T) {
	t.Parallel()
	page := onPage(t)
	for name, s := range readCompose(t).Services {
		if s.Build.Context == "" {
			continue // another project's image has its own variables
		}
		for _, v := range slices.Sorted(maps.Keys(s.Environment)) {
			if !page[v] {
				t.Errorf("compose.yaml sets %s for %s, and it is not in ENVIRONMENT.md", v, name)
			}
		}
	}
	for _, words := range instructions(t, "Dockerfile") {
		if words[0] == "ENV" {
			checkSettings(t, "the Dockerfile", words[1:], page)
		}
	}
	for _, m := range regexp.MustCompile(`(?m)^Environment=(.*)$`).FindAllStringSubmatch(read(t, "systemd/switchboard.service"), -1) {
		checkSettings(t, "switchboard.service", strings.Fields(m[1]), page)
	}
}

func checkSettings(t *testing.T, where string, settings []string, page map[string]bool) {
	t.Helper()
	for _, s := range settings {
		if v, _, _ := strings.Cut(s, "="); !page[v] {
			t.Errorf("%s sets %s, and it is not in ENVIRONMENT.md", where, v)
		}
	}
}

// onPage returns the variables that begin a row of a table.
func onPage(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)`").FindAllStringSubmatch(read(t, "ENVIRONMENT.md"), -1) {
		names[m[1]] = true
	}
	return names
}

// notOurs are variables of the system's that tests and launchers read.
var notOurs = []string{"PATH", "HOME", "TMPDIR"}

// inCode returns the variables that the code reads, by a struct's tag env:"NAME"
// or by os.Getenv("NAME"), each with the file that does.
func inCode(t *testing.T) map[string]string {
	t.Helper()
	names := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() && path != ".." && (strings.HasPrefix(base, ".") || base == "node_modules" || base == "testdata") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if name := variable(n); name != "" && !slices.Contains(notOurs, name) {
				names[name] = path
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// variable returns the name of the variable that n reads, or "".
func variable(n ast.Node) string {
	switch n := n.(type) {
	case *ast.Field:
		if n.Tag == nil {
			return ""
		}
		tag, _ := strconv.Unquote(n.Tag.Value) // the parser has checked it
		name, _, _ := strings.Cut(reflect.StructTag(tag).Get("env"), ",")
		return name
	case *ast.CallExpr:
		f, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) == 0 || (f.Sel.Name != "Getenv" && f.Sel.Name != "LookupEnv") {
			return ""
		}
		if lit, ok := n.Args[0].(*ast.BasicLit); ok {
			name, _ := strconv.Unquote(lit.Value) // the parser has checked it
			return name
		}
	}
	return ""
}
