// A stage for the desk: the API and the telephone as the page sees them, without a server.
import assert from 'node:assert/strict';
import { targets } from './desk-moves.mjs';
import { buyer, call, cruel, day, desk, disposition, draft, id, iso, items, leg, states, walk } from './desk-things.mjs';

const session = (locale) => ({
  csrf_token: 'token',
  expires_at: iso(3_600_000),
  account: { id: id(4), name: 'Анна Белова', email: 'anna@floor.test', locale, shops: [], staff: ['operator'] },
});

/** Answers the page's API as it is in a state; `with` changes single answers. */
export async function setStage(page, { locale = 'ru', state = 'idle', ...change } = {}) {
  const hard = change.cruel ? cruel : {};
  const answers = {
    '/session': session(locale),
    '/desk': { ...desk, ...states[state], ...hard.desk, ...change.desk, now: iso(change.clock ?? 0) },
    [`/calls/${call}/walk`]: change.walk ?? hard.walk ?? walk,
    [`/calls/${call}/buyer`]: hard.buyer ?? buyer,
    [`/desk/calls/${call}/draft`]: hard.draft ?? draft,
    [`/desk/calls/${call}/disposition`]: disposition,
    [`/desk/calls/${call}/targets`]: change.targets ?? targets,
    '/catalogue/items': { items },
    '/catalogue/comparison': {
      items: items.slice(0, 2),
      rows: [
        { name: 'Размер', values: ['205/55 R16', '205/55 R16'], differ: false },
        { name: 'Шум', values: ['70 дБ', '72 дБ'], differ: true },
        { name: 'Шипы', values: ['190', '130'], differ: true },
      ],
    },
    '/desk/day': day,
    '/orders': { items: change.orders ?? [], next_cursor: null },
    '/desk/tickets': { ticket: 'ticket' },
  };
  await page.route('**/api/v1/**', (route) => {
    const path = new URL(route.request().url()).pathname.replace('/api/v1', '');
    const refused = change.refuse?.(route.request(), path);
    if (refused) return refused === 'abort' ? route.abort() : route.fulfill(refused);
    const json = answers[path];
    if (path.endsWith('/draft') && route.request().method() === 'PUT') {
      const sent = route.request().postDataJSON();
      return route.fulfill({ json: { ...answers[path], revision: sent.revision + 1, body: sent.body } });
    }
    return json
      ? route.fulfill({ json })
      : route.fulfill({ status: 404, json: { status: 404, code: 'not_found', title: 'Not Found', detail: path } });
  });
  return answers;
}

/** A telephone that connects at once and says what `say` sends; the returned function sends more. */
export async function setPhone(page, { shown, busy, refusal = '' } = {}) {
  await page.addInitScript((refused) => {
    localStorage.setItem('switchboard.phone', 'browser');
    window.stage = { refusal: refused, track: undefined }; // the error's name that a microphone answers with, and the one in use
    navigator.mediaDevices.getUserMedia = async () => {
      if (window.stage.refusal) throw new DOMException('refused', window.stage.refusal);
      const { stream } = new AudioContext().createMediaStreamDestination();
      window.stage.track = stream.getAudioTracks()[0];
      return stream;
    };
    window.RTCPeerConnection = class extends EventTarget {
      connectionState = 'new';
      localDescription = { sdp: 'v=0' };
      addTrack() {}
      addTransceiver() {}
      getSenders = () => [];
      createOffer = async () => ({ sdp: 'v=0' });
      setLocalDescription = async () => {};
      setRemoteDescription = async () => {
        this.connectionState = 'connected';
        this.dispatchEvent(new Event('connectionstatechange'));
      };
      getStats = async () => new Map();
      close() {}
    };
  }, refusal);
  const phone = { say: () => {}, heard: [] };
  await page.routeWebSocket('**/rtc', (ws) => {
    let n = 0;
    phone.say = (m) => ws.send(JSON.stringify({ v: 1, n: ++n, ack: 0, ...m }));
    phone.close = (code) => ws.close({ code });
    ws.onMessage((text) => {
      const m = JSON.parse(text);
      phone.heard.push(m);
      const welcome = {
        v: 1,
        type: 'welcome',
        token: 'T',
        resumed: false,
        heard: 0,
        law: 'PCMA',
        ice: [],
        grace_ms: 60_000,
        ...(shown && { state: shown }),
      };
      if (m.type === 'hello' && busy) ws.send(JSON.stringify({ v: 1, type: 'busy', device: 'Chrome, Windows' }));
      else if (m.type === 'hello' || m.type === 'take') ws.send(JSON.stringify(welcome));
      if (m.type === 'offer') phone.say({ type: 'answer', id: m.id, sdp: 'v=0' });
    });
  });
  return phone;
}

export const talkingOnPhone = { phase: 'talking', leg, call, held: false, away: false };
export const ringingOnPhone = { phase: 'ringing', leg, call, held: false, away: false, for_ms: 8000 };
assert(items.length === 5, 'the stage is set');
