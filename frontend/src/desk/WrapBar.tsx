import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { clock } from '../ui/format';
import { Key } from '../ui/ui';
import { Strip } from './CallBar';
import { useInHand } from './call';
import css from './desk.module.css';
import { useHouse, useServerNow } from './house';
import { keys } from './keymap';
import type { InCall } from './scene';
import { useVerbs } from './verbs';

type Wrap = Extract<InCall, { at: 'wrapup' }>;

/** After the call: how long is left for it, more of it, and the end of it. */
export function WrapBar({ scene }: { scene: Wrap }) {
  const { t } = useTranslation();
  const { orders } = useHouse();
  const { outcome, keeper } = useInHand();
  const finish = async () => {
    const [told] = await Promise.all([outcome.settle(), keeper.flush()]); // when the call is closed nothing can be saved to it
    if (told) await orders.finish();
  };
  useVerbs({ finish, extend: orders.extend });
  return (
    <Strip card={scene.card}>
      <WrapTime scene={scene} />
      <div className={css.controls}>
        <Button variant="default" size="md" onClick={orders.extend} aria-keyshortcuts="+" rightSection={<Key>{keys.extend}</Key>}>
          {t('desk.wrap.extend')}
        </Button>
        <Button size="md" onClick={finish} loading={outcome.busy} aria-keyshortcuts="Enter" rightSection={<Key>{keys.finish}</Key>}>
          {t('desk.wrap.ready')}
        </Button>
      </div>
    </Strip>
  );
}

function WrapTime({ scene }: { scene: Wrap }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const { since, until, card } = scene;
  const talk = since !== undefined && card?.answered_at ? (since - Date.parse(card.answered_at)) / 1000 : undefined;
  const spent = since === undefined ? 0 : (now - since) / 1000;
  const whole = since !== undefined && until !== undefined ? (until - since) / 1000 : undefined;
  return (
    <div className={css.time} role="timer" aria-live="off" data-state="wrapup">
      {clock(spent)}
      <small>
        {whole !== undefined && t('desk.wrap.of', { whole: clock(whole) })}
        {talk !== undefined && ` · ${t('desk.wrap.talk', { talk: clock(talk) })}`}
      </small>
    </div>
  );
}
