import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { freshness, type Live } from '../live/reduce';
import { useFormat, useNow } from '../ui/person';
import css from './frame.module.css';

/** Says that what is on the page is of an earlier time, from 15 s without a link, or at once when the computer has no network. */
export function Offline({ live }: { live: Live }) {
  const { t } = useTranslation();
  const f = useFormat();
  const alone = useAlone();
  const cut = freshness(live, useNow()) === 'stale';
  return (
    <div role="status">
      {(alone || cut) && (
        <p className={css.offline}>
          <b>{t(alone ? 'offline.network' : 'offline.server')}</b> {t('offline.was', { at: f.time(live.heard) })}
        </p>
      )}
    </div>
  );
}

/** Whether the browser knows of no network at all. */
function useAlone(): boolean {
  const [alone, set] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => set(!navigator.onLine);
    window.addEventListener('online', look);
    window.addEventListener('offline', look);
    return () => {
      window.removeEventListener('online', look);
      window.removeEventListener('offline', look);
    };
  }, []);
  return alone;
}
