package telephony_test

import (
	"encoding/json"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"switchboard/telephony"
	"switchboard/telephony/media"
	"switchboard/telephony/media/speech"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/say"
	"switchboard/telephony/sipua"
	"switchboard/tenant"
	"switchboard/tenant/menu"
	"switchboard/tenant/tenanttest"
)

// The menu of these tests: short, for they are heard in real time.
const shopMenu = `name: Шины
start: main
nodes:
  main:
    ask: О заказе нажмите один. Сообщение оставьте по тройке.
    keys: {1: number, 2: later, 3: message}
    wait: 1s
    tries: 2
    wrong: Такой кнопки нет.
    else: operator
  number: {collect: Наберите номер заказа., digits: 1-6, end: "#", wait: 5s, next: phone}
  phone: {collect: И четыре цифры телефона., digits: 4, wait: 5s, next: found}
  found: {status: "", order: number, phone: phone, absent: sorry, next: main}
  sorry: {say: Не нашли., next: operator}
  operator: {queue: Соединяю.}
  later: {callback: Перезвоним.}
  message: {voicemail: Говорите., minutes: 1}
`

// putMenu publishes a menu and has the shop's queue use it.
func putMenu(t *testing.T, w *tenanttest.World, source string) {
	t.Helper()
	err := w.DB.Within(t.Context(), w.A.Scope, func(tx tenant.Tx) error {
		m, err := menu.Shelf.Create(tx, "main", source, time.Now())
		if err != nil {
			return err
		}
		if _, err := menu.Shelf.Publish(tx, m.ID, "", time.Now()); err != nil {
			return err
		}
		_, err = tx.Exec("update shop.queue set menu_id = $1", m.ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// words is how the house's voice says a text.
func words(t *testing.T, text string) []int16 {
	t.Helper()
	dir := t.TempDir()
	c, err := speech.Open(dir, speech.Espeak{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Clip(t.Context(), speech.Text{Language: "ru", Words: text}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.wav"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	return sound(t, files[0])
}

// whole waits until so many prompts are spoken.
func (h *house) whole(n int) {
	h.t.Helper()
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		if files, err := filepath.Glob(filepath.Join(h.recordings, "speech", "*.wav")); err == nil && len(files) >= n {
			return
		}
	}
	h.t.Fatalf("no %d prompts are spoken in time", n)
}

// ear keeps all that a telephone hears.
type ear struct {
	mu      sync.Mutex
	samples []int16
}

func listenTo(leg *media.RTPLeg) *ear {
	e := &ear{}
	leg.SetSink(func(p *media.Packet) {
		if p.Law == 0 {
			return
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		e.samples = append(e.samples, p.Law.Decode(p.Payload)...)
	})
	return e
}

// since returns what was heard from sample at on.
func (e *ear) since(at int) []int16 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.samples[min(at, len(e.samples)):])
}

// await waits until a text is heard after sample at, and returns where it
// begins. It is known by any loud fifth of a second of it: a player that was held
// up leaves a frame out now and then.
func (e *ear) await(t *testing.T, want []int16, at int) int {
	t.Helper()
	best := 0.0
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(200 * time.Millisecond) {
		heard := e.since(at)
		for from := 1200; from+piece <= min(len(want), 1200+5*piece); from += piece {
			if !loud(want[from:][:piece]) {
				continue
			}
			like, where := find(heard, want[from:][:piece])
			if like > 0.95 {
				return max(at, at+where-from)
			}
			best = max(best, like)
		}
	}
	t.Fatalf("not heard in time; at most by %.2f", best)
	return 0
}

// piece is how many samples are enough to know a text by.
const piece = 1600

// find returns how much of part is in heard, and where. It goes by every fourth
// place first: a voice changes little within half a millisecond.
func find(heard, part []int16) (best float64, where int) {
	for at := 0; at+len(part) <= len(heard); at += 4 {
		if l := alike(heard[at:], part, 7); l > best {
			best, where = l, at
		}
	}
	for at := max(0, where-4); at <= where+4 && at+len(part) <= len(heard); at++ {
		if l := alike(heard[at:], part, 1); l > best {
			best = l
		}
	}
	return best, where
}

// press presses keys, as RFC 4733 has it.
func press(t *testing.T, r *ringing, keys string) {
	t.Helper()
	p := media.NewPlayer()
	defer p.Close()
	<-p.Dial(r.audio, keys).Done()
}

func TestAMenuTellsOfAnOrder(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		putMenu(t, w, shopMenu)
		addOrder(t, w, 104, "+79215550144")
	})
	h.whole(8)
	ask, number, phone := words(t, "О заказе нажмите один. Сообщение оставьте по тройке."), words(t, "Наберите номер заказа."), words(t, "И четыре цифры телефона.")
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	call := h.phone().ring(h, "84950000001", "89215550144")
	e := listenTo(call.audio)
	await[sipua.Answered](t, call)
	at := e.await(t, ask, 0)
	press(t, call, "1") // in the middle of the question
	cut := len(e.since(0))
	at = e.await(t, number, at)
	if at > cut+8000/2 {
		t.Errorf("the next question begins %d ms after the key", (at-cut)/8)
	}
	if like, _ := find(e.since(0), ask[len(ask)-6000:][:3000]); like > 0.8 {
		t.Errorf("the end of the question is heard although a key was pressed in its middle (%.2f)", like)
	}
	press(t, call, "104#")
	at = e.await(t, phone, at)
	press(t, call, "0144")
	e.await(t, words(t, tellOrder(t)), at)
	call.leg.Press(sipua.Digit{Digit: '0'}) // by INFO
	r := next(t, desk)
	desk.answer(t, r)
	h.until("the call is talking", "select 1 from shop.call where state = 'talking'")
	h.until("what was typed can be erased", "select 1 from shop.menu_entry where node = 'phone' and digits = '0144'")
	h.until("the number was whole", "select 1 from shop.menu_entry where node = 'number' and digits = '104'")
	if n := tenanttest.One[int](t, h.w, "select count(*) from shop.call_event where body::text like '%0144%'"); n != 0 {
		t.Errorf("%d events have the digits of a telephone", n)
	}
	if n := tenanttest.One[int](t, h.w, "select count(*) from shop.call_event where kind in ('ask', 'chosen', 'entered', 'told', 'left')"); n != 7 {
		t.Errorf("the journal has %d events of the menu, want 7", n)
	}
}

// tellOrder is what is said of order 104, which was confirmed today.
func tellOrder(t *testing.T) string {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	return "Заказ номер сто четыре. Он подтверждён " + say.Russian.Day(time.Now().In(zone), say.Genitive) + "."
}

// addOrder gives shop a a confirmed order.
func addOrder(t *testing.T, w *tenanttest.World, no int, phone string) {
	t.Helper()
	w.Admin(t, `with s as (insert into shop.catalogue_source (shop_id, id, format, location, created_at)
		  values ($1, gen_random_uuid(), 'yml', 'https://a.example/feed.yml', now()) returning id),
		n as (insert into shop.snapshot (shop_id, id, seq, source_id, state, taken_at, published_at, item_count)
		  select $1, gen_random_uuid(), 1, s.id, 'published', now(), now(), 0 from s returning id),
		o as (insert into shop."order" (shop_id, id, no, snapshot_id, status, currency, total_minor, created_at, confirmed_at)
		  select $1, gen_random_uuid(), $2, n.id, 'confirmed', 'RUB', 100, now(), now() from n returning id)
		insert into shop.order_contact (shop_id, order_id, phone) select $1, o.id, $3 from o`, w.A.ID.UUID(), no, phone)
}

// alike is how much two pieces of sound are the same, by every step-th sample.
func alike(heard, part []int16, step int) float64 {
	dot, a, b := 0.0, 0.0, 0.0
	for i := 0; i < len(part); i += step {
		h, w := float64(heard[i]), float64(part[i])
		dot, a, b = dot+h*w, a+h*h, b+w*w
	}
	if a == 0 || b == 0 {
		return 0
	}
	return dot / math.Sqrt(a*b)
}

// A wrong key is told, silence is asked once more, and then a person is rung.
func TestAWrongKeyAndSilence(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		putMenu(t, w, shopMenu)
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	h.whole(8)
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	call := h.phone().ring(h, "84950000001", "89215550144")
	e := listenTo(call.audio)
	await[sipua.Answered](t, call)
	at := e.await(t, words(t, "О заказе нажмите один. Сообщение оставьте по тройке."), 0)
	press(t, call, "8")
	at = e.await(t, words(t, "Такой кнопки нет."), at)
	e.await(t, words(t, "Соединяю."), at)
	next(t, desk)
	h.until("the call waits", "select 1 from shop.call where state = 'waiting' and greeting_ms > 2000")
}

// speaker is a voice behind HTTP that may be down.
func speaker(t *testing.T) (voice telephony.Speech, down *atomic.Bool) {
	t.Helper()
	down = &atomic.Bool{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Input, Language string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || down.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		file, err := speech.Espeak{}.Speak(r.Context(), speech.Text{Language: asked.Language, Words: asked.Input})
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(file)
	}))
	t.Cleanup(srv.Close)
	return telephony.Speech{URL: srv.URL, Voice: "test"}, down
}

// The voice is down from the start: nobody meets the menu, and nobody waits for it.
func TestWithoutAVoiceACallReachesAPerson(t *testing.T) {
	t.Parallel()
	voice, down := speaker(t)
	down.Store(true)
	h := openWith(t, voice, func(w *tenanttest.World) { putMenu(t, w, shopMenu) })
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	call := h.phone().ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, call)
	desk.answer(t, next(t, desk))
	h.until("the call is talking", "select 1 from shop.call where state = 'talking'")
	if n := tenanttest.One[int](t, h.w, "select count(*) from shop.call_event where kind = 'ask'"); n != 0 {
		t.Error("a menu was opened that nobody can say")
	}
}

// The voice is lost while a caller is in the menu: what can't be said any more
// leads to a person.
func TestAVoiceThatIsLostLeadsToAPerson(t *testing.T) {
	t.Parallel()
	voice, down := speaker(t)
	h := openWith(t, voice, func(w *tenanttest.World) {
		putMenu(t, w, shopMenu)
		addOrder(t, w, 104, "+79215550144")
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	h.whole(8)
	down.Store(true)
	desk := h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	call := h.phone().ring(h, "84950000001", "89215550144")
	await[sipua.Answered](t, call)
	h.until("the menu is open", "select 1 from shop.call where state = 'menu'")
	press(t, call, "1104#0144")
	desk.answer(t, next(t, desk))
	h.until("the call is talking", "select 1 from shop.call where state = 'talking'")
}

// A message is recorded from the tone on, ends with the speaker's silence, and
// is owed a call.
func TestAMessageIsLeft(t *testing.T) {
	t.Parallel()
	h := open(t, func(w *tenanttest.World) {
		putMenu(t, w, shopMenu)
		w.Admin(t, "update house.shop set greeting = 'none' where id = $1", w.A.ID.UUID())
	})
	h.whole(8)
	call := h.phone().ring(h, "84950000001", "89215550144")
	e := listenTo(call.audio)
	await[sipua.Answered](t, call)
	h.until("the menu is open", "select 1 from shop.call where state = 'menu'")
	press(t, call, "3")
	at := e.await(t, words(t, "Говорите."), 0)
	h.until("it is recorded", "select 1 from shop.recording where kind = 'voicemail' and state = 'recording'")
	player := media.NewPlayer()
	defer player.Close()
	<-player.Play(call.audio, media.NewClip(tone.Sine(620, 2*8000))).Done()
	if heard := e.since(at); !heardTone(heard, 880) {
		t.Error("no tone is heard before the message")
	}
	if ended := await[sipua.Ended](t, call); !ended.ByPeer {
		t.Errorf("ended %+v, want by the switchboard, after silence", ended)
	}
	h.until("the message is owed a call", `select 1 from shop.lost_call l join shop.task t on t.id = l.task_id join shop.call c on c.id = l.call_id
		where l.reason = 'voicemail' and c.outcome = 'voicemail' and t.state = 'open' and l.words like 'Оставил сообщение, 2 с%'`)
	h.until("somebody is told", "select 1 from house.outbox where kind = 'voicemail.left'")
	h.until("the recording is ready", "select 1 from shop.recording where state = 'ready' and duration_ms between 5000 and 20000")
	tape := h.sound()
	left, right := tape.Channels[0], tape.Channels[1]
	if !heardTone(left, 620) || heardTone(left, 880) || loud(right) {
		t.Error("the message has not the speaker alone")
	}
}

// heardTone reports whether a tone is in some quarter of a second.
func heardTone(samples []int16, frequency float64) bool {
	for at := 0; at+2000 <= len(samples); at += 1000 {
		if tone.Heard(samples[at:at+2000], frequency) {
			return true
		}
	}
	return false
}
