// When a draft is saved, and what happens to it when it cannot be. Pure: no clock, no network.
import type { Schemas } from '../../api/client';
import { unreachable } from '../../ui/unreachable';
import { bodyOf, type Conflict, equal, type Fields, fieldsOf, merge, nothing } from './fields';

type Instant = number;

/** network: nobody answered; signin: the session is over; broken: the server cannot; closed: the call is no longer mine. */
export type Why = 'network' | 'signin' | 'broken' | 'closed' | 'large';

export type Saving =
  | { at: 'loading'; why?: Why } // why: the last try of it failed
  | { at: 'rest' }
  | { at: 'typing'; due: Instant }
  | { at: 'sent'; fields: Fields }
  | { at: 'waiting'; why: Why; retry: Instant };

export type Draft = {
  revision: number;
  base: Fields; // as the server has it
  mine: Fields; // as the screen has it
  savedAt: string | undefined; // by the server's clock
  saving: Saving;
  tries: number;
  conflicts: readonly Conflict[];
};

/** What the browser keeps until the server has it. */
export type Kept = { revision: number; base: Fields; mine: Fields };

export type Input =
  | { type: 'loaded'; at: Instant; draft: Schemas['Draft'] }
  | { type: 'typed'; at: Instant; changes: Partial<Fields> }
  | { type: 'tick'; at: Instant }
  | { type: 'flush'; at: Instant }
  | { type: 'saved'; at: Instant; draft: Schemas['Draft'] }
  | { type: 'stale'; at: Instant; draft: Schemas['Draft'] }
  | { type: 'failed'; at: Instant; why: Why }
  | { type: 'settled'; at: Instant; field: Conflict['field']; take: 'mine' | 'theirs' };

export type Act = { do: 'save'; revision: number; body: Schemas['DraftBody'] } | { do: 'keep'; kept: Kept } | { do: 'forget' };

export type Step = { draft: Draft; acts: readonly Act[] };

/** Typing rests for so long before it is saved, ms. */
export const pause = 400;
const waits = [1_000, 2_000, 4_000, 5_000];

/** A draft that is not loaded yet, with what the browser kept of it before. */
export const begun = (kept: Kept = { revision: 0, base: nothing, mine: nothing }): Draft => ({
  ...kept,
  savedAt: undefined,
  saving: { at: 'loading' },
  tries: 0,
  conflicts: [],
});

const only = (draft: Draft, ...acts: Act[]): Step => ({ draft, acts });
const keep = (d: Draft): Act => ({ do: 'keep', kept: { revision: d.revision, base: d.base, mine: d.mine } });

export function step(draft: Draft, input: Input): Step {
  switch (input.type) {
    case 'loaded':
      return loaded(draft, input);
    case 'typed':
      return typed({ ...draft, mine: { ...draft.mine, ...input.changes } }, input.at);
    case 'tick':
      return due(draft, input.at) ? save(draft) : only(draft);
    case 'flush':
      return draft.saving.at === 'typing' || draft.saving.at === 'waiting' ? save(draft) : only(draft);
    case 'saved':
      return saved(draft, input.draft, input.at);
    case 'stale':
      return joined(draft, input.draft, input.at);
    case 'failed':
      return failed(draft, input.why, input.at);
    case 'settled':
      return settled(draft, input);
    default:
      return unreachable(input);
  }
}

/** Whether everything on the screen is with the server. */
export const safe = (d: Draft): boolean => d.saving.at === 'rest';

function due(d: Draft, at: Instant): boolean {
  return (
    (d.saving.at === 'typing' && at >= d.saving.due) || (d.saving.at === 'waiting' && d.saving.why !== 'closed' && at >= d.saving.retry)
  );
}

function loaded(d: Draft, { at, draft }: { at: Instant; draft: Schemas['Draft'] }): Step {
  const theirs = fieldsOf(draft.body);
  const { fields, conflicts } = merge(d.base, d.mine, theirs);
  const next: Draft = { ...d, revision: draft.revision, base: theirs, mine: fields, savedAt: draft.saved_at ?? undefined, conflicts };
  if (equal(fields, theirs)) return only({ ...next, saving: { at: 'rest' } }, { do: 'forget' });
  return only({ ...next, saving: { at: 'typing', due: at } }, keep(next));
}

function typed(d: Draft, at: Instant): Step {
  switch (d.saving.at) {
    case 'loading':
    case 'sent':
    case 'waiting':
      return only(d, keep(d));
    case 'rest':
    case 'typing':
      if (equal(d.mine, d.base)) return only({ ...d, saving: { at: 'rest' } }, { do: 'forget' });
      return only({ ...d, saving: { at: 'typing', due: at + pause } }, keep(d));
    default:
      return unreachable(d.saving);
  }
}

const save = (d: Draft): Step =>
  only({ ...d, saving: { at: 'sent', fields: d.mine } }, { do: 'save', revision: d.revision, body: bodyOf(d.mine) });

function saved(d: Draft, draft: Schemas['Draft'], at: Instant): Step {
  if (d.saving.at !== 'sent') return only(d);
  const next: Draft = { ...d, revision: draft.revision, base: d.saving.fields, savedAt: draft.saved_at ?? undefined, tries: 0 };
  if (equal(next.mine, next.base)) return only({ ...next, saving: { at: 'rest' } }, { do: 'forget' });
  return only({ ...next, saving: { at: 'typing', due: at + pause } }, keep(next));
}

/** Somebody else saved meanwhile: both versions are joined, and the whole is saved again. */
function joined(d: Draft, draft: Schemas['Draft'], at: Instant): Step {
  const theirs = fieldsOf(draft.body);
  const { fields, conflicts } = merge(d.base, d.mine, theirs);
  const next: Draft = { ...d, revision: draft.revision, base: theirs, mine: fields, savedAt: draft.saved_at ?? undefined, conflicts };
  if (equal(fields, theirs)) return only({ ...next, saving: { at: 'rest' } }, { do: 'forget' });
  return only({ ...next, saving: { at: 'typing', due: at } }, keep(next));
}

function failed(d: Draft, why: Why, at: Instant): Step {
  if (d.saving.at === 'rest') return only(d);
  if (d.saving.at === 'loading') return only({ ...d, saving: { at: 'loading', why } });
  const retry = at + (waits[Math.min(d.tries, waits.length - 1)] ?? 5_000);
  const next: Draft = { ...d, tries: d.tries + 1, saving: { at: 'waiting', why, retry } };
  return only(next, keep(next));
}

function settled(d: Draft, { at, field, take }: { at: Instant; field: Conflict['field']; take: 'mine' | 'theirs' }): Step {
  const conflict = d.conflicts.find((c) => c.field === field);
  const rest: Draft = { ...d, conflicts: d.conflicts.filter((c) => c.field !== field) };
  if (!conflict || take === 'mine') return only(rest);
  const mine = conflict.field === 'items' ? { ...d.mine, items: conflict.theirs } : { ...d.mine, [conflict.field]: conflict.theirs };
  return typed({ ...rest, mine }, at);
}
