// The sound of the telephone: a microphone, one connection (two while the network changes), a loudspeaker.
import { chosen } from './devices';
import type { Ice } from './protocol';
import { type Sample, sampleOf } from './quality';
import { here, type Trouble, troubleOf } from './trouble';

export type Microphone = { at: 'asking' } | { at: 'on'; name: string } | { at: 'off'; trouble: Trouble };

type Tell = {
  connection: (state: 'connected' | 'failed' | 'gone') => void;
  microphone: (state: Microphone) => void;
};

/** A connection that is away for less may come back by itself, ms. */
const patience = 3_000;

const constraints = (id: string): MediaStreamConstraints => ({
  audio: {
    ...(id && { deviceId: { exact: id } }),
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    channelCount: 1,
  },
});

export class Sound {
  readonly speaker = new Audio();
  private track: MediaStreamTrack | undefined;
  private connection: RTCPeerConnection | undefined;
  private coming: { id: number; pc: RTCPeerConnection } | undefined;
  private open = false;
  private watching = false;

  constructor(private readonly tell: Tell) {
    this.speaker.autoplay = true;
  }

  /** Takes the chosen microphone, else any. Returns whether there is one. */
  async listen(): Promise<boolean> {
    const cannot = here();
    if (cannot) {
      this.tell.microphone({ at: 'off', trouble: cannot });
      return false;
    }
    this.watch();
    this.tell.microphone({ at: 'asking' });
    const wanted = chosen().microphone;
    try {
      await this.take(wanted).catch((e: unknown) => (wanted ? this.take('') : Promise.reject(e)));
    } catch (e) {
      this.tell.microphone({ at: 'off', trouble: troubleOf(e instanceof Error ? e.name : '') });
      return false;
    }
    return true;
  }

  private async take(id: string): Promise<void> {
    const track = (await navigator.mediaDevices.getUserMedia(constraints(id))).getAudioTracks()[0];
    if (!track) throw new DOMException('no track', 'NotFoundError');
    track.enabled = this.open;
    track.onended = () => this.unplugged(track);
    const before = this.track;
    this.track = track;
    if (before) before.onended = null;
    before?.stop();
    for (const pc of this.all()) for (const s of pc.getSenders()) await s.replaceTrack(track);
    this.tell.microphone({ at: 'on', name: track.label });
  }

  /** Goes on with another microphone, and waits for one if there is none. */
  private async unplugged(track: MediaStreamTrack): Promise<void> {
    if (this.track !== track) return;
    this.tell.microphone({ at: 'off', trouble: 'unplugged' });
    await this.take('').catch(() => {});
  }

  /** Looks again when a device comes, or when the person allows the microphone after all. */
  private watch(): void {
    if (this.watching) return;
    this.watching = true;
    const again = () => {
      if (this.track?.readyState !== 'live') this.listen();
    };
    navigator.mediaDevices.addEventListener('devicechange', again);
    navigator.permissions
      ?.query({ name: 'microphone' })
      .then((p) => p.addEventListener('change', () => p.state === 'granted' && again()))
      .catch(() => {}); // a browser that does not know this permission tells nothing
  }

  private all(): RTCPeerConnection[] {
    return [this.connection, this.coming?.pc].filter((pc) => pc !== undefined);
  }

  /** Opens the microphone, or sends silence. */
  mouth(open: boolean): void {
    this.open = open;
    if (this.track) this.track.enabled = open;
  }

  /** Begins another connection and returns its offer. The one before lasts until this one is there. */
  async offer(id: number, ice: Ice[]): Promise<string> {
    this.coming?.pc.close();
    const pc = new RTCPeerConnection({ iceServers: ice });
    this.coming = { id, pc };
    pc.ontrack = (e) => {
      const stream = new MediaStream([e.track]);
      pc.addEventListener('connectionstatechange', () => pc.connectionState === 'connected' && this.play(stream));
    };
    pc.addEventListener('connectionstatechange', () => this.changed(pc));
    if (this.track) pc.addTrack(this.track, new MediaStream([this.track]));
    else pc.addTransceiver('audio');
    await pc.setLocalDescription(await pc.createOffer());
    return pc.localDescription?.sdp ?? '';
  }

  async connect(id: number, sdp: string): Promise<void> {
    if (this.coming?.id === id) await this.coming.pc.setRemoteDescription({ type: 'answer', sdp });
  }

  private changed(pc: RTCPeerConnection): void {
    if (!this.all().includes(pc)) return;
    switch (pc.connectionState) {
      case 'connected':
        if (this.coming?.pc === pc) this.settle(pc);
        this.tell.connection('connected');
        break;
      case 'failed':
        this.tell.connection('failed');
        break;
      case 'disconnected':
        setTimeout(() => pc === this.connection && pc.connectionState === 'disconnected' && this.tell.connection('gone'), patience);
    }
  }

  private settle(pc: RTCPeerConnection): void {
    this.connection?.close();
    this.connection = pc;
    this.coming = undefined;
  }

  private play(stream: MediaStream): void {
    this.speaker.srcObject = stream;
    this.loud();
  }

  /** Uses the chosen loudspeaker, where the browser lets us choose. */
  loud(): void {
    if ('setSinkId' in this.speaker) this.speaker.setSinkId(chosen().speaker).catch(() => {});
    if (this.speaker.srcObject && this.speaker.paused)
      this.speaker.play().catch(() => this.tell.microphone({ at: 'off', trouble: 'silent' }));
  }

  /** Whether a key goes as RFC 4733 with the audio; else it must be told in words. */
  dial(keys: string): boolean {
    const dtmf = this.connection?.getSenders()[0]?.dtmf;
    if (!dtmf?.canInsertDTMF) return false;
    dtmf.insertDTMF(keys, 100, 70);
    return true;
  }

  async sample(): Promise<Sample | undefined> {
    const reports: { type: string }[] = [];
    (await this.connection?.getStats())?.forEach((r: { type: string }) => {
      reports.push(r);
    });
    return this.connection && sampleOf(reports);
  }

  /** Takes the connections down, and keeps the microphone for the next. */
  silence(): void {
    for (const pc of this.all()) pc.close();
    this.connection = undefined;
    this.coming = undefined;
    this.speaker.srcObject = null;
  }

  /** Lets the microphone go. */
  end(): void {
    this.silence();
    if (this.track) this.track.onended = null;
    this.track?.stop();
    this.track = undefined;
  }
}
