// The call back that is owed for a lost call: how it stands, whose it is, what to do.
import { Button } from '@mantine/core';
import { useRouteContext } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '../api/client';
import { StateTag } from '../ui/ui';
import { useCallbacks } from './callbacks';
import { type LostCall, useShopName } from './data';
import css from './shop.module.css';

const tones = { open: 'lost', claimed: 'offered', done: 'ready', cancelled: 'paused' } as const;

/** How the call back stands. */
export function CallbackTag({ lost }: { lost: LostCall }) {
  const { t } = useTranslation();
  const state = lost.callback?.state;
  if (!state) return <span className={css.quiet}>{t('lost.noNumber')}</span>;
  return <StateTag state={tones[state]}>{t(`task.${state}`)}</StateTag>;
}

/** Who answers for the call back: a person who took it, else the unit. */
export function Owner({ lost }: { lost: LostCall }) {
  const { t } = useTranslation();
  const members = api.useQuery('get', '/members', { params: { query: { shop: useShopName() } } }, { staleTime: 300_000 }).data?.items ?? [];
  const by = lost.callback?.claimed_by;
  const [unit, name] = lost.owner.split(':');
  const member = members.find((m) => m.account_id === by || (unit === 'member' && m.id === name));
  if (member) return member.name;
  return unit === 'pool' ? t('lost.pool', { name: name ?? '' }) : t('lost.operator');
}

/** What can be done about it by whoever is here. */
export function Act({ lost }: { lost: LostCall }) {
  const { t } = useTranslation();
  const { account } = useRouteContext({ from: '/inside' });
  const { take, finish, busy } = useCallbacks();
  if (!lost.task_id) return null;
  if (lost.callback?.state === 'open')
    return (
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => take([lost])}>
        {t('lost.claim')}
      </Button>
    );
  if (lost.callback?.state === 'claimed' && lost.callback.claimed_by === account.id)
    return (
      <Button size="compact-sm" variant="default" loading={busy} onClick={() => finish(lost)}>
        {t('lost.done')}
      </Button>
    );
  return null;
}
