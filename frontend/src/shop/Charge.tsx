import { IconCheck } from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { useFormat } from '../ui/person';
import { Num } from '../ui/ui';
import css from './call.module.css';
import type { Story } from './data';

type Bill = Schemas['Bill'];

/** What the call cost, and every step that led there. */
export function Charge({ story }: { story: Story }) {
  const { t } = useTranslation();
  const { bill } = story;
  return (
    <section className={css.card} id="charge" aria-label={t('charge.title')}>
      <h2>
        {t('charge.title')} {bill && <span>{t('charge.plan', { plan: bill.plan, version: bill.tariff_version })}</span>}
      </h2>
      {bill ? <Reckoned bill={bill} /> : <p className={css.said}>{t(whyNone(story))}</p>}
    </section>
  );
}

const whyNone = (s: Story) => (s.charge ? 'charge.hidden' : s.answered_at ? 'charge.later' : 'charge.nothing');

function Reckoned({ bill }: { bill: Bill }) {
  const { t } = useTranslation();
  const f = useFormat();
  const money = (amount: number) => f.money({ amount, scale: bill.scale, currency: bill.currency });
  const unpaid = (bill.parts ?? []).filter((p) => !p.billable && p.seconds > 0);
  return (
    <>
      <table className={css.charge}>
        <caption className={css.hidden}>{t('charge.title')}</caption>
        <tbody>{bill.free ? <Step what={t(`charge.freeCall.${bill.free}`)} /> : <Steps bill={bill} />}</tbody>
        <tfoot>
          <tr>
            <td>{t('charge.total')}</td>
            <td>
              <Num>{money(bill.amount)}</Num>
            </td>
          </tr>
        </tfoot>
      </table>
      {bill.rounding_amount > 0 && (
        <p className={css.said}>
          {t('charge.rounding', { cost: money(bill.rounding_amount), exact: money(bill.amount - bill.rounding_amount) })}
        </p>
      )}
      {unpaid.length > 0 && (
        <p className={css.said}>
          {t('charge.free', { parts: unpaid.map((p) => t(`charge.freePart.${p.part}`, { span: f.span(p.seconds) })).join(', ') })}
        </p>
      )}
      {bill.proven && (
        <p className={`${css.said} ${css.proof}`} title={bill.steps?.join('\n')}>
          <IconCheck size={14} stroke={2} aria-hidden />
          {t('charge.proven')}
        </p>
      )}
    </>
  );
}

/** One line of the arithmetic: what, how, and what it comes to. */
function Step({ what, how, comes }: { what: ReactNode; how?: ReactNode; comes?: ReactNode }) {
  return (
    <tr>
      <td>
        {what}
        {how && (
          <small>
            <Num>{how}</Num>
          </small>
        )}
      </td>
      <td>{comes && <Num>{comes}</Num>}</td>
    </tr>
  );
}

function Steps({ bill }: { bill: Bill }) {
  const { t } = useTranslation();
  const f = useFormat();
  const text = useMemo(() => (decimal: string) => decimal.replace('.', f.locale === 'ru' ? ',' : '.'), [f.locale]);
  const parts = (bill.parts ?? []).filter((p) => p.billable && p.seconds > 0);
  const seconds = (n: number) => t('charge.seconds', { n: f.number(n) });
  const steps = (bill.billed_s - bill.first_increment_s) / bill.next_increment_s;
  const { first_increment_s: first, next_increment_s: next } = bill;
  return (
    <>
      <Step
        what={t('charge.counted')}
        how={parts.map((p) => t(`charge.part.${p.part}`, { seconds: f.number(p.seconds, 3) })).join(' + ')}
        comes={seconds(bill.counted_s)}
      />
      <Step
        what={t('charge.increments', { first, next })}
        how={steps > 0 ? t('charge.incrementSum', { first, steps, next }) : t('charge.minimum', { first })}
        comes={seconds(bill.billed_s)}
      />
      {bill.included_s > 0 && <Step what={t('charge.included')} comes={seconds(-bill.included_s)} />}
      {(bill.segments ?? []).map((s, i) => (
        <Step
          key={i}
          what={s.band ? t('charge.band', { band: s.band, rate: text(s.rate_per_min) }) : t('charge.rate', { rate: text(s.rate_per_min) })}
          how={t('charge.rateSum', { seconds: f.number(s.seconds - s.included_s), rate: text(s.rate_per_min) })}
        />
      ))}
      {Number(bill.setup_fee) > 0 && <Step what={t('charge.setup')} comes={text(bill.setup_fee)} />}
      {bill.capped && <Step what={t('charge.capped', { most: text(bill.max_per_call) })} />}
    </>
  );
}
