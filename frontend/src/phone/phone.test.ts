import { expect, test } from 'vitest';
import { type Act, type Input, newPhone, type Phone, reachable, speaks, step } from './phone';
import { type Heard, read } from './protocol';

/** Plays inputs at the margin of a story, and keeps all that was to be done. */
function play(phone: Phone, ...inputs: Input[]): { phone: Phone; acts: Act[] } {
  const acts: Act[] = [];
  let now = phone;
  for (const input of inputs) {
    const next = step(now, input);
    now = next.phone;
    acts.push(...next.acts);
  }
  return { phone: now, acts };
}

const says = (at: number, message: object): Input => {
  const heard = read(JSON.stringify({ v: 1, ...message }));
  if (!heard) throw new Error('no message');
  return { type: 'heard', at, message: heard };
};
const welcome = { type: 'welcome', token: 'T1', resumed: false, heard: 0, law: 'PCMA', ice: [{ urls: ['stun:s'] }], grace_ms: 45_000 };
const sent = (acts: Act[]) => acts.flatMap((a) => (a.do === 'put' ? [a.message] : []));
const doings = (acts: Act[]) => acts.map((a) => a.do);

const up = () =>
  play(
    newPhone('Chrome'),
    { type: 'start', at: 0 },
    { type: 'ticket', at: 1, ticket: 'K' },
    { type: 'opened', at: 2 },
    says(3, welcome),
    { type: 'made', at: 4, id: 1, sdp: 'offer' },
    says(5, { type: 'answer', n: 1, ack: 1, id: 1, sdp: 'answer' }),
    { type: 'connection', at: 6, state: 'connected' },
  );
const ring = { type: 'ring', n: 2, ack: 1, leg: 'L', call: 'C', for_ms: 12_000, card: { id: 'C' } };
const talk = () =>
  play(
    up().phone,
    says(10, ring),
    { type: 'ask', at: 20, ask: { type: 'answer', leg: 'L' } },
    says(30, { type: 'joined', n: 3, ack: 2, leg: 'L' }),
  );

test('a page asks for a ticket, says hello, offers audio, and can be rung', () => {
  const { phone, acts } = up();
  expect(doings(acts)).toEqual(['ask ticket', 'open', 'put', 'keep token', 'offer', 'put', 'put', 'connect']);
  expect(sent(acts)).toEqual([
    { v: 1, type: 'hello', ticket: 'K', device: 'Chrome' },
    { v: 1, type: 'offer', id: 1, sdp: 'offer', n: 1, ack: 0 },
    { v: 1, type: 'ack', ack: 1 },
  ]);
  expect(reachable(phone)).toBe(true);
  expect(phone.unheard).toEqual([]);
});

test('the microphone opens when the call is joined, and not before', () => {
  const rung = play(up().phone, says(10, ring));
  expect(rung.phone.call).toEqual({ leg: 'L', call: 'C', card: { id: 'C' }, phase: 'ringing', until: 12_010 });
  const answered = play(rung.phone, { type: 'ask', at: 20, ask: { type: 'answer', leg: 'L' } });
  expect(answered.phone.call?.phase).toBe('answered');
  expect(speaks(answered.phone)).toBe(false);
  const joined = play(answered.phone, says(30, { type: 'joined', n: 3, ack: 2, leg: 'L' })).phone;
  expect(speaks(joined)).toBe(true);
  expect(speaks(play(joined, { type: 'mute', at: 31, muted: true }).phone)).toBe(false);
  expect(speaks(play(joined, says(32, { type: 'held', n: 4, leg: 'L', held: true })).phone)).toBe(false);
  expect(speaks(play(joined, says(33, { type: 'ended', n: 4, leg: 'L', reason: 'the buyer hung up' })).phone)).toBe(false);
});

test('an answer that came too late shows no call', () => {
  const { phone } = play(
    up().phone,
    says(10, ring),
    { type: 'ask', at: 20, ask: { type: 'answer', leg: 'L' } },
    says(30, { type: 'stop', n: 3, leg: 'L', reason: 'too late' }),
  );
  expect(phone.call).toBeUndefined();
});

test('what was pressed without a link is sent once when it is back', () => {
  const cut = play(
    talk().phone,
    { type: 'closed', at: 100, code: 1006, chance: 0 },
    { type: 'ask', at: 110, ask: { type: 'hold', leg: 'L' } },
  );
  expect(sent(cut.acts)).toEqual([]);
  const state = { phase: 'talking', leg: 'L', call: 'C', held: false, away: true };
  const back = play(
    cut.phone,
    { type: 'tick', at: 225 },
    { type: 'opened', at: 230 },
    says(240, { ...welcome, resumed: true, heard: 2, state }),
  );
  expect(sent(back.acts)).toEqual([
    { v: 1, type: 'hello', token: 'T1', ack: 3, device: 'Chrome' },
    { v: 1, type: 'hold', leg: 'L', n: 3, ack: 3 },
  ]);
  const twice = play(
    back.phone,
    { type: 'closed', at: 250, code: 1006, chance: 0 },
    { type: 'tick', at: 500 },
    { type: 'opened', at: 510 },
    says(520, { ...welcome, resumed: true, heard: 3, state }),
  );
  expect(sent(twice.acts).filter((m) => m.type === 'hold')).toEqual([]);
});

test('what is heard twice is one thing, and is confirmed once', () => {
  const once = play(up().phone, says(10, ring));
  const twice = play(once.phone, says(11, { ...ring, leg: 'other' }));
  expect(twice.phone).toEqual(once.phone);
  expect(twice.acts).toEqual([]);
});

test('a ring that is replayed after its answer does not ring again', () => {
  const { phone } = play(
    talk().phone,
    { type: 'closed', at: 100, code: 1006, chance: 0 },
    { type: 'tick', at: 300 },
    { type: 'opened', at: 310 },
    says(320, { ...welcome, resumed: false, heard: 2, state: { phase: 'talking', leg: 'L', call: 'C', held: true, away: false } }),
    says(321, { ...ring, n: 9 }),
  );
  expect(phone.call).toMatchObject({ leg: 'L', call: 'C', phase: 'talking', held: true, muted: false });
});

test('muting outlives a cut', () => {
  const { phone } = play(
    talk().phone,
    { type: 'mute', at: 90, muted: true },
    { type: 'closed', at: 100, code: 1006, chance: 0 },
    { type: 'tick', at: 300 },
    { type: 'opened', at: 310 },
    says(320, { ...welcome, resumed: true, heard: 2, state: { phase: 'talking', leg: 'L', call: 'C', held: false, away: true } }),
  );
  expect(phone.call).toMatchObject({ phase: 'talking', muted: true });
  expect(phone.cutSince).toBeUndefined();
});

test('tries are counted, waits grow to 5 s, half of each is chance', () => {
  let phone = talk().phone;
  const waits: number[] = [];
  for (let i = 0; i < 8; i++) {
    phone = step(phone, { type: 'closed', at: 1000 * i, code: 1006, chance: 1 }).phone;
    if (phone.link.at !== 'cut') throw new Error('not cut');
    expect(phone.link.tries).toBe(i + 1);
    waits.push(phone.link.retry - 1000 * i);
    phone = step(phone, { type: 'tick', at: phone.link.retry }).phone;
  }
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
  expect(phone.cutSince).toBe(0);
  const lucky = step(talk().phone, { type: 'closed', at: 0, code: 1006, chance: 0 }).phone.link;
  expect(lucky).toEqual({ at: 'cut', tries: 1, retry: 125 });
});

test('a token that is no good is followed by a ticket; a ticket that is no good by another', () => {
  const lost = play(
    talk().phone,
    { type: 'closed', at: 100, code: 1006, chance: 0 },
    { type: 'tick', at: 300 },
    { type: 'opened', at: 301 },
  );
  const again = play(lost.phone, { type: 'closed', at: 302, code: 4410, chance: 0 });
  expect(doings(again.acts)).toEqual(['ask ticket']);
  const refused = play(
    again.phone,
    { type: 'ticket', at: 303, ticket: 'K2' },
    { type: 'opened', at: 304 },
    { type: 'closed', at: 305, code: 4401, chance: 0 },
  );
  expect(refused.phone.link).toMatchObject({ at: 'cut', tries: 2 });
  expect(doings(play(refused.phone, { type: 'tick', at: 9000 }).acts)).toEqual(['ask ticket']);
});

test('ends that mean something are not followed by a try', () => {
  const ends = [4400, 4409, 4412].map((code) => {
    const { phone, acts } = play(talk().phone, { type: 'closed', at: 100, code, chance: 0 }, { type: 'tick', at: 99_000 });
    expect(doings(acts)).toEqual(['silence', 'keep token']);
    expect(phone.call).toBeUndefined();
    return phone.link;
  });
  expect(ends).toEqual([
    { at: 'over', why: 'foreign' },
    { at: 'over', why: 'taken' },
    { at: 'over', why: 'shift' },
  ]);
});

test('a desk that moves to another node is opened there, and on its own node while it has a call', () => {
  const moved = play(
    talk().phone,
    { type: 'closed', at: 100, code: 4413, chance: 0, node: 'node2' },
    { type: 'tick', at: 9_000 },
    { type: 'ticket', at: 9_001, ticket: 'K2' },
  );
  expect(moved.acts.filter((a) => a.do === 'open')).toEqual([{ do: 'open', node: 'node2' }]);
  const there = play(moved.phone, { type: 'opened', at: 9_002 }, says(9_003, { ...welcome, node: 'node2' }));
  const back = play(there.phone, { type: 'closed', at: 9_100, code: 1006, chance: 0 }, { type: 'tick', at: 18_000 });
  expect(back.acts).toEqual([{ do: 'open', node: 'node2' }]);
  const dead = play(back.phone, { type: 'closed', at: 18_100, code: 4410, chance: 0 }, { type: 'ticket', at: 18_101, ticket: 'K3' });
  expect(dead.acts).toEqual([{ do: 'ask ticket' }, { do: 'open' }]);
});

test('a page that finds the desk open elsewhere takes it only when asked to', () => {
  const busy = play(
    newPhone('Chrome'),
    { type: 'start', at: 0 },
    { type: 'ticket', at: 1, ticket: 'K' },
    { type: 'opened', at: 2 },
    says(3, { type: 'busy', device: 'Firefox' }),
  );
  expect(busy.phone.link).toEqual({ at: 'busy', device: 'Firefox' });
  expect(sent(play(busy.phone, { type: 'take', at: 4 }).acts)).toEqual([{ v: 1, type: 'take' }]);
  expect(play(busy.phone, { type: 'take', at: 4 }, says(5, welcome)).phone.link).toEqual({ at: 'up' });
});

test('a page that lost the desk to another takes it back in one go', () => {
  const lost = play(talk().phone, { type: 'closed', at: 100, code: 4409, chance: 0 }).phone;
  const { phone, acts } = play(
    lost,
    { type: 'take', at: 200 },
    { type: 'ticket', at: 201, ticket: 'K2' },
    { type: 'opened', at: 202 },
    says(203, { type: 'busy', device: 'Chrome' }),
    says(204, welcome),
  );
  expect(sent(acts).map((m) => m.type)).toEqual(['hello', 'take']);
  expect(phone.taking).toBe(false);
});

test('without a ticket because of the network it tries again; because of the session it waits for somebody', () => {
  const asked = play(newPhone('Chrome'), { type: 'start', at: 0 }).phone;
  expect(step(asked, { type: 'no ticket', at: 1, why: 'network', chance: 0 }).phone.link).toEqual({ at: 'cut', tries: 1, retry: 126 });
  const out = step(asked, { type: 'no ticket', at: 1, why: 'signin', chance: 0 }).phone;
  expect(out.link).toEqual({ at: 'over', why: 'signin' });
  expect(doings(play(out, { type: 'now', at: 2 }).acts)).toEqual(['ask ticket']);
});

test('audio that went is offered again at once, an offer without an answer after 8 s', () => {
  const down = play(talk().phone, says(50, { type: 'media', n: 4, up: false }));
  expect(doings(down.acts)).toEqual(['put', 'offer']);
  expect(play(down.phone, says(60, { type: 'media', n: 5, up: false })).acts.filter((a) => a.do === 'offer')).toEqual([]);
  expect(doings(play(down.phone, { type: 'tick', at: 8_000 }).acts)).toEqual([]);
  expect(doings(play(down.phone, { type: 'tick', at: 8_100 }).acts)).toEqual(['offer']);
  expect(doings(play(talk().phone, { type: 'connection', at: 50, state: 'failed' }).acts)).toEqual(['offer']);
});

test('when the network changes the socket and the audio are made anew', () => {
  const moved = play(talk().phone, { type: 'network', at: 100 });
  expect(doings(moved.acts)).toEqual(['open']);
  const back = play(
    moved.phone,
    { type: 'opened', at: 110 },
    says(120, { ...welcome, resumed: true, heard: 2, state: { phase: 'talking', leg: 'L', call: 'C', held: false, away: false } }),
  );
  expect(doings(back.acts)).toEqual(['put', 'keep token', 'offer']);
});

test('a socket that no longer answers is opened anew, though it says that it is open', () => {
  const quality = (at: number): Input => ({ type: 'ask', at, ask: { type: 'quality', leg: 'L', loss: 0, jitter_ms: 1, rtt_ms: 9 } });
  const answered = play(talk().phone, quality(5_000), says(5_020, { type: 'uplink', n: 4, leg: 'L', received: 250, lost: 0 }), {
    type: 'tick',
    at: 99_000,
  });
  expect(doings(answered.acts)).toEqual(['put', 'put']);
  const silent = play(talk().phone, quality(5_000), quality(10_000), { type: 'tick', at: 13_000 });
  expect(doings(silent.acts)).toEqual(['put', 'put']);
  expect(doings(play(silent.phone, { type: 'tick', at: 13_100 }).acts)).toEqual(['open']);
});

test('audio that was gone for a while means another network', () => {
  expect(doings(play(talk().phone, { type: 'connection', at: 50, state: 'gone' }).acts)).toEqual(['open']);
});

test('an older offer is not sent again, and its answer is not taken', () => {
  const cut = play(
    talk().phone,
    says(50, { type: 'media', n: 4, up: false }),
    { type: 'made', at: 51, id: 2, sdp: 'second' },
    { type: 'closed', at: 52, code: 1006, chance: 0 },
    { type: 'tick', at: 300 },
    { type: 'opened', at: 310 },
    says(320, { ...welcome, resumed: true, heard: 2 }),
  );
  expect(sent(cut.acts).filter((m) => m.type === 'offer')).toHaveLength(1);
  expect(doings(play(cut.phone, says(330, { type: 'answer', n: 5, id: 2, sdp: 'late' })).acts)).toEqual(['put']);
});

test('nothing is asked for a call that is not there', () => {
  const idle = up().phone;
  expect(step(idle, { type: 'ask', at: 1, ask: { type: 'hangup', leg: 'L' } })).toEqual({ phone: idle, acts: [] });
  const rung = play(idle, says(10, ring)).phone;
  expect(step(rung, { type: 'ask', at: 11, ask: { type: 'hold', leg: 'L' } }).acts).toEqual([]);
});

test('what is no message of the protocol changes nothing', () => {
  expect([read('no JSON'), read('[]'), read(undefined), read('{}')]).toEqual([undefined, undefined, undefined, undefined]);
  const strange: Heard | undefined = read('{"v":1,"type":"tomorrow","n":2}');
  if (!strange) throw new Error('an unknown type is a message');
  const { phone } = play(up().phone, { type: 'heard', at: 9, message: strange });
  expect(phone).toEqual({ ...up().phone, ack: 2 });
});

test('a ring outlasts its time only while the server can say so', () => {
  const cut = play(up().phone, says(10, ring), { type: 'closed', at: 11, code: 1006, chance: 1 });
  expect(play(cut.phone, { type: 'tick', at: 12_000 }).phone.call).toBeDefined();
  const late = { ...cut.phone, link: { at: 'cut' as const, tries: 9, retry: 99_999 } };
  expect(play(late, { type: 'tick', at: 13_100 }).phone.call).toBeUndefined();
});
