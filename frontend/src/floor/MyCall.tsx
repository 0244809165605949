import { Button } from '@mantine/core';
import { IconPhoneCall, IconPhoneIncoming } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { Key, Num } from '../ui/ui';
import { modeGlyphs } from './Calls';
import type { Twice } from './FloorPage';
import { type Call, type Mode, mine, secondsSince } from './floor';
import css from './floor.module.css';
import { Hears } from './Hears';
import { type Seen, useServerNow } from './useFloor';
import type { Supervision } from './useSupervision';

export const modes: readonly Mode[] = ['listen', 'whisper', 'barge'];
export const modeKeys: Record<Mode, string> = { listen: 'L', whisper: 'W', barge: 'B' };

/** The call that I am at, wherever on the floor I look. */
export function MyCall({ call, seen, supervision, takeOver }: { call: Call; seen: Seen; supervision: Supervision; takeOver: Twice }) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  const me = mine(call);
  if (!me) return null;
  const Glyph = modeGlyphs[me.mode];
  const name = seen.state.operators.find((o) => o.id === call.operator_id)?.name ?? '';
  return (
    <section className={css.mine} aria-label={t('floor.mine')}>
      <Glyph size={18} aria-hidden />
      <p>
        <b>{t(me.up ? `floor.mode.${me.mode}.now` : 'floor.ringing', { name: name || t('floor.calls.nobody') })}</b>
        <Hears call={call} mode={me.mode} />
      </p>
      <Num>{clock(secondsSince(me.since, now))}</Num>
      <Modes call={call} supervision={supervision} />
      {me.up && (
        <Button
          size="xs"
          variant="default"
          aria-pressed={takeOver.armed}
          aria-keyshortcuts="T"
          leftSection={<IconPhoneIncoming size={14} aria-hidden />}
          rightSection={<Key>T T</Key>}
          onClick={takeOver.press}
        >
          {t(takeOver.armed ? 'floor.takeOver.again' : 'floor.takeOver.verb')}
        </Button>
      )}
      <Button
        size="xs"
        color="lost"
        variant="default"
        onClick={() => supervision.stop(call.id)}
        rightSection={<Key>S</Key>}
        aria-keyshortcuts="S"
      >
        {t('floor.stop')}
      </Button>
    </section>
  );
}

/** A call that I have taken over: I talk with the buyer alone. */
export function OwnCall({ call, seen, supervision }: { call: Call; seen: Seen; supervision: Supervision }) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  return (
    <section className={css.mine} aria-label={t('floor.mine')}>
      <IconPhoneCall size={18} aria-hidden />
      <p>
        <b>{t('floor.takeOver.now')}</b>
        <span className={css.hears}>{t(call.state === 'held' ? 'floor.takeOver.held' : 'floor.takeOver.note')}</span>
      </p>
      <Num>{clock(secondsSince(call.since, now))}</Num>
      {supervision.device === 'browser' && (
        <Button size="xs" color="lost" variant="default" onClick={supervision.hangUp}>
          {t('floor.takeOver.end')}
        </Button>
      )}
    </section>
  );
}

/** What I may do at a call; what I do is pressed. */
export function Modes({ call, supervision }: { call: Call; supervision: Supervision }) {
  const { t } = useTranslation();
  const now = mine(call)?.mode;
  return (
    <span className={css.modes}>
      {modes.map((m) => {
        const Glyph = modeGlyphs[m];
        return (
          <Button
            key={m}
            size="xs"
            variant={now === m ? 'light' : 'default'}
            aria-pressed={now === m}
            aria-keyshortcuts={modeKeys[m]}
            leftSection={<Glyph size={14} aria-hidden />}
            rightSection={<Key>{modeKeys[m]}</Key>}
            onClick={() => supervision.begin(call.id, m)}
          >
            {t(`floor.mode.${m}.verb`)}
          </Button>
        );
      })}
    </span>
  );
}
