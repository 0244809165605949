import { Button, CloseButton, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { clock, phone } from '../ui/format';
import { Num, StateTag } from '../ui/ui';
import { Watcher } from './Calls';
import { type Call, isTalk, mine, type Person, seats, secondsSince, toneOf, wordOf } from './floor';
import css from './floor.module.css';
import { HeardFacts } from './Heard';
import { Hears } from './Hears';
import { Modes } from './MyCall';
import { ShopOf } from './Queues';
import { type Seen, useServerNow } from './useFloor';
import { pauseReasons, type Supervision } from './useSupervision';
import { Why } from './Why';

type Props = {
  seen: Seen;
  call: Call | undefined;
  person: Person | undefined;
  supervision: Supervision;
  pausing: boolean;
  setPausing: (open: boolean) => void;
  close: () => void;
};

/** What is chosen: a call, a person, or a person in a call. */
export function Side({ seen, call, person, supervision, pausing, setPausing, close }: Props) {
  const { t } = useTranslation();
  return (
    <aside className={css.panel} data-side aria-label={t('floor.side')}>
      <CloseButton className={css.close} aria-label={t('frame.close')} aria-keyshortcuts="Escape" onClick={close} />
      {person && <Who person={person} seen={seen} supervision={supervision} pausing={pausing} setPausing={setPausing} />}
      {call && <What call={call} seen={seen} supervision={supervision} />}
      {!call && person && <p className={css.quiet}>{t('floor.noCall')}</p>}
    </aside>
  );
}

type WhoProps = Pick<Props, 'seen' | 'supervision' | 'pausing' | 'setPausing'> & { person: Person };

function Who({ person, seen, supervision, pausing, setPausing }: WhoProps) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  const seat = seats(seen.state, now).find((s) => s.person.id === person.id);
  if (!seat) return null;
  return (
    <section>
      <h2 className={css.cut} title={person.name}>
        {person.name || t('floor.people.nameless')}
      </h2>
      <p className={css.facts}>
        <StateTag state={seat.tone}>
          {t(`floor.kind.${seat.tone}`)} <Num>{clock(secondsSince(seat.since, now))}</Num>
        </StateTag>
        <span className={css.quiet}>{t(`floor.phone.${person.phone}`)}</span>
      </p>
      {seat.need && <p className={css.need}>{t(`floor.need.${seat.need}`)}</p>}
      {person.state === 'away' && person.reason && <Reason reason={person.reason} />}
      {(person.on_duty || person.state !== 'away') && (
        <Menu opened={pausing} onChange={setPausing} position="bottom-start">
          <Menu.Target>
            <Button variant="default" size="xs" rightSection={<IconChevronDown size={14} aria-hidden />} aria-keyshortcuts="P">
              {t('floor.pause.verb')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('floor.pause.note')}</Menu.Label>
            {pauseReasons.map((r) => (
              <Menu.Item key={r} onClick={() => supervision.pause(person.id, r)}>
                {t(`desk.reason.${r}`)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </section>
  );
}

/** Words of the platform's own reasons; the room's reasons are no such words. */
function Reason({ reason }: { reason: string }) {
  const { t } = useTranslation();
  const bare = reason.replace('supervisor:', '');
  const known = pauseReasons.find((r) => r === bare);
  const words = known ? t(`desk.reason.${known}`) : t('floor.pause.room');
  return <p className={css.quiet}>{t(bare === reason ? 'floor.pause.why' : 'floor.pause.forced', { reason: words })}</p>;
}

function What({ call, seen, supervision }: { call: Call; seen: Seen; supervision: Supervision }) {
  const { t } = useTranslation();
  const now = useServerNow(seen);
  const me = mine(call);
  return (
    <section className={css.what}>
      <ShopOf call={call} promise />
      <dl>
        <Fact name={t('floor.call.state')}>
          <StateTag state={toneOf(call)}>
            {t(`floor.state.${wordOf(call)}`)} <Num>{clock(secondsSince(call.since, now))}</Num>
          </StateTag>
        </Fact>
        <Fact name={t('floor.call.buyer')}>
          <Num>{phone(call.from) || t('floor.calls.withheld')}</Num>
        </Fact>
        <Fact name={t('floor.call.lasts')}>
          <Num>{clock(secondsSince(call.started_at, now))}</Num>
        </Fact>
        {call.muted && <Fact name={t('floor.call.voice')}>{t('floor.call.muted')}</Fact>}
      </dl>
      {call.state === 'waiting' && <Why call={call} now={now} />}
      {isTalk(call) && (
        <>
          <h3>{t('floor.supervise')}</h3>
          <Modes call={call} supervision={supervision} />
          {me ? (
            <p className={css.quiet}>
              <Hears call={call} mode={me.mode} />
            </p>
          ) : (
            <p className={css.quiet}>{t('floor.superviseNote')}</p>
          )}
        </>
      )}
      <HeardFacts call={call} />
      {call.watchers.length > 0 && (
        <p className={css.facts}>
          {call.watchers.map((w) => (
            <Watcher key={w.id} mode={w.mode} name={w.me ? t('floor.me') : w.name} up={w.up} />
          ))}
          <span className={css.quiet}>{t(call.watchers.some((w) => w.announced) ? 'floor.announced' : 'floor.silent')}</span>
        </p>
      )}
      <Link to="/s/$shop/calls/$call" params={{ shop: call.shop, call: call.id }} className={css.quiet}>
        {t('floor.call.page')}
      </Link>
    </section>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
