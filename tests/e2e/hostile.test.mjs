// Hostile clients cost only themselves: two people talk all the way through, and after each attack a newcomer gets in quickly, the
// process is the same one and has not grown.
import { after, afterEach, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dispose } from '@livekit/rtc-node';
import { startServer } from './lib/server.mjs';
import { join, publishTone, token } from './lib/peer.mjs';
import { Signal } from './lib/signal.mjs';
import { bindingRequest, bindingSuccess, dial, residentMemory, stun, udp } from './lib/sockets.mjs';
import { until } from './lib/wait.mjs';

let server;
let speaker;
let listener;
let tone;
const heardFrames = () => listener.seen.tracks.get('speaker/audio').audio.frames;
before(async () => {
  // AddressSanitizer keeps freed memory for a while; less of it, or it looks like growth.
  const sanitizer = [process.env.ASAN_OPTIONS, 'quarantine_size_mb=8'].filter(Boolean).join(':');
  server = await startServer({ env: { ASAN_OPTIONS: sanitizer } });
  speaker = await join(server.ws, 'bystanders', 'speaker');
  listener = await join(server.ws, 'bystanders', 'listener');
  tone = await publishTone(speaker, 1000);
  await until('the tone', () => listener.seen.tracks.get('speaker/audio')?.share(1000) > 0.8, 20000);
});
after(async () => {
  await tone.stop();
  await speaker.disconnect();
  await listener.disconnect();
  const { code } = await server.stop();
  await dispose();
  assert.equal(code, 0);
});

const enter = async (identity = 'newcomer', options = {}) => Signal.open(server.ws, await token('newcomers', identity), options);
// A newcomer's join, there and back.
async function joinTime() {
  const start = Date.now();
  const newcomer = await enter();
  await newcomer.settled();
  const taken = Date.now() - start;
  await newcomer.end();
  return taken;
}
afterEach(async () => {
  assert.ok(existsSync(`/proc/${server.pid}`), 'the process still lives');
  const taken = await joinTime();
  assert.ok(taken < 2000, `a join took ${taken} ms`);
  const frames = heardFrames();
  await until('sound at the bystanders', () => heardFrames() > frames + 20, 5000);
  assert.deepEqual([...speaker.seen.disconnected, ...listener.seen.disconnected], []);
});

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
// Runs the attack and says by how many bytes it made the server grow at the end.
async function growth(attack) {
  const first = residentMemory(server.pid);
  await attack();
  return residentMemory(server.pid) - first;
}

describe('TCP', () => {
  test('garbage of every first byte is closed without a word', async () => {
    const lines = [];
    for (let byte = 0; byte < 256; ++byte) {
      const line = await dial(server.port);
      line.byte = byte;
      line.socket.write(Buffer.concat([Buffer.from([byte]), randomBytes(600)]));
      lines.push(line);
    }
    await until('all to be closed', () => lines.every((line) => line.ended), 20000);
    for (const line of lines) {
      const said = line.bytes();
      // An upper-case letter may be HTTP, 0x16 a TLS record: those deserve an error in their own language.
      const known = (line.byte >= 0x41 && line.byte <= 0x5a && said.toString('latin1').startsWith('HTTP/1.1 4')) || (line.byte === 0x16 && said[0] === 0x15);
      assert.ok(said.length === 0 || known, `first byte ${line.byte}: ${said.subarray(0, 40).toString('latin1')}`);
    }
  });

  test('1,000 half-open connections: others are served, memory stays flat, and they are ended', async () => {
    const lines = [];
    const grown = await growth(async () => {
      for (let k = 0; k < 1000; ++k) {
        const line = await dial(server.port);
        if (k % 3 === 1) line.socket.write(Buffer.from([0x16])); // the beginning of TLS
        if (k % 3 === 2) line.socket.write('GET / HT'); // the beginning of HTTP
        lines.push(line);
      }
      const taken = await joinTime();
      assert.ok(taken < 2000, `a join among them took ${taken} ms`);
    });
    assert.ok(grown < 50e6, `grew by ${megabytes(grown)}`);
    await until('all to be closed', () => lines.every((line) => line.ended), 20000);
  });

  test('headers that come a byte at a time run into their deadline', async () => {
    const lines = [];
    for (let k = 0; k < 200; ++k) {
      const line = await dial(server.port);
      line.socket.write('GET /rtc/validate HTTP/1.1\r\nHost: x\r\nX-Slow: ');
      lines.push(line);
    }
    const drip = setInterval(() => lines.forEach((line) => line.ended || line.socket.write('a')), 200);
    const taken = await joinTime();
    assert.ok(taken < 2000, `a join among them took ${taken} ms`);
    await until('all to be closed', () => lines.every((line) => line.ended), 20000);
    clearInterval(drip);
    assert.ok(lines.every((line) => line.text() === '' || line.text().startsWith('HTTP/1.1 408 ')), lines[0].text());
  });

  test('request lines: 250 KiB is a join request, 400 KiB is refused, endless headers too', async () => {
    const ask = async (head) => {
      const line = await dial(server.port);
      line.socket.write(head);
      await until('an answer', () => line.text().includes('\r\n\r\n'));
      line.socket.destroy();
      return Number(line.text().split(' ')[1]);
    };
    const request = (kilobytes) => `GET /rtc/v1/validate?join_request=${'A'.repeat(kilobytes * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`;
    assert.equal(await ask(request(250)), 401, 'read, and then refused for lack of a token');
    assert.equal(await ask(request(300)), 401);
    assert.ok([414, 431].includes(await ask(request(400))));
    assert.equal(await ask(`GET / HTTP/1.1\r\nHost: x\r\n${'X-Header: y\r\n'.repeat(5000)}\r\n`), 431);
    assert.equal(await ask('GET / HTTP/1.1\r\n\r\n'), 400, 'no Host');
    assert.equal(await ask('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n'), 400, 'two lengths');
  });

  test('ICE-TCP frames that belong to nobody', async () => {
    const lines = [];
    for (let k = 0; k < 50; ++k) {
      const line = await dial(server.port);
      const check = stun(bindingRequest, [[0x0006, Buffer.from(`Anobody${k}:x`)], [0x0024, Buffer.alloc(4)]], { key: 'wrong', fingerprint: true });
      const frame = Buffer.concat([Buffer.alloc(2), check]);
      frame.writeUInt16BE(check.length, 0);
      line.socket.write(frame);
      line.socket.write(randomBytes(5000));
      lines.push(line);
    }
    const taken = await joinTime();
    assert.ok(taken < 2000);
    for (const line of lines) {
      assert.ok(line.bytes().length <= 200, 'no amplification');
      line.socket.destroy();
    }
  });
});

describe('WebSocket', () => {
  test('frames that claim too much, lie or come unmasked', async () => {
    const jwt = await token('newcomers', 'framer');
    const frames = {
      'a length of 2^62': [Buffer.from([0x82, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]), 1009],
      '3 MiB': [Buffer.concat([Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x30, 0, 0, 1, 2, 3, 4]), Buffer.alloc(3 * 1024 * 1024)]), 1009],
      '40 fragments of 64 KiB': [Buffer.concat(Array.from({ length: 40 }, (_, k) =>
        Buffer.concat([Buffer.from([k === 0 ? 0x02 : 0x00, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]), Buffer.alloc(65536)]))), 1009],
      unmasked: [Buffer.from([0x82, 0x01, 0x00]), 1002],
      'reserved bits': [Buffer.from([0xf2, 0x81, 1, 2, 3, 4, 0]), 1002],
      'an unknown opcode': [Buffer.from([0x83, 0x81, 1, 2, 3, 4, 0]), 1002],
      'a fragmented ping': [Buffer.from([0x09, 0x81, 1, 2, 3, 4, 0]), 1002],
      'text that is no UTF-8': [Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc0, 0x80]), 1007],
    };
    for (const [what, [frame, code]] of Object.entries(frames)) {
      const line = await dial(server.port);
      line.socket.write(`GET /rtc?protocol=17&access_token=${jwt} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
      await until('the upgrade', () => line.text().includes('\r\n\r\n'));
      line.socket.write(frame);
      await until(`${what} to be closed`, () => line.ended, 10000);
      const close = Buffer.from([0x88, 0x02, code >> 8, code & 255]);
      assert.ok(line.bytes().includes(close), `${what}: no close frame with ${code}`);
    }
  });

  test('an SDP of 1 MB and one of 20,000 sections end only their sender', async () => {
    const head = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
    const sections = 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=recvonly\r\n'.repeat(20_000);
    for (const sdp of [head + 'a=x:'.padEnd(1_000_000, 'y') + '\r\n', head + 'a=x\r\n'.repeat(200_000), head + sections, 'v=0\r\n', '\0'.repeat(1_000_000)]) {
      const giant = await enter('giant', { v1: {} });
      giant.send('offer', { type: 'offer', sdp, id: 1 });
      await giant.find('leave', undefined, 2000);
      await until('the socket to close', () => giant.closed);
    }
  });

  test('a flood of messages is cut off with 1008', async () => {
    const flooder = await enter('flooder');
    const grown = await growth(async () => {
      for (let k = 0; k < 20_000 && !flooder.closed; ++k) flooder.send('pingReq', { timestamp: BigInt(k), rtt: 0n });
      await until('the socket to close', () => flooder.closed, 10000);
    });
    assert.equal(flooder.closed.code, 1008);
    assert.ok(grown < 50e6, `grew by ${megabytes(grown)}`);
  });

  test('a reader that does not read is cut off, and costs at most its queue', async () => {
    const writer = await Signal.open(server.ws, await token('slow', 'writer', { canUpdateOwnMetadata: true }));
    const slow = await Signal.open(server.ws, await token('slow', 'slow'));
    const gone = (u) => u.participants.some((p) => p.identity === 'slow' && p.state === 3 /* DISCONNECTED */);
    slow.socket.pause();
    const grown = await growth(async () => {
      for (let k = 0; k < 40; ++k) {
        writer.send('updateMetadata', { metadata: String(k).padEnd(400_000, 'x'), requestId: k + 1 });
        await writer.find('requestResponse', (r) => r.requestId === k + 1);
      }
      await writer.find('update', gone, 25000);
    });
    assert.ok(grown < 60e6, `grew by ${megabytes(grown)}`);
    slow.socket.terminate();
    await writer.end();
  });
});

describe('UDP', () => {
  test('30,000 random packets stay unanswered', async () => {
    const line = await udp();
    const sizes = [0, 1, 12, 19, 20, 21, 100, 500, 1200, 1472];
    const grown = await growth(async () => {
      for (let k = 0; k < 30_000; ++k) {
        const packet = randomBytes(sizes[k % sizes.length]);
        if (packet.length > 0) packet[0] = [0, 1, 2, 20, 22, 63, 64, 80, 128, 144, 191, 192, 255][k % 13];
        await line.send(packet, server.port);
      }
      await joinTime();
    });
    assert.equal(line.received.length, 0);
    assert.ok(grown < 20e6, `grew by ${megabytes(grown)}`);
    line.close();
  });

  test('a Binding request is answered with at most 1.6 times its size; unknown methods not at all', async () => {
    const line = await udp();
    const answerTo = async (request, wanted = true) => {
      line.received.length = 0;
      await line.send(request, server.port);
      // The marker is answered after the request, so that silence can be told from slowness.
      const transaction = randomBytes(12);
      await until('the answer to the marker', async () => {
        if (line.received.some((packet) => packet.data.includes(transaction))) return true;
        await line.send(stun(bindingRequest, [], { transaction }), server.port);
        return false;
      });
      const [answer] = line.received.filter((packet) => !packet.data.includes(transaction));
      assert.equal(answer !== undefined, wanted);
      return answer?.data;
    };
    for (const request of [stun(bindingRequest), stun(bindingRequest, [], { fingerprint: true }), stun(bindingRequest, [[0x8022, Buffer.from('a test')]]),
      stun(bindingRequest, [[0x8022, Buffer.alloc(700, 65)]], { fingerprint: true })]) {
      const answer = await answerTo(request);
      assert.equal(answer.readUInt16BE(0), bindingSuccess);
      assert.deepEqual(answer.subarray(4, 20), request.subarray(4, 20), 'cookie and transaction');
      assert.ok(answer.length <= request.length * 1.6, `${answer.length} bytes for ${request.length}`);
      // XOR-MAPPED-ADDRESS shows our own port.
      const at = answer.indexOf(Buffer.from([0x00, 0x20, 0x00, 0x08]));
      assert.equal(answer.readUInt16BE(at + 6) ^ 0x2112, line.port);
    }
    // Allocate, Refresh, Send, CreatePermission, ChannelBind, Connect, SharedSecret, a Binding indication and an answer nobody asked for.
    for (const type of [0x0003, 0x0004, 0x0016, 0x0008, 0x0009, 0x000a, 0x0002, 0x0011, 0x0101, 0x0111, 0x3eef]) {
      await answerTo(stun(type, [], { fingerprint: true }), false);
    }
    const broken = stun(bindingRequest, [], { fingerprint: true });
    broken[broken.length - 1] ^= 1;
    await answerTo(broken, false);
    line.close();
  });

  test('checks with a known user name and a wrong password get no success and take nothing over', async () => {
    const victim = await enter('victim');
    const { sdp } = await victim.find('offer');
    const [, ufrag] = sdp.match(/a=ice-ufrag:(\S+)/);
    const line = await udp();
    const check = (password) => stun(bindingRequest,
      [[0x0006, Buffer.from(`${ufrag}:evil`)], [0x0024, Buffer.from([0x6e, 0, 1, 255])], [0x802a, randomBytes(8)], [0x0025, Buffer.alloc(0)]], { key: password, fingerprint: true });
    let sent = 0;
    for (let k = 0; k < 3000; ++k) {
      const request = k % 2 ? check('wrong') : stun(bindingRequest, [[0x0006, Buffer.from(`A${k}:evil`)]], { key: 'wrong', fingerprint: true });
      await line.send(request, server.port);
      sent += request.length;
    }
    await victim.settled();
    const got = line.received.reduce((sum, packet) => sum + packet.data.length, 0);
    assert.ok(got <= sent * 1.6, `${got} bytes for ${sent}`);
    assert.ok(!line.received.some((packet) => packet.data.readUInt16BE(0) === bindingSuccess));
    line.close();
    await victim.end();
  });
});
