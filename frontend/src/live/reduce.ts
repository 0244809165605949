// What a stream of hints makes of what the pages know. Pure: the tests replay it.

export type Kind = 'call' | 'order' | 'task' | 'lost-call' | 'charge' | 'snapshot';
export const kinds: readonly Kind[] = ['call', 'order', 'task', 'lost-call', 'charge', 'snapshot'];

/** Instants are ms of this computer's clock. */
export type Input =
  | { type: 'open'; at: number }
  | { type: 'resync'; at: number }
  | { type: 'beat'; at: number }
  | { type: 'hint'; at: number; kind: Kind; id: string }
  | { type: 'cut'; at: number }
  | { type: 'read' };

/** Dirty is what must be read again: everything, or the kinds with the things they name. */
export type Dirty = { all: boolean; things: ReadonlyMap<Kind, ReadonlySet<string>> };

export type Live = { link: { state: 'opening' } | { state: 'open' } | { state: 'cut'; since: number }; heard: number; dirty: Dirty };

export const clean: Dirty = { all: false, things: new Map() };
export const start = (at: number): Live => ({ link: { state: 'opening' }, heard: at, dirty: clean });

/** Returns what is known after an input. A cut that lasts keeps the instant at which it began. */
export function reduce(live: Live, input: Input): Live {
  switch (input.type) {
    case 'open':
    case 'beat':
      return { ...live, link: { state: 'open' }, heard: input.at };
    case 'resync':
      return { link: { state: 'open' }, heard: input.at, dirty: { all: true, things: new Map() } };
    case 'hint':
      return { link: { state: 'open' }, heard: input.at, dirty: mark(live.dirty, input.kind, input.id) };
    case 'cut':
      return live.link.state === 'cut' ? live : { ...live, link: { state: 'cut', since: input.at } };
    case 'read':
      return { ...live, dirty: clean };
  }
}

function mark(dirty: Dirty, kind: Kind, id: string): Dirty {
  if (dirty.all) return dirty;
  const things = new Map(dirty.things);
  things.set(kind, new Set([...(things.get(kind) ?? []), id]));
  return { all: false, things };
}

const paths: Record<Kind, readonly string[]> = {
  call: ['/calls', '/calls/{id}', '/summary', '/operators'],
  order: ['/orders', '/orders/{id}', '/calls', '/calls/{id}', '/summary'],
  task: ['/tasks', '/lost-calls'],
  'lost-call': ['/lost-calls', '/tasks', '/summary'],
  charge: ['/calls', '/calls/{id}', '/exports/billing-count', '/summary'],
  snapshot: ['/catalogue/snapshots', '/catalogue/items', '/catalogue/sources'],
};

/** Tells whether what was read from a path of the API is out of date. */
export function stale(dirty: Dirty, path: string): boolean {
  return dirty.all || [...dirty.things.keys()].some((kind) => paths[kind].includes(path));
}

/** How fresh the pages are: amber after 3 s without a link, grey after 15 s. */
export function freshness(live: Live, now: number): 'live' | 'late' | 'stale' {
  if (live.link.state !== 'cut') return 'live';
  const away = now - live.link.since;
  return away > 15_000 ? 'stale' : away > 3_000 ? 'late' : 'live';
}
