// What the page and telephony/webleg say to each other, protocol version 1 (its doc.go is the source).

export type Ice = { urls: string[]; username?: string; credential?: string };

/** The call that the server says the page must show. */
export type Shown = {
  phase: 'ringing' | 'answered' | 'talking';
  leg: string;
  call: string;
  held: boolean;
  away: boolean;
  forMs: number;
  card: unknown;
};

/** What we hear, with its number where it has one. */
export type Heard = { n: number; ack: number } & (
  | { type: 'welcome'; token: string; resumed: boolean; heard: number; ice: Ice[]; graceMs: number; node: string; state?: Shown }
  | { type: 'busy'; device: string }
  | { type: 'answer'; id: number; sdp: string }
  | { type: 'media'; up: boolean }
  | { type: 'ring'; leg: string; call: string; forMs: number; card: unknown }
  | { type: 'stop'; leg: string; reason: string }
  | { type: 'joined'; leg: string }
  | { type: 'held'; leg: string; held: boolean }
  | { type: 'ended'; leg: string; reason: string }
  | { type: 'uplink'; leg: string; received: number; lost: number }
  | { type: 'error'; code: string; re: number }
  | { type: 'other' }
);

/** What we ask for: every one of these is numbered, and sent again until it was heard. */
export type Ask =
  | { type: 'offer'; id: number; sdp: string }
  | { type: 'answer'; leg: string }
  | { type: 'decline'; leg: string; reason: 'refused' | 'busy' }
  | { type: 'hangup' | 'hold' | 'resume'; leg: string }
  | { type: 'dtmf'; leg: string; keys: string }
  | { type: 'quality'; leg: string; loss: number; jitter_ms: number; rtt_ms: number }
  | { type: 'bye' };

export type Sent =
  | { v: 1; type: 'hello'; ticket: string; device: string }
  | { v: 1; type: 'hello'; token: string; ack: number; device: string }
  | { v: 1; type: 'take' }
  | { v: 1; type: 'ack'; ack: number }
  | ({ v: 1; n: number; ack: number } & Ask);

/** Ends of a socket that mean something; any other is a network that went. */
export const closed = {
  foreign: 4400,
  ticket: 4401,
  taken: 4409,
  token: 4410,
  slow: 4411,
  shift: 4412,
  moved: 4413,
  flood: 4429,
  long: 1009,
} as const;

type Fields = ReadonlyMap<string, unknown>;

const fieldsOf = (v: unknown): Fields => new Map(typeof v === 'object' && v !== null && !Array.isArray(v) ? Object.entries(v) : []);
const text = (f: Fields, name: string): string => {
  const v = f.get(name);
  return typeof v === 'string' ? v : '';
};
const count = (f: Fields, name: string): number => {
  const v = f.get(name);
  return typeof v === 'number' && Number.isFinite(v) ? v : 0;
};

function shownOf(v: unknown): Shown | undefined {
  const f = fieldsOf(v);
  const phase = text(f, 'phase');
  if (phase !== 'ringing' && phase !== 'answered' && phase !== 'talking') return undefined;
  return {
    phase,
    leg: text(f, 'leg'),
    call: text(f, 'call'),
    held: f.get('held') === true,
    away: f.get('away') === true,
    forMs: count(f, 'for_ms'),
    card: f.get('card'),
  };
}

function iceOf(v: unknown): Ice[] {
  if (!Array.isArray(v)) return [];
  return v.map((s: unknown) => {
    const f = fieldsOf(s);
    const urls = f.get('urls');
    return {
      urls: Array.isArray(urls) ? urls.filter((u): u is string => typeof u === 'string') : [],
      ...(text(f, 'username') && { username: text(f, 'username'), credential: text(f, 'credential') }),
    };
  });
}

/** Reads a message. What is no JSON object is undefined; a type that we do not know is 'other', and counts. */
export function read(data: unknown): Heard | undefined {
  const f = fieldsOf(parsed(data));
  if (f.size === 0) return undefined;
  return { n: count(f, 'n'), ack: count(f, 'ack'), ...body(f) };
}

function parsed(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : undefined;
  } catch {
    return undefined;
  }
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'n' | 'ack'> : never;

function body(f: Fields): Unnumbered<Heard> {
  const leg = text(f, 'leg');
  switch (text(f, 'type')) {
    case 'welcome': {
      const state = shownOf(f.get('state'));
      const known = { token: text(f, 'token'), resumed: f.get('resumed') === true, heard: count(f, 'heard') };
      return {
        type: 'welcome',
        ...known,
        ice: iceOf(f.get('ice')),
        graceMs: count(f, 'grace_ms'),
        node: text(f, 'node'),
        ...(state && { state }),
      };
    }
    case 'busy':
      return { type: 'busy', device: text(f, 'device') };
    case 'answer':
      return { type: 'answer', id: count(f, 'id'), sdp: text(f, 'sdp') };
    case 'media':
      return { type: 'media', up: f.get('up') === true };
    case 'ring':
      return { type: 'ring', leg, call: text(f, 'call'), forMs: count(f, 'for_ms'), card: f.get('card') };
    case 'stop':
      return { type: 'stop', leg, reason: text(f, 'reason') };
    case 'joined':
      return { type: 'joined', leg };
    case 'held':
      return { type: 'held', leg, held: f.get('held') === true };
    case 'ended':
      return { type: 'ended', leg, reason: text(f, 'reason') };
    case 'uplink':
      return { type: 'uplink', leg, received: count(f, 'received'), lost: count(f, 'lost') };
    case 'error':
      return { type: 'error', code: text(f, 'code'), re: count(f, 're') };
    default:
      return { type: 'other' };
  }
}
