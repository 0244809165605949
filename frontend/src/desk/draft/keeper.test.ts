import { expect, test } from 'vitest';
import type { Schemas } from '../../api/client';
import { clip, fieldsOf, limitOf, merge, nothing, readFields } from './fields';
import { type Act, begun, type Draft, type Input, safe, step } from './keeper';

const server = (revision: number, body: Schemas['DraftBody'] = {}): Schemas['Draft'] => ({
  call_id: 'C',
  revision,
  saved_at: revision ? '2026-11-25T11:07:31Z' : null,
  saved_by_me: true,
  body,
});
function play(draft: Draft, ...inputs: Input[]): { draft: Draft; acts: Act[] } {
  const acts: Act[] = [];
  let now = draft;
  for (const input of inputs) {
    const next = step(now, input);
    now = next.draft;
    acts.push(...next.acts);
  }
  return { draft: now, acts };
}
const fresh = () => play(begun(), { type: 'loaded', at: 0, draft: server(0) }).draft;
const saves = (acts: Act[]) => acts.flatMap((a) => (a.do === 'save' ? [[a.revision, a.body.note]] : []));
const note = (at: number, text: string): Input => ({ type: 'typed', at, changes: { note: text } });

test('typing is saved once it rests for 400 ms, and kept in the browser until then', () => {
  const typing = play(fresh(), note(0, 'a'), note(100, 'ab'), { type: 'tick', at: 450 });
  expect(typing.acts.map((a) => a.do)).toEqual(['keep', 'keep']);
  const sent = play(typing.draft, { type: 'tick', at: 500 });
  expect(saves(sent.acts)).toEqual([[0, 'ab']]);
  const done = play(sent.draft, { type: 'saved', at: 520, draft: server(1, { note: 'ab' }) });
  expect(done.acts).toEqual([{ do: 'forget' }]);
  expect(done.draft.savedAt).toBe('2026-11-25T11:07:31Z');
  expect(safe(done.draft)).toBe(true);
});

test('what is typed during a save follows with the next revision', () => {
  const { acts } = play(
    fresh(),
    note(0, 'a'),
    { type: 'tick', at: 400 },
    note(410, 'ab'),
    { type: 'saved', at: 420, draft: server(1, { note: 'a' }) },
    { type: 'tick', at: 820 },
  );
  expect(saves(acts)).toEqual([
    [0, 'a'],
    [1, 'ab'],
  ]);
});

test('a server that does not answer is asked again after 1, 2, 4 s; the text stays in the browser', () => {
  const once = play(fresh(), note(0, 'a'), { type: 'tick', at: 400 }, { type: 'failed', at: 1000, why: 'network' });
  expect(once.draft.saving).toEqual({ at: 'waiting', why: 'network', retry: 2000 });
  expect(once.acts.at(-1)).toMatchObject({ do: 'keep', kept: { mine: { note: 'a' } } });
  const twice = play(once.draft, { type: 'tick', at: 2000 }, { type: 'failed', at: 3000, why: 'network' });
  expect(twice.draft.saving).toMatchObject({ retry: 5000 });
  const back = play(
    twice.draft,
    note(3500, 'ab'),
    { type: 'tick', at: 5000 },
    { type: 'saved', at: 5010, draft: server(1, { note: 'ab' }) },
  );
  expect(saves(back.acts)).toEqual([[0, 'ab']]);
  expect(back.draft.tries).toBe(0);
});

test('a call that is no longer mine is not asked again, and what was typed stays kept', () => {
  const { draft, acts } = play(
    fresh(),
    note(0, 'a'),
    { type: 'tick', at: 400 },
    { type: 'failed', at: 500, why: 'closed' },
    { type: 'tick', at: 99_000 },
  );
  expect(draft.saving).toMatchObject({ at: 'waiting', why: 'closed' });
  expect(saves(acts)).toHaveLength(1);
  expect(acts.at(-1)).toMatchObject({ do: 'keep' });
});

test('after a killed tab the browser gives back what the server does not have', () => {
  const kept = { revision: 3, base: { ...nothing, note: 'old' }, mine: { ...nothing, note: 'old and new', name: 'Сергей' } };
  const { draft, acts } = play(begun(kept), { type: 'loaded', at: 0, draft: server(3, { note: 'old' }) }, { type: 'tick', at: 0 });
  expect(draft.mine).toMatchObject({ note: 'old and new', name: 'Сергей' });
  expect(saves(acts)).toEqual([[3, 'old and new']]);
});

test('what another device saved meanwhile is joined field by field, and shown where both wrote', () => {
  const mine = play(fresh(), { type: 'typed', at: 0, changes: { note: 'mine', name: 'Сергей' } }, { type: 'tick', at: 400 });
  const theirs = server(5, { note: 'theirs', order: { contact: { address: 'Савушкина, 112' } } });
  const { draft, acts } = play(mine.draft, { type: 'stale', at: 420, draft: theirs }, { type: 'tick', at: 420 });
  expect(draft.mine).toMatchObject({ note: 'mine', name: 'Сергей', address: 'Савушкина, 112' });
  expect(draft.conflicts).toEqual([{ field: 'note', theirs: 'theirs' }]);
  expect(saves(acts)).toEqual([[5, 'mine']]);
  const settled = play(
    draft,
    { type: 'saved', at: 430, draft: server(6) },
    { type: 'settled', at: 440, field: 'note', take: 'theirs' },
    { type: 'tick', at: 840 },
  );
  expect(settled.draft.conflicts).toEqual([]);
  expect(saves(settled.acts)).toEqual([[6, 'theirs']]);
});

test('before an order everything that is typed is saved at once', () => {
  expect(saves(play(fresh(), note(0, 'a'), { type: 'flush', at: 10 }).acts)).toEqual([[0, 'a']]);
  expect(play(fresh(), { type: 'flush', at: 10 }).acts).toEqual([]);
});

test('what is typed before the draft is there is not lost', () => {
  const { draft } = play(begun(), note(0, 'early'), { type: 'loaded', at: 50, draft: server(2, { search: 'r16' }) });
  expect(draft.mine).toMatchObject({ note: 'early', search: 'r16' });
});

test('what is typed while nothing can be loaded is added to what was kept before', () => {
  const kept = { revision: 3, base: { ...nothing, note: 'old' }, mine: { ...nothing, note: 'old', name: 'Сергей' } };
  const dead = play(begun(kept), { type: 'failed', at: 0, why: 'network' }, note(10, 'new'), { type: 'tick', at: 9_000 });
  expect(dead.draft.saving).toEqual({ at: 'loading', why: 'network' });
  expect(dead.acts).toEqual([{ do: 'keep', kept: { ...kept, mine: { ...kept.mine, note: 'new' } } }]);
  const back = play(dead.draft, { type: 'loaded', at: 9_500, draft: server(3, { note: 'old' }) });
  expect(back.draft).toMatchObject({ mine: { note: 'new', name: 'Сергей' }, conflicts: [] });
});

test('merging keeps lines of the order whole', () => {
  const line = (id: string) => ({ item_id: id, name: id });
  const both = merge({ ...nothing }, { ...nothing, items: [line('a')] }, { ...nothing, items: [line('b')] });
  expect(both.fields.items).toEqual([line('a')]);
  expect(both.conflicts).toEqual([{ field: 'items', theirs: [line('b')] }]);
});

test('ten megabytes become what may be kept, with the number of characters that did not fit', () => {
  const { text, lost } = clip('я'.repeat(10_000_000), limitOf('note'));
  expect([text.length, lost]).toEqual([20_000, 9_980_000]);
  expect(clip(`${'a'.repeat(9)}😀b`, 10)).toEqual({ text: 'a'.repeat(9), lost: 3 });
});

test('what was kept is read with care', () => {
  expect(readFields('nonsense')).toEqual(nothing);
  expect(readFields({ note: 'a', name: 7, items: [{ item_id: 'x' }, 'y'], other: 'z' })).toEqual({
    ...nothing,
    note: 'a',
    items: [{ item_id: 'x' }],
  });
  expect(fieldsOf({})).toEqual(nothing);
});
