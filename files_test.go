package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFilesAreShort keeps every file within 400 lines.
func TestFilesAreShort(t *testing.T) {
	walk(t, func(file string, src []byte) {
		if n := strings.Count(string(src), "\n"); n > 400 {
			t.Errorf("%s has %d lines: split it at a name the domain already has", file, n)
		}
	})
}

// files calls visit for every Go file that is not a test. It reads the files
// itself: had it asked the go command, its result would stay cached although a
// file changed.
func files(t *testing.T, mode parser.Mode, visit func(pkg, file string, f *ast.File)) {
	t.Helper()
	walk(t, func(file string, src []byte) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, src, mode)
		if err != nil {
			t.Fatal(err)
		}
		visit(filepath.ToSlash(filepath.Dir(file)), file, f)
	})
}

// walk calls visit for every Go file of ours, tests included.
func walk(t *testing.T, visit func(file string, src []byte)) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || (strings.HasPrefix(d.Name(), ".") && file != ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(file, ".go") {
			return nil
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(file), src)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
