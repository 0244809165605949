package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"switchboard/api/apitest"
	"switchboard/tenant/tenanttest"
)

// A sound is uploaded as a file, heard, and removed by its name; what is no
// sound is told, and a sound in use stays.
func TestASoundIsUploaded(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	owner := w.Owner(t, w.A)
	path := filepath.Join(t.TempDir(), "x.mp3")
	if out, err := exec.CommandContext(t.Context(), "sox", "-V1", "-n", "-r", "8000", path, "synth", "1", "sine", "440").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if a := owner.Send(t, "POST", "/sounds?name=jingle", "application/octet-stream", []byte("just a text")); a.Status != http.StatusUnprocessableEntity || !strings.Contains(string(a.Body), "no sound that we know") {
		t.Errorf("a text as a sound: %d %s", a.Status, a.Body)
	}
	a := owner.Send(t, "POST", "/sounds?name=jingle", "application/octet-stream", file)
	if a.Status != http.StatusCreated {
		t.Fatalf("upload: %d %s", a.Status, a.Body)
	}
	var s struct{ ID, Source string }
	if err := json.Unmarshal(a.Body, &s); err != nil || s.Source != "mp3" {
		t.Fatalf("%s: %v", a.Body, err)
	}
	if a := owner.Do(t, "GET", "/sounds/"+s.ID+"/audio", nil); a.Status != http.StatusOK || !strings.HasPrefix(string(a.Body), "RIFF") {
		t.Errorf("heard: %d", a.Status)
	}
	if a := w.Owner(t, w.B).Do(t, "GET", "/sounds/"+s.ID+"/audio", nil); a.Status != http.StatusNotFound {
		t.Errorf("heard by shop b: %d", a.Status)
	}
	w.Admin(t, "update shop.queue set music_id = $1 where id = $2", s.ID, w.A.Queue)
	if a := owner.Do(t, "DELETE", "/sounds/"+s.ID+"?confirm=jingle", nil); a.Status != http.StatusConflict || !strings.Contains(string(a.Body), "the music of queue") {
		t.Errorf("remove what plays: %d %s", a.Status, a.Body)
	}
	w.Admin(t, "update shop.queue set music_id = null")
	if a := owner.Do(t, "DELETE", "/sounds/"+s.ID+"?confirm=jungle", nil); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("remove by another name: %d", a.Status)
	}
	if a := owner.Do(t, "DELETE", "/sounds/"+s.ID+"?confirm=jingle", nil); a.Status != http.StatusNoContent {
		t.Errorf("remove: %d %s", a.Status, a.Body)
	}
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action in ('sound.create', 'sound.delete')"); n != 2 {
		t.Errorf("%d records in the audit log, want 2", n)
	}
}

// A menu is tried by the code that calls run.
func TestAMenuIsTried(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	owner := w.Owner(t, w.A)
	try := func(source string, steps ...string) string {
		a := owner.Do(t, "POST", "/menus/try", map[string]any{"source": source, "steps": append([]string{}, steps...)})
		if a.Status != http.StatusOK {
			t.Fatalf("try: %d %s", a.Status, a.Body)
		}
		return string(a.Body)
	}
	if got := try(apitest.Menu, "listen", "1", "listen"); !strings.Contains(got, `"over":true`) || !strings.Contains(got, `"text":"Соединяю."`) {
		t.Errorf("tried: %s", got)
	}
	if got := try(apitest.Menu, "listen", "wait", "wait", "wait"); !strings.Contains(got, `"over":true`) {
		t.Errorf("in silence: %s", got)
	}
	if got := try("start: nowhere\nnodes:\n  a: {say: x}\n"); !strings.Contains(got, `"line":1`) || !strings.Contains(got, `"line":3`) {
		t.Errorf("a broken one: %s", got)
	}
	a := owner.Do(t, "POST", "/voice/speak", map[string]any{"text": "Шины."})
	if a.Status != http.StatusOK || !strings.Contains(string(a.Body), "Шины.") {
		t.Errorf("spoken: %d %s", a.Status, a.Body)
	}
	if a := owner.Do(t, "PUT", "/voice", map[string]any{"greeting_text": "...", "away_seconds": 60}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an unspeakable greeting: %d", a.Status)
	}
	w.Phones.SetDown()
	if a := owner.Do(t, "POST", "/voice/speak", map[string]any{"text": "Шины."}); a.Status != http.StatusServiceUnavailable {
		t.Errorf("without a voice: %d", a.Status)
	}
}
