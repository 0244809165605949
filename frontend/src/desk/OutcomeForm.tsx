import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { client } from '../api/client';
import { useFormat } from '../ui/person';
import { Key, Label, Num } from '../ui/ui';
import { useInHand } from './call';
import css from './desk.module.css';
import type { OutcomeName } from './outcome';
import { Typed } from './Typed';
import { useVerbs } from './verbs';

/** What came of the call, the promise of it, and what it earned. */
export function OutcomeForm() {
  const { t } = useTranslation();
  const { outcome, keeper } = useInHand();
  const { options, chosen, proposed, trouble } = outcome;
  const choose = (o: OutcomeName) => {
    keeper.type({ disposition: o });
    if (o !== 'callback') outcome.settle(o);
  };
  useVerbs({
    choose: (n) => {
      const o = options[n - 1];
      if (o) choose(o);
    },
  });
  return (
    <section className={css.answers} aria-label={t('desk.wrap.outcome')}>
      <div className={css.row}>
        <Label>{t('desk.wrap.outcome')}</Label>
        <span className={css.grow} />
        {proposed && <span className={css.small}>{t('desk.wrap.proposed', { outcome: t(`desk.outcome.${proposed}`) })}</span>}
      </div>
      <div role="radiogroup" aria-label={t('desk.wrap.outcome')} style={{ display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 6 }}>
        {options.map((o, i) => (
          // biome-ignore lint/a11y/useSemanticElements: a digit chooses it, arrows would be in the way of the keys of the desk
          <button
            key={o}
            type="button"
            role="radio"
            aria-checked={chosen === o}
            className={css.answer}
            aria-keyshortcuts={String(i + 1)}
            onClick={() => choose(o)}
          >
            <Key>{i + 1}</Key>
            <b>{t(`desk.outcome.${o}`)}</b>
          </button>
        ))}
      </div>
      {chosen === 'callback' && <Promised bad={trouble === 'when'} />}
      {trouble && trouble !== 'when' && (
        <p className={css.error} role="alert">
          {t(`desk.wrap.trouble.${trouble}`)}
        </p>
      )}
      <Earned />
    </section>
  );
}

function Promised({ bad }: { bad: boolean }) {
  const { t } = useTranslation();
  useEffect(() => {
    if (bad) document.querySelector<HTMLInputElement>('[data-field="when"]')?.focus();
  }, [bad]);
  return (
    <div style={{ display: 'grid', gridTemplateColumns: '1fr 2fr', gap: 12 }}>
      <Typed
        field="when"
        label={t('desk.wrap.when')}
        placeholder={t('desk.wrap.whenHint')}
        error={bad ? t('desk.wrap.trouble.when') : undefined}
      />
      <Typed field="subject" label={t('desk.wrap.subject')} />
    </div>
  );
}

/** The line of pay as far as it is known; it opens its arithmetic. */
function Earned() {
  const { t } = useTranslation();
  const f = useFormat();
  const { call } = useInHand();
  const { data } = useQuery({
    queryKey: ['desk-day-line', call],
    refetchInterval: 5_000,
    queryFn: async () => {
      const { data } = await client.GET('/desk/day', { params: { query: { limit: 5 } } });
      return data?.items.find((c) => c.id === call)?.pay ?? null;
    },
  });
  if (!data) return null;
  return (
    <p className={css.small}>
      {t('desk.wrap.earned')}{' '}
      <Link to="/desk/day">
        <Num>{f.money(data)}</Num>
      </Link>
    </p>
  );
}
