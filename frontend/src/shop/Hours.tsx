import { useTranslation } from 'react-i18next';
import { busy, type Hour } from './hours';
import css from './shop.module.css';

const kinds = ['lost', 'late', 'kept'] as const;

/** Calls by the hour: answered in the promise, late, lost. The same as a list for those who do not see it. */
export function Hours({ hours }: { hours: readonly Hour[] }) {
  const { t } = useTranslation();
  const shown = busy(hours);
  const most = Math.max(1, ...shown.map((h) => h.kept + h.late + h.lost));
  return (
    <section className={css.card} aria-label={t('hours.title')}>
      <h2>
        {t('hours.title')}
        <span>{t('hours.most', { count: most })}</span>
      </h2>
      {shown.length === 0 ? (
        <p className={css.pad}>{t('hours.none')}</p>
      ) : (
        <>
          <ol className={css.chart}>
            {shown.map((h) => (
              <li key={h.hour} title={t('hours.bar', { hour: h.hour, kept: h.kept, late: h.late, lost: h.lost })}>
                <div className={css.bars} aria-hidden>
                  {kinds.map((what) => h[what] > 0 && <i key={what} data-what={what} style={{ height: `${(h[what] / most) * 100}%` }} />)}
                </div>
                <span aria-hidden>{h.hour}</span>
                <span className={css.hidden}>{t('hours.bar', { hour: h.hour, kept: h.kept, late: h.late, lost: h.lost })}</span>
              </li>
            ))}
          </ol>
          <p className={css.legend}>
            <span>
              <i data-what="kept" />
              {t('hours.kept')}
            </span>
            <span>
              <i data-what="late" />
              {t('hours.late')}
            </span>
            <span>
              <i data-what="lost" />
              {t('hours.lost')}
            </span>
          </p>
        </>
      )}
    </section>
  );
}
