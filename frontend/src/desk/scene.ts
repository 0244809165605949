// What the desk shows, of what the server last said and what the telephone knows at once. Pure.
import type { Schemas } from '../api/client';
import type { Phone } from '../phone/phone';
import { unreachable } from '../ui/unreachable';
import { cardOf } from './card';

export type Desk = Schemas['Desk'];
export type Card = Schemas['CallCard'];

/** Instants are ms of the server's clock; the telephone's are moved there first. */
export type Scene =
  | { at: 'away'; reason: string; since: number }
  | { at: 'idle'; since: number; resting: boolean }
  | { at: 'offered'; call: string; card: Card | undefined; until: number | undefined }
  | { at: 'joining'; call: string; card: Card | undefined }
  | { at: 'talking'; call: string; card: Card | undefined; since: number | undefined; held: boolean; muted: boolean }
  | { at: 'wrapup'; call: string; card: Card | undefined; since: number | undefined; until: number | undefined };

export type InCall = Extract<Scene, { at: 'joining' | 'talking' | 'wrapup' }>;

export const isInCall = (s: Scene): s is InCall => s.at === 'joining' || s.at === 'talking' || s.at === 'wrapup';

const instant = (at: string | null | undefined): number | undefined => (at ? Date.parse(at) : undefined);

/** Tells whether the telephone in this page speaks for itself: then it is right, being first to know. */
const speaksUp = (phone: Phone | undefined): phone is Phone => phone?.link.at === 'up';

/** ours is how far the telephone's clock is behind the server's, ms. */
export function sceneOf(desk: Desk, phone: Phone | undefined, ours: number): Scene {
  const card = desk.call ?? undefined;
  if (phone?.call) return onPhone(desk, phone.call, ours);
  if (speaksUp(phone) && (desk.state === 'offered' || desk.state === 'talking') && card) {
    // The page hung up, or was hung up on, and the server's word of it is under way.
    return desk.state === 'offered'
      ? { at: 'idle', since: Date.parse(desk.since), resting: false }
      : { at: 'wrapup', call: card.id, card, since: undefined, until: undefined };
  }
  return onServer(desk);
}

function onPhone(desk: Desk, call: NonNullable<Phone['call']>, ours: number): Scene {
  const card = desk.call?.id === call.call ? desk.call : cardOf(call.card, Date.parse(desk.now));
  switch (call.phase) {
    case 'ringing':
      return { at: 'offered', call: call.call, card, until: call.until + ours };
    case 'answered':
      return { at: 'joining', call: call.call, card };
    case 'talking':
      return {
        at: 'talking',
        call: call.call,
        card,
        since: instant(card?.answered_at),
        held: call.held,
        muted: call.muted || card?.muted === true,
      };
    default:
      return unreachable(call);
  }
}

function onServer(desk: Desk): Scene {
  const { call } = desk;
  const since = Date.parse(desk.since);
  const until = instant(desk.until);
  switch (desk.state) {
    case 'away':
      return { at: 'away', reason: desk.reason, since };
    case 'idle':
    case 'resting':
      return { at: 'idle', since, resting: desk.state === 'resting' };
    case 'offered':
      return call ? { at: 'offered', call: call.id, card: call, until } : { at: 'idle', since, resting: false };
    case 'talking':
      if (!call) return { at: 'idle', since, resting: false };
      return { at: 'talking', call: call.id, card: call, since: instant(call.answered_at), held: call.held, muted: call.muted };
    case 'wrap-up':
      return call ? { at: 'wrapup', call: call.id, card: call, since, until } : { at: 'idle', since, resting: false };
    default:
      return unreachable(desk.state);
  }
}

/** What the browser's tab is called. */
export function titleOf(
  scene: Scene,
  words: { offered: (shop: string) => string; talking: (shop: string) => string; idle: string },
  ru: boolean,
): string {
  const shop = 'card' in scene && scene.card ? (ru ? scene.card.shop.name_ru : scene.card.shop.name_en) : '';
  if (scene.at === 'offered') return words.offered(shop);
  return isInCall(scene) && shop ? words.talking(shop) : words.idle;
}
