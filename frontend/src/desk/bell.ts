// How a call makes itself noticed: a ring, the browser's notification. Sound is never alone.
import { chosen } from '../phone/devices';

type Sink = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** Rings until the returned function is called: two tones for 0.4 s, every 2 s. */
export function ring(): () => void {
  const { volume, bell } = chosen();
  const context: Sink = new AudioContext();
  if (bell) context.setSinkId?.(bell).catch(() => {});
  const loud = context.createGain();
  loud.gain.value = volume * 0.4;
  loud.connect(context.destination);
  const once = () => {
    for (const [hz, from] of [
      [880, 0],
      [660, 0.2],
    ] as const) {
      const tone = context.createOscillator();
      tone.frequency.value = hz;
      tone.connect(loud);
      tone.start(context.currentTime + from);
      tone.stop(context.currentTime + from + 0.18);
    }
  };
  once();
  const again = setInterval(once, 2_000);
  return () => {
    clearInterval(again);
    context.close();
  };
}

export const mayNotify = (): boolean => 'Notification' in window && Notification.permission === 'granted';
export const askToNotify = async (): Promise<void> => {
  if ('Notification' in window) await Notification.requestPermission();
};

/** Shows a notification when the page is not seen; the returned function takes it away. */
export function notify(title: string, body: string): () => void {
  if (!document.hidden || !mayNotify()) return () => {};
  const shown = new Notification(title, { body, tag: 'switchboard-call', requireInteraction: true });
  shown.onclick = () => {
    window.focus();
    shown.close();
  };
  return () => shown.close();
}
