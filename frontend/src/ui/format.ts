// How numbers, phones and instants are written, in a person's language.
export type Locale = 'ru' | 'en';
export type Money = { amount: number; scale: number; currency: string };

const nbsp = '\u00a0';
const units = {
  ru: { s: 'с', min: 'мин', h: 'ч', d: 'дн', now: 'сейчас' },
  en: { s: 's', min: 'min', h: 'h', d: 'd', now: 'now' },
} as const;

/** A clock that ticks: 134 -> "2:14", 3734 -> "1:02:14". */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** "+79215550144" -> "+7 921 555-01-44", with hyphens that do not break; others as they came. */
export function phone(e164: string): string {
  const m = /^\+7([\d•]{3})([\d•]{3})([\d•]{2})([\d•]{2})$/.exec(e164.replaceAll('*', '•'));
  return m ? `+7${nbsp}${m[1]}${nbsp}${m[2]}\u2011${m[3]}\u2011${m[4]}` : e164;
}

/** The day of an instant by the clocks of zone: "2026-11-22". */
export function dayOf(at: Date | string | number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(at));
}

/** The instant at which a day begins by the clocks of zone. A day that is no day is undefined. */
export function dayStart(day: string, zone: string): Date | undefined {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc)) return undefined;
  const guess = utc - offset(utc, zone);
  return new Date(utc - offset(guess, zone));
}

/** How far the clocks of zone are ahead of UTC at an instant, ms. */
function offset(at: number, zone: string): number {
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(at);
  return Date.parse(`${shown.replace(' ', 'T')}Z`) - Math.floor(at / 1000) * 1000;
}

/** The day that is n days after day: ("2026-11-30", 1) -> "2026-12-01". */
export function addDays(day: string, n: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
}

/** Format writes for one person: their language, the clocks of one zone. */
export function format(locale: Locale, zone: string) {
  const tag = locale === 'ru' ? 'ru-RU' : 'en-GB';
  const u = units[locale];
  const intl = (o: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(tag, { timeZone: zone, ...o });
  const minus = (s: string) => s.replace('-', '\u2212');
  const money = (m: Money, whole = false) => {
    const digits = whole && m.amount % 10 ** m.scale === 0 ? 0 : m.scale;
    return minus(
      new Intl.NumberFormat(tag, {
        style: 'currency',
        currency: m.currency,
        currencyDisplay: 'narrowSymbol',
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
      }).format(m.amount / 10 ** m.scale),
    );
  };
  const number = (n: number, digits = 0) =>
    minus(new Intl.NumberFormat(tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(n));
  const time = (at: string | number) => intl({ hour: '2-digit', minute: '2-digit' }).format(new Date(at));
  const date = (at: string | number) => intl({ day: 'numeric', month: 'short' }).format(new Date(at)).replace('.', '');
  return {
    locale,
    zone,
    money,
    number,
    time,
    date,
    percent: (share: number, digits = 0) =>
      new Intl.NumberFormat(tag, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }).format(share),
    /** "14:07" today, "12 окт, 14:07" this year. */
    instant: (at: string, now: number) => {
      if (dayOf(at, zone) === dayOf(now, zone)) return time(at);
      const year = dayOf(at, zone).slice(0, 4) === dayOf(now, zone).slice(0, 4) ? '' : ` ${dayOf(at, zone).slice(0, 4)}`;
      return `${date(at)}${year}, ${time(at)}`;
    },
    /** "вс, 22 ноября" */
    day: (at: string | number) => intl({ weekday: 'short', day: 'numeric', month: 'long' }).format(new Date(at)),
    /** Evidence: "14:05:11,204". */
    exact: (at: string | number) =>
      intl({ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }).format(new Date(at)),
    /** For hovering: the whole instant with its zone. */
    full: (at: string | number) => `${intl({ dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))} (${zone})`,
    /** A length in words: 6 -> "6 с", 248.2 -> "4 мин 08 с"; below ten seconds with a tenth if it has one. */
    span: (seconds: number) => {
      const whole = Math.round(seconds);
      if (whole < 60) {
        const tenths = Math.round(seconds * 10);
        return `${number(seconds < 10 ? tenths / 10 : whole, seconds < 10 && tenths % 10 !== 0 ? 1 : 0)}${nbsp}${u.s}`;
      }
      const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
      const two = (n: number) => String(n).padStart(2, '0');
      return h > 0 ? `${h}${nbsp}${u.h} ${two(m)}${nbsp}${u.min}` : `${m}${nbsp}${u.min} ${two(s)}${nbsp}${u.s}`;
    },
    /** How old a fact is: "сейчас", "7 мин", "3 ч", "2 дн". */
    age: (seconds: number) => {
      const minutes = Math.floor(seconds / 60);
      if (minutes < 1) return u.now;
      if (minutes < 60) return `${minutes}${nbsp}${u.min}`;
      return minutes < 2880 ? `${Math.floor(minutes / 60)}${nbsp}${u.h}` : `${Math.floor(minutes / 1440)}${nbsp}${u.d}`;
    },
  };
}

export type Format = ReturnType<typeof format>;
