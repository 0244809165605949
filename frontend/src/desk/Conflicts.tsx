import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useInHand } from './call';
import css from './desk.module.css';
import type { Conflict } from './draft/fields';

/** What another device wrote into the same field: both are kept until somebody chooses. */
export function Conflicts() {
  const { t } = useTranslation();
  const { draft, keeper } = useInHand();
  return draft.conflicts.map((c) => (
    <section key={c.field} className={css.conflict} aria-label={t('desk.conflict.title')}>
      <b>{t('desk.conflict.text', { field: t(`desk.field.${c.field}`) })}</b>
      <blockquote>{textOf(c)}</blockquote>
      <div>
        <Button size="compact-sm" variant="default" onClick={() => keeper.settle(c.field, 'mine')}>
          {t('desk.conflict.mine')}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => keeper.settle(c.field, 'theirs')}>
          {t('desk.conflict.theirs')}
        </Button>
      </div>
    </section>
  ));
}

const textOf = (c: Conflict): string =>
  c.field === 'items' ? c.theirs.map((i) => `${i.quantity || 1} × ${i.name ?? i.sku ?? ''}`).join('\n') : c.theirs;
