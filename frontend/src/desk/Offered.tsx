import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clock, phone as phoneText } from '../ui/format';
import { shopColours } from '../ui/palette';
import { localeOf, useFormat } from '../ui/person';
import { Key, Num, ShopBadge } from '../ui/ui';
import { notify, ring } from './bell';
import { wanting } from './callbacks';
import { gistOf } from './card';
import css from './desk.module.css';
import { shopName, spokenName, useHouse, useServerNow } from './house';
import { keys } from './keymap';
import type { Card, Scene } from './scene';
import { quoted } from './sentence';
import { useVerbs, useVerbsAbove } from './verbs';

type Offer = Extract<Scene, { at: 'offered' }>;

/** A call rings: whose it is, how to begin, and two ways on. */
export function Offered({ scene }: { scene: Offer }) {
  const { t, i18n } = useTranslation();
  const { phone } = useHouse();
  const { card } = scene;
  useNoise(card);
  useOwnWish(scene);
  return (
    <main className={css.offer} aria-labelledby="offer">
      <Band scene={scene} />
      <div className={css.offered}>
        <Shop card={card} scene={scene} />
        {card && <Facts card={card} />}
        <HandedOver card={card} />
        {card?.move?.blind !== false && (
          <div className={css.say} style={{ minHeight: 96 }}>
            <span className={css.small}>{t('desk.offer.begin')}</span>
            <p>{card?.greeting ? quoted(card.greeting, localeOf(i18n.language) === 'ru') : ' '}</p>
          </div>
        )}
        {phone ? <Choices scene={scene} /> : <p>{t('desk.offer.onPhone')}</p>}
      </div>
      <p className={css.hidden} role="alert">
        {card && t('desk.offer.aloud', { shop: card.shop.name_ru, buyer: phoneText(card.from) || t('call.withheld') })}
      </p>
    </main>
  );
}

/** A call that I have asked for in this page needs no answer from me: it is taken at once. */
function useOwnWish(scene: Offer): void {
  const { phone } = useHouse();
  const call = phone?.sight.phone.call;
  const leg = call?.call === scene.call && scene.card?.outgoing && wanting() ? call.leg : undefined;
  useEffect(() => {
    if (leg) phone?.line.ask({ type: 'answer', leg });
  }, [leg, phone?.line]);
}

/** Rings here unless the telephone on the table does, and tells it in a notification. */
function useNoise(card: Card | undefined): void {
  const { t, i18n } = useTranslation();
  const { mode } = useHouse();
  const shop = shopName(card, i18n.language);
  useEffect(() => (mode === 'browser' ? ring() : undefined), [mode]);
  useEffect(() => (shop ? notify(t('desk.title.offered', { shop }), t('desk.offer.press')) : undefined), [shop, t]);
}

/** The time that is left as a band in the shop's colour. */
function Band({ scene }: { scene: Offer }) {
  const now = useServerNow();
  const [first] = useState(scene.until);
  const [began] = useState(now);
  const whole = Math.max(1, (first ?? now) - began);
  const share = scene.until ? Math.max(0, Math.min(1, (scene.until - 1000 - now) / whole)) : 1;
  return (
    <div className={css.band} aria-hidden>
      <span style={{ background: colourOf(scene.card), transform: `scaleX(${share})` }} />
    </div>
  );
}

export const colourOf = (card: Card | undefined): string => {
  const colour = Object.entries(shopColours).find(([name]) => name === card?.shop.colour)?.[1];
  return colour ?? shopColours.ink;
};

function Shop({ card, scene }: { card: Card | undefined; scene: Offer }) {
  const { t, i18n } = useTranslation();
  const f = useFormat();
  const now = useServerNow();
  const name = shopName(card, i18n.language);
  return (
    <div className={css.offerShop}>
      <ShopBadge shop={{ name: name || ' ', colour: card?.shop.colour ?? 'ink' }} size={56} />
      <div>
        <h1 id="offer">{name || t('desk.offer.unknown')}</h1>
        <p>
          {card
            ? t('desk.offer.say', {
                spoken: spokenName(card, i18n.language),
                queue: card.queue,
                time: timeAt(f.locale, card.shop.timezone, now),
              })
            : ' '}
        </p>
      </div>
      {scene.until !== undefined && (
        <span className={css.left12} role="timer" aria-live="off" title={t('desk.offer.left')}>
          {clock((scene.until - now) / 1000)}
        </span>
      )}
    </div>
  );
}

export const timeAt = (locale: string, zone: string, at: number): string =>
  new Intl.DateTimeFormat(locale === 'ru' ? 'ru-RU' : 'en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(at);

function Facts({ card }: { card: Card }) {
  const { t } = useTranslation();
  const f = useFormat();
  const now = useServerNow();
  return (
    <p className={css.offerFacts}>
      <b>
        <Num>{card.from ? phoneText(card.from) : t('call.withheld')}</Num>
      </b>
      {card.spoke_on && <span>{t('desk.offer.spoke', { day: f.day(card.spoke_on) })}</span>}
      {!card.outgoing && <span>{t('desk.offer.waits', { time: clock((now - Date.parse(card.started_at)) / 1000) })}</span>}
      <span>{card.source}</span>
      {card.outgoing && <span>{t('desk.back.outgoing')}</span>}
      {card.handed && <span>{t('desk.offer.handed')}</span>}
    </p>
  );
}

/** A colleague hands the call over: who, why, and what it has come to. */
function HandedOver({ card }: { card: Card | undefined }) {
  const { t } = useTranslation();
  const { phone } = useHouse();
  const gist = gistOf(phone?.sight.phone.call?.card);
  const by = gist?.by || card?.move?.by;
  if (!by) return null;
  const note = gist?.note || card?.move?.note;
  return (
    <div className={css.handing}>
      <b>{t(card?.move?.blind === false ? 'desk.move.from.asks' : 'desk.move.from.hands', { by })}</b>
      {note && <p>{t('desk.move.why', { note })}</p>}
      {gist && (gist.step || gist.said) && (
        <p>
          {[gist.step && t('desk.move.from.step', { step: gist.step }), gist.said && t('desk.move.from.said', { said: gist.said })]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {gist && gist.items > 0 && <p>{t('desk.move.from.order', { count: gist.items, total: gist.total })}</p>}
      {card?.move?.blind === false && <p>{t('desk.move.from.aside', { by })}</p>}
    </div>
  );
}

const reasons = ['shop', 'break', 'line'] as const;

function Choices({ scene }: { scene: Offer }) {
  const { t } = useTranslation();
  const { phone, orders } = useHouse();
  const [declining, setDeclining] = useState(false);
  const call = phone?.sight.phone.call;
  const answer = () => call && phone?.line.ask({ type: 'answer', leg: call.leg });
  const decline = (reason: (typeof reasons)[number]) => {
    if (!call || call.call !== scene.call) return;
    phone?.line.ask({ type: 'decline', leg: call.leg, reason: reason === 'shop' ? 'refused' : 'busy' });
    if (reason !== 'shop') orders.pause(reason === 'break' ? 'break' : 'technical');
  };
  useVerbs({ answer, decline: () => setDeclining(true) });
  useVerbsAbove(
    declining
      ? {
          choose: (n) => {
            const reason = reasons[n - 1];
            if (reason) decline(reason);
          },
          leave: () => setDeclining(false),
        }
      : {},
  );
  return (
    <div className={css.verbs}>
      <Button size="md" onClick={answer} aria-keyshortcuts="Enter" rightSection={<Key>{keys.answer}</Key>}>
        {t('desk.offer.answer')}
      </Button>
      {!declining ? (
        <Button
          variant="default"
          size="md"
          onClick={() => setDeclining(true)}
          aria-keyshortcuts="X"
          rightSection={<Key>{keys.decline}</Key>}
        >
          {t('desk.offer.decline')}
        </Button>
      ) : (
        reasons.map((r, i) => (
          <Button
            key={r}
            variant="default"
            size="md"
            onClick={() => decline(r)}
            aria-keyshortcuts={String(i + 1)}
            leftSection={<Key>{i + 1}</Key>}
          >
            {t(`desk.offer.reason.${r}`)}
          </Button>
        ))
      )}
    </div>
  );
}
