// A list as a table: the first column is the link, J and K move, Enter opens, X chooses.
import { type ReactNode, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Choice } from './choice';
import { useKeys } from './keys';
import css from './table.module.css';

/** Where a cell stands in the two lines of a row on a phone; without a place it is left out there. */
export type Place = 'tl' | 'tr' | 'bl' | 'br' | 'wide';

export type Column<T> = { id: string; head: string; cell: (row: T) => ReactNode; right?: true; place?: Place; width?: string };

type Props<T> = {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
  keyed?: boolean;
  /** Rows can be chosen; nameOf says to a reader which one. */
  choice?: Choice & { nameOf: (row: T) => string };
};

export function Table<T>({ label, columns, rows, rowKey, keyed = true, choice }: Props<T>) {
  const { t } = useTranslation();
  const body = useRef<HTMLTableSectionElement>(null);
  const keys = useMemo(() => {
    if (!keyed) return {};
    const links = () => [...(body.current?.querySelectorAll<HTMLElement>('tr > td:first-child a') ?? [])];
    const here = () => links().findIndex((l) => l.closest('tr')?.contains(document.activeElement));
    const move = (by: 1 | -1) => () => {
      const all = links();
      all[Math.min(all.length - 1, Math.max(0, here() + by))]?.focus();
    };
    const pick = (range: boolean) => () => {
      const key = links()[here()]?.closest('tr')?.dataset.key;
      if (key) choice?.choose(key, range);
    };
    return { KeyJ: move(1), KeyK: move(-1), ...(choice && { KeyX: pick(false), 'Shift+KeyX': pick(true) }) };
  }, [keyed, choice]);
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
        {rows.map((row) => {
          const key = rowKey(row);
          const chosen = choice?.chosen.has(key) || undefined;
          return (
            <tr key={key} data-key={key} data-chosen={chosen}>
              {columns.map((c, i) => (
                <td key={c.id} data-right={c.right} data-place={c.place} data-chooses={(choice && i === 0) || undefined}>
                  {choice && i === 0 && (
                    <input
                      type="checkbox"
                      className={css.check}
                      aria-label={t('bulk.choose', { row: choice.nameOf(row) })}
                      aria-keyshortcuts="X"
                      checked={chosen ?? false}
                      onChange={(e) => choice.choose(key, e.nativeEvent instanceof MouseEvent && e.nativeEvent.shiftKey)}
                    />
                  )}
                  {c.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
