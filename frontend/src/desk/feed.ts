// The form follows the script: what was answered is filled in, the chosen item becomes a line.
import { useEffect, useRef } from 'react';
import type { Item } from './call';
import type { Line } from './draft/fields';
import type { Draft } from './draft/keeper';
import type { DraftKeeper } from './draft/useDraft';
import { chosenIn, type Fed, fedBy, feed } from './left';
import type { Walk } from './useWalk';

export const lineOf = (i: Item, quantity = ''): Line => ({
  item_id: i.id,
  sku: i.sku,
  name: i.name,
  quantity,
  price_minor: i.price_minor,
  currency: i.currency,
  as_of: i.facts.price.as_of,
  stale_at: i.facts.price.stale_at,
});

type Given = { draft: Draft; keeper: DraftKeeper; walk: Walk | undefined; picked: Item | undefined };

export function useFeed({ draft, keeper, walk, picked }: Given): void {
  const before = useRef<Fed>({});
  const loaded = draft.saving.at !== 'loading';
  const { mine } = draft;
  useEffect(() => {
    if (!walk || !loaded) return;
    const fed = fedBy(walk.path);
    const changes = feed(keeper.look().mine, before.current, fed);
    before.current = fed;
    if (Object.keys(changes).length > 0) keeper.type(changes);
  }, [walk, loaded, keeper]);

  const wanted = walk && ['order', 'end'].includes(walk.view.kind) ? chosenIn(walk.path) : undefined;
  const empty = mine.items.length === 0;
  const filled = useRef(false);
  const ordering = walk?.view.kind === 'order';
  useEffect(() => {
    if (!ordering || !loaded || !empty || filled.current || !picked || picked.sku !== wanted?.sku) return;
    filled.current = true; // whoever empties the order after that means it
    keeper.type({ items: [lineOf(picked, wanted.quantity)] });
  }, [ordering, loaded, empty, picked, wanted?.sku, wanted?.quantity, keeper]);
}
