// What a day of calls adds up to. Every figure is a list of calls that can be opened.
import type { Money } from '../ui/format';

type CallLike = {
  id: string;
  state: string;
  outcome: string | null;
  queue_id: string | null;
  queue_s: number;
  started_at: string;
  charge: Money | null;
};
type QueueLike = { id: string; promise_ms: number };
type LostLike = { lost_at: string; reason: string; call_id: string };

export type Hour = { hour: number; kept: number; late: number; lost: number };
export type Summary<C> = { calls: number; live: C[]; kept: number; late: C[]; gaveUp: number; spend: Money[]; hours: Hour[] };

/** HourOf tells the hour of an instant by the shop's clocks, 0..23. */
export function summarize<C extends CallLike>(
  calls: readonly C[],
  queues: readonly QueueLike[],
  lost: readonly LostLike[],
  hourOf: (at: string) => number,
): Summary<C> {
  const promises = new Map(queues.map((q) => [q.id, q.promise_ms]));
  const hours: Hour[] = Array.from({ length: 24 }, (_, hour) => ({ hour, kept: 0, late: 0, lost: 0 }));
  const bump = (at: string, what: 'kept' | 'late' | 'lost') => {
    const h = hours[hourOf(at)];
    if (h) h[what]++;
  };
  const answered = calls.filter((c) => c.outcome === 'answered');
  const late = answered.filter((c) => Math.round(c.queue_s * 1000) > (promises.get(c.queue_id ?? '') ?? Number.POSITIVE_INFINITY));
  const lateIds = new Set(late.map((c) => c.id));
  for (const c of answered) bump(c.started_at, lateIds.has(c.id) ? 'late' : 'kept');
  for (const l of lost) bump(l.lost_at, 'lost');
  return {
    calls: calls.length,
    live: calls.filter((c) => c.state !== 'ended'),
    kept: answered.length - late.length,
    late,
    gaveUp: lost.filter((l) => l.reason === 'abandoned').length,
    spend: add(calls.flatMap((c) => (c.charge ? [c.charge] : []))),
    hours,
  };
}

/** Adds money up, each currency for itself, at its finest scale. */
export function add(amounts: readonly Money[]): Money[] {
  const sums = new Map<string, Money>();
  for (const m of amounts) {
    const sum = sums.get(m.currency) ?? { amount: 0, scale: m.scale, currency: m.currency };
    const scale = Math.max(sum.scale, m.scale);
    sums.set(m.currency, {
      currency: m.currency,
      scale,
      amount: sum.amount * 10 ** (scale - sum.scale) + m.amount * 10 ** (scale - m.scale),
    });
  }
  return [...sums.values()];
}

/** The hours that have calls, with one on each side, so that a chart has no empty night. */
export function busy(hours: readonly Hour[]): Hour[] {
  const used = hours.filter((h) => h.kept + h.late + h.lost > 0).map((h) => h.hour);
  if (used.length === 0) return [];
  const [first, last] = [Math.min(9, ...used), Math.max(20, ...used)];
  return hours.filter((h) => h.hour >= first && h.hour <= last);
}
