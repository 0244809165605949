// "завтра 16:00", "через 2 часа", "25.11 10:30": when to ring back, by the shop's clocks. Pure.
import { addDays, dayOf, dayStart } from '../ui/format';

const days: Record<string, number> = { сегодня: 0, завтра: 1, послезавтра: 2, today: 0, tomorrow: 1 };
const number = /^(через|in)?\s*(\d+)?\s*(минут\S*|мин|min\S*|час\S*|ч|h\S*)$/;

/** Returns the instant that is meant, ms; undefined if it cannot be read or is past. */
export function whenOf(typed: string, now: number, zone: string): number | undefined {
  const text = typed.trim().toLowerCase();
  if (!text) return undefined;
  const at = after(text, now) ?? clock(text, now, zone);
  return at !== undefined && at > now ? at : undefined;
}

function after(text: string, now: number): number | undefined {
  const m = number.exec(text);
  if (!m || (!m[1] && !m[2])) return undefined;
  const unit = /^(ч|h)/.test(m[3] ?? '') ? 3_600_000 : 60_000;
  return now + Number(m[2] ?? 1) * unit;
}

function clock(text: string, now: number, zone: string): number | undefined {
  const m = /^(?:(\p{L}+|\d{1,2}\.\d{1,2}(?:\.\d{4})?|\d{4}-\d{2}-\d{2})\s*,?\s*)?(?:(?:в|at)\s+)?(\d{1,2})(?:[:.](\d{2}))?$/u.exec(text);
  const [hour, minute] = [Number(m?.[2]), Number(m?.[3] ?? 0)];
  if (!m || hour > 23 || minute > 59) return undefined;
  const today = dayOf(now, zone);
  const day = m[1] === undefined ? today : dayNamed(m[1], today);
  const start = day && dayStart(day, zone)?.getTime();
  if (!start) return undefined;
  const at = start + (hour * 60 + minute) * 60_000;
  return m[1] === undefined && at <= now ? at + 86_400_000 : at; // an hour that has passed is tomorrow's
}

function dayNamed(text: string, today: string): string | undefined {
  const away = days[text];
  if (away !== undefined) return addDays(today, away);
  if (/^\d{4}-/.test(text)) return text;
  const m = /^(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?$/.exec(text);
  if (!m) return undefined;
  const of = (year: string) => `${year}-${(m[2] ?? '').padStart(2, '0')}-${(m[1] ?? '').padStart(2, '0')}`;
  if (m[3]) return of(m[3]);
  const year = today.slice(0, 4);
  return of(year) >= today ? of(year) : of(String(Number(year) + 1));
}
