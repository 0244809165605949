import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { client, type Problem } from '../api/client';
import { useFormat } from '../ui/person';
import { Num } from '../ui/ui';
import css from './call.module.css';
import { type Arithmetic, arithmetic, readCSV, roundingCost } from './charge';
import { type Story, useShopName } from './data';

/** The export's line of this call: what the charge was computed from. */
function useArithmetic(story: Story) {
  const shop = useShopName();
  const at = story.answered_at;
  const query = { shop, from: at ?? '', to: at ? new Date(Date.parse(at) + 1000).toISOString() : '' };
  return useQuery<Arithmetic | null, Problem>({
    queryKey: ['charge', '/exports/billing.csv', story.id],
    enabled: at !== null && story.charge !== null,
    queryFn: async () => {
      const { data, error } = await client.GET('/exports/billing.csv', { params: { query }, parseAs: 'text' });
      if (error) throw error;
      const line = readCSV(data ?? '').find((l) => l.call_id === story.id && l.kind === 'usage');
      return (line && arithmetic(line)) ?? null;
    },
  });
}

export function Charge({ story }: { story: Story }) {
  const { t } = useTranslation();
  const f = useFormat();
  const sum = useArithmetic(story).data;
  if (!story.charge) {
    return (
      <section className={css.card} id="charge" aria-label={t('charge.title')}>
        <h2>{t('charge.title')}</h2>
        <p className={css.said}>{t(story.answered_at ? 'charge.later' : 'charge.nothing')}</p>
      </section>
    );
  }
  const cost = sum && roundingCost(sum, story.charge.scale);
  return (
    <section className={css.card} id="charge" aria-label={t('charge.title')}>
      <h2>
        {t('charge.title')} {sum && <span>{t('charge.plan', { plan: sum.plan, version: sum.version })}</span>}
      </h2>
      <table className={css.charge}>
        <caption className={css.hidden}>{t('charge.title')}</caption>
        <tbody>{sum && <Steps sum={sum} />}</tbody>
        <tfoot>
          <tr>
            <td>{t('charge.total')}</td>
            <td>
              <Num>{f.money(story.charge)}</Num>
            </td>
          </tr>
        </tfoot>
      </table>
      {cost !== undefined && cost !== null && cost > 0 && (
        <p className={css.said}>
          {t('charge.rounding', {
            cost: f.money({ ...story.charge, amount: cost }),
            exact: f.money({ ...story.charge, amount: story.charge.amount - cost }),
          })}
        </p>
      )}
      {sum && sum.free.length > 0 && (
        <p className={css.said}>
          {t('charge.free', { parts: sum.free.map((p) => t(`charge.freePart.${p.part}`, { span: f.span(p.seconds) })).join(', ') })}
        </p>
      )}
    </section>
  );
}

function Steps({ sum }: { sum: Arithmetic }) {
  const { t } = useTranslation();
  const f = useFormat();
  const parts = sum.parts.map((p) => t(`charge.part.${p.part}`, { seconds: f.number(p.seconds, 3) })).join(' + ');
  const pay = sum.billed - sum.included;
  const rate = sum.rate.replace('.', f.locale === 'ru' ? ',' : '.');
  return (
    <>
      <tr>
        <td>
          {t('charge.counted')}
          <small>
            <Num>{parts}</Num>
          </small>
        </td>
        <td>
          <Num>{t('charge.seconds', { n: f.number(sum.counted) })}</Num>
        </td>
      </tr>
      <tr>
        <td>
          {t('charge.increments', { first: sum.first, next: sum.next })}
          <small>
            <Num>
              {sum.steps > 0
                ? t('charge.incrementSum', { first: sum.first, steps: sum.steps, next: sum.next })
                : t('charge.minimum', { first: sum.first })}
            </Num>
          </small>
        </td>
        <td>
          <Num>{t('charge.seconds', { n: f.number(sum.billed) })}</Num>
        </td>
      </tr>
      {sum.included > 0 && (
        <tr>
          <td>{t('charge.included')}</td>
          <td>
            <Num>{t('charge.seconds', { n: `\u2212${f.number(sum.included)}` })}</Num>
          </td>
        </tr>
      )}
      {rate && (
        <tr>
          <td>
            {t('charge.rate', { rate })}
            <small>
              <Num>{t('charge.rateSum', { seconds: f.number(pay), rate })}</Num>
            </small>
          </td>
          <td />
        </tr>
      )}
      {Number(sum.setup) > 0 && (
        <tr>
          <td>{t('charge.setup')}</td>
          <td>
            <Num>{sum.setup}</Num>
          </td>
        </tr>
      )}
    </>
  );
}
