// The least page that speaks the protocol of doc.go. Tests drive it by window.desk.
'use strict';

const RETRY_MS = 200;
const FINAL = new Set([4400, 4401, 4409, 4410, 4412]); // a socket closed so does not come back

class Desk {
  constructor() {
    this.n = 0; // our newest message
    this.ack = 0; // theirs
    this.unheard = []; // ours that they may have missed
    this.log = [];
    this.call = null;
    this.offers = 0;
    this.token = sessionStorage.getItem('token') || '';
    this.relay = location.hash === '#relay'; // nothing gets out but to TURN servers
  }

  note(what) { this.log.push({ at: performance.now(), ...what }); }

  async start(ticket) {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
    this.mic = stream.getAudioTracks()[0];
    this.mic.enabled = false; // silence between calls
    this.stream = stream;
    this.connect(ticket);
  }

  connect(ticket) {
    const ws = new WebSocket(location.origin.replace('http', 'ws') + '/rtc');
    this.ws = ws;
    ws.onopen = () => {
      const hello = { v: 1, type: 'hello', device: 'test page' };
      if (ticket) hello.ticket = ticket; else { hello.token = this.token; hello.ack = this.ack; }
      ws.send(JSON.stringify(hello));
    };
    ws.onmessage = (e) => this.hear(JSON.parse(e.data));
    ws.onclose = (e) => {
      this.note({ closed: e.code });
      if (FINAL.has(e.code)) { this.close(); return; }
      if (this.token) setTimeout(() => this.connect(''), RETRY_MS);
    };
  }

  close() {
    if (this.pc) this.pc.close();
    if (this.mic) this.mic.enabled = false;
  }

  send(type, fields = {}) {
    const m = { v: 1, type, n: ++this.n, ack: this.ack, ...fields };
    this.unheard.push(m);
    this.put(m);
  }

  put(m) { if (this.ws.readyState === WebSocket.OPEN) this.ws.send(JSON.stringify({ ...m, ack: this.ack })); }

  hear(m) {
    this.note({ heard: m });
    if (m.n) {
      if (m.n <= this.ack) return;
      this.ack = m.n;
      this.ws.send(JSON.stringify({ v: 1, type: 'ack', ack: this.ack }));
      this.unheard = this.unheard.filter((u) => u.n > (m.ack || 0));
    }
    const on = this['on_' + m.type];
    if (on) on.call(this, m);
  }

  on_welcome(m) {
    this.token = m.token;
    sessionStorage.setItem('token', m.token);
    this.ice = m.ice;
    if (!m.resumed) this.ack = 0;
    this.unheard = this.unheard.filter((u) => u.n > m.heard);
    for (const u of this.unheard) this.put(u);
    if (m.heard > this.n) this.n = m.heard; // a page that was reloaded
    this.call = m.state || null;
    this.open(this.call && this.call.phase === 'talking');
    if (!this.pc || this.pc.connectionState !== 'connected') this.offer();
  }

  on_answer(m) {
    if (m.id !== this.offers) return;
    this.pc.setRemoteDescription({ type: 'answer', sdp: m.sdp });
  }

  on_media(m) { if (!m.up) this.offer(); }
  on_ring(m) { this.call = { phase: 'ringing', leg: m.leg, call: m.call, card: m.card }; this.rang = performance.timeOrigin + performance.now(); if (this.auto) this.answer(); }
  on_joined(m) { this.call = { ...this.call, phase: 'talking', leg: m.leg }; this.open(true); }
  on_stop() { this.call = null; }
  on_ended() { this.call = null; this.open(false); }
  on_held(m) { this.call.held = m.held; }

  open(mic) { if (this.mic) this.mic.enabled = !!mic; }
  answer() { this.answered = performance.now(); this.send('answer', { leg: this.call.leg }); }
  hangup() { this.send('hangup', { leg: this.call.leg }); }

  async offer() {
    if (this.pc) this.pc.close();
    const pc = new RTCPeerConnection({ iceServers: this.ice, iceTransportPolicy: this.relay ? 'relay' : 'all' });
    this.pc = pc;
    pc.onconnectionstatechange = () => {
      this.note({ pc: pc.connectionState });
      if (pc === this.pc && pc.connectionState === 'failed') this.offer();
    };
    pc.ontrack = (e) => {
      const remote = new MediaStream([e.track]);
      document.getElementById('buyer').srcObject = remote;
      this.listen(remote);
    };
    this.sender = pc.addTrack(this.mic, this.stream);
    const id = ++this.offers;
    const offer = await pc.createOffer();
    await pc.setLocalDescription(offer);
    this.send('offer', { id, sdp: offer.sdp });
  }

  listen(remote) {
    if (this.audio) this.audio.close();
    this.audio = new AudioContext();
    this.analyser = this.audio.createAnalyser();
    this.analyser.fftSize = 4096;
    this.analyser.smoothingTimeConstant = 0;
    this.audio.createMediaStreamSource(remote).connect(this.analyser);
  }

  // The loudest frequency that is heard now, in Hz, and how loud, in dB.
  peak() {
    if (!this.analyser) return { hz: 0, db: -200 };
    const d = new Float32Array(this.analyser.frequencyBinCount);
    this.analyser.getFloatFrequencyData(d);
    let m = 1;
    for (let i = 1; i < d.length; i++) if (d[i] > d[m]) m = i;
    return { hz: Math.round((m * this.audio.sampleRate) / this.analyser.fftSize), db: Math.max(-200, Math.round(d[m])) };
  }

  // Answers, and returns how many ms later something is heard.
  async answerAndHear() {
    await this.audio.resume();
    this.answer();
    while (this.peak().db < -60) await new Promise((r) => setTimeout(r, 2));
    return performance.now() - this.answered;
  }

  keys(keys) { this.sender.dtmf.insertDTMF(keys, 100, 70); }

  // By which kind of candidate of ours audio goes.
  async way() {
    const all = new Map();
    (await this.pc.getStats()).forEach((r) => all.set(r.id, r));
    const pair = [...all.values()].find((r) => r.type === 'candidate-pair' && r.nominated && r.state === 'succeeded');
    return pair ? all.get(pair.localCandidateId).candidateType : '';
  }

  async stats() {
    const out = { candidates: [] };
    (await this.pc.getStats()).forEach((r) => {
      if (r.type === 'transport') out.srtp = r.srtpCipher;
      if (r.type === 'inbound-rtp') { out.received = r.packetsReceived; out.lost = r.packetsLost; out.jitter = r.jitter; }
      if (r.type === 'candidate-pair' && r.nominated) out.rtt = r.currentRoundTripTime;
      if (r.type === 'remote-candidate') out.candidates.push(`${r.address}:${r.port}`);
      if (r.type === 'codec') (out.codecs ||= []).push(r.mimeType);
    });
    return out;
  }

  heard(type) { return this.log.some((l) => l.heard && l.heard.type === type); }
  closed() { const c = this.log.filter((l) => l.closed); return c.length ? c[c.length - 1].closed : 0; }
}

window.desk = new Desk();
