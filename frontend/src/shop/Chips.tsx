import { CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './shop.module.css';

export type FilterChip = { id: string; text: string; clear: () => void };

/** Filters that are set and have no field of their own: a chip each, with a cross that lifts it. */
export function Chips({ chips }: { chips: readonly FilterChip[] }) {
  const { t } = useTranslation();
  return chips.map((c) => (
    <span key={c.id} className={css.chip}>
      {c.text}
      <CloseButton size={24} iconSize={14} aria-label={t('list.lift', { filter: c.text })} onClick={c.clear} />
    </span>
  ));
}
