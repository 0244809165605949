// Which frequent question is open: F, then its digit; F again, or Esc, returns to the step.
import { useState } from 'react';
import type { Schemas } from '../api/client';
import { useCards as useTold, type Walk } from './useWalk';
import { useVerbs, useVerbsAbove } from './verbs';

export type Crib = Schemas['WalkCard'];
export type Cards = { open: Crib | undefined; choosing: boolean; toggle: (card: Crib) => void; close: () => void };

export function useCardChoice(call: string, walk: Walk | undefined): Cards {
  const told = useTold(call);
  // undefined: nobody touched a card on this page, so the one that the server knows is open.
  const [mine, setMine] = useState<Crib | null>();
  const [choosing, setChoosing] = useState(false);
  const open = mine === undefined ? (walk?.card ?? undefined) : (mine ?? undefined);
  const close = () => {
    setChoosing(false);
    if (!open) return;
    setMine(null);
    told.close();
  };
  const toggle = (card: Crib) => {
    setChoosing(false);
    if (open?.id === card.id) return close();
    setMine(card);
    told.open(card.id);
  };
  const some = walk !== undefined && walk.cards.length > 0;
  useVerbs(some ? { cards: () => (choosing || open ? close() : setChoosing(true)) } : {});
  useVerbsAbove(
    choosing
      ? {
          choose: (n) => {
            const card = walk?.cards[n - 1];
            if (card) toggle(card);
          },
          leave: () => setChoosing(false),
        }
      : open
        ? { leave: close, next: close, back: close }
        : {},
  );
  return { open, choosing, toggle, close };
}
