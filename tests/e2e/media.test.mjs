// Media beyond "it arrives": simulcast layers, muting, speakers, connection quality.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { ConnectionQuality, VideoQuality } from '@livekit/protocol';
import { RoomEvent, dispose } from '@livekit/rtc-node';
import { startServer } from './lib/server.mjs';
import { join, publishPicture, publishTone } from './lib/peer.mjs';
import { startTap } from './lib/signal.mjs';
import { event, until } from './lib/wait.mjs';

let server;
let taps;
before(async () => {
  server = await startServer();
  taps = { v1: await startTap(server.port), v0: await startTap(server.port, { hideV1: true }) };
});
after(async () => {
  for (const tap of Object.values(taps)) await tap.close();
  const { code } = await server.stop();
  await dispose();
  assert.equal(code, 0);
});

for (const generation of ['v1', 'v0']) {
  test(`simulcast, ${generation}: the picture changes its size as asked`, async () => {
    const alice = await join(server.ws, `layers-${generation}`, 'alice');
    const bob = await join(taps[generation].ws, `layers-${generation}`, 'bob');
    const session = taps[generation].last;
    const picture = await publishPicture(alice, { width: 1280, height: 720, fps: 12, simulcast: true });
    const { video } = await until('the picture', () => bob.seen.tracks.get('alice/video'), 20000);
    const shows = async (what, settings, fits) => {
      session.send('trackSetting', { trackSids: [picture.publication.sid], ...settings });
      await until(`${what}; it is ${video.width}x${video.height}`, () => fits(video), 30000).catch((error) => {
        throw new Error(`${error.message}, at last ${video.width}x${video.height}`);
      });
      // It stays so, and what is seen is still the picture.
      const [frames, { size }] = [video.frames, video.counters];
      video.counters.clear();
      await until('frames of that size', () => video.frames > frames + 12 && fits(video));
      assert.ok(video.counters.size > 3 || size === 0, 'the picture moves');
    };
    await until('frames', () => video.frames > 5, 20000);
    await shows('the lowest layer', { quality: VideoQuality.LOW }, (v) => v.height === 180);
    await shows('the middle layer', { quality: VideoQuality.MEDIUM }, (v) => v.height === 360);
    await shows('the lowest layer by its size', { width: 300, height: 170 }, (v) => v.height === 180);
    await shows('more than the middle layer', { quality: VideoQuality.HIGH }, (v) => v.height > 360);
    await shows('the middle layer by its size', { width: 640, height: 360 }, (v) => v.height === 360);
    session.send('trackSetting', { trackSids: [picture.publication.sid], disabled: true });
    let [last, since] = [video.frames, Date.now()];
    await until('no more frames', () => {
      if (video.frames !== last) [last, since] = [video.frames, Date.now()];
      return Date.now() - since > 700;
    });
    await shows('the lowest layer after the pause', { quality: VideoQuality.LOW }, (v) => v.height === 180 && v.frames > last);
    assert.ok(video.unreadable < video.frames / 5, `${video.unreadable} of ${video.frames} frames unreadable`);
    picture.stop();
    await alice.disconnect();
    await bob.disconnect();
  });
}

test('mute and unmute are told, and the sound stops and returns', async () => {
  const alice = await join(taps.v1.ws, 'mute', 'alice');
  const session = taps.v1.last;
  const bob = await join(server.ws, 'mute', 'bob');
  const tone = await publishTone(alice, 1000);
  const sound = () => bob.seen.tracks.get('alice/audio');
  await until('the tone', () => sound()?.share(1000) > 0.8, 20000);
  for (let round = 0; round < 2; ++round) {
    const muted = event(bob, RoomEvent.TrackMuted);
    session.send('mute', { sid: tone.publication.sid, muted: true });
    await muted;
    assert.equal(bob.remoteParticipants.get('alice').trackPublications.get(tone.publication.sid).muted, true);
    const unmuted = event(bob, RoomEvent.TrackUnmuted);
    session.send('mute', { sid: tone.publication.sid, muted: false });
    await unmuted;
    sound().audio.recent.length = 0;
    await until('the tone', () => sound().audio.recent.length >= 24000 && sound().share(1000) > 0.8);
  }
  await tone.stop();
  await alice.disconnect();
  await bob.disconnect();
});

test('speakers: a tone makes one, silence ends it, and only changes are told', async () => {
  const alice = await join(server.ws, 'speakers', 'alice');
  const bob = await join(taps.v0.ws, 'speakers', 'bob');
  const session = taps.v0.last;
  const carol = await join(server.ws, 'speakers', 'carol');
  const told = (sid) => session.seen('speakersChanged').flatMap((m) => m.speakers).filter((s) => s.sid === sid);
  const tone = await publishTone(alice, 1000);
  const active = await until('alice to be active', () => told(alice.localParticipant.sid).find((s) => s.active), 20000);
  assert.ok(active.level > 0.1 && active.level <= 1, `level ${active.level}`);
  assert.equal((active.level * 8) % 1, 0, 'levels come in eighths');
  await until('rtc-node to say so', () => bob.remoteParticipants.get('alice') && carol.remoteParticipants.get('alice'));
  await tone.stop();
  await until('alice to be inactive', () => {
    const last = told(alice.localParticipant.sid).at(-1);
    return !last.active && last.level === 0;
  });
  const changes = told(alice.localParticipant.sid);
  assert.ok(changes.length < 20, `deltas only: ${changes.length} messages`);
  assert.equal(told(carol.localParticipant.sid).length, 0);
  for (const room of [alice, bob, carol]) await room.disconnect();
});

test('connection quality is told for oneself and those one receives', async () => {
  const alice = await join(taps.v1.ws, 'quality', 'alice');
  const atAlice = taps.v1.last;
  const bob = await join(taps.v0.ws, 'quality', 'bob');
  const atBob = taps.v0.last;
  const tone = await publishTone(alice, 1000);
  const verdict = (session, sid) => session.seen('connectionQuality').flatMap((m) => m.updates).filter((u) => u.participantSid === sid).at(-1);
  for (const [session, sid] of [[atAlice, alice.localParticipant.sid], [atBob, bob.localParticipant.sid], [atBob, alice.localParticipant.sid]]) {
    const update = await until('a verdict', () => verdict(session, sid), 20000);
    assert.equal(update.quality, ConnectionQuality.EXCELLENT);
    assert.ok(update.score > 4 && update.score <= 4.5, `score ${update.score}`);
  }
  assert.equal(verdict(atAlice, bob.localParticipant.sid), undefined, 'alice receives nothing from bob');
  await tone.stop();
  await alice.disconnect();
  await bob.disconnect();
});
