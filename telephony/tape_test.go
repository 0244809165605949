package telephony_test

import (
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"switchboard/telephony/command"
	"switchboard/telephony/media"
	"switchboard/telephony/media/tone"
	"switchboard/telephony/media/wav"
	"switchboard/telephony/sipua"
	"switchboard/tenant"
	"switchboard/tenant/cdr"
	"switchboard/tenant/depot"
	"switchboard/tenant/keyring"
	"switchboard/tenant/recording"
	"switchboard/tenant/tenanttest"
)

// The tones that the tests look for on tapes.
const (
	spokenTone = 700  // what the buyer says
	answerTone = 1300 // what the operator says
	secretTone = 1900 // what must not be kept
)

// talking is a call between a buyer and an operator with telephones.
type talking struct {
	*house
	buyer, desk *ringing
	at          *phone // the operator's
	anna        uuid.UUID
	call        uuid.UUID
	player      *media.Player
	ears        [2]hearing // the buyer's, the operator's
}

// talk begins one at a shop without a greeting, or with one.
func (h *house) talk() *talking {
	h.t.Helper()
	buyer, desk := h.phone(), h.phone()
	k := &talking{house: h, at: desk, anna: h.operator("anna", desk, h.w.A), player: media.NewPlayer()}
	h.t.Cleanup(k.player.Close)
	h.onDuty(1)
	k.buyer = buyer.ring(h, "84950000001", "89215550144")
	k.desk = next(h.t, desk)
	desk.answer(h.t, k.desk)
	h.until("the call is talking", "select 1 from shop.call where state = 'talking'")
	k.call = tenanttest.One[uuid.UUID](h.t, h.w, "select id from shop.call")
	k.ears = [2]hearing{earOf(k.buyer.audio), earOf(k.desk.audio)}
	return k
}

// silently has no shop greet anybody.
func silently(t *testing.T) func(*tenanttest.World) {
	return func(w *tenanttest.World) { w.Admin(t, "update house.shop set greeting = 'none'") }
}

// say has both speak until each has heard so many frames of the other.
func (k *talking) say(buyer, desk float64, n int) {
	k.t.Helper()
	k.ears[0].forget()
	k.ears[1].forget()
	a := k.player.Loop(k.buyer.audio, media.NewClip(tone.Sine(buyer, 8000)))
	defer a.Stop()
	b := k.player.Loop(k.desk.audio, media.NewClip(tone.Sine(desk, 8000)))
	defer b.Stop()
	k.eventually("both hear each other", func() bool { return k.ears[0].frames(desk) >= n && k.ears[1].frames(buyer) >= n })
}

func (k *talking) order(v command.Verb) {
	k.t.Helper()
	c := command.NewClient(k.node.ControlURL(), "test")
	if err := c.Do(k.t.Context(), command.Order{Verb: v, Operator: k.anna, Call: k.call}); err != nil {
		k.t.Fatal(err)
	}
}

// tape hangs up and returns what was recorded.
func (k *talking) tape() wav.Sound {
	k.t.Helper()
	k.buyer.leg.Hangup("bye")
	await[sipua.Ended](k.t, k.desk)
	k.until("the recording is ready", "select 1 from shop.recording where state = 'ready'")
	return k.sound()
}

// sound opens the recording.
func (h *house) sound() wav.Sound {
	h.t.Helper()
	masters, err := keyring.ParseMasters(masterKey)
	if err != nil {
		h.t.Fatal(err)
	}
	spool, err := os.OpenRoot(h.recordings)
	if err != nil {
		h.t.Fatal(err)
	}
	defer spool.Close()
	store, err := depot.Config{}.Open(h.recordings)
	if err != nil {
		h.t.Fatal(err)
	}
	lib := recording.Library{Spool: spool, Store: store, Masters: masters}
	var reader recording.Reader
	err = h.w.DB.Within(h.t.Context(), h.w.A.Scope, func(tx tenant.Tx) error {
		rec, err := cdr.RecordingOf(tx, tenanttest.One[uuid.UUID](h.t, h.w, "select call_id from shop.recording"))
		if err == nil {
			reader, err = lib.Reader(tx, rec)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	file, err := lib.Open(h.t.Context(), reader)
	if err != nil {
		h.t.Fatal(err)
	}
	defer file.Close()
	b, err := io.ReadAll(file)
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := wav.Read(b)
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// gap is the only one of the recording, in samples.
func (h *house) gap() (from, to int) {
	h.t.Helper()
	from = tenanttest.One[int](h.t, h.w, "select (gaps->0->>'from_ms')::int from shop.recording where jsonb_array_length(gaps) = 1")
	to = tenanttest.One[int](h.t, h.w, "select coalesce((gaps->0->>'to_ms')::int, 0) from shop.recording")
	return from * 8, to * 8
}

// stoodStill fails if a stretch of the tape is not.
func stoodStill(t *testing.T, s wav.Sound, from, to int) {
	t.Helper()
	for c, samples := range s.Channels {
		for i, v := range samples[from:to] {
			if v > 16 || v < -16 {
				t.Fatalf("channel %d has %d at %d ms of a span in which it stood still", c, v, (from+i)/8)
			}
		}
	}
}

// unheard fails if a tone is anywhere on the tape.
func unheard(t *testing.T, s wav.Sound, freq float64) {
	t.Helper()
	const frame = 160
	for c, samples := range s.Channels {
		for i := 0; i+frame <= len(samples); i += frame {
			if tone.Heard(samples[i:i+frame], freq) {
				t.Fatalf("channel %d has %v Hz at %d ms", c, freq, i/8)
			}
		}
	}
}

// What is said while the recording stands still is not on it, said by whom it may
// be, and what is said before and after is.
func TestASecretIsNotOnTheTape(t *testing.T) {
	t.Parallel()
	k := open(t, silently(t)).talk()
	k.say(spokenTone, answerTone, 50)
	k.order(command.PauseTape)
	k.until("it stands still", "select 1 from shop.recording where gaps->0->>'to_ms' is null and jsonb_array_length(gaps) = 1")
	desk, err := command.NewClient(k.node.ControlURL(), "test").Desk(t.Context(), k.anna)
	if err != nil || desk.Call.Tape.State != "paused" || time.Until(*desk.Call.Tape.Until) < 100*time.Second {
		t.Errorf("the desk says %+v, %v", desk.Call.Tape, err)
	}
	k.say(secretTone, secretTone, 75)
	k.order(command.ResumeTape)
	k.until("it goes on", "select 1 from shop.recording where gaps->0->>'to_ms' is not null")
	k.say(spokenTone, answerTone, 75)
	s := k.tape()
	from, to := k.gap()
	if long := (to - from) / 8; long < 1500 {
		t.Errorf("it stood still for %d ms", long)
	}
	stoodStill(t, s, from, to)
	unheard(t, s, secretTone)
	for c, freq := range []float64{spokenTone, answerTone} {
		if before, after := frames(s.Channels[c][:from], freq), frames(s.Channels[c][to:], freq); before < 20 || after < 20 {
			t.Errorf("channel %d has its tone in %d frames before, %d after", c, before, after)
		}
	}
	kinds := tenanttest.One[string](t, k.w, "select string_agg(kind, ' ' order by seq) from shop.call_event where kind like 'tape-%'")
	if kinds != "tape-paused tape-resumed" {
		t.Errorf("journalled: %s", kinds)
	}
}

// TestBothKindsOfDeviceStandStill: while everybody talks on, at a telephone or at
// a page, a span in which the recording stands still has none of it.
func TestBothKindsOfDeviceStandStill(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"phone", "browser"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			st := talk(t, kind, "phone")
			order := func(v command.Verb) {
				if err := st.client.Do(t.Context(), command.Order{Verb: v, Operator: st.anna, Call: st.id}); err != nil {
					t.Fatal(err)
				}
			}
			st.talkOn(25)
			order(command.PauseTape)
			st.talkOn(75) // they do hear each other
			order(command.ResumeTape)
			st.talkOn(75)
			st.buyer.hang()
			st.until("the recording is ready", "select 1 from shop.recording where state = 'ready'")
			s := st.sound()
			from, to := st.gap()
			if to-from < 1400*8 { // what was under way when it began
				t.Errorf("it stood still for %d ms", (to-from)/8)
			}
			stoodStill(t, s, from, to)
			for c, freq := range []float64{buyerTone, operatorTone} {
				if n := frames(s.Channels[c][to:], freq); n < 20 {
					t.Errorf("then channel %d has its tone in %d frames", c, n)
				}
			}
		})
	}
}

// An operator who forgets the field does not lose the rest of the call.
func TestTheTapeGoesOnByItself(t *testing.T) {
	t.Parallel()
	k := open(t, silently(t), func(w *tenanttest.World) {
		w.Admin(t, "alter table house.shop drop constraint shop_secret_seconds_check")
		w.Admin(t, "update house.shop set secret_seconds = 1")
	}).talk()
	k.order(command.PauseTape)
	k.until("it goes on", "select 1 from shop.call_event where kind = 'tape-resumed' and body->>'why' = 'time'")
	k.say(spokenTone, answerTone, 75)
	s := k.tape()
	_, to := k.gap()
	if n := frames(s.Channels[0][to:], spokenTone); n < 20 {
		t.Errorf("then the buyer is on it in %d frames", n)
	}
}

// A buyer who does not want to be recorded is not, from then on; where that was
// is in the journal.
func TestABuyerObjects(t *testing.T) {
	t.Parallel()
	k := open(t, silently(t)).talk()
	k.say(spokenTone, answerTone, 50)
	k.order(command.StopTape)
	k.until("the recording is closed, the call goes on", `select 1 from shop.recording r join shop.call c on c.id = r.call_id
		where r.state = 'ready' and c.state = 'talking'`)
	k.say(secretTone, secretTone, 50)
	k.order(command.PauseTape) // nothing to stand still: no error
	k.order(command.ResumeTape)
	s := k.tape()
	unheard(t, s, secretTone)
	k.until("the proof", `select 1 from shop.call_event e join shop.recording r on r.call_id = e.call_id
		where e.kind = 'objected' and (e.body->>'offset_ms')::bigint between 500 and r.duration_ms + 100 and e.body->>'by' = 'operator'`)
}

// A buyer says so by the key that the shop's notice names: the tape ends there, and
// who said it is told.
func TestABuyerObjectsByAKey(t *testing.T) {
	t.Parallel()
	k := open(t, silently(t), func(w *tenanttest.World) { w.Admin(t, "update house.shop set refusal_key = '2'") }).talk()
	k.say(spokenTone, answerTone, 50)
	press(t, k.buyer, "1") // another
	k.until("it is still recorded", "select 1 from shop.recording where state = 'recording'")
	press(t, k.buyer, "2")
	k.until("the recording is closed, the call goes on", `select 1 from shop.recording r join shop.call c on c.id = r.call_id
		where r.state = 'ready' and c.state = 'talking'`)
	k.say(secretTone, secretTone, 50)
	s := k.tape()
	unheard(t, s, secretTone)
	k.until("the proof", `select 1 from shop.call_event e join shop.recording r on r.call_id = e.call_id
		where e.kind = 'objected' and (e.body->>'offset_ms')::bigint between 100 and r.duration_ms + 100 and e.body->>'by' = 'caller'`)
}

// A telephone that gives back all that it hears has nothing on the tape of what
// it heard before the recording began: neither the notice nor the music.
func TestTheTapeBeginsAfterTheNotice(t *testing.T) {
	t.Parallel()
	h := open(t)
	notice := sound(t, "media/prompt/sound/ru.recorded.wav")
	buyer, desk := h.phone(), h.phone()
	h.operator("anna", desk, h.w.A)
	h.onDuty(1)
	k := &talking{house: h, buyer: buyer.ring(h, "84950000001", "89215550144")}
	var mu sync.Mutex
	var heard []int16
	k.buyer.audio.SetSink(func(p *media.Packet) {
		mu.Lock()
		heard = append(heard, p.Law.Decode(p.Payload)...)
		mu.Unlock()
		k.buyer.audio.Send(p)
	})
	k.desk = next(t, desk)
	desk.answer(t, k.desk)
	h.until("the call is talking", "select 1 from shop.call where state = 'talking'")
	<-time.After(700 * time.Millisecond)
	s := k.tape()
	mu.Lock()
	defer mu.Unlock()
	if !has(heard, notice) {
		t.Error("the buyer does not hear the notice")
	}
	if a := likeness(s.Channels[0], notice); a > 0.7 || len(s.Channels[0]) < 4000 {
		t.Errorf("the tape has %d samples, the notice by %.2f", len(s.Channels[0]), a)
	}
	if tenanttest.One[bool](t, h.w, "select r.offset_ms < c.greeting_ms from shop.recording r join shop.call c on c.id = r.call_id") {
		t.Error("it began before the greeting's end")
	}
}
