package menu_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"switchboard/tenant"
	"switchboard/tenant/edition"
	"switchboard/tenant/fault"
	"switchboard/tenant/menu"
	"switchboard/tenant/tenanttest"
)

func TestMain(m *testing.M) { tenanttest.Main(m) }

var update = flag.Bool("update", false, "rewrite testdata")

// All that is wrong is told at once, each with its line.
func TestEveryProblemHasItsLine(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"broken", "unsound"} {
		src, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		_, problems := menu.ParseFor(src, menu.Names{Queues: []string{"sales"}})
		var b strings.Builder
		for _, p := range problems {
			fmt.Fprintf(&b, "%d: %s\n", p.Line, p.Error())
		}
		file := "testdata/" + name + ".txt"
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("%s:\n%s", name, b.String())
		}
	}
}

func TestWhatIsNoMenu(t *testing.T) {
	t.Parallel()
	for src, line := range map[string]int{
		"": 1, "- a": 1, "name: x\nnodes: {a: [": 2, "name: x\n---\nname: y": 3, "a: &x {b: *x}": 1, strings.Repeat("#", 70_000): 1, "name: [": 1,
	} {
		_, problems := menu.Parse([]byte(src))
		if len(problems) == 0 || problems[0].Line > line || problems[0].Line < 1 {
			t.Errorf("%.20q: %v", src, problems)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"testdata/broken.yaml", "testdata/unsound.yaml", "../../telephony/menu/testdata/shop.yaml"} {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(src))
	}
	f.Fuzz(func(t *testing.T, src string) {
		m, problems := menu.Parse([]byte(src))
		if len(problems) == 0 && len(m.Check()) > 0 {
			t.Errorf("an unsound menu is taken: %v", m.Check())
		}
		for _, p := range problems {
			if p.Line < 1 || p.Problem == "" {
				t.Errorf("%+v", p)
			}
		}
	})
}

const small = "name: Шины\nstart: main\nnodes:\n  main: {queue: Соединяю., name: orders}\n"

// A version is published once, never changes, and can be restored; nothing of
// it is another shop's.
func TestAMenuIsPublished(t *testing.T) {
	t.Parallel()
	w := tenanttest.Open(t)
	now := time.Now().UTC().Truncate(time.Microsecond)
	var id = edition.Text{}.ID
	within := func(s tenanttest.Shop, do func(tenant.Tx) error) error { return w.DB.Within(t.Context(), s.Scope, do) }
	queue := tenanttest.One[string](t, w, "select name from shop.queue where id = $1", w.A.Queue)
	source := strings.ReplaceAll(small, "orders", queue)
	err := within(w.A, func(tx tenant.Tx) error {
		m, err := menu.Shelf.Create(tx, "main", "start: nowhere", now)
		if err != nil {
			return err
		}
		id = m.ID
		if _, err := menu.Shelf.Publish(tx, id, "", now); !errors.As(err, &fault.Problems{}) {
			t.Errorf("a broken draft is published: %v", err)
		}
		if _, err = menu.Shelf.Save(tx, id, source, m.UpdatedAt, now.Add(time.Second)); err != nil {
			return err
		}
		if _, err := menu.Shelf.Save(tx, id, source, m.UpdatedAt.Add(-time.Hour), now); !errors.Is(err, fault.Conflict) {
			t.Errorf("what somebody else saved is overwritten: %v", err)
		}
		first, err := menu.Shelf.Publish(tx, id, "first", now)
		if err != nil {
			return err
		}
		if again, err := menu.Shelf.Publish(tx, id, "again", now); err != nil || again.ID != first.ID {
			t.Errorf("what says nothing new is version %d, %v", again.Version, err)
		}
		m, err = menu.Shelf.Take(tx, id)
		if err != nil {
			return err
		}
		if _, err = menu.Shelf.Save(tx, id, strings.ReplaceAll(source, "Соединяю", "Минуту"), m.UpdatedAt, now.Add(2*time.Second)); err != nil {
			return err
		}
		if v, err := menu.Shelf.Publish(tx, id, "second", now); err != nil || v.Version != 2 {
			t.Errorf("version %d, %v", v.Version, err)
		}
		v, err := menu.Shelf.Restore(tx, id, 1, now)
		if err != nil || v.Version != 3 || v.Source != source {
			t.Errorf("restored as %d: %q, %v", v.Version, v.Source, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = within(w.B, func(tx tenant.Tx) error {
		if _, err := menu.Shelf.Take(tx, id); !errors.Is(err, fault.NotFound) {
			t.Errorf("shop b reads the menu of shop a: %v", err)
		}
		if all, err := menu.Shelf.List(tx); err != nil || len(all) > 0 {
			t.Errorf("shop b lists %v, %v", all, err)
		}
		_, err := menu.Shelf.Restore(tx, id, 1, now)
		if !errors.Is(err, fault.NotFound) {
			t.Errorf("shop b restores it: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := within(w.A, func(tx tenant.Tx) error {
		_, err := tx.Exec("update shop.menu_version set note = 'x'")
		return err
	}); err == nil {
		t.Error("a version was changed")
	}
}
