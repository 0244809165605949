import { Button, Menu, SegmentedControl } from '@mantine/core';
import { IconAntennaBars5, IconChevronDown, IconPhone } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionQuery, signOut } from '../api/session';
import { grade, mos } from '../phone/quality';
import { clock } from '../ui/format';
import type { State } from '../ui/palette';
import { useFormat } from '../ui/person';
import { initials, Key, Logo, Num, StateTag } from '../ui/ui';
import css from './desk.module.css';
import { useHouse, useServerNow } from './house';
import { keys } from './keymap';
import { isInCall, type Scene } from './scene';
import { type PauseReason, pauseReasons } from './useDesk';
import { useVerbs, useVerbsAbove } from './verbs';

const tones: Record<Scene['at'], State> = {
  away: 'paused',
  idle: 'ready',
  offered: 'offered',
  joining: 'talking',
  talking: 'talking',
  wrapup: 'wrapup',
};

/** Who I am now, what comes after the call, the shift so far, and how the line is. */
export function ShiftBar({ commands }: { commands: () => void }) {
  const { t } = useTranslation();
  const { scene } = useHouse();
  const held = scene.at === 'talking' && scene.held;
  const state = held ? 'held' : tones[scene.at];
  return (
    <header className={css.shift}>
      <Link to="/desk" aria-label={t('desk.home')}>
        <Logo />
      </Link>
      <StateTag state={state}>
        {t(`desk.state.${held ? 'held' : scene.at}`)}
        <Since />
      </StateTag>
      {isInCall(scene) ? <After /> : scene.at !== 'offered' && <Duty />}
      <span className={css.grow} />
      <Figures />
      <LineQuality />
      <Button variant="default" size="xs" onClick={commands} aria-keyshortcuts="Control+K" rightSection={<Key>{keys.palette}</Key>}>
        {t('desk.commands')}
      </Button>
      <Me />
    </header>
  );
}

function Since() {
  const { scene } = useHouse();
  const now = useServerNow();
  if (scene.at !== 'away' && scene.at !== 'idle') return null;
  return (
    <span role="timer" aria-live="off">
      <Num>{clock((now - scene.since) / 1000)}</Num>
    </span>
  );
}

/** Ready, or a pause with its reason. */
function Duty() {
  const { t } = useTranslation();
  const { scene, orders } = useHouse();
  const [open, setOpen] = useState(false);
  const away = scene.at === 'away';
  useVerbs(away ? { ready: orders.ready } : { pause: () => setOpen(true) });
  if (away)
    return (
      <Button variant="default" size="xs" onClick={orders.ready} aria-keyshortcuts="R" rightSection={<Key>{keys.ready}</Key>}>
        {t('desk.ready')}
      </Button>
    );
  return <PauseMenu opened={open} setOpened={setOpen} />;
}

function PauseMenu({ opened, setOpened }: { opened: boolean; setOpened: (o: boolean) => void }) {
  const { t } = useTranslation();
  const { orders } = useHouse();
  const pause = (reason: PauseReason) => {
    setOpened(false);
    orders.pause(reason);
  };
  useVerbsAbove(
    opened ? { choose: (n) => pauseReasons[n - 1] && pause(pauseReasons[n - 1] ?? 'other'), leave: () => setOpened(false) } : {},
  );
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" trapFocus={false} returnFocus>
      <Menu.Target>
        <Button variant="default" size="xs" rightSection={<IconChevronDown size={14} aria-hidden />} aria-keyshortcuts="P">
          {t('desk.pause')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {pauseReasons.map((r, i) => (
          <Menu.Item key={r} onClick={() => pause(r)} rightSection={<Key>{i + 1}</Key>}>
            {t(`desk.reason.${r}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** What comes after the call in hand. */
function After() {
  const { t } = useTranslation();
  const { desk, orders } = useHouse();
  const go = (to: string) => (to === 'pause' ? orders.pause('break') : orders.ready());
  useVerbs({ pause: () => go('pause'), ready: () => go('ready') });
  const data = [
    { label: t('desk.after.ready'), value: 'ready' },
    { label: t('desk.after.pause'), value: 'pause' },
  ];
  return (
    <>
      <span className={css.quiet}>{t('desk.after.label')}</span>
      <SegmentedControl size="xs" aria-label={t('desk.after.label')} value={desk.on_duty ? 'ready' : 'pause'} onChange={go} data={data} />
    </>
  );
}

function Figures() {
  const { t } = useTranslation();
  const f = useFormat();
  const { shift } = useHouse().desk;
  return (
    <>
      {shift.on_duty_s !== null && (
        <span className={css.quiet}>
          {t('desk.shift')}{' '}
          <b>
            <Num>{f.span(Math.max(60, Math.floor(shift.on_duty_s / 60) * 60)).replace(/ 00\S*\s?\S*$/, '')}</Num>
          </b>
        </span>
      )}
      <Link to="/desk/day" className={css.quiet}>
        {t('desk.calls')}&nbsp;
        <b>
          <Num>{f.number(shift.calls)}</Num>
        </b>
      </Link>
      {shift.earned && (
        <Link to="/desk/day" className={css.quiet}>
          {t('desk.earned')}&nbsp;
          <b>
            <Num>{f.money(shift.earned)}</Num>
          </b>
        </Link>
      )}
    </>
  );
}

/** The line in a word; its figures on hover, and the devices behind it. */
function LineQuality() {
  const { t } = useTranslation();
  const f = useFormat();
  const { phone } = useHouse();
  if (!phone)
    return (
      <Link to="/desk/check" className={css.link}>
        <IconPhone size={16} aria-hidden /> {t('desk.line.deskPhone')}
      </Link>
    );
  const { quality } = phone.sight;
  const up = phone.sight.phone.link.at === 'up' && phone.sight.phone.media.at === 'up';
  const of = !up ? 'poor' : quality ? grade(quality) : 'good';
  const title = quality
    ? t('desk.line.figures', {
        loss: f.percent(quality.loss, 1),
        jitter: f.number(quality.jitterMs),
        rtt: f.number(quality.rttMs),
        mos: f.number(mos(quality), 1),
      })
    : undefined;
  return (
    <Link to="/desk/check" className={css.link} data-grade={of} title={title}>
      <IconAntennaBars5 size={16} aria-hidden /> {t(up ? `desk.line.${of}` : 'desk.line.none')}
    </Link>
  );
}

function Me() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const router = useRouter();
  const { mode, setMode } = useHouse();
  const session = queries.getQueryData(sessionQuery.queryKey);
  const name = isIn(session) ? session.account.name : '';
  const leave = async () => {
    await signOut(queries);
    router.navigate({ to: '/signin' });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className={css.me} title={name} aria-label={`${initials(name)} ${name}`}>
          {initials(name) || '•'}
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/desk/day">
          {t('desk.day.title')}
        </Menu.Item>
        <Menu.Item component={Link} to="/desk/check">
          {t('desk.check.title')}
        </Menu.Item>
        <Menu.Item onClick={() => setMode(mode === 'browser' ? 'desk phone' : 'browser')}>
          {t(mode === 'browser' ? 'desk.mode.toPhone' : 'desk.mode.toBrowser')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={leave}>{t('frame.leave')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

type In = { state: 'in'; account: { name: string } };
const isIn = (v: unknown): v is In => typeof v === 'object' && v !== null && 'state' in v && v.state === 'in';
