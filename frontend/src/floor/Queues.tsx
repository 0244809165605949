import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { Empty } from '../ui/Panel';
import { localeOf, useFormat } from '../ui/person';
import { Num, ShopBadge } from '../ui/ui';
import { type Call, type Instant, type Line, left, lines, secondsSince, used } from './floor';
import css from './floor.module.css';
import { type Seen, useServerNow } from './useFloor';

type Props = { seen: Seen; chosen: string | undefined; choose: (call: string) => void };

/** Who waits, in which queue, and how long until the promise breaks. */
export function Queues({ seen, chosen, choose }: Props) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  const all = lines(seen.state, now);
  return (
    <section className={css.panel}>
      <h2>{t('floor.queues.title')}</h2>
      {all.length === 0 ? (
        <Empty title={t('floor.queues.none')}>{t('floor.queues.noneText')}</Empty>
      ) : (
        <table className={css.table}>
          <thead>
            <tr>
              <th>{t('floor.queues.shop')}</th>
              <th>{t('floor.queues.waiting')}</th>
              <th className={css.right}>{t('floor.queues.oldest')}</th>
              <th className={css.right}>{t('floor.queues.talking')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((l) => (
              <Row key={l.key} line={l} now={now} chosen={chosen} choose={choose} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

type RowProps = { line: Line; now: Instant; chosen: string | undefined; choose: (call: string) => void };

function Row({ line, now, chosen, choose }: RowProps) {
  const { t } = useTranslation();
  const late = line.waiting.some((c) => (left(c, now) ?? 1) < 0);
  const oldest = Math.max(0, ...line.waiting.map((c) => secondsSince(c.started_at, now)));
  return (
    <tr data-state={late ? 'lost' : undefined}>
      <td>
        <ShopOf call={line.shop} promise />
      </td>
      <td>
        <span className={css.chips}>
          {line.waiting.length === 0 && <span className={css.quiet}>{t('floor.queues.nobody')}</span>}
          {line.waiting.map((c) => (
            <Waiting key={c.id} call={c} now={now} chosen={c.id === chosen} choose={choose} />
          ))}
        </span>
      </td>
      <td className={css.right}>{line.waiting.length > 0 && <Num>{clock(oldest)}</Num>}</td>
      <td className={css.right}>
        <Num>{line.talking}</Num>
      </td>
    </tr>
  );
}

/** A caller who waits: counts down to the promise, then on. */
function Waiting({ call, now, chosen, choose }: { call: Call; now: Instant; chosen: boolean; choose: (id: string) => void }) {
  const { t } = useTranslation();
  const f = useFormat();
  const rest = left(call, now);
  const late = rest !== undefined && rest < 0;
  const said =
    rest === undefined ? clock(secondsSince(call.started_at, now)) : late ? `+${f.span(Math.ceil(-rest))}` : f.span(Math.floor(rest));
  return (
    <button
      type="button"
      className={css.chip}
      data-state={late ? 'lost' : 'offered'}
      aria-pressed={chosen}
      title={t('floor.why.ask')}
      onClick={() => choose(call.id)}
    >
      <Num>{said}</Num>
      <i style={{ width: `${used(call, now) * 100}%` }} aria-hidden />
    </button>
  );
}

/** The shop of a call, and its queue. */
export function ShopOf({ call, promise }: { call: Call; promise?: true }) {
  const { t, i18n } = useTranslation();
  const name = call.shop_name[localeOf(i18n.language)] || call.shop;
  const share = Math.round(call.promise.share / 10);
  return (
    <span className={css.shop}>
      <ShopBadge shop={{ name, colour: call.colour }} size={28} />
      <span>
        <b title={name}>{name}</b>
        <small>
          {promise ? t('floor.queues.promise', { queue: call.queue, share, within: call.promise.within_ms / 1000 }) : call.queue}
        </small>
      </span>
    </span>
  );
}
