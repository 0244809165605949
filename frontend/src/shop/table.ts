// The calls that somebody chose, as a file for a spreadsheet.
import { useShopName } from './data';

type Row = {
  no: number;
  from: string;
  to: string;
  outcome: string | null;
  started_at: string;
  queue_s: number;
  talk_s: number;
  charge: { amount: number; scale: number; currency: string } | null;
};

/** A cell of CSV (RFC 4180). What a spreadsheet would take for a formula is made text. */
export function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = /^[=@\t]|^[+-](?!\d+(\.\d+)?$)/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const columns = ['no', 'started_at', 'from', 'to', 'outcome', 'queue_s', 'talk_s', 'amount', 'currency'] as const;

export function toCSV(rows: readonly Row[]): string {
  const lines = rows.map((r) => [
    r.no,
    r.started_at,
    r.from,
    r.to,
    r.outcome,
    r.queue_s,
    r.talk_s,
    r.charge && (r.charge.amount / 10 ** r.charge.scale).toFixed(r.charge.scale),
    r.charge?.currency ?? null,
  ]);
  return [columns, ...lines].map((l) => `${l.map(cell).join(',')}\r\n`).join('');
}

/** Hands a file to the browser. */
export function useSave(): (csv: string) => void {
  const shop = useShopName();
  return (csv) => {
    const address = URL.createObjectURL(new Blob(['\ufeff', csv], { type: 'text/csv' }));
    const link = Object.assign(document.createElement('a'), { href: address, download: `calls-${shop}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
}
