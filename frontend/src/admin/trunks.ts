// What is set about a trunk as a form holds it, and what was seen of one in a line.
import type { Problem, Schemas } from '../api/client';

export type Trunk = Schemas['Trunk'];
export type Settings = Schemas['Settings'];
export type Shop = { id: string; name: string };

/** Settings with lists as texts, one thing a line. */
export type Draft = Omit<Settings, 'from' | 'rates' | 'codecs' | '$schema'> & { from: string; rates: string; codecs: string };

export const blank: Draft = {
  name: '',
  from: '',
  outbound: 'sip:',
  transport: 'udp',
  ca: '',
  srtp: 'off',
  codecs: 'pcma,pcmu',
  auth: 'ip',
  user: '',
  password: '',
  domain: '',
  expires_s: 300,
  challenge: false,
  priority: 0,
  rates: '',
  max_calls: 0,
  max_cps: 0,
  number_in: { style: 'any' },
  number_out: { style: 'e164' },
  caller_in: 'from',
  caller_out: 'from',
  reliable: true,
  ping: true,
};

export function draftOf(t: Trunk): Draft {
  const { id, has_password, enabled, state, created_at, changed_at, seen, from, rates, codecs, ...rest } = t;
  return {
    ...blank,
    ...rest,
    from: (from ?? []).join('\n'),
    rates: (rates ?? []).map((r) => `${r.prefix} ${r.cost}`.trim()).join('\n'),
    codecs: (codecs ?? []).join(','),
  };
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '');

export function settingsOf(d: Draft): Settings {
  return {
    ...d,
    from: lines(d.from),
    codecs: d.codecs.split(','),
    rates: lines(d.rates).map((l) => {
      const [first = '', second] = l.split(/\s+/);
      return second === undefined ? { prefix: '', cost: Number(first) || 0 } : { prefix: first, cost: Number(second) || 0 };
    }),
  };
}

export type Mistakes = Record<string, string>;

/** What the API has against the settings, by field; what belongs to none is under ''. */
export function mistakesOf(p: Problem | undefined): Mistakes {
  const found: Mistakes = {};
  for (const e of p?.errors ?? []) {
    const field = (e.location ?? '').replace(/^body\.?/, '').split(/[.[]/)[0] ?? '';
    found[field] ??= e.message ?? p?.detail ?? '';
  }
  if (p && Object.keys(found).length === 0) found[''] = p.detail ?? p.title ?? '';
  return found;
}

export type Look = {
  health: 'up' | 'degraded' | 'down' | 'unknown' | 'off' | 'draining' | 'unseen';
  rtt: number;
  calls: number;
  cps: number;
  registration: 'none' | 'trying' | 'registered' | 'refused';
  trouble: string;
  troubleAt: string | undefined;
};

const worst = ['up', 'unknown', 'degraded', 'down'] as const;
const grade = ['registered', 'trying', 'refused'] as const;

/** How a trunk is, over all processes: the worst of their words, the sum of their calls. */
export function look(t: Trunk): Look {
  const seen = t.seen ?? [];
  const health = worst.findLast((w) => seen.some((s) => s.health === w)) ?? 'unseen';
  const last = seen
    .filter((s) => s.trouble_at)
    .sort((a, b) => (a.trouble_at ?? '').localeCompare(b.trouble_at ?? ''))
    .at(-1);
  return {
    health: t.state === 'open' ? health : t.state,
    rtt: Math.max(0, ...seen.map((s) => s.rtt_ms)),
    calls: seen.reduce((n, s) => n + s.calls, 0),
    cps: seen.reduce((n, s) => n + s.cps, 0),
    registration: grade.findLast((g) => seen.some((s) => s.registration === g)) ?? 'none',
    trouble: last?.trouble ?? '',
    troubleAt: last?.trouble_at ?? undefined,
  };
}
