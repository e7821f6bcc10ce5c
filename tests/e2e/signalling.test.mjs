// The signalling protocol on the wire, without an SDK in between: what is accepted, what is refused and how, what old clients get.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { dispose } from '@livekit/rtc-node';
import { DisconnectReason as Reason, LeaveRequest_Action as Action, ParticipantInfo_State as State, WrappedJoinRequest } from '@livekit/protocol';
import { RoomServiceClient, TokenVerifier } from 'livekit-server-sdk';
import { key, secret, startServer } from './lib/server.mjs';
import { join, publishPicture, publishTone, token } from './lib/peer.mjs';
import { Signal, startTap } from './lib/signal.mjs';
import { until } from './lib/wait.mjs';

let server;
before(async () => (server = await startServer()));
after(async () => {
  const { code } = await server.stop();
  await dispose();
  assert.equal(code, 0);
});

const open = async (room, identity, { grant, claims, ...options } = {}) =>
  Signal.open(server.ws, await token(room, identity, grant, claims), options);
const generations = { v0: {}, v1: { v1: {} } };

for (const [generation, options] of Object.entries(generations)) {
  describe(`a session, ${generation}`, () => {
    const name = (what) => `${what}-${generation}`;

    test('begins with join, then a token that works', async () => {
      const alice = await open(name('begin'), 'alice', { ...options, claims: { name: 'Alice', metadata: 'm', attributes: { a: '1' } } });
      const refreshed = await alice.find('refreshToken');
      assert.equal(alice.messages[0].case, 'join');
      const join = alice.messages[0].value;
      assert.match(join.room.sid, /^RM_[2-9A-HJ-NP-Za-km-z]{12}$/);
      assert.match(join.participant.sid, /^PA_/);
      assert.deepEqual([join.participant.identity, join.participant.name, join.participant.metadata, join.participant.attributes],
        ['alice', 'Alice', 'm', { a: '1' }]);
      assert.ok(join.pingInterval > 0 && join.pingTimeout > join.pingInterval);
      assert.ok(join.serverInfo.version && join.sifTrailer.length > 0);
      assert.equal(join.subscriberPrimary, generation === 'v0');
      const claims = await new TokenVerifier(key, secret).verify(refreshed);
      assert.deepEqual([claims.sub, claims.name, claims.metadata, claims.attributes, claims.video.room, claims.video.roomJoin],
        ['alice', 'Alice', 'm', { a: '1' }, name('begin'), true]);
      const again = await Signal.open(server.ws, refreshed, options);
      await alice.find('leave', (l) => l.reason === Reason.DUPLICATE_IDENTITY && l.action === Action.DISCONNECT);
      await until('the first socket to close', () => alice.closed);
      await again.end();
    });

    test('answers both kinds of ping', async () => {
      const alice = await open(name('ping'), 'alice', options);
      const now = BigInt(Date.now());
      alice.send('ping', now);
      alice.send('pingReq', { timestamp: 12345n, rtt: 7n });
      assert.ok(Math.abs(Number((await alice.find('pong')) - now)) < 60_000, 'the server tells its own time');
      const pong = await alice.find('pongResp');
      assert.equal(pong.lastPingTimestamp, 12345n);
      assert.ok(Math.abs(Number(pong.timestamp - now)) < 60_000);
      await alice.end();
    });

    test('speaks JSON with those who do', async () => {
      const alice = await open(name('json'), 'alice', { ...options, grant: { canUpdateOwnMetadata: true } });
      await alice.find('join');
      assert.equal(alice.messages[0].text, false, 'binary until the client has spoken');
      alice.send('updateMetadata', { attributes: { a: 'ä€😀"\\' }, requestId: 5 }, { json: true });
      await alice.find('requestResponse', (r) => r.requestId === 5 && r.reason === 0);
      const update = await alice.find('update');
      assert.equal(update.participants[0].attributes.a, 'ä€😀"\\');
      assert.ok(alice.messages.filter((m) => m.case === 'update').every((m) => m.text));
      alice.send('ping', 1n);
      await alice.find('pong');
      assert.equal(alice.messages.find((m) => m.case === 'pong').text, false, 'and back to binary');
      await alice.end();
    });

    test('ends with leave: the others are told, the leaver gets no echo', async () => {
      const alice = await open(name('leave'), 'alice', options);
      const bob = await open(name('leave'), 'bob', options);
      await alice.find('update', (u) => u.participants.some((p) => p.identity === 'bob'));
      bob.send('leave', { reason: Reason.CLIENT_INITIATED });
      const update = await alice.find('update', (u) => u.participants.some((p) => p.state === State.DISCONNECTED));
      assert.equal(update.participants[0].identity, 'bob');
      assert.equal(update.participants[0].disconnectReason, Reason.CLIENT_INITIATED);
      assert.equal(update.participants[0].tracks.length, 0);
      await until('the socket to close', () => bob.closed);
      assert.equal(bob.closed.code, 1000);
      assert.equal(bob.all('leave').length, 0);
      await alice.end();
    });

    test('a socket that dies before media was up takes its participant along', async () => {
      const alice = await open(name('abort'), 'alice', options);
      const bob = await open(name('abort'), 'bob', options);
      bob.socket.terminate();
      await alice.find('update', (u) => u.participants.some((p) => p.identity === 'bob' && p.state === State.DISCONNECTED));
      await alice.end();
    });

    test('resuming what is not there is answered with leave RECONNECT', async () => {
      const resume = generation === 'v0' ? { params: { reconnect: '1', sid: 'PA_gone' } } : { v1: { reconnect: true, participantSid: 'PA_gone' } };
      const alice = await open(name('resume'), 'alice', resume);
      const leave = await alice.find('leave');
      assert.equal(alice.messages[0].case, 'leave');
      assert.deepEqual([leave.reason, leave.action], [Reason.STATE_MISMATCH, Action.RECONNECT]);
      await until('the socket to close', () => alice.closed);
    });

    test('malformed frames and messages nobody knows cost nothing', async () => {
      const alice = await open(name('malformed'), 'alice', options);
      // No valid message begins so: field 31 with a wire type that does not exist.
      for (let size = 0; size < 200; ++size) alice.socket.send(Buffer.concat([Buffer.from([0xff, 0x01]), randomBytes(size)]));
      for (const text of ['', '{', '[]', 'null', '{"offer":7}', '{"ping":"x"}', '{"nothing":{}}', '{"trickle":{"candidateInit":"{"}}']) alice.socket.send(text);
      alice.socket.send(Buffer.from([0xfa, 0x7f, 0x03, 1, 2, 3])); // a field of the future
      alice.send('trickle', { candidateInit: '{"candidate":"candidate:1 1 udp 1 not-an-address 99999 typ host","sdpMid":"0","sdpMLineIndex":0}' });
      alice.send('trickle', { candidateInit: '{"candidate"' });
      alice.send('mute', { sid: 'TR_unknown', muted: true });
      alice.send('trackSetting', { trackSids: ['TR_unknown'], width: 4_000_000_000, height: 4_000_000_000 });
      alice.send('answer', { type: 'answer', sdp: 'v=0\r\n', id: 4711 }); // to an offer that was never made
      await alice.settled();
      assert.equal(alice.closed, null);
      await alice.end();
    });

    test('an offer that is no SDP ends only its own session', async () => {
      const bob = await open(name('bad-offer'), 'bob', options);
      const alice = await open(name('bad-offer'), 'alice', options);
      alice.send('offer', { type: 'offer', sdp: 'this is not SDP', id: 3 });
      await alice.find('leave', (l) => l.reason === Reason.STATE_MISMATCH);
      await until('the socket to close', () => alice.closed);
      await bob.settled();
      await bob.end();
    });

    test('a message over 2 MiB closes with 1009', async () => {
      const alice = await open(name('oversize'), 'alice', options);
      alice.socket.send(Buffer.alloc(2 * 1024 * 1024 + 1));
      await until('the socket to close', () => alice.closed);
      assert.equal(alice.closed.code, 1009);
      const again = await open(name('oversize'), 'alice', options);
      await again.end();
    });
  });
}

describe('refusals before the upgrade', () => {
  const refused = (status, room, identity, options, body) =>
    assert.rejects(open(room, identity, options), (error) => {
      assert.equal(error.status, status, `${error.message}`);
      if (body) assert.match(error.body, body);
      return true;
    });

  test('rooms and identities', async () => {
    for (const options of Object.values(generations)) {
      await refused(400, '', 'alice', options);
      await refused(400, 'r'.repeat(257), 'alice', options);
      await refused(400, 'r', 'i'.repeat(257), options);
      await refused(401, 'r', 'alice', { ...options, grant: { roomJoin: false } }, /permissions denied/);
      for (const room of ['r'.repeat(256), 'a room', 'комната/тест?#%', '"\\\n\u0000', '../../etc/passwd']) {
        const alice = await open(room, 'ä '.repeat(20), options);
        assert.equal((await alice.find('join')).room.name, room);
        await alice.end();
      }
    }
  });

  test('metadata and attributes of its own need a grant', async () => {
    const attributes = Buffer.from('{"a":"1"}').toString('base64url');
    await refused(401, 'r', 'alice', { params: { attributes } }, /permissions denied/);
    await refused(401, 'r', 'alice', { v1: { metadata: 'm' } }, /permissions denied/);
    await refused(401, 'r', 'alice', { v1: { participantAttributes: { a: '1' } } }, /permissions denied/);
    await refused(400, 'r', 'alice', { params: { attributes: '%%%' }, grant: { canUpdateOwnMetadata: true } });
    for (const options of [{ params: { attributes } }, { v1: { participantAttributes: { a: '1', b: '' } } }]) {
      const alice = await open('r', 'alice', { ...options, grant: { canUpdateOwnMetadata: true } });
      assert.deepEqual((await alice.find('join')).participant.attributes, { a: '1' });
      await alice.end();
    }
  });

  test('join requests that cannot be read', async () => {
    const wrapped = (joinRequest, compression) => Buffer.from(new WrappedJoinRequest({ compression, joinRequest }).toBinary()).toString('base64url');
    const queries = {
      missing: '',
      'no base64': 'join_request=%25%25%25',
      'no protobuf': `join_request=${Buffer.from([0xff, 0xff, 0xff]).toString('base64url')}`,
      'no gzip': `join_request=${wrapped(randomBytes(100), 1)}`,
      'a bomb': `join_request=${wrapped(gzipSync(Buffer.alloc(64 * 1024 * 1024)), 1)}`,
    };
    for (const [what, query] of Object.entries(queries)) {
      await assert.rejects(open('r', 'x', { v1: {}, query }), (error) => error.status === 400 || assert.fail(`${what}: ${error.message}`));
      const answer = await fetch(`${server.http}/rtc/v1/validate?${query}&access_token=${await token('r', 'x')}`);
      assert.equal(answer.status, 400, what);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    }
  });

  test('a GET that wants no WebSocket finds nothing; validate says what is wrong', async () => {
    assert.equal((await fetch(`${server.http}/rtc?access_token=${await token('r', 'x')}`)).status, 404);
    assert.equal((await fetch(`${server.http}/rtc/v1`)).status, 404);
    assert.equal((await fetch(`${server.http}/rtc/validate`)).status, 401);
    assert.equal((await fetch(`${server.http}//rtc/validate?access_token=${await token('r', 'x')}`)).status, 200, 'a doubled slash is one');
  });
});

test('with auto_create off a room has to be made first', async () => {
  const strict = await startServer({ toml: '[room]\nauto_create = false\n' });
  const enter = async (options) => Signal.open(strict.ws, await token('made', 'alice'), options);
  for (const options of Object.values(generations)) {
    await assert.rejects(enter(options), { status: 404, body: 'requested room does not exist' });
  }
  await assert.rejects(join(strict.ws, 'made', 'alice'));
  await new RoomServiceClient(strict.http, key, secret).createRoom({ name: 'made' });
  for (const options of Object.values(generations)) await (await enter(options)).end();
  assert.equal((await strict.stop()).code, 0);
});

describe('old clients', () => {
  for (const protocol of [0, 2, 4, 8, 12, 13]) {
    test(`protocol ${protocol} is served and told of its end in its own words`, async () => {
      const room = `old-${protocol}`;
      const alice = await open(room, 'alice', { params: { protocol } });
      const bob = await open(room, 'bob', { params: { protocol: 17 } });
      const { subscriberPrimary } = await alice.find('join');
      assert.equal(subscriberPrimary, protocol > 2);
      await alice.find('update', (u) => u.participants.some((p) => p.identity === 'bob'));
      await new RoomServiceClient(server.http, key, secret).removeParticipant(room, 'alice');
      const leave = await alice.find('leave');
      assert.equal(leave.canReconnect, false);
      await until('the socket to close', () => alice.closed);
      await bob.settled();
      await bob.end();
    });
  }

  for (const protocol of [4, 8]) {
    test(`media with a client that says protocol ${protocol}`, async () => {
      const tap = await startTap(server.port, { hideV1: true, rewrite: (url) => url.replace(/protocol=17/, `protocol=${protocol}`) });
      const alice = await join(tap.ws, `media-${protocol}`, 'alice');
      const bob = await join(tap.ws, `media-${protocol}`, 'bob');
      const picture = await publishPicture(alice, { width: 320, height: 180 });
      const tone = await publishTone(bob, 500);
      await until('picture', () => bob.seen.tracks.get('alice/video')?.video.counters.size > 5, 20000);
      await until('tone', () => alice.seen.tracks.get('bob/audio')?.share(500) > 0.8, 20000);
      const [offer] = tap.last.seen('offer');
      assert.equal(offer.sdp.includes('a=ice-lite'), protocol > 5, 'clients from before ICE-lite get a full agent');
      picture.stop();
      await tone.stop();
      await alice.disconnect();
      await bob.disconnect();
      await tap.close();
    });
  }
});
