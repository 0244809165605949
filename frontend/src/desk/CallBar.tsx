import { Popover } from '@mantine/core';
import {
  IconArrowsExchange,
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhoneOff,
  IconPlayerPause,
  IconPlayerPlay,
} from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock, phone as phoneText } from '../ui/format';
import { localeOf, useFormat } from '../ui/person';
import { Key, Num, ShopBadge } from '../ui/ui';
import { useBuyer, useInHand } from './call';
import css from './desk.module.css';
import { shopName, spokenName, useHouse, useServerNow } from './house';
import { keys, twice } from './keymap';
import { MoveBar } from './MoveBar';
import { MoveSheet } from './MoveSheet';
import { colourOf, timeAt } from './Offered';
import type { Card, InCall } from './scene';
import { TapeControl, TapeState } from './Tape';
import { useMoveVerb, useTargets } from './useMove';
import { useVerbs, useVerbsAbove } from './verbs';

type Talk = Exclude<InCall, { at: 'wrapup' }>;

/** Whose call it is, who speaks, how long, and what can be done with it. */
export function CallBar({ scene }: { scene: Talk }) {
  return (
    <div>
      <Strip card={scene.card}>
        <TapeState card={scene.card} />
        <TalkTime scene={scene} />
        {scene.card?.move?.mine === false ? <Asked scene={scene} /> : <Controls scene={scene} />}
      </Strip>
      <MoveBar card={scene.card} />
    </div>
  );
}

export function Strip({ card, children }: { card: Card | undefined; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const f = useFormat();
  const now = useServerNow();
  const name = shopName(card, i18n.language);
  return (
    <section className={css.call} style={{ borderTopColor: colourOf(card) }} aria-label={t('desk.call.label')}>
      <ShopBadge shop={{ name: name || ' ', colour: card?.shop.colour ?? 'ink' }} size={44} />
      <div className={css.shopName}>
        <h1 title={name}>{name || ' '}</h1>
        <p>{card ? t('desk.call.say', { spoken: spokenName(card, i18n.language) }) : ' '}</p>
        <p>{card ? t('desk.call.inShop', { queue: card.queue, time: timeAt(f.locale, card.shop.timezone, now) }) : ' '}</p>
      </div>
      <Caller card={card} />
      {children}
    </section>
  );
}

function Caller({ card }: { card: Card | undefined }) {
  const { t, i18n } = useTranslation();
  const f = useFormat();
  const now = useServerNow();
  const { call } = useInHand();
  const { data } = useBuyer(call);
  const number = data?.phone || card?.from || '';
  const place = data?.place;
  const city = place && (localeOf(i18n.language) === 'ru' ? place.city_ru : place.city_en);
  return (
    <div className={css.caller}>
      <strong>{data?.buyer?.name || t('desk.call.stranger')}</strong>
      <p>
        <Num>{number ? phoneText(number) : t('call.withheld')}</Num>
        {place && ` · ${city}, ${timeAt(f.locale, place.zone, now)}`}
      </p>
      <p>{card?.source || ' '}</p>
    </div>
  );
}

/** Who was called in can leave; all else is for whoever has the call. */
function Asked({ scene }: { scene: Talk }) {
  const { hangup } = useCallVerbs(scene);
  return (
    <div className={css.controls}>
      <End hangup={hangup} />
    </div>
  );
}

function wordOf(scene: Talk) {
  if (scene.card?.calling) return 'desk.back.rings';
  if (scene.at === 'joining') return 'desk.call.joining';
  return scene.held ? 'desk.call.held' : 'desk.call.noLimit';
}

function TalkTime({ scene }: { scene: Talk }) {
  const { t } = useTranslation();
  const now = useServerNow();
  const held = scene.at === 'talking' && scene.held;
  const since = scene.at === 'talking' ? scene.since : undefined;
  return (
    <div className={css.time} role="timer" aria-live="off" data-state={held ? 'held' : undefined}>
      {since === undefined ? '0:00' : clock((now - since) / 1000)}
      <small>{t(wordOf(scene))}</small>
    </div>
  );
}

function Controls({ scene }: { scene: Talk }) {
  const { t } = useTranslation();
  const { phone } = useHouse();
  const held = scene.at === 'talking' && scene.held;
  const muted = scene.at === 'talking' && scene.muted;
  const { hold, hangup, mute } = useCallVerbs(scene);
  const going = !!scene.card?.move; // the bar below has the ways on
  useVerbs(going ? { mute } : { hold, mute });
  return (
    <div className={css.controls}>
      <Control icon={held ? IconPlayerPlay : IconPlayerPause} k={keys.hold} short="H" pressed={held} off={going} onClick={hold}>
        {t(held ? 'desk.call.resume' : 'desk.call.hold')}
      </Control>
      <Control icon={muted ? IconMicrophoneOff : IconMicrophone} k={keys.mute} short="M" pressed={muted} onClick={mute}>
        {t(muted ? 'desk.call.unmute' : 'desk.call.mute')}
      </Control>
      <TapeControl card={scene.card} />
      <Hand scene={scene} />
      {phone && <Pad />}
      <End hangup={hangup} />
    </div>
  );
}

/** To somebody else, or parked; where the shop forbids it, its place says so. */
function Hand({ scene }: { scene: Talk }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const { data } = useTargets(scene.call, opened);
  const { walk } = useInHand();
  const act = useMoveVerb(scene.call);
  const barred = data?.barred || walk?.view.barred;
  const busy = scene.at !== 'talking' || !!scene.card?.move;
  const open = () => !busy && setOpened(true);
  const park = () => !busy && act.mutate('park');
  useVerbs(barred ? { park } : { move: open, park });
  if (barred)
    return (
      <p className={css.noMove} title={data?.email}>
        {data?.email ? t('desk.move.barredMail', { email: data.email }) : t('desk.move.barred')}
      </p>
    );
  return (
    <>
      <Control icon={IconArrowsExchange} k={keys.move} short="T" off={busy} onClick={open}>
        {t('desk.call.move')}
      </Control>
      <MoveSheet call={scene.call} opened={opened && !busy} close={() => setOpened(false)} />
    </>
  );
}

/** Hold and hang-up by the telephone of this page, else by the server: both sides agree in the end. */
function useCallVerbs(scene: Talk): { hold: () => void; hangup: () => void; mute: () => void } {
  const { phone, orders } = useHouse();
  const call = phone?.sight.phone.call;
  const held = scene.at === 'talking' && scene.held;
  const muted = scene.at === 'talking' && scene.muted;
  const mute = () => {
    phone?.line.mute(!muted); // here at once; by the server for the recording, and for a page that comes back
    orders.onCall(muted ? 'unmute' : 'mute', scene.call);
  };
  if (phone && call)
    return {
      mute,
      hold: () => phone.line.ask({ type: held ? 'resume' : 'hold', leg: call.leg }),
      hangup: () => phone.line.ask({ type: 'hangup', leg: call.leg }),
    };
  return { mute, hold: () => orders.onCall(held ? 'resume' : 'hold', scene.call), hangup: () => orders.onCall('hangup', scene.call) };
}

type ControlProps = {
  icon: typeof IconDialpad;
  k: string;
  short: string;
  pressed?: boolean;
  off?: boolean;
  onClick: () => void;
  children: ReactNode;
};

function Control({ icon: Icon, k, short, pressed, off, onClick, children }: ControlProps) {
  return (
    <button type="button" className={css.control} aria-pressed={pressed} aria-keyshortcuts={short} disabled={off} onClick={onClick}>
      <Icon size={18} aria-hidden />
      <Key>{k}</Key>
      <span>{children}</span>
    </button>
  );
}

/** Ends by its button, or by its key twice within a second. */
function End({ hangup }: { hangup: () => void }) {
  const { t } = useTranslation();
  const before = useRef<number>(undefined);
  const [armed, setArmed] = useState(false);
  const press = () => {
    const now = performance.now();
    if (twice(before.current, now)) return hangup();
    before.current = now;
    setArmed(true);
    setTimeout(() => setArmed(false), 1_000);
  };
  useVerbs({ end: press });
  return (
    <button type="button" className={css.control} data-end data-armed={armed || undefined} aria-keyshortcuts="E" onClick={hangup}>
      <IconPhoneOff size={18} aria-hidden />
      <Key>{keys.end}</Key>
      <span>{t(armed ? 'desk.call.endAgain' : 'desk.call.end')}</span>
    </button>
  );
}

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** The keypad for menus that the buyer's side has. */
function Pad() {
  const { t } = useTranslation();
  const { phone } = useHouse();
  const [opened, setOpened] = useState(false);
  const [sent, setSent] = useState('');
  const call = phone?.sight.phone.call;
  const dial = (key: string) => {
    if (!call) return;
    phone?.line.ask({ type: 'dtmf', leg: call.leg, keys: key });
    setSent((s) => `${s}${key}`.slice(-16));
  };
  useVerbs({ pad: () => setOpened((o) => !o) });
  useVerbsAbove(opened ? { choose: (n) => dial(String(n)), leave: () => setOpened(false) } : {});
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus={false}>
      <Popover.Target>
        <button type="button" className={css.control} aria-expanded={opened} aria-keyshortcuts="D" onClick={() => setOpened(!opened)}>
          <IconDialpad size={18} aria-hidden />
          <Key>{keys.pad}</Key>
          <span>{t('desk.call.pad')}</span>
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={css.row}>
          <Num>{sent || ' '}</Num>
        </div>
        <div className={css.pad}>
          {digits.map((d) => (
            <button key={d} type="button" className={css.crib} style={{ justifyContent: 'center', minHeight: 40 }} onClick={() => dial(d)}>
              {d}
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
