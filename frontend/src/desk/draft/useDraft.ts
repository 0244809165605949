// The thin shell around the keeper of drafts: the API, the browser's storage, a clock.
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { client, type Schemas } from '../../api/client';
import { type Fields, readFields } from './fields';
import { type Act, begun, type Draft, type Input, type Kept, safe, step, type Why } from './keeper';

const prefix = 'switchboard.draft.';
/** How often it is looked whether something is to be saved, ms. */
const pace = 100;

function readKept(call: string): Kept | undefined {
  const text = localStorage.getItem(prefix + call);
  if (!text) return undefined;
  try {
    const v: unknown = JSON.parse(text);
    if (typeof v !== 'object' || v === null || !('mine' in v) || !('base' in v) || !('revision' in v)) return undefined;
    return { revision: typeof v.revision === 'number' ? v.revision : 0, base: readFields(v.base), mine: readFields(v.mine) };
  } catch {
    return undefined;
  }
}

/** A browser whose storage is full or forbidden keeps nothing; the server still does. */
function keep(call: string, kept: Kept): void {
  try {
    localStorage.setItem(prefix + call, JSON.stringify(kept));
  } catch {
    localStorage.removeItem(prefix + call);
  }
}

/** What was typed in calls that closed before the server had it: only what it does not have. */
export function leftovers(): { call: string; texts: string[] }[] {
  const calls = Object.keys(localStorage)
    .filter((k) => k.startsWith(prefix))
    .map((k) => k.slice(prefix.length));
  return calls.flatMap((call) => {
    const kept = readKept(call);
    const texts = kept ? told.filter((f) => kept.mine[f] && kept.mine[f] !== kept.base[f]).map((f) => kept.mine[f]) : [];
    if (texts.length > 0) return [{ call, texts }];
    forget(call);
    return [];
  });
}
const told = ['note', 'name', 'phone', 'address', 'entrance', 'deliver', 'comment', 'when', 'subject'] as const;
export const forget = (call: string): void => localStorage.removeItem(prefix + call);

function whyOf(status: number | undefined): Why {
  switch (status) {
    case undefined:
      return 'network';
    case 401:
      return 'signin';
    case 403:
    case 404:
      return 'closed';
    case 413:
    case 422:
      return 'large';
    default:
      return 'broken';
  }
}

const isDraft = (v: unknown): v is Schemas['Draft'] => typeof v === 'object' && v !== null && 'revision' in v && 'body' in v;

export class DraftKeeper {
  private draft: Draft;
  private readonly listeners = new Set<() => void>();
  private clock: ReturnType<typeof setInterval> | undefined;

  /** Begins with what a page that is gone kept: whatever is typed before the server answers is added to it. */
  constructor(readonly call: string) {
    this.draft = begun(readKept(call));
  }

  readonly subscribe = (l: () => void): (() => void) => {
    this.listeners.add(l);
    return () => this.listeners.delete(l);
  };
  readonly look = (): Draft => this.draft;
  readonly type = (changes: Partial<Fields>): void => this.tell({ type: 'typed', at: Date.now(), changes });
  readonly settle = (field: keyof Fields, take: 'mine' | 'theirs'): void => this.tell({ type: 'settled', at: Date.now(), field, take });

  start(): void {
    this.clock ??= setInterval(() => this.tell({ type: 'tick', at: Date.now() }), pace);
    this.load();
  }

  stop(): void {
    clearInterval(this.clock);
    this.clock = undefined;
    this.tell({ type: 'flush', at: Date.now() });
  }

  /** Saves what is typed and returns its revision; undefined if the server did not take it within five seconds. */
  async flush(): Promise<number | undefined> {
    this.tell({ type: 'flush', at: Date.now() });
    for (let i = 0; i < 50 && !safe(this.draft); i++) await new Promise((r) => setTimeout(r, pace));
    return safe(this.draft) ? this.draft.revision : undefined;
  }

  private async load(): Promise<void> {
    const { call } = this;
    const answer = await client.GET('/desk/calls/{id}/draft', { params: { path: { id: call } } }).catch(() => undefined);
    if (answer?.data) return this.tell({ type: 'loaded', at: Date.now(), draft: answer.data });
    const why = whyOf(answer?.response.status);
    if (why !== 'closed') this.tell({ type: 'failed', at: Date.now(), why }); // the grant comes a moment after the call is joined
    if (this.clock) setTimeout(() => this.clock && this.load(), 1_000);
  }

  private tell(input: Input): void {
    const { draft, acts } = step(this.draft, input);
    const changed = draft !== this.draft;
    this.draft = draft;
    for (const act of acts) this.act(act);
    if (changed) for (const l of this.listeners) l();
  }

  private act(act: Act): void {
    switch (act.do) {
      case 'keep':
        keep(this.call, act.kept);
        break;
      case 'forget':
        forget(this.call);
        break;
      case 'save':
        this.save(act.revision, act.body);
    }
  }

  private async save(revision: number, body: Schemas['DraftBody']): Promise<void> {
    const answer = await client
      .PUT('/desk/calls/{id}/draft', { params: { path: { id: this.call } }, body: { revision, body } })
      .catch(() => undefined);
    const at = Date.now();
    if (answer?.data) this.tell({ type: 'saved', at, draft: answer.data });
    else if (answer?.response.status === 409 && isDraft(answer.error?.current))
      this.tell({ type: 'stale', at, draft: answer.error.current });
    else this.tell({ type: 'failed', at, why: whyOf(answer?.response.status) });
  }
}

export function useDraft(call: string): { draft: Draft; keeper: DraftKeeper } {
  const keeper = useMemo(() => new DraftKeeper(call), [call]);
  useEffect(() => {
    keeper.start();
    return () => keeper.stop();
  }, [keeper]);
  return { keeper, draft: useSyncExternalStore(keeper.subscribe, keeper.look) };
}
