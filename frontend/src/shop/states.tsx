// How a call stands, in a state's glyph, word and colour.
import { useTranslation } from 'react-i18next';
import type { State } from '../ui/palette';
import { StateTag } from '../ui/ui';
import { unreachable } from '../ui/unreachable';
import type { Call } from './data';

type Standing = Pick<Call, 'state' | 'outcome'>;

function toneOf({ state, outcome }: Standing): State {
  switch (state) {
    case 'greeting':
    case 'menu':
    case 'waiting':
      return 'offered';
    case 'talking':
    case 'moving':
      return 'talking';
    case 'held':
      return 'held';
    case 'wrap-up':
      return 'wrapup';
    case 'ended':
      return outcome === 'answered' || outcome === 'served'
        ? 'ready'
        : outcome === 'voicemail' || outcome === 'overflowed'
          ? 'offered'
          : 'lost';
    default:
      return unreachable(state);
  }
}

export function CallTag({ call }: { call: Standing }) {
  const { t } = useTranslation();
  return (
    <StateTag state={toneOf(call)}>
      {call.state === 'ended' && call.outcome ? t(`outcome.${call.outcome}`) : t(`state.${call.state}`)}
    </StateTag>
  );
}

const orderTones = { draft: 'paused', confirmed: 'ready', cancelled: 'lost' } as const;

export function OrderTag({ status }: { status: keyof typeof orderTones }) {
  const { t } = useTranslation();
  return <StateTag state={orderTones[status]}>{t(`order.${status}`)}</StateTag>;
}
