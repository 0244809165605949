// The course of a call, from its first event to the end of the work after it.
import type { State } from '../ui/palette';

export type EventLike = { seq: number; at_ms: number; kind: string; body?: unknown };
export type Moment = { seq: number; at: number; kind: string; state?: State; tookMs?: number; body: ReadonlyMap<string, unknown> };

const states: Record<string, State> = {
  enqueue: 'offered',
  offer: 'offered',
  connect: 'talking',
  held: 'held',
  resumed: 'talking',
  cut: 'lost',
  back: 'talking',
  return: 'offered',
  wrap: 'wrapup',
  release: 'ready',
  abandoned: 'lost',
};

/** What ends the stretch that a kind begins. */
const ends: Record<string, readonly string[]> = {
  arrived: ['greeted', 'enqueue', 'hung-up'],
  enqueue: ['connect', 'hung-up'],
  connect: ['return', 'hung-up'],
  cut: ['back', 'gone', 'hung-up'],
  return: ['connect', 'hung-up'],
  held: ['resumed', 'hung-up'],
  wrap: ['release'],
};

/** Orders the events and gives each stretch its length. The talk's length is from joining to the end, holds within. */
export function moments(events: readonly EventLike[]): Moment[] {
  const sorted = [...events].sort((a, b) => a.seq - b.seq);
  return sorted.map((e, i) => {
    const end = ends[e.kind] && sorted.slice(i + 1).find((later) => ends[e.kind]?.includes(later.kind));
    return {
      seq: e.seq,
      at: e.at_ms,
      kind: e.kind,
      body: bodyOf(e.body),
      ...(states[e.kind] && { state: states[e.kind] }),
      ...(end && end.at_ms > e.at_ms && { tookMs: end.at_ms - e.at_ms }),
    };
  });
}

/** The stretches on hold, ms of the clock. */
export function holds(events: readonly EventLike[]): { from: number; to: number }[] {
  return moments(events).flatMap((m) => (m.kind === 'held' && m.tookMs ? [{ from: m.at, to: m.at + m.tookMs }] : []));
}

const bodyOf = (body: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);

export type Why = {
  able: number;
  idle: number;
  onDuty: number;
  came: number;
  ahead: number;
  offers: number;
  position: number;
  waitedMs: number;
};

/** Why this operator, and why so late; undefined where nobody was chosen. */
export function why(explanation: unknown): Why | undefined {
  const of = bodyOf(explanation);
  const given = bodyOf(of.get('why'));
  if (given.size === 0) return undefined;
  const n = (v: unknown) => (typeof v === 'number' ? v : 0);
  const w = (name: string) => n(given.get(name));
  return {
    able: w('able'),
    idle: w('idle'),
    onDuty: w('on_duty'),
    came: w('came'),
    ahead: w('ahead'),
    offers: w('offers'),
    position: w('position'),
    waitedMs: n(of.get('waited_ms')),
  };
}
