import { Button, SegmentedControl } from '@mantine/core';
import { IconAlertTriangle, IconKeyboard, IconMicrophone, IconMicrophoneOff, IconPhone } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { reachable } from '../phone/phone';
import { useFormat, useNow } from '../ui/person';
import { Key, Logo, Num } from '../ui/ui';
import css from './floor.module.css';
import type { Age, Seen } from './useFloor';
import type { Device, Supervision } from './useSupervision';

type Props = { seen: Seen; age: Age; supervision: Supervision; keys: () => void };

/** How fresh the floor is, how I listen, and what is wrong. */
export function Bar({ seen, age, supervision, keys }: Props) {
  const { t } = useTranslation();
  return (
    <>
      <header className={css.bar}>
        <Link to="/" aria-label={t('floor.home')}>
          <Logo />
        </Link>
        <h1>{t('floor.title')}</h1>
        <Fresh seen={seen} age={age} />
        <span className={css.grow} />
        <Ear supervision={supervision} />
        <SegmentedControl
          size="xs"
          aria-label={t('floor.device.label')}
          value={supervision.device}
          onChange={(v) => supervision.setDevice(v === 'telephone' ? 'telephone' : 'browser')}
          data={devices.map((d) => ({ value: d, label: t(`floor.device.${d}`) }))}
        />
        <Button variant="default" size="xs" onClick={keys} leftSection={<IconKeyboard size={14} aria-hidden />} rightSection={<Key>?</Key>}>
          {t('floor.keys.title')}
        </Button>
      </header>
      <div className={css.banners} aria-live="assertive">
        {age !== 'live' && <Cut seen={seen} age={age} />}
        {supervision.refused && (
          <p className={css.banner}>
            <IconAlertTriangle size={16} aria-hidden />
            {t(`floor.refused.${supervision.refused}`)}
          </p>
        )}
      </div>
    </>
  );
}

const devices: readonly Device[] = ['browser', 'telephone'];

function Fresh({ seen, age }: { seen: Seen; age: Age }) {
  const { t } = useTranslation();
  const f = useFormat();
  const old = Math.round((useNow() - seen.at) / 1000);
  return (
    <span className={css.fresh} data-age={age} role="timer" aria-live="off">
      <i aria-hidden />
      {age === 'live' ? (
        <Num>{t('floor.live', { at: f.exact(Date.parse(seen.state.at)).slice(0, 8) })}</Num>
      ) : (
        <Num>{t('floor.old', { count: old })}</Num>
      )}
    </span>
  );
}

function Cut({ seen, age }: { seen: Seen; age: Age }) {
  const { t } = useTranslation();
  const f = useFormat();
  return (
    <p className={css.banner} data-state={age === 'stale' ? 'lost' : undefined}>
      <IconAlertTriangle size={16} aria-hidden />
      {t('floor.cut', { at: f.time(seen.at) })}
    </p>
  );
}

/** Whether this page, or the telephone on the table, could listen. */
function Ear({ supervision }: { supervision: Supervision }) {
  const { t } = useTranslation();
  const { sight, device, line } = supervision;
  if (device === 'telephone' || !sight)
    return (
      <span className={css.ear}>
        <IconPhone size={14} aria-hidden />
        {t('floor.ear.telephone')}
      </span>
    );
  if (sight.microphone.at === 'off') {
    return (
      <Button variant="default" size="xs" onClick={line?.relisten} leftSection={<IconMicrophoneOff size={14} aria-hidden />}>
        {t('floor.ear.allow')}
      </Button>
    );
  }
  if (sight.phone.link.at === 'busy' || (sight.phone.link.at === 'over' && sight.phone.link.why === 'taken')) {
    return (
      <Button variant="default" size="xs" onClick={line?.take}>
        {t('floor.ear.take')}
      </Button>
    );
  }
  return (
    <span className={css.ear} data-state={reachable(sight.phone) ? 'ready' : 'paused'}>
      <IconMicrophone size={14} aria-hidden />
      {t(reachable(sight.phone) ? 'floor.ear.ready' : 'floor.ear.connecting')}
    </span>
  );
}
