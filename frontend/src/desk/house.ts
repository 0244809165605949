// What every part of the desk may look at and do.
import { createContext, useContext } from 'react';
import type { Clock } from '../live/clock';
import type { Line, Sight } from '../phone/line';
import { type Fact, judge, type Verdict } from '../ui/fresh';
import { localeOf, useNow } from '../ui/person';
import type { Card, Desk, Scene } from './scene';
import type { Orders } from './useDesk';
import type { Mode } from './useLine';

export type House = {
  desk: Desk;
  scene: Scene;
  clock: Clock;
  orders: Orders;
  phone: { line: Line; sight: Sight } | undefined; // in this page; none: a desk phone
  mode: Mode;
  setMode: (mode: Mode) => void;
};

const Context = createContext<House | undefined>(undefined);
export const HouseOf = Context.Provider;

export function useHouse(): House {
  const house = useContext(Context);
  if (!house) throw new Error('outside of the desk');
  return house;
}

/** The server's clock, ms, to the second. */
export function useServerNow(): number {
  return useNow() + useHouse().clock.ahead;
}

/** Judges facts by the server's clock, again at every tick. */
export function useJudge(): (fact: Fact) => Verdict {
  const now = useServerNow();
  return (fact) => judge(fact, now);
}

export const shopName = (card: Card | undefined, language: string): string =>
  card ? (localeOf(language) === 'ru' ? card.shop.name_ru : card.shop.name_en) : '';

export const spokenName = (card: Card, language: string): string =>
  localeOf(language) === 'ru' ? card.shop.spoken_ru : card.shop.spoken_en;
