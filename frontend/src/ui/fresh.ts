// How old a fact is, and whether it may still be said as current: judged again at every tick, for a page may stand open longer than a price lives. Pure.

/** When something was true, and from which instant on nobody may say it as current; stale: the server saw that instant pass, whatever a clock here says. */
export type Fact = { as_of: string; stale_at: string; stale: boolean; source: 'feed' | 'voice' };

export type Verdict = { seconds: number; stale: boolean };

/** now: the server's clock, ms. */
export function judge(fact: Fact, now: number): Verdict {
  return { seconds: Math.max(0, Math.floor((now - Date.parse(fact.as_of)) / 1000)), stale: fact.stale || now >= Date.parse(fact.stale_at) };
}

type Worded = { sentence: string; later: readonly { from: string; sentence: string }[] };

/** The sentence as it may be said at an instant. */
export const wordedAt = (view: Worded, now: number): string =>
  view.later.findLast((l) => now >= Date.parse(l.from))?.sentence ?? view.sentence;
