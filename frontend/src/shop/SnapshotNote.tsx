import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/person';
import css from './call.module.css';
import { useShopName, useSnapshots } from './data';

/** From which reading of the catalogue prices came, and how old it was then. */
export function SnapshotNote({ id, at }: { id: string; at: string }) {
  const { t } = useTranslation();
  const f = useFormat();
  const shop = useShopName();
  const snapshot = useSnapshots().data?.items?.find((s) => s.id === id);
  const said = (s: NonNullable<typeof snapshot>) => {
    const seconds = (Date.parse(at) - Date.parse(s.taken_at)) / 1000;
    if (seconds < 60) return t('snapshot.fresh', { seq: s.seq, at: f.time(s.taken_at) });
    return t('snapshot.known', { seq: s.seq, at: f.time(s.taken_at), age: f.age(seconds), count: s.item_count });
  };
  return (
    <p className={css.said}>
      {snapshot ? said(snapshot) : t('snapshot.unknown')}{' '}
      <Link to="/s/$shop/catalogue" params={{ shop }} hash={id}>
        {t('snapshot.open')}
      </Link>
      <br />
      <span className={css.mono}>{id}</span>
    </p>
  );
}
