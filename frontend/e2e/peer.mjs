// A telephone of a story: SIP over UDP (RFC 3261) and G.711 A-law, which says a tone and hears tones.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { info } from './browser.mjs';
import { linear, toneOf, whoIsIn } from './tones.mjs';

const [host, port] = info.sip.udp.split(':');
const token = () => randomBytes(6).toString('hex');
const md5 = (text) => createHash('md5').update(text).digest('hex');

/** What of a message one needs: its first line, its headers by name, its body. */
function parse(packet) {
  const [head, body = ''] = packet.toString().split('\r\n\r\n');
  const [first, ...lines] = head.split('\r\n');
  const of = (name) => lines.filter((l) => l.toLowerCase().startsWith(`${name}:`)).map((l) => l.slice(name.length + 1).trim());
  return { first, status: Number(first.match(/^SIP\/2\.0 (\d+)/)?.[1] ?? 0), of, body };
}

const bind = (socket) => new Promise((done) => socket.bind(0, '127.0.0.1', () => done(socket.address().port)));

export class Peer {
  samples = []; // heard lately, the newest last
  over = false; // the call that there was has ended
  count = 0; // samples heard in all
  #sip = createSocket('udp4');
  #rtp = createSocket('udp4');
  #answers = new Map(); // by the branch of what was asked
  #dialog;
  #speaks;

  /** A telephone that says a tone as soon as it is in a call. */
  static async open(hz) {
    const p = new Peer();
    p.tone = toneOf(hz, 1);
    p.at = `127.0.0.1:${await bind(p.#sip)}`;
    p.media = await bind(p.#rtp);
    p.#sip.on('message', (m) => p.#heard(parse(m)));
    p.#rtp.on('message', (m) => p.#listen(m));
    return p;
  }

  close() {
    clearInterval(this.#speaks);
    this.#sip.close();
    this.#rtp.close();
  }

  /** Registers as the telephone of an operator, by digest (RFC 8760, MD5). */
  async register(user, password, expires = 600) {
    this.user = user;
    this.leave = () => this.register(user, password, 0);
    const id = token();
    const ask = (cseq, more) =>
      this.#ask('REGISTER', `sip:${host}`, { from: `<sip:${user}@${host}>;tag=${id}`, to: `<sip:${user}@${host}>`, id, cseq }, more);
    const refused = await ask(1, [`Expires: ${expires}`]);
    assert.equal(refused.status, 401, refused.first);
    const said = refused.of('www-authenticate')[0];
    const word = (name) => said.match(new RegExp(`${name}="?([^",]+)`))?.[1] ?? '';
    const [realm, nonce, uri, cnonce] = [word('realm'), word('nonce'), `sip:${host}`, token()];
    const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:${cnonce}:auth:${md5(`REGISTER:${uri}`)}`);
    const proof = `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", cnonce="${cnonce}", nc=00000001, qop=auth, response="${response}", algorithm=MD5`;
    const done = await ask(2, [`Expires: ${expires}`, `Authorization: ${proof}`]);
    assert.equal(done.status, 200, done.first);
  }

  /** Rings a number of a shop, as its buyer; resolves when somebody, or the machine, answers. */
  async ring(number, from = '+79215550144') {
    this.user = from;
    const [id, tag, to] = [token(), token(), `<sip:${number}@${host}:${port}>`];
    const fromHeader = `<sip:${from}@${this.at}>;tag=${tag}`;
    const answer = await this.#ask('INVITE', `sip:${number}@${host}:${port}`, { from: fromHeader, to, id, cseq: 1 }, [], this.#sdp());
    assert.equal(answer.status, 200, answer.first);
    this.#dialog = { local: fromHeader, remote: answer.of('to')[0], id, cseq: 1, target: answer.of('contact')[0].match(/<(.+?)>/)[1] };
    this.#send('ACK', { ...this.#within(), cseq: 1 });
    this.#speak(answer.body);
  }

  /** Ends the call from this side. */
  hangUp() {
    this.#dialog.cseq += 1;
    this.over = true;
    clearInterval(this.#speaks);
    return this.#ask('BYE', this.#dialog.target, this.#within());
  }

  /** Who is heard, by the last 400 ms; undefined: nothing has come lately. */
  hears() {
    if (!this.came || Date.now() - this.came > 400 || this.samples.length < 3200) return undefined;
    return whoIsIn(this.samples);
  }

  #within = () => ({
    from: this.#dialog.local,
    to: this.#dialog.remote,
    id: this.#dialog.id,
    cseq: this.#dialog.cseq,
    uri: this.#dialog.target,
  });

  #sdp = () =>
    `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${this.media} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n`;

  /** Asks, again until there is an answer (timer A), and resolves with the final one. */
  #ask(method, uri, h, more = [], body = '') {
    return new Promise((done, wrong) => {
      const branch = `z9hG4bK${token()}`;
      const text = this.#send(method, { ...h, uri, branch }, more, body);
      const again = setInterval(() => this.#sip.send(text, Number(port), host), 1000);
      const limit = setTimeout(() => wrong(new Error(`${method} ${uri}: nobody answers`)), 120_000);
      this.#answers.set(branch, (m) => {
        clearInterval(again);
        if (m.status < 200) return;
        clearTimeout(limit);
        done(m);
      });
    });
  }

  #send(method, { uri, from, to, id, cseq, branch = `z9hG4bK${token()}` }, more = [], body = '') {
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.at};branch=${branch};rport`,
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${id}`,
      `CSeq: ${cseq} ${method}`,
      `Contact: <sip:${this.user}@${this.at}>`,
      'Max-Forwards: 70',
      ...more,
      ...(body && ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ];
    const text = `${lines.join('\r\n')}\r\n\r\n${body}`;
    this.#sip.send(text, Number(port), host);
    return text;
  }

  #reply(m, status, body = '', tag = '') {
    const lines = [
      `SIP/2.0 ${status}`,
      ...m.of('via').map((v) => `Via: ${v}`),
      `From: ${m.of('from')[0]}`,
      `To: ${m.of('to')[0]}${tag && !/;tag=/.test(m.of('to')[0]) ? `;tag=${tag}` : ''}`,
      `Call-ID: ${m.of('call-id')[0]}`,
      `CSeq: ${m.of('cseq')[0]}`,
      `Contact: <sip:${this.user}@${this.at}>`,
      ...(body && ['Content-Type: application/sdp']),
      `Content-Length: ${body.length}`,
    ];
    this.#sip.send(`${lines.join('\r\n')}\r\n\r\n${body}`, Number(port), host);
  }

  #heard(m) {
    if (m.status > 0) {
      const branch = m.of('via')[0].match(/branch=([^;]+)/)?.[1];
      return this.#answers.get(branch)?.(m);
    }
    switch (m.first.split(' ')[0]) {
      case 'INVITE':
        return this.#rung(m);
      case 'BYE':
        this.over = true;
        clearInterval(this.#speaks);
        return this.#reply(m, '200 OK');
      case 'ACK':
        return undefined;
      default:
        return this.#reply(m, '200 OK');
    }
  }

  /** Answers whoever rings, at once; an INVITE within the call is told the same as before. */
  #rung(m) {
    this.tag ??= token();
    this.#reply(m, '200 OK', this.#sdp(), this.tag);
    const within = /;tag=/.test(m.of('to')[0]);
    if (!within) {
      const target = m.of('contact')[0].match(/<(.+?)>/)[1];
      this.#dialog = { local: `${m.of('to')[0]};tag=${this.tag}`, remote: m.of('from')[0], id: m.of('call-id')[0], cseq: 0, target };
    }
    this.#speak(m.body);
  }

  /** Says the tone to where the other side listens, 20 ms a packet by the clock, however late this process is woken. */
  #speak(sdp) {
    const to = Number(sdp.match(/m=audio (\d+)/)?.[1] ?? 0);
    if (!to) return; // an offer that names nothing changes nothing
    clearInterval(this.#speaks);
    const packet = Buffer.alloc(12 + 160);
    packet.set([0x80, 8]);
    randomBytes(4).copy(packet, 8);
    const began = Date.now();
    let n = 0;
    this.#speaks = setInterval(() => {
      for (; n * 20 <= Date.now() - began; n++) {
        packet.writeUInt16BE(n & 0xffff, 2);
        packet.writeUInt32BE((n * 160) >>> 0, 4);
        this.tone.copy(packet, 12, (n % 50) * 160, (n % 50) * 160 + 160);
        this.#rtp.send(Buffer.from(packet), to, host);
      }
    }, 10);
  }

  #listen(packet) {
    if ((packet[1] & 0x7f) !== 8) return; // comfort noise, keys
    this.came = Date.now();
    this.count += packet.length - 12;
    for (const b of packet.subarray(12)) this.samples.push(linear(b));
    if (this.samples.length > 3200) this.samples.splice(0, this.samples.length - 3200);
  }
}
