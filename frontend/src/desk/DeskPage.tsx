import { useHouse } from './house';
import { Idle } from './Idle';
import { InCall } from './InCall';
import { isInCall } from './scene';

/** Between calls, or in one. */
export function DeskPage() {
  const { scene } = useHouse();
  return isInCall(scene) ? <InCall key={scene.call} scene={scene} /> : <Idle />;
}
