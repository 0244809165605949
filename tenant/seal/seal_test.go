package seal

import (
	"bytes"
	"strings"
	"testing"
)

const secret = "a secret of at least thirty-two bytes"

func TestSealed(t *testing.T) {
	t.Parallel()
	box, err := New(secret)
	if err != nil {
		t.Fatal(err)
	}
	one, _ := box.Seal("пароль", "trunk 1")
	two, _ := box.Seal("пароль", "trunk 1")
	if bytes.Equal(one, two) || bytes.Contains(one, []byte("пароль")) {
		t.Error("the same text is seen to be the same, or is readable")
	}
	if text, err := box.Open(one, "trunk 1"); err != nil || text != "пароль" {
		t.Errorf("opened %q: %v", text, err)
	}
	other, _ := New(strings.ToUpper(secret))
	for name, open := range map[string]func() (string, error){
		"another row":  func() (string, error) { return box.Open(one, "trunk 2") },
		"another key":  func() (string, error) { return other.Open(one, "trunk 1") },
		"cut short":    func() (string, error) { return box.Open(one[:len(one)-1], "trunk 1") },
		"another form": func() (string, error) { return box.Open(append([]byte{9}, one[1:]...), "trunk 1") },
		"nothing":      func() (string, error) { return box.Open(nil, "trunk 1") },
		"no key":       func() (string, error) { return Box{}.Open(one, "trunk 1") },
	} {
		if text, err := open(); err == nil {
			t.Errorf("%s: opened %q", name, text)
		}
	}
	if _, err := (Box{}).Seal("x", "y"); err == nil {
		t.Error("sealed without a key")
	}
}

func TestSecretIsKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := Secret("", dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Secret("", dir)
	if err != nil || again != first {
		t.Errorf("the secret changed: %v", err)
	}
	if _, err := New(first); err != nil {
		t.Error(err)
	}
	if given, _ := Secret(secret, dir); given != secret {
		t.Error("what is given is not used")
	}
	if _, err := New("short"); err == nil {
		t.Error("a short secret makes a key")
	}
}
