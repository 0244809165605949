package api_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/api/apitest"
	"switchboard/tenant/keyring"
	"switchboard/tenant/sealed"
	"switchboard/tenant/tenanttest"
)

// seal puts a sealed recording of a call into its place: of two seconds, with a
// gap in it.
func seal(t *testing.T, w *apitest.World, call uuid.UUID) (samples []byte) {
	t.Helper()
	ring := keyring.NewRing(w.DB, w.Tapes.Masters)
	if err := ring.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	id := uuid.New()
	secret, wrapped, err := ring.Seal(w.A.ID.UUID(), id)
	if err != nil {
		t.Fatal(err)
	}
	samples = slices.Concat(sound()[58:], sound()[58:])
	f, err := os.Create(filepath.Join(w.Recordings, id.String()+".tape"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	to, err := sealed.NewWriter(f, secret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := to.Write(samples); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	w.Admin(t, `insert into shop.recording (shop_id, id, call_id, state, path, started_at, offset_ms, duration_ms, bytes, sha256, key_version, data_key, gaps, stored_bytes)
		values ($1, $2, $3, 'ready', $4, now(), 0, 2000, $5, '\x02', $6, $7, '[{"from_ms": 500, "to_ms": 900, "why": "payment"}]', 1)`,
		w.A.ID.UUID(), id, call, id.String()+".tape", len(samples)+58, wrapped.Version, wrapped.DataKey)
	return samples
}

// TestASealedRecordingIsHeard: whole, in pieces, drawn, and in the forms that are
// made of it; its file has nothing that is heard.
func TestASealedRecordingIsHeard(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), time.Now())
	samples := seal(t, w, call)
	owner, path := w.Owner(t, w.A), "/calls/"+call.String()
	whole := owner.Do(t, "GET", path+"/recording", nil).Want(t, http.StatusOK)
	if !bytes.Equal(whole.Body[58:], samples) || string(whole.Body[:4]) != "RIFF" {
		t.Errorf("%d bytes are heard", len(whole.Body))
	}
	piece := owner.With("Range", "bytes=9000-9999").Do(t, "GET", path+"/recording", nil).Want(t, http.StatusPartialContent)
	if !bytes.Equal(piece.Body, whole.Body[9000:10000]) {
		t.Error("a piece is not of the whole")
	}
	var p struct {
		DurationS float64 `json:"duration_s"`
		Buyer     []int
	}
	owner.Do(t, "GET", path+"/peaks", nil).Want(t, http.StatusOK).JSON(t, &p)
	if p.DurationS != 2 || len(p.Buyer) == 0 || p.Buyer[len(p.Buyer)/8] < 200 {
		t.Errorf("peaks %+v", p)
	}
	var story struct {
		Recording struct {
			Gaps   []struct{ FromS, ToS float64 } `json:"gaps"`
			Moving bool
		}
	}
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &story)
	if len(story.Recording.Gaps) != 1 || !story.Recording.Moving {
		t.Errorf("the call tells %+v", story.Recording)
	}
	for format, c := range map[string]struct{ kind, begins, ends string }{"mp3": {"audio/mpeg", "\xff", ".mp3"}, "opus": {"audio/ogg", "OggS", ".opus"}} {
		a := owner.Do(t, "GET", path+"/recording?download=true&format="+format, nil).Want(t, http.StatusOK)
		name := a.Header.Get("Content-Disposition")
		if a.Header.Get("Content-Type") != c.kind || !strings.HasPrefix(name, "attachment") || !strings.HasSuffix(name, c.ends+`"`) || !strings.HasPrefix(string(a.Body), c.begins) {
			t.Errorf("%s: %v", format, a.Header)
		}
		if s := lasts(t, a.Body, c.ends); s < 1.9 || s > 2.3 {
			t.Errorf("%s lasts %v s", format, s)
		}
	}
	if n := tenanttest.One[int](t, w.World, "select count(*) from house.audit where action = 'recording.listen'"); n != 1 {
		t.Errorf("%d records of one listening", n)
	}
}

// lasts decodes a file and returns how long it is, s.
func lasts(t *testing.T, file []byte, ends string) float64 {
	t.Helper()
	dir := t.TempDir()
	name, wav := filepath.Join(dir, "file"+ends), filepath.Join(dir, "file.wav")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	decode := []string{"sox", name, "-b", "16", "-r", "8000", "-c", "1", wav}
	if ends == ".opus" {
		decode = []string{"opusdec", "--quiet", "--rate", "8000", "--force-wav", name, wav}
	}
	if out, err := exec.Command(decode[0], decode[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("decode %s: %v: %s", ends, err, out)
	}
	info, err := os.Stat(wav)
	if err != nil {
		t.Fatal(err)
	}
	channels := map[string]int64{".mp3": 1, ".opus": 2}[ends]
	return float64((info.Size()-44)/2/channels) / 8000
}

// TestADeletedRecordingSaysSo: it takes the call's number and a reason; then
// whoever asks reads when and by which rule.
func TestADeletedRecordingSaysSo(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	call := w.AddCall(t, w.A, w.AddOperator(t, "anna", w.A), time.Now())
	seal(t, w, call)
	owner, path := w.Owner(t, w.A), "/calls/"+call.String()
	no := tenanttest.One[int64](t, w.World, "select no from shop.call where id = $1", call)
	body := func(no int64) any { return map[string]any{"confirm": no, "reason": "asked by the buyer"} }
	owner.Do(t, "POST", path+"/recording/deletion", body(no+1)).Want(t, http.StatusUnprocessableEntity)
	owner.Do(t, "PUT", path+"/recording/hold", map[string]any{"reason": "case 7"}).Want(t, http.StatusNoContent)
	owner.Do(t, "POST", path+"/recording/deletion", body(no)).Want(t, http.StatusConflict)
	owner.Do(t, "DELETE", path+"/recording/hold", nil).Want(t, http.StatusNoContent)
	owner.Do(t, "POST", path+"/recording/deletion", body(no)).Want(t, http.StatusNoContent)
	for _, ask := range []string{"/recording", "/peaks"} {
		p := owner.Do(t, "GET", path+ask, nil).Want(t, http.StatusGone).Problem(t)
		if !strings.Contains(p.Detail, "was deleted on 20") || p.Code != "deleted" || !strings.Contains(p.Detail, "by rule request") {
			t.Errorf("%s: %q", ask, p.Detail)
		}
	}
	var story struct {
		Recording struct {
			State, SHA256 string
			DeletedAt     *time.Time `json:"deleted_at"`
			DeletedRule   string     `json:"deleted_rule"`
			DeletedReason string     `json:"deleted_reason"`
		}
	}
	owner.Do(t, "GET", path, nil).Want(t, http.StatusOK).JSON(t, &story)
	if r := story.Recording; r.State != "erased" || r.SHA256 != "02" || r.DeletedAt == nil || r.DeletedRule != "request" || r.DeletedReason != "asked by the buyer" {
		t.Errorf("the call tells %+v", r)
	}
}

// TestAnAlarmIsToldAndDoesNotStopUs: it is in /readyz and /metrics.
func TestAnAlarmIsToldAndDoesNotStopUs(t *testing.T) {
	t.Parallel()
	w := apitest.Open(t)
	w.Admin(t, "insert into house.alarm (id, kind, node, raised_at, detail) values (gen_random_uuid(), 'recording_disk', 'node1', now(), 'no space left')")
	for path, want := range map[string]string{"/readyz": `"kind":"recording_disk","node":"node1"`, "/metrics": `switchboard_alarm{kind="recording_disk",node="node1"}`} {
		res, err := http.Get(w.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		_, err = b.ReadFrom(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(b.String(), want) {
			t.Errorf("%s: %d %v, want %s", path, res.StatusCode, err, want)
		}
	}
}

// TestKeysAreDestroyedByWhoTypesTheShop: not by mistake, not against the law, and
// then nothing can be opened any more.
func TestKeysAreDestroyedByWhoTypesTheShop(t *testing.T) {
	t.Parallel()
	w, _ := filled(t)
	w.Admin(t, "update shop.recording set state = 'ready' where state = 'recording'")
	owner, path := w.Owner(t, w.A), "/recording-keys/destruction"
	owner.Do(t, "POST", "/recording-keys", nil)
	slug := tenanttest.One[string](t, w.World, "select slug from house.shop where id = $1", w.A.ID.UUID())
	erased := func() int64 {
		return tenanttest.One[int64](t, w.World, "select count(*) from shop.recording where state = 'erased' and deleted_rule = 'keys'")
	}
	owner.Do(t, "POST", path, map[string]any{"confirm": slug + "x"}).Want(t, http.StatusUnprocessableEntity)
	w.Admin(t, "update shop.recording set held = true, held_reason = 'case 7' where shop_id = $1", w.A.ID.UUID())
	owner.Do(t, "POST", path, map[string]any{"confirm": slug}).Want(t, http.StatusConflict)
	if n := erased(); n != 0 {
		t.Fatalf("%d recordings are gone already", n)
	}
	w.Admin(t, "update shop.recording set held = false, held_reason = '' where shop_id = $1", w.A.ID.UUID())
	owner.Do(t, "POST", path, map[string]any{"confirm": slug}).Want(t, http.StatusNoContent)
	if erased() == 0 {
		t.Error("recordings stayed")
	}
	if n := tenanttest.One[int64](t, w.World, "select count(*) from shop.recording_key where wrapped is not null and shop_id = $1", w.A.ID.UUID()); n != 0 {
		t.Errorf("%d keys stayed", n)
	}
	if n := tenanttest.One[int64](t, w.World, "select count(*) from house.audit where action = 'recording-key.erase'"); n != 1 {
		t.Errorf("it is in the log %d times", n)
	}
}

// TestAMessageIsReadOnItsCall.
func TestAMessageIsReadOnItsCall(t *testing.T) {
	t.Parallel()
	w, g := filled(t)
	w.Admin(t, `insert into shop.transcript (shop_id, call_id, state, words, language, confidence, at) values ($1, $2, 'ready', 'Перезвоните мне', 'ru', 910, now())`,
		w.A.ID.UUID(), g["call"])
	text := string(w.Owner(t, w.A).Do(t, "GET", "/calls/"+g["call"].String(), nil).Want(t, http.StatusOK).Body)
	if !strings.Contains(text, `"words":"Перезвоните мне","language":"ru","confidence":0.91`) {
		t.Errorf("the call says %s", text)
	}
}
