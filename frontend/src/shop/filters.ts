// What the address of a list says. What it may not say is left out, never refused.

export type Days = { from?: string; to?: string };
export const outcomes = ['answered', 'abandoned', 'overflowed', 'voicemail', 'refused', 'failed', 'served', 'unreached'] as const;
export type Outcome = (typeof outcomes)[number];
export const orderStates = ['draft', 'confirmed', 'cancelled'] as const;
export type OrderState = (typeof orderStates)[number];
export const promises = ['kept', 'late'] as const;
export const lives = ['any', 'waiting', 'talking'] as const;
export const reasons = ['abandoned', 'busy', 'failed', 'closed', 'voicemail'] as const;
export const callbacks = ['owed', 'open', 'claimed', 'done', 'cancelled'] as const;

export type CallFilters = Days & {
  outcome?: Outcome;
  number?: string;
  operator?: string;
  promise?: (typeof promises)[number];
  live?: (typeof lives)[number];
  number_id?: string;
};
export type OrderFilters = Days & { status?: OrderState };
export type LostFilters = Days & { reason?: (typeof reasons)[number]; callback?: (typeof callbacks)[number]; owner?: string };

type Given = Record<string, unknown>;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const unit = /^(pool|member):[\w-]{1,90}$/;

function day(v: unknown): string | undefined {
  if (typeof v !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(v)) return undefined;
  const at = Date.parse(`${v}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(v) ? v : undefined;
}

const oneOf = <T extends string>(all: readonly T[], v: unknown): T | undefined => all.find((x) => x === v);
const like = (form: RegExp, v: unknown): string | undefined => (typeof v === 'string' && form.test(v) ? v : undefined);

/** Drops what is not given, so that addresses stay short. */
const given = <T extends object>(of: T): T => {
  for (const [key, value] of Object.entries(of)) if (value === undefined || value === '') Reflect.deleteProperty(of, key);
  return of;
};

/** From is the first day, to the last, both within; days by the shop's clocks. */
export function readDays(s: Given): Days {
  const [from, to] = [day(s.from), day(s.to)];
  return given(from && to && to < from ? { from: to, to: from } : { from, to });
}

export function readCalls(s: Given): CallFilters {
  return given({
    ...readDays(s),
    outcome: oneOf(outcomes, s.outcome),
    number: readNumber(s.number),
    operator: like(uuid, s.operator),
    promise: oneOf(promises, s.promise),
    live: oneOf(lives, s.live),
    number_id: like(uuid, s.number_id),
  });
}

/** A number as somebody types it: "8 (921) 555-01-44" -> "+79215550144". Addresses hold digits, which routers read as a number. */
export function readNumber(v: unknown): string | undefined {
  if (typeof v !== 'string' && typeof v !== 'number') return undefined;
  const digits = String(v).replace(/\D/g, '');
  if (digits.length < 5) return undefined;
  if (digits.length === 11 && digits.startsWith('8')) return `+7${digits.slice(1)}`;
  return digits.length === 10 ? `+7${digits}` : `+${digits}`;
}

export const readOrders = (s: Given): OrderFilters => given({ ...readDays(s), status: oneOf(orderStates, s.status) });

export const readLost = (s: Given): LostFilters =>
  given({ ...readDays(s), reason: oneOf(reasons, s.reason), callback: oneOf(callbacks, s.callback), owner: like(unit, s.owner) });

export const readCatalogue = (s: Given): { q?: string } =>
  given({ q: typeof s.q === 'string' || typeof s.q === 'number' ? String(s.q).slice(0, 200) : undefined });

/** The second of the recording that a link points at. */
export const readPlace = (s: Given): { t?: number } =>
  given({ t: typeof s.t === 'number' && Number.isFinite(s.t) && s.t >= 0 ? Math.floor(s.t) : undefined });

export const readScript = (s: Given): { v?: number } =>
  given({ v: typeof s.v === 'number' && Number.isInteger(s.v) && s.v > 0 ? s.v : undefined });
