// Package deploy_test checks what can be checked of the files in deploy
// without a machine to deploy on.
package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// instructions returns a Dockerfile's, continued lines joined, comments gone.
func instructions(t *testing.T, path string) [][]string {
	t.Helper()
	text := regexp.MustCompile(`(?m)^\s*#.*\n`).ReplaceAllString(read(t, path), "")
	text = strings.ReplaceAll(text, "\\\n", " ")
	var all [][]string
	for line := range strings.Lines(text) {
		if words := strings.Fields(line); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// pinned reports whether an image names its version to the last number.
var pinned = regexp.MustCompile(`^[a-z/.-]+:\d+\.\d+[\w.-]*$`)

func TestDockerfile(t *testing.T) {
	t.Parallel()
	var stages []string
	var user, health, entry string
	for _, words := range instructions(t, "Dockerfile") {
		switch words[0] {
		case "FROM":
			if !pinned.MatchString(words[1]) {
				t.Errorf("FROM %s: name its version", words[1])
			}
			user, health = "", ""
			if len(words) == 4 {
				stages = append(stages, words[3])
			}
		case "COPY":
			checkCopy(t, words[1:], stages)
		case "ADD":
			t.Error("ADD fetches and unpacks: use COPY")
		case "USER":
			user = words[1]
		case "HEALTHCHECK":
			health = strings.Join(words, " ")
		case "ENTRYPOINT":
			entry = words[1]
		}
	}
	if user == "" || user == "0" || user == "root" {
		t.Errorf("the image runs as %q", user)
	}
	if !strings.Contains(health, "/healthz") {
		t.Errorf("nobody asks the container for its health: %q", health)
	}
	if entry != `["switchboard"]` {
		t.Errorf("the image runs %s", entry)
	}
}

// checkCopy looks for the sources, which are relative to the root of the project.
func checkCopy(t *testing.T, words, stages []string) {
	t.Helper()
	if from, ok := strings.CutPrefix(words[0], "--from="); ok {
		if !slices.Contains(stages, from) {
			t.Errorf("COPY from %s, which is no stage before it", from)
		}
		return
	}
	for _, source := range words[:len(words)-1] {
		if found, err := filepath.Glob(filepath.Join("..", source)); err != nil || len(found) == 0 {
			t.Errorf("COPY %s: there is no such file", source)
		}
	}
}

// compose is what we check of a compose file.
type compose struct {
	Services map[string]service
	Volumes  map[string]any
}

type service struct {
	Image       string
	Build       struct{ Context, Dockerfile string }
	Environment map[string]string
	Volumes     []string
	Ports       []string
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck map[string]any
	NetworkMode string `yaml:"network_mode"`
}

func readCompose(t *testing.T) compose {
	t.Helper()
	var c compose
	if err := yaml.Unmarshal([]byte(read(t, "compose.yaml")), &c); err != nil {
		t.Fatal(err)
	}
	if len(c.Services) == 0 {
		t.Fatal("compose.yaml has no services")
	}
	return c
}

func TestComposeFilesExist(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	for name, s := range c.Services {
		if s.Build.Context == "" && !pinned.MatchString(s.Image) {
			t.Errorf("%s: image %s: name its version", name, s.Image)
		}
		if s.Build.Context != "" {
			read(t, filepath.Join(s.Build.Context, s.Build.Dockerfile))
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			if strings.HasPrefix(source, ".") {
				read(t, source)
			} else if _, ok := c.Volumes[source]; !ok {
				t.Errorf("%s: volume %s is not declared", name, source)
			}
		}
	}
}

// A database or a Redis that the network reaches is not ours alone.
func TestComposePublishesOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for name, s := range readCompose(t).Services {
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s publishes %s beyond this machine", name, p)
			}
		}
	}
}

func TestComposeWaitsForWhatIsThere(t *testing.T) {
	t.Parallel()
	c := readCompose(t)
	for name, s := range c.Services {
		for other, how := range s.DependsOn {
			o, ok := c.Services[other]
			if !ok {
				t.Errorf("%s waits for %s, which is no service", name, other)
			}
			if how.Condition == "service_healthy" && o.Healthcheck == nil {
				t.Errorf("%s waits for the health of %s, which nobody asks for", name, other)
			}
		}
	}
}

// Every variable that a person must set is in the file that they copy.
func TestExampleNamesWhatComposeNeeds(t *testing.T) {
	t.Parallel()
	example := read(t, "example.env")
	for _, m := range regexp.MustCompile(`\$\{(\w+)`).FindAllStringSubmatch(read(t, "compose.yaml"), -1) {
		if !regexp.MustCompile(`(?m)^` + m[1] + `=`).MatchString(example) {
			t.Errorf("%s is not in example.env", m[1])
		}
	}
}

// systemd itself reads the units, where it is installed; the rest is read here.
func TestUnits(t *testing.T) {
	t.Parallel()
	units, err := filepath.Glob("systemd/*.service")
	if err != nil || len(units) == 0 {
		t.Fatalf("no units: %v", err)
	}
	dir := t.TempDir()
	var copies []string
	for _, unit := range units {
		text := read(t, unit)
		for _, must := range []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n", "EnvironmentFile=/etc/switchboard/"} {
			if !strings.Contains(text, must) {
				t.Errorf("%s: no line %s", unit, must)
			}
		}
		// verify wants programs that exist.
		to := filepath.Join(dir, filepath.Base(unit))
		if err := os.WriteFile(to, []byte(strings.ReplaceAll(text, "/usr/local/bin/switchboard", "/bin/true")), 0o600); err != nil {
			t.Fatal(err)
		}
		copies = append(copies, to)
	}
	if analyze, err := exec.LookPath("systemd-analyze"); err == nil {
		if said, err := exec.Command(analyze, append([]string{"verify"}, copies...)...).CombinedOutput(); err != nil || len(said) > 0 {
			t.Errorf("systemd-analyze verify: %v\n%s", err, said)
		}
	}
}
