// Rows that were chosen, and what can be done with all of them at once.
import { Button } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import css from './choice.module.css';
import { useKeys } from './keys';

export type Choice = {
  chosen: ReadonlySet<string>;
  /** Chooses a row, or gives it up; with a range all from the row before to it. */
  choose: (key: string, range: boolean) => void;
  clear: () => void;
};

/** Returns the set after a row was chosen or given up. A range takes all from the last row to this one. */
export function choose(keys: readonly string[], chosen: ReadonlySet<string>, row: { key: string; last: string | undefined }): Set<string> {
  const next = new Set(chosen);
  const [a, b] = [keys.indexOf(row.last ?? ''), keys.indexOf(row.key)];
  if (row.last !== undefined && a >= 0 && b >= 0) {
    for (const k of keys.slice(Math.min(a, b), Math.max(a, b) + 1)) next.add(k);
    return next;
  }
  if (!next.delete(row.key)) next.add(row.key);
  return next;
}

/** Keeps what was chosen of the rows; a row that is no more is chosen no more. */
export function useChoice(keys: readonly string[]): Choice {
  const [{ set, last }, keep] = useState<{ set: ReadonlySet<string>; last?: string }>({ set: new Set() });
  const chosen = useMemo(() => new Set(keys.filter((k) => set.has(k))), [keys, set]);
  const clear = () => keep({ set: new Set() });
  const pick = (key: string, range: boolean) => keep({ set: choose(keys, chosen, { key, last: range ? last : undefined }), last: key });
  useKeys(useMemo(() => ({ Escape: () => keep({ set: new Set() }) }), []));
  return { chosen, choose: pick, clear };
}

/** The bar that rises from the foot when rows are chosen. */
export function BulkBar({ choice, children }: { choice: Choice; children: ReactNode }) {
  const { t } = useTranslation();
  if (choice.chosen.size === 0) return null;
  return (
    <section className={css.bar} aria-label={t('bulk.title')}>
      <b role="status">{t('bulk.chosen', { count: choice.chosen.size })}</b>
      {children}
      <Button variant="subtle" color="gray" size="xs" aria-keyshortcuts="Escape" onClick={choice.clear}>
        {t('bulk.clear')}
      </Button>
    </section>
  );
}
