import { IconFlag } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { Empty } from '../ui/Panel';
import type { State } from '../ui/palette';
import { localeOf } from '../ui/person';
import { Num, ShopBadge, StateGlyph } from '../ui/ui';
import { type Seat, seats, secondsSince, short } from './floor';
import css from './floor.module.css';
import { type Seen, useServerNow } from './useFloor';

type Props = { seen: Seen; chosen: string | undefined; choose: (who: string) => void };

const kinds: readonly State[] = ['talking', 'held', 'wrapup', 'offered', 'ready', 'paused', 'lost'];

/** The operators, who needs somebody first. */
export function People({ seen, chosen, choose }: Props) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  const all = seats(seen.state, now);
  const count = (k: State) => all.filter((s) => s.tone === k).length;
  return (
    <section className={css.panel} data-people>
      <h2>
        {t('floor.people.title')} <small>{t('floor.people.count', { count: all.length })}</small>
      </h2>
      {all.length === 0 ? (
        <Empty title={t('floor.people.none')}>{t('floor.people.noneText')}</Empty>
      ) : (
        <>
          <div className={css.share} aria-hidden>
            {kinds.map((k) => count(k) > 0 && <i key={k} data-state={k} style={{ flexGrow: count(k) }} />)}
          </div>
          <p className={css.legend}>
            {kinds.map(
              (k) =>
                count(k) > 0 && (
                  <span key={k}>
                    <StateGlyph state={k} /> {t(`floor.kind.${k}`)} <b>{count(k)}</b>
                  </span>
                ),
            )}
          </p>
          <ul className={css.people}>
            {all.map((s) => (
              <li key={s.person.id}>
                <One seat={s} now={now} chosen={s.person.id === chosen} choose={choose} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

type OneProps = { seat: Seat; now: number; chosen: boolean; choose: (who: string) => void };

function One({ seat, now, chosen, choose }: OneProps) {
  const { t, i18n } = useTranslation();
  const { person, call, tone, need } = seat;
  const shop = call && { name: call.shop_name[localeOf(i18n.language)] || call.shop, colour: call.colour };
  return (
    <button
      type="button"
      className={css.person}
      data-state={tone}
      data-need={need}
      aria-pressed={chosen}
      title={need && t(`floor.need.${need}`)}
      onClick={() => choose(person.id)}
    >
      <StateGlyph state={tone} />
      <span className={css.cut} title={person.name}>
        {short(person.name) || t('floor.people.nameless')}
      </span>
      <span className={css.hidden}>{t(`floor.kind.${tone}`)}</span>
      {need && <IconFlag size={13} aria-label={t(`floor.need.${need}`)} className={css.flag} />}
      {shop && <ShopBadge shop={shop} size={18} />}
      <Num>{clock(secondsSince(seat.since, now))}</Num>
    </button>
  );
}
