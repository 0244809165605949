// Which microphone, which loudspeaker, where it rings and how loud: kept in this browser.

export type Choice = { microphone: string; speaker: string; bell: string; volume: number };
export type Device = { id: string; name: string };
export type Devices = { microphones: Device[]; speakers: Device[] };

const place = 'switchboard.devices';
const first: Choice = { microphone: '', speaker: '', bell: '', volume: 0.7 };

/** Reads what was kept; nonsense is nothing. */
export function choiceOf(kept: string | null): Choice {
  let read: unknown;
  try {
    read = JSON.parse(kept ?? '');
  } catch {
    return first;
  }
  const by = new Map(typeof read === 'object' && read !== null ? Object.entries(read) : []);
  const id = (name: string): string => {
    const v: unknown = by.get(name);
    return typeof v === 'string' ? v : '';
  };
  const volume: unknown = by.get('volume');
  return {
    microphone: id('microphone'),
    speaker: id('speaker'),
    bell: id('bell'),
    volume: typeof volume === 'number' && volume >= 0 && volume <= 1 ? volume : first.volume,
  };
}

export const chosen = (): Choice => choiceOf(localStorage.getItem(place));
export const choose = (choice: Choice): void => localStorage.setItem(place, JSON.stringify(choice));

/** The devices as the browser names them; it does so once a microphone was allowed. */
export async function devices(): Promise<Devices> {
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind) =>
    all.filter((d) => d.kind === kind && d.deviceId !== '' && d.deviceId !== 'default').map((d) => ({ id: d.deviceId, name: d.label }));
  return { microphones: of('audioinput'), speakers: of('audiooutput') };
}

/** What a browser calls itself to another page of the same operator. */
export function deviceName(agent: string): string {
  const browser = /Firefox|Edg|YaBrowser|OPR|Chrome|Safari/.exec(agent.replace(/Chrome(?=.*(Edg|YaBrowser|OPR))/, ''))?.[0] ?? 'Browser';
  const system = /Windows|Mac OS X|Android|iPhone|CrOS|Linux/.exec(agent)?.[0] ?? '';
  const names: Record<string, string> = { Edg: 'Edge', OPR: 'Opera', YaBrowser: 'Yandex', 'Mac OS X': 'macOS', CrOS: 'ChromeOS' };
  return [names[browser] ?? browser, names[system] ?? system].filter(Boolean).join(', ');
}
