// @livekit/rtc-node (real libwebrtc) against the real server, on both signalling generations.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { dispose, RoomEvent, DisconnectReason } from '@livekit/rtc-node';
import { RoomServiceClient, DataPacket_Kind } from 'livekit-server-sdk';
import { key, secret, startProxy, startServer } from './lib/server.mjs';
import { join, publishPicture, publishTone, token } from './lib/peer.mjs';
import { event, until } from './lib/wait.mjs';

let server;
let proxies;
before(async () => {
  server = await startServer();
  proxies = { v1: await startProxy(server.port), v0: await startProxy(server.port, { hideV1: true }) };
});
after(async () => {
  await proxies.v1.close();
  await proxies.v0.close();
  const { code } = await server.stop();
  await dispose();
  assert.equal(code, 0, 'SIGTERM ends the server cleanly');
});

for (const generation of ['v1', 'v0']) {
  describe(`signalling ${generation}`, () => {
    const url = () => proxies[generation].ws;
    const name = (what) => `${what}-${generation}`;

    test('two people join, and each sees the other', async () => {
      const alice = await join(url(), name('join'), 'alice');
      const bob = await join(url(), name('join'), 'bob');
      await until('bob sees alice', () => bob.remoteParticipants.has('alice'));
      await until('alice sees bob', () => alice.remoteParticipants.has('bob'));
      await bob.disconnect();
      await until('alice sees bob leave', () => !alice.remoteParticipants.has('bob'));
      await alice.disconnect();
    });

    test('the published picture and tone arrive', async () => {
      const alice = await join(url(), name('media'), 'alice');
      const bob = await join(url(), name('media'), 'bob');
      const picture = await publishPicture(alice);
      const tone = await publishTone(alice, 1000);
      await until('video frames at bob', () => bob.seen.tracks.get('alice/video')?.video.frames > 30, 20000);
      const { video } = bob.seen.tracks.get('alice/video');
      // libwebrtc scales down by itself while its estimate grows or its processor is busy; the shape stays.
      assert.ok(Math.abs(video.width / video.height - 16 / 9) < 0.1, `${video.width}x${video.height} is not 16:9`);
      assert.ok(video.counters.size > 15, `the picture moves: ${video.counters.size} different counters`);
      assert.ok(video.unreadable < video.frames / 10, `${video.unreadable} of ${video.frames} frames unreadable`);
      await until('half a second of sound', () => bob.seen.tracks.get('alice/audio')?.audio.recent.length >= 24000);
      await until('the tone', () => bob.seen.tracks.get('alice/audio').share(1000) > 0.8);
      assert.ok(bob.seen.tracks.get('alice/audio').share(1700) < 0.05, 'and no other tone');
      picture.stop();
      await tone.stop();
      await alice.disconnect();
      await bob.disconnect();
    });

    test('a track published before somebody joins reaches the newcomer', async () => {
      const alice = await join(url(), name('late'), 'alice');
      const picture = await publishPicture(alice);
      const viewers = [];
      for (const k of [1, 2, 3]) viewers.push(await join(url(), name('late'), `viewer${k}`));
      for (const viewer of viewers) await until('frames', () => viewer.seen.tracks.get('alice/video')?.video.frames > 10, 20000);
      picture.stop();
      for (const room of [alice, ...viewers]) await room.disconnect();
    });

    test('an unpublished track goes away', async () => {
      const alice = await join(url(), name('unpublish'), 'alice');
      const bob = await join(url(), name('unpublish'), 'bob');
      const tone = await publishTone(alice, 500);
      await until('tone', () => bob.seen.tracks.get('alice/audio')?.share(500) > 0.8, 20000);
      const unpublished = event(bob, RoomEvent.TrackUnpublished);
      await alice.localParticipant.unpublishTrack(tone.publication.sid);
      await unpublished;
      await tone.stop();
      await alice.disconnect();
      await bob.disconnect();
    });

    test('data: reliable in order and complete, lossy, destinations', async () => {
      const alice = await join(url(), name('data'), 'alice');
      const bob = await join(url(), name('data'), 'bob');
      const carol = await join(url(), name('data'), 'carol');
      await until('all three', () => alice.remoteParticipants.size === 2);
      for (let k = 0; k < 100; ++k) await alice.localParticipant.publishData(Buffer.from(`n${k}`), { reliable: true, topic: 't' });
      await until('100 packets', () => bob.seen.data.length >= 100 && carol.seen.data.length >= 100);
      assert.deepEqual(bob.seen.data.map((d) => d.text), Array.from({ length: 100 }, (_, k) => `n${k}`));
      assert.ok(bob.seen.data.every((d) => d.from === 'alice' && d.topic === 't'));
      bob.seen.data.length = carol.seen.data.length = 0;
      await alice.localParticipant.publishData(Buffer.from('lossy'), { reliable: false });
      await until('lossy packet', () => bob.seen.data.length === 1);
      await until('lossy packet at carol', () => carol.seen.data.length === 1);
      await alice.localParticipant.publishData(Buffer.from('secret'), { reliable: true, destination_identities: ['carol'] });
      await alice.localParticipant.publishData(Buffer.from('end'), { reliable: true });
      await until('end at both', () => bob.seen.data.some((d) => d.text === 'end') && carol.seen.data.some((d) => d.text === 'end'));
      assert.ok(!bob.seen.data.some((d) => d.text === 'secret'), 'bob must not get what is for carol');
      assert.ok(carol.seen.data.some((d) => d.text === 'secret'));
      for (const room of [alice, bob, carol]) await room.disconnect();
    });

    test('attributes, metadata and name reach the others', async () => {
      const grant = { canUpdateOwnMetadata: true };
      const alice = await join(url(), name('attributes'), 'alice', { grant });
      const bob = await join(url(), name('attributes'), 'bob');
      await until('bob sees alice', () => bob.remoteParticipants.has('alice'));
      await alice.localParticipant.setAttributes({ hand: 'up' });
      await until('attributes', () => bob.remoteParticipants.get('alice').attributes.hand === 'up');
      await alice.localParticipant.updateMetadata('hello');
      await until('metadata', () => bob.remoteParticipants.get('alice').metadata === 'hello');
      await alice.localParticipant.updateName('Alice A.');
      await until('name', () => bob.remoteParticipants.get('alice').name === 'Alice A.');
      await alice.disconnect();
      await bob.disconnect();
    });

    test('a cut WebSocket is resumed without a new identity', async () => {
      const proxy = await startProxy(server.port, { hideV1: generation === 'v0' });
      const alice = await join(proxy.ws, name('resume'), 'alice');
      const bob = await join(url(), name('resume'), 'bob');
      const picture = await publishPicture(alice);
      await until('video', () => bob.seen.tracks.get('alice/video')?.video.frames > 10, 20000);
      const sid = alice.localParticipant.sid;
      const reconnected = event(alice, RoomEvent.Reconnected, { timeout: 20000 });
      proxy.cut();
      await reconnected;
      assert.equal(alice.localParticipant.sid, sid);
      const before = bob.seen.tracks.get('alice/video').video.frames;
      await until('video goes on', () => bob.seen.tracks.get('alice/video').video.frames > before + 20);
      picture.stop();
      await alice.disconnect();
      await bob.disconnect();
      await proxy.close();
    });

    test('the same identity again replaces the first', async () => {
      const first = await join(url(), name('twice'), 'alice');
      const second = await join(url(), name('twice'), 'alice');
      await until('the first is disconnected', () => first.seen.disconnected.length > 0);
      assert.equal(first.seen.disconnected[0], DisconnectReason.DUPLICATE_IDENTITY);
      assert.equal(second.seen.disconnected.length, 0);
      await second.disconnect();
    });
  });
}

describe('who is let in', () => {
  test('wrong, expired and insufficient tokens are refused with 401', async () => {
    const cases = {
      'unknown key': await token('r', 'x', {}, { key: 'nobody' }),
      'wrong secret': await token('r', 'x', {}, { secret: 'another-secret-of-more-than-32-characters' }),
      expired: await token('r', 'x', {}, { ttl: -3600 }),
      'no roomJoin': await token('r', 'x', { roomJoin: false }),
      garbage: 'a.b.c',
    };
    for (const [what, jwt] of Object.entries(cases)) {
      for (const path of ['/rtc/validate', '/rtc/v1/validate']) {
        const answer = await fetch(`${server.http}${path}?access_token=${jwt}`);
        assert.equal(answer.status, 401, `${what} on ${path}`);
      }
      await assert.rejects(join(server.ws, 'r', 'x', { token: jwt }), undefined, what);
    }
    const good = await fetch(`${server.http}/rtc/validate?access_token=${await token('r', 'x')}`);
    assert.equal(good.status, 200);
    assert.equal(await good.text(), 'success');
  });

  test('a participant who may not publish is refused', async () => {
    const alice = await join(server.ws, 'mute-listener', 'alice', { grant: { canPublish: false } });
    await assert.rejects(publishPicture(alice));
    await alice.disconnect();
  });
});

describe('RoomService through livekit-server-sdk', () => {
  const api = () => new RoomServiceClient(server.http, key, secret);
  test('list, mute, send data, remove, delete', async () => {
    const alice = await join(server.ws, 'api', 'alice');
    const bob = await join(server.ws, 'api', 'bob');
    const tone = await publishTone(alice, 700);
    await until('tone at bob', () => bob.seen.tracks.has('alice/audio'));
    const rooms = await api().listRooms(['api']);
    assert.equal(rooms.length, 1);
    assert.equal(rooms[0].numParticipants, 2);
    const people = await api().listParticipants('api');
    assert.deepEqual(people.map((p) => p.identity).sort(), ['alice', 'bob']);
    const sid = people.find((p) => p.identity === 'alice').tracks[0].sid;
    const muted = event(bob, RoomEvent.TrackMuted);
    const info = await api().mutePublishedTrack('api', 'alice', sid, true);
    assert.equal(info.muted, true);
    await muted;
    await api().sendData('api', Buffer.from('from the API'), DataPacket_Kind.RELIABLE, { topic: 'api' });
    await until('API data', () => bob.seen.data.some((d) => d.text === 'from the API' && d.topic === 'api'));
    await api().removeParticipant('api', 'bob');
    await until('bob is out', () => bob.seen.disconnected.length > 0);
    assert.equal(bob.seen.disconnected[0], DisconnectReason.PARTICIPANT_REMOVED);
    await api().deleteRoom('api');
    await until('alice is out', () => alice.seen.disconnected.length > 0);
    assert.equal(alice.seen.disconnected[0], DisconnectReason.ROOM_DELETED);
    await assert.rejects(api().listParticipants('api').then((l) => { if (l.length === 0) throw new Error('gone'); }));
    await tone.stop();
    await alice.disconnect();
    await bob.disconnect();
  });
});
