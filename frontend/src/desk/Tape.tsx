import { Button, Popover } from '@mantine/core';
import { IconPlayerRecord, IconPlayerRecordFilled } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { Key } from '../ui/ui';
import css from './desk.module.css';
import { useHouse, useServerNow } from './house';
import { keys } from './keymap';
import type { Card } from './scene';
import look from './tape.module.css';
import { useVerbs } from './verbs';

/** When the operator is told that it goes on by itself soon, ms. */
const soon = 15_000;

/** Says in red that the recording stands still, and for how long yet. */
export function TapeState({ card }: { card: Card | undefined }) {
  const { t } = useTranslation();
  const { orders } = useHouse();
  const now = useServerNow();
  const tape = card?.recording;
  if (!card || !tape || tape.state === 'on') return null;
  if (tape.state === 'off') return <span className={css.small}>{t('tape.off')}</span>;
  const left = Math.max(0, (tape.until ? Date.parse(tape.until) : now) - now);
  return (
    <output className={look.stopped} data-soon={left <= soon || undefined}>
      <b>{t('tape.pausedFor', { left: clock(left / 1000) })}</b>
      {left <= soon && (
        <span role="alert">
          {t('tape.soon', { left: clock(left / 1000) })}{' '}
          <button type="button" onClick={() => orders.onCall('pause-recording', card.id)}>
            {t('tape.longer')}
          </button>
        </span>
      )}
    </output>
  );
}

/** The operator's own word on the recording: to stop it for a card, to have it go on, to end it for a buyer who objects. */
export function TapeControl({ card }: { card: Card | undefined }) {
  const { t } = useTranslation();
  const { orders } = useHouse();
  const [opened, setOpened] = useState(false);
  const [failed, setFailed] = useState(false);
  const state = card?.recording.state ?? 'off';
  const paused = state === 'paused';
  const ask = async (verb: 'pause-recording' | 'resume-recording' | 'stop-recording') => {
    if (!card) return;
    const done = await orders.onCall(verb, card.id);
    setFailed(!done);
    setOpened(!done);
  };
  const toggle = () => void ask(paused ? 'resume-recording' : 'pause-recording');
  useVerbs(state === 'off' ? {} : { tape: toggle });
  if (state === 'off') return null;
  const Icon = paused ? IconPlayerRecord : IconPlayerRecordFilled;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300}>
      <Popover.Target>
        <button
          type="button"
          className={css.control}
          data-tape={state}
          aria-expanded={opened}
          aria-keyshortcuts="V"
          onClick={() => setOpened(!opened)}
        >
          <Icon size={18} aria-hidden />
          <Key>{keys.tape}</Key>
          <span>{t(paused ? 'tape.pausedShort' : 'tape.control')}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown className={look.sheet}>
        <Button variant="default" onClick={toggle} rightSection={<Key>{keys.tape}</Key>}>
          {t(paused ? 'tape.resume' : 'tape.pause')}
        </Button>
        <p>{t('tape.pauseNote')}</p>
        <Button variant="default" color="red" onClick={() => void ask('stop-recording')}>
          {t('tape.object')}
        </Button>
        <p>{t('tape.objectNote')}</p>
        {failed && (
          <p className={css.error} role="alert">
            {t('tape.failed')}
          </p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
