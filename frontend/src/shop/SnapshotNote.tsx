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
  return (
    <p className={css.said}>
      {snapshot
        ? t('snapshot.known', {
            seq: snapshot.seq,
            at: f.time(snapshot.taken_at),
            age: f.age((Date.parse(at) - Date.parse(snapshot.taken_at)) / 1000),
            count: snapshot.item_count,
          })
        : t('snapshot.unknown')}{' '}
      <Link to="/s/$shop/catalogue" params={{ shop }} hash={id}>
        {t('snapshot.open')}
      </Link>
      <br />
      <span className={css.mono}>{id}</span>
    </p>
  );
}
