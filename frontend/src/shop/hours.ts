// The hours of a day, as a chart shows them.

export type Hour = { hour: number; kept: number; late: number; lost: number };

const usual = { first: 9, last: 20 };

/** The hours that have calls, with the usual day around them, so that a chart has no empty night. */
export function busy<H extends Hour>(hours: readonly H[]): H[] {
  const used = hours.filter((h) => h.kept + h.late + h.lost > 0).map((h) => h.hour);
  if (used.length === 0) return [];
  const [first, last] = [Math.min(usual.first, ...used), Math.max(usual.last, ...used)];
  return hours.filter((h) => h.hour >= first && h.hour <= last);
}
