import { IconEar, IconMessage2, IconMicrophone2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { clock, phone } from '../ui/format';
import { Empty } from '../ui/Panel';
import { Num, StateTag } from '../ui/ui';
import { type Call, type Mode, secondsSince, talks, toneOf, wordOf } from './floor';
import css from './floor.module.css';
import { HeardCell, HeardHead } from './Heard';
import { ShopOf } from './Queues';
import { type Seen, useServerNow } from './useFloor';

type Props = { seen: Seen; chosen: string | undefined; choose: (call: string) => void };

/** The talks of this moment: each can be listened to. */
export function Calls({ seen, chosen, choose }: Props) {
  const { t } = useTranslation();
  const all = talks(seen.state);
  const names = new Map(seen.state.operators.map((o) => [o.id, o.name]));
  return (
    <section className={css.panel}>
      <h2>
        {t('floor.calls.title')} <small>{t('floor.calls.count', { count: all.length })}</small>
      </h2>
      {all.length === 0 ? (
        <Empty title={t('floor.calls.none')}>{t('floor.calls.noneText')}</Empty>
      ) : (
        <table className={css.table} data-rows>
          <thead>
            <tr>
              <th>{t('floor.calls.operator')}</th>
              <th>{t('floor.calls.shop')}</th>
              <th>{t('floor.calls.state')}</th>
              <th className={css.beside}>{t('floor.calls.buyer')}</th>
              <HeardHead />
              <th className={css.right}>{t('floor.calls.lasts')}</th>
            </tr>
          </thead>
          <tbody>
            {all.map((c) => (
              <Row key={c.id} call={c} seen={seen} name={names.get(c.operator_id ?? '') ?? ''} chosen={c.id === chosen} choose={choose} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

type RowProps = { call: Call; seen: Seen; name: string; chosen: boolean; choose: (id: string) => void };

function Row({ call, seen, name, chosen, choose }: RowProps) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  return (
    <tr aria-selected={chosen} onClick={() => choose(call.id)}>
      <td>
        <button type="button" className={css.name} title={name} onClick={() => choose(call.id)}>
          {name || t('floor.calls.nobody')}
        </button>
        {call.watchers.map((w) => (
          <Watcher key={w.id} mode={w.mode} name={w.me ? t('floor.me') : w.name} up={w.up} />
        ))}
      </td>
      <td>
        <ShopOf call={call} />
      </td>
      <td>
        <StateTag state={toneOf(call)}>{t(`floor.state.${wordOf(call)}`)}</StateTag>
      </td>
      <td className={css.beside}>
        <Num>{phone(call.from) || t('floor.calls.withheld')}</Num>
      </td>
      <td>
        <HeardCell call={call} />
      </td>
      <td className={css.right}>
        <Num>{clock(secondsSince(call.answered_at ?? call.started_at, now))}</Num>
      </td>
    </tr>
  );
}

export const modeGlyphs = { listen: IconEar, whisper: IconMessage2, barge: IconMicrophone2 } as const;

/** A supervisor at a call. */
export function Watcher({ mode, name, up }: { mode: Mode; name: string; up: boolean }) {
  const { t } = useTranslation();
  const Glyph = modeGlyphs[mode];
  return (
    <span className={css.watcher} data-up={up || undefined} title={t(`floor.mode.${mode}.does`, { name })}>
      <Glyph size={12} aria-hidden />
      {name}
    </span>
  );
}
