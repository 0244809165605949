// What the floor shows of what the server says: who waits, who works, who needs somebody. Pure.
import type { Schemas } from '../api/client';
import type { State } from '../ui/palette';

export type Floor = Schemas['Floor'];
export type Call = Schemas['LiveCall'];
export type Person = Schemas['Operator'];

/** Instants are ms of the server's clock. */
export type Instant = number;

export const secondsSince = (at: string, now: Instant): number => Math.max(0, (now - Date.parse(at)) / 1000);

/** How a call, or a person in it, is drawn. */
export function toneOf(call: Call): State {
  switch (call.state) {
    case 'waiting':
      return 'offered';
    case 'held':
      return call.away_until ? 'lost' : 'held';
    case 'moving':
      return 'held';
    case 'wrap-up':
      return 'wrapup';
    case 'talking':
      return 'talking';
    default:
      return 'paused';
  }
}

export type Word = 'waiting' | 'talking' | 'held' | 'moving' | 'wrap-up' | 'greeting' | 'menu' | 'cut' | 'other';
const words: readonly Word[] = ['waiting', 'talking', 'held', 'moving', 'wrap-up', 'greeting', 'menu'];

/** The word for the state of a call. */
export const wordOf = (call: Call): Word => (call.away_until ? 'cut' : (words.find((w) => w === call.state) ?? 'other'));

/** Tells whether a supervisor may be at the call. */
export const isTalk = (call: Call): boolean => ['talking', 'held', 'moving'].includes(call.state);

const tones: Record<Person['state'], State> = {
  away: 'paused',
  idle: 'ready',
  offered: 'offered',
  talking: 'talking',
  'wrap-up': 'wrapup',
  resting: 'paused',
};

export type Seat = { person: Person; call: Call | undefined; tone: State; since: string; need: Need | undefined };

/** Why somebody should look at a person. */
export type Need = 'cut' | 'long-talk' | 'long-hold' | 'long-wrap' | 'long-pause';

/** From when on a state lasts too long, seconds. */
const limits: Record<Exclude<Need, 'cut'>, number> = { 'long-talk': 600, 'long-hold': 120, 'long-wrap': 180, 'long-pause': 1800 };

function needOf(person: Person, call: Call | undefined, now: Instant): Need | undefined {
  if (call?.away_until) return 'cut';
  const lasts = secondsSince(call && isTalk(call) ? call.since : person.since, now);
  const over = (need: Exclude<Need, 'cut'>) => (lasts >= limits[need] ? need : undefined);
  if (call?.state === 'held') return over('long-hold');
  if (person.state === 'talking') return over('long-talk');
  if (person.state === 'wrap-up') return over('long-wrap');
  return person.state === 'away' && person.reason !== '' ? over('long-pause') : undefined;
}

const needs: readonly (Need | undefined)[] = ['cut', 'long-hold', 'long-pause', 'long-talk', 'long-wrap'];
const order: readonly State[] = ['offered', 'talking', 'held', 'wrapup', 'ready', 'paused', 'lost'];

/** The operators, who needs somebody first; of equals the one for whom it has lasted longer. */
export function seats(floor: Floor, now: Instant): Seat[] {
  const calls = new Map(floor.calls.map((c) => [c.id, c]));
  const rank = (s: Seat) => (s.need ? needs.indexOf(s.need) : needs.length + order.indexOf(s.tone));
  return floor.operators
    .map((person): Seat => {
      const call = person.call_id ? calls.get(person.call_id) : undefined;
      const tone = call && isTalk(call) && person.state === 'talking' ? toneOf(call) : tones[person.state];
      return { person, call, tone, since: call && isTalk(call) ? call.since : person.since, need: needOf(person, call, now) };
    })
    .sort((a, b) => rank(a) - rank(b) || a.since.localeCompare(b.since) || a.person.id.localeCompare(b.person.id));
}

export type Line = { key: string; shop: Call; waiting: Call[]; talking: number };

/** The queues that have calls, those that break their promise first. */
export function lines(floor: Floor, now: Instant): Line[] {
  const byQueue = new Map<string, Line>();
  for (const call of floor.calls) {
    const line = byQueue.get(call.queue_id) ?? { key: call.queue_id, shop: call, waiting: [], talking: 0 };
    if (call.state === 'waiting') line.waiting.push(call);
    if (isTalk(call)) line.talking += 1;
    byQueue.set(call.queue_id, line);
  }
  const worst = (l: Line) => Math.min(...l.waiting.map((c) => left(c, now) ?? Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
  return [...byQueue.values()].sort(
    (a, b) => worst(a) - worst(b) || b.waiting.length - a.waiting.length || b.talking - a.talking || a.key.localeCompare(b.key),
  );
}

/** Seconds until the promise breaks; below zero it is broken. */
export const left = (call: Call, now: Instant): number | undefined => (call.due ? (Date.parse(call.due) - now) / 1000 : undefined);

/** How much of the promised wait is used up, 0 to 1. */
export const used = (call: Call, now: Instant): number => {
  const rest = left(call, now);
  if (rest === undefined || call.promise.within_ms <= 0) return 0;
  return Math.min(1, Math.max(0, 1 - (rest * 1000) / call.promise.within_ms));
};

export type Figures = {
  waiting: number;
  oldest: number;
  late: number;
  talking: number;
  held: number;
  wrapup: number;
  idle: number;
  onDuty: number;
  busy: number;
};

export function figures(floor: Floor, now: Instant): Figures {
  const waiting = floor.calls.filter((c) => c.state === 'waiting');
  const people = floor.operators.filter((o) => o.on_duty || o.state !== 'away');
  const busy = people.filter((o) => ['talking', 'offered', 'wrap-up'].includes(o.state)).length;
  return {
    waiting: waiting.length,
    oldest: Math.max(0, ...waiting.map((c) => secondsSince(c.started_at, now))),
    late: waiting.filter((c) => (left(c, now) ?? 1) < 0).length,
    talking: floor.calls.filter((c) => c.state === 'talking').length,
    held: floor.calls.filter((c) => c.state === 'held' || c.state === 'moving').length,
    wrapup: people.filter((o) => o.state === 'wrap-up').length,
    idle: people.filter((o) => o.state === 'idle').length,
    onDuty: people.length,
    busy: people.length > 0 ? busy / people.length : 0,
  };
}

/** The calls in which somebody talks: mine to watch first, then the longest. */
export const talks = (floor: Floor): Call[] =>
  floor.calls.filter(isTalk).sort((a, b) => a.started_at.localeCompare(b.started_at) || a.id.localeCompare(b.id));

export type Mode = 'listen' | 'whisper' | 'barge';
export type Role = 'buyer' | 'operator';

/** Who hears whom while I am at a call in a mode: telephony/line/testdata/hears.txt in words. */
export function hearing(call: Call, mode: Mode): { mine: Role[]; me: Role[]; music: boolean } {
  if (call.away_until && call.state === 'held') {
    return mode === 'barge' ? { mine: ['buyer'], me: ['buyer'], music: false } : { mine: [], me: [], music: true };
  }
  if (call.state === 'held')
    return mode === 'listen' ? { mine: [], me: [], music: true } : { mine: ['operator'], me: ['operator'], music: true };
  const mine: Role[] = call.muted && mode !== 'whisper' ? ['buyer'] : ['buyer', 'operator'];
  switch (mode) {
    case 'listen':
      return { mine, me: [], music: false };
    case 'whisper':
      return { mine, me: ['operator'], music: false };
    case 'barge':
      return { mine, me: ['buyer', 'operator'], music: false };
  }
}

/** My place at a call, if I have one. */
export const mine = (call: Call | undefined) => call?.watchers.find((w) => w.me);

/** The call that I am at. */
export const watched = (floor: Floor): Call | undefined => floor.calls.find((c) => mine(c));

/** A person as colleagues say it: "Анна Белова" -> "Анна Б.". */
export function short(name: string): string {
  const [first, ...rest] = name.trim().split(/\s+/);
  const last = rest.at(-1);
  return last ? `${first} ${[...last][0]}.` : (first ?? '');
}

/** The call that I have taken over. */
export const owned = (floor: Floor, me: string): Call | undefined => floor.calls.find((c) => isTalk(c) && c.operator_id === me);
