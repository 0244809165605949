import { useTranslation } from 'react-i18next';
import { type Call, type Instant, left } from './floor';
import css from './floor.module.css';

/** Why a caller waits, in words. */
export function Why({ call, now }: { call: Call; now: Instant }) {
  const { t } = useTranslation();
  const { why } = call;
  const rest = left(call, now);
  if (!why) return null;
  return (
    <section className={css.why}>
      <h3>{t('floor.why.title')}</h3>
      <p>
        {why.able === 0
          ? t('floor.why.nobody')
          : why.idle === 0
            ? t('floor.why.busy', { count: why.able })
            : t('floor.why.idle', { count: why.idle })}
      </p>
      {why.ahead > 0 && <p>{t('floor.why.ahead', { count: why.ahead })}</p>}
      {why.refused > 0 && <p>{t('floor.why.refused', { count: why.refused })}</p>}
      {rest !== undefined && rest < 0 && <p data-state="lost">{t('floor.why.late', { count: Math.ceil(-rest) })}</p>}
    </section>
  );
}
