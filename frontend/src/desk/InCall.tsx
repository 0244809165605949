import { Zone } from '../ui/person';
import { BuyerColumn } from './BuyerColumn';
import { CallBar } from './CallBar';
import { CatalogueColumn } from './CatalogueColumn';
import { InHandOf, useItem } from './call';
import css from './desk.module.css';
import { useDraft } from './draft/useDraft';
import { useFeed } from './feed';
import { useHouse } from './house';
import { chosenIn } from './left';
import { useOutcome } from './outcome';
import { ScriptColumn } from './ScriptColumn';
import type { InCall as Scene } from './scene';
import { useCardChoice } from './useCards';
import { useSteps, useWalk } from './useWalk';
import { WrapBar } from './WrapBar';

/** The call in hand, from the first word to the end of wrap-up: the columns stay where they are. */
export function InCall({ scene }: { scene: Scene }) {
  const { call, card } = scene;
  const over = scene.at === 'wrapup';
  const { draft, keeper } = useDraft(call);
  const walked = useWalk(call, over);
  const steps = useSteps(call, walked.data);
  const picked = useItem(chosenIn(walked.data?.path ?? [])?.sku, card?.shop.id);
  useFeed({ draft, keeper, walk: walked.data, picked });
  const { clock } = useHouse();
  const outcome = useOutcome({ call, card, mine: draft.mine, keeper, over, ahead: clock.ahead });
  const cards = useCardChoice(call, walked.data);
  return (
    <InHandOf value={{ call, card, over, draft, keeper, walk: walked.data, steps, outcome, cards }}>
      <Zone value={card?.shop.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone}>
        <main className={css.talking}>
          {over ? <WrapBar scene={scene} /> : <CallBar scene={scene} />}
          <div className={css.body}>
            <BuyerColumn />
            <ScriptColumn walked={walked} picked={picked} />
            <CatalogueColumn />
          </div>
        </main>
      </Zone>
    </InHandOf>
  );
}
