package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// stranger is a user that no folder of this test belongs to.
var stranger = who{uid: 64001, gid: 64001, drop: true}

// tree makes folders with the given modes, one within the other, under an open one.
func tree(t *testing.T, modes ...os.FileMode) string {
	t.Helper()
	at := folder(t)
	if err := os.Chmod(at, 0o711); err != nil {
		t.Fatal(err)
	}
	for _, mode := range modes {
		at = filepath.Join(at, "d")
		if err := os.Mkdir(at, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(at, mode); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

func TestPlace(t *testing.T) {
	t.Parallel()
	full := func(dir string) string {
		if err := os.WriteFile(filepath.Join(dir, "f"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	cases := []struct {
		name  string
		dir   string
		moves bool
	}{
		{"open folder", tree(t, 0o711), false},
		{"open folder with something in it", full(tree(t, 0o711)), false},
		{"empty closed folder, which may be opened", tree(t, 0o700), false},
		{"closed folder with something in it", full(tree(t, 0o700)), true},
		{"new folder in an open one", filepath.Join(tree(t, 0o711), "new", "newer"), false},
		{"new folder in a closed home", filepath.Join(full(tree(t, 0o700)), "new"), true},
		{"new folder in an empty closed one, which may be opened", filepath.Join(tree(t, 0o700), "new", "newer"), false},
		{"new folder in an empty closed one in a closed home", filepath.Join(tree(t, 0o700, 0o700), "new"), true},
		{"open folder in a closed home", tree(t, 0o700, 0o711), true},
	}
	for _, c := range cases {
		got, err := stranger.place(c.dir, "/refuge")
		if err != nil {
			t.Fatal(err)
		}
		want := c.dir
		if c.moves {
			want = "/refuge/" + strings.ReplaceAll(strings.Trim(c.dir, "/"), "/", "-")
		}
		if got != want {
			t.Errorf("%s: %s, want %s", c.name, got, want)
		}
	}
}

func TestOwnUserStaysWhereverItIs(t *testing.T) {
	t.Parallel()
	me := who{uid: 64001, gid: 64001}
	dir := tree(t, 0o700, 0o700)
	if got, err := me.place(dir, "/refuge"); err != nil || got != dir {
		t.Errorf("%s, %v, want %s", got, err, dir)
	}
}

func TestPrepareOpensWhatItMakes(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(tree(t, 0o700), "new", "newer")
	if err := stranger.prepare(dir); err != nil {
		t.Fatal(err)
	}
	if !stranger.reaches(dir) {
		t.Errorf("%s is out of reach of the user that it was made for", dir)
	}
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o711 {
		t.Errorf("%s can be listed: %v", dir, info.Mode())
	}
}

func TestSweepTakesOnlyTheOldAndUnlocked(t *testing.T) {
	t.Parallel()
	old := time.Now().Add(-time.Hour)
	young, held, left := tree(t, 0o711), tree(t, 0o711), tree(t, 0o711)
	lock, err := lockFolder(t.Context(), held)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	for _, dir := range []string{held, left} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	for dir, goes := range map[string]bool{young: false, held: false, left: true} {
		sweep(dir)
		if _, err := os.Stat(dir); os.IsNotExist(err) != goes {
			t.Errorf("sweep %s: gone is %v, want %v", dir, !goes, goes)
		}
	}
}

// A child holds its parent's lock until it runs its program, which may be
// after the parent was killed.
func TestLockOfADyingProcessIsWaitedOut(t *testing.T) {
	t.Parallel()
	dir := tree(t, 0o711)
	dying, err := tryLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = dying.Close() })
	lock, err := lockFolder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
}
