// The arithmetic of a charge, read from the billing export's line of the call.

/** A line of the export; amounts are decimal text as the export writes them. */
export type Line = Record<string, string>;

/** Reads CSV with a header (RFC 4180). */
export function readCSV(text: string): Line[] {
  const rows = cells(text);
  const head = rows.shift() ?? [];
  return rows.filter((r) => r.length === head.length).map((r) => Object.fromEntries(head.map((name, i) => [name, r[i] ?? ''])));
}

function cells(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const m of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    const [whole, quoted, plain, end] = m;
    if (whole === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

export type Arithmetic = {
  parts: { part: 'ring' | 'queue' | 'talk' | 'hold' | 'wrap_up'; seconds: number }[];
  free: { part: 'ring' | 'queue' | 'hold' | 'wrap_up'; seconds: number }[];
  counted: number;
  first: number;
  steps: number;
  next: number;
  billed: number;
  included: number;
  rate: string;
  setup: string;
  plan: string;
  version: string;
};

const partNames = ['ring', 'queue', 'talk', 'hold', 'wrap_up'] as const;

/** Spells out what a line was computed from; undefined for one that is no plain usage. */
export function arithmetic(line: Line): Arithmetic | undefined {
  const rule = /^(\d+)\/(\d+)/.exec(line.rule ?? '');
  if (line.kind !== 'usage' || !rule) return undefined;
  const billable = (line.billable ?? '').split('+').map((s) => s.trim().replace('-', '_'));
  const seconds = (part: string) => Number(line[`${part}_s`] ?? 0);
  const parts = partNames.filter((p) => billable.includes(p)).map((part) => ({ part, seconds: seconds(part) }));
  const [first, next, billed] = [Number(rule[1]), Number(rule[2]), Number(line.billed_s)];
  return {
    parts: parts.filter((p) => p.seconds > 0),
    free: partNames.flatMap((part) =>
      part !== 'talk' && !billable.includes(part) && seconds(part) > 0 ? [{ part, seconds: seconds(part) }] : [],
    ),
    counted: Math.ceil(parts.reduce((sum, p) => sum + Math.round(p.seconds * 1000), 0) / 1000),
    first,
    next,
    steps: billed > first && next > 0 ? (billed - first) / next : 0,
    billed,
    included: Number(line.included_s),
    rate: line.rate_per_min ?? '',
    setup: line.setup_fee ?? '',
    plan: line.plan ?? '',
    version: line.tariff_version ?? '',
  };
}

/** What the rounding cost, in minor units of scale: the billed seconds less the counted ones, at the rate. Undefined where the rate is no single one. */
export function roundingCost(a: Arithmetic, scale: number): number | undefined {
  const rate = Number(a.rate);
  if (a.rate === '' || Number.isNaN(rate) || a.included > 0) return undefined;
  const raw = a.parts.reduce((sum, p) => sum + p.seconds, 0);
  return Math.round(((a.billed - raw) / 60) * rate * 10 ** scale);
}
