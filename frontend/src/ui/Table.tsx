// A list as a table: the first column is the link, J and K move, Enter opens.
import { type ReactNode, useMemo, useRef } from 'react';
import { useKeys } from './keys';
import css from './table.module.css';

/** Where a cell stands in the two lines of a row on a phone; without a place it is left out there. */
export type Place = 'tl' | 'tr' | 'bl' | 'br' | 'wide';

export type Column<T> = { id: string; head: string; cell: (row: T) => ReactNode; right?: true; place?: Place; width?: string };

type Props<T> = { label: string; columns: readonly Column<T>[]; rows: readonly T[]; rowKey: (row: T) => string; keyed?: boolean };

export function Table<T>({ label, columns, rows, rowKey, keyed = true }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const keys = useMemo(() => {
    const move = (by: 1 | -1) => () => {
      if (!keyed) return;
      const links = [...(body.current?.querySelectorAll<HTMLElement>('tr > td:first-child a') ?? [])];
      const here = links.findIndex((l) => l.matches(':focus'));
      links[Math.min(links.length - 1, Math.max(0, here + by))]?.focus();
    };
    return { KeyJ: move(1), KeyK: move(-1) };
  }, [keyed]);
  useKeys(keys);
  return (
    <table className={css.table}>
      <caption className={css.caption}>{label}</caption>
      <thead>
        <tr>
          {columns.map((c) => (
            <th key={c.id} scope="col" data-right={c.right} style={{ width: c.width }}>
              {c.head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((c) => (
              <td key={c.id} data-right={c.right} data-place={c.place}>
                {c.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
