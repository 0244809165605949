// Why there is no sound, in kinds that somebody can do something about.

export type Trouble =
  | 'denied' // the browser or the person refuses
  | 'absent' // no microphone here
  | 'busy' // another program has it
  | 'unplugged' // it was here a moment ago
  | 'insecure' // not over https: browsers give no microphone
  | 'unsupported' // no WebRTC in this browser
  | 'silent'; // the browser plays no sound before somebody presses something

/** Names of the errors of getUserMedia, as the W3C lists them. */
export function troubleOf(name: string): Trouble {
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return 'denied';
    case 'NotReadableError':
    case 'AbortError':
    case 'TrackStartError':
      return 'busy';
    case 'SecurityError':
      return 'insecure';
    case 'TypeError':
      return 'unsupported';
    default:
      return 'absent';
  }
}

type Abilities = { secure: boolean; devices: boolean; connections: boolean };

/** What a browser cannot do, before it is asked for a microphone. */
export function unable({ secure, devices, connections }: Abilities): Trouble | undefined {
  if (!connections) return 'unsupported';
  if (devices) return undefined;
  return secure ? 'unsupported' : 'insecure';
}

/** This browser. */
export const here = (): Trouble | undefined =>
  unable({ secure: window.isSecureContext, devices: 'mediaDevices' in navigator, connections: 'RTCPeerConnection' in window });
