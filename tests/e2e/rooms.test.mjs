// Who may do what in a room: limits, grants, permissions, subscriptions, and what happens when they change.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { DisconnectReason, RoomEvent, dispose } from '@livekit/rtc-node';
import { DisconnectReason as Reason, ParticipantInfo_State as State, TrackSource } from '@livekit/protocol';
import { RoomServiceClient, TokenVerifier } from 'livekit-server-sdk';
import { key, secret, startServer } from './lib/server.mjs';
import { join, publishPicture, publishTone, token } from './lib/peer.mjs';
import { Signal, startTap } from './lib/signal.mjs';
import { event, until } from './lib/wait.mjs';

let server;
let tap;
let api;
before(async () => {
  server = await startServer({ toml: '[room]\nmax_participants = 4\n' });
  tap = await startTap(server.port);
  api = new RoomServiceClient(server.http, key, secret);
});
after(async () => {
  await tap.close();
  const { code } = await server.stop();
  await dispose();
  assert.equal(code, 0);
});

const raw = async (room, identity, { grant, claims, ...options } = {}) =>
  Signal.open(server.ws, await token(room, identity, grant, claims), options);
const leave = async (...rooms) => {
  for (const room of rooms) await room.disconnect();
};
const sawFrames = (room, from, count = 10) => until(`${from}'s picture`, () => room.seen.tracks.get(`${from}/video`)?.video.frames > count, 20000);
const heard = (room, from, hertz) => until(`${from}'s tone`, () => room.seen.tracks.get(`${from}/audio`)?.share(hertz) > 0.8, 20000);
// rtc-node says nothing when the server ends a subscription; the sound just stops.
const silence = async (room, from) => {
  const { audio } = room.seen.tracks.get(`${from}/audio`);
  let [frames, since] = [audio.frames, Date.now()];
  await until(`silence from ${from}`, () => {
    if (audio.frames !== frames) [frames, since] = [audio.frames, Date.now()];
    return Date.now() - since > 400;
  });
  audio.recent.length = 0;
};

describe('limits', () => {
  test('a full room refuses with an HTTP error, lets hidden ones in, and takes the next when somebody has left', async () => {
    const people = [];
    for (let k = 0; k < 4; ++k) people.push(await raw('full', `p${k}`));
    for (const v1 of [undefined, {}]) {
      await assert.rejects(raw('full', 'late', { v1 }), { status: 503, body: 'room is full' });
    }
    await assert.rejects(join(server.ws, 'full', 'late'), undefined, 'rtc-node is told, too');
    const hidden = await raw('full', 'ghost', { grant: { hidden: true } });
    const again = await raw('full', 'p0');
    await people[0].find('leave', (l) => l.reason === Reason.DUPLICATE_IDENTITY);
    people[1].send('leave', {});
    await people[2].find('update', (u) => u.participants.some((p) => p.identity === 'p1' && p.state === State.DISCONNECTED));
    const late = await raw('full', 'late');
    assert.equal((await late.find('join')).room.numParticipants, 4);
    for (const one of [hidden, again, late, ...people]) await one.end();
  });

  test("a room's own limit comes with CreateRoom or the token's room configuration", async () => {
    await api.createRoom({ name: 'pair', maxParticipants: 1 });
    const first = await raw('pair', 'a');
    assert.equal((await first.find('join')).room.maxParticipants, 1);
    await assert.rejects(raw('pair', 'b'), { status: 503 });
    await first.end();
  });

  test('an agent does not count', async () => {
    await api.createRoom({ name: 'agents', maxParticipants: 1 });
    const agent = await raw('agents', 'helper', { grant: { agent: true } });
    const human = await raw('agents', 'human');
    assert.equal((await human.find('join')).room.numParticipants, 1);
    await agent.end();
    await human.end();
  });
});

describe('hidden participants', () => {
  test('are not announced, but see and hear', async () => {
    const alice = await raw('hidden', 'alice');
    const ghost = await join(server.ws, 'hidden', 'ghost', { grant: { hidden: true, canPublish: false } });
    const bob = await join(server.ws, 'hidden', 'bob');
    const tone = await publishTone(bob, 900);
    await heard(ghost, 'bob', 900);
    assert.deepEqual([...ghost.remoteParticipants.keys()].sort(), ['alice', 'bob']);
    assert.ok(!bob.remoteParticipants.has('ghost'));
    await leave(ghost);
    const last = await raw('hidden', 'last');
    await alice.find('update', (u) => u.participants.some((p) => p.identity === 'last'));
    const named = alice.all('update').flatMap((u) => u.participants.map((p) => p.identity));
    assert.ok(!named.includes('ghost'), 'neither its coming nor its going was told');
    assert.equal((await last.find('join')).room.numParticipants, 3);
    await tone.stop();
    await leave(bob);
    await alice.end();
    await last.end();
  });

  test('a hidden sender stays nameless', async () => {
    const alice = await join(server.ws, 'nameless', 'alice');
    const ghost = await join(server.ws, 'nameless', 'ghost', { grant: { hidden: true } });
    await ghost.localParticipant.publishData(Buffer.from('boo'), { reliable: true });
    await until('the packet', () => alice.seen.data.length === 1);
    assert.equal(alice.seen.data[0].from, undefined);
    await leave(alice, ghost);
  });
});

describe('grants', () => {
  test('canSubscribe: false receives nothing, even when it asks', async () => {
    const alice = await join(server.ws, 'deaf', 'alice');
    const deaf = await join(tap.ws, 'deaf', 'deaf', { grant: { canSubscribe: false } });
    const carol = await join(server.ws, 'deaf', 'carol');
    const tone = await publishTone(alice, 800);
    await heard(carol, 'alice', 800);
    await until('the publication', () => deaf.remoteParticipants.get('alice')?.trackPublications.size === 1);
    [...deaf.remoteParticipants.get('alice').trackPublications.values()][0].setSubscribed(true);
    await until('the request', () => tap.last.requests.some((r) => r.case === 'subscription' && r.value.subscribe));
    // Data passes after the request on the same loop: when it is there, a subscription would have been, too.
    await alice.localParticipant.publishData(Buffer.from('marker'), { reliable: true });
    await until('data does reach it', () => deaf.seen.data.length === 1);
    assert.equal(deaf.seen.tracks.size, 0);
    assert.equal(deaf.localParticipant.permissions?.canSubscribe ?? false, false);
    await tone.stop();
    await leave(alice, deaf, carol);
  });

  test('canPublishData: false sends nothing', async () => {
    const alice = await join(server.ws, 'nodata', 'alice');
    const bob = await join(server.ws, 'nodata', 'bob', { grant: { canPublishData: false } });
    const carol = await join(server.ws, 'nodata', 'carol');
    await until('all there', () => alice.remoteParticipants.size === 2 && carol.remoteParticipants.size === 2);
    await bob.localParticipant.publishData(Buffer.from('forbidden'), { reliable: true }).catch(() => {});
    // Round trip: what bob sees of alice was sent after the server had bob's packet at hand.
    await alice.localParticipant.publishData(Buffer.from('allowed'), { reliable: true });
    await until('data at bob and carol', () => bob.seen.data.length === 1 && carol.seen.data.length === 1);
    await bob.localParticipant.publishData(Buffer.from('forbidden'), { reliable: true }).catch(() => {});
    await alice.localParticipant.publishData(Buffer.from('end'), { reliable: true });
    await until('the end', () => carol.seen.data.length >= 2);
    assert.deepEqual(carol.seen.data.map((d) => d.text), ['allowed', 'end']);
    assert.equal(alice.seen.data.length, 0);
    await leave(alice, bob, carol);
  });

  test('canPublishSources limits what may be published', async () => {
    const grant = { canPublishSources: [TrackSource.MICROPHONE] };
    const camera = await raw('sources', 'camera', { grant });
    camera.send('addTrack', { cid: 'c', type: 1, source: TrackSource.CAMERA });
    const refusal = await camera.find('requestResponse');
    assert.deepEqual([refusal.reason, refusal.request.case, refusal.request.value.cid], [2 /* NOT_ALLOWED */, 'addTrack', 'c']);
    camera.send('addTrack', { cid: 'm', type: 0, source: TrackSource.MICROPHONE });
    assert.equal((await camera.find('trackPublished')).cid, 'm');
    await camera.end();
    const alice = await join(server.ws, 'sources', 'alice', { grant });
    const bob = await join(server.ws, 'sources', 'bob');
    const tone = await publishTone(alice, 600);
    await heard(bob, 'alice', 600);
    await tone.stop();
    await leave(alice, bob);
  });

  test('metadata of its own needs a grant', async () => {
    const plain = await raw('metadata', 'plain');
    plain.send('updateMetadata', { metadata: 'x', name: 'y', requestId: 7 });
    const refusal = await plain.find('requestResponse', (r) => r.requestId === 7);
    assert.equal(refusal.reason, 2 /* NOT_ALLOWED */);
    const writer = await raw('metadata', 'writer', { grant: { canUpdateOwnMetadata: true } });
    writer.send('updateMetadata', { metadata: 'm', name: 'n', attributes: { a: '1', b: '2' }, requestId: 8 });
    assert.equal((await writer.find('requestResponse', (r) => r.requestId === 8)).reason, 0);
    writer.send('updateMetadata', { attributes: { a: '' }, requestId: 9 });
    await writer.find('requestResponse', (r) => r.requestId === 9);
    const fits = (p) => p.identity === 'writer' && p.metadata === 'm' && p.name === 'n' && p.attributes.b === '2' && !('a' in p.attributes);
    await plain.find('update', (u) => u.participants.some(fits));
    writer.send('updateMetadata', { metadata: 'x'.repeat(600_000), requestId: 10 });
    assert.equal((await writer.find('requestResponse', (r) => r.requestId === 10)).reason, 3 /* LIMIT_EXCEEDED */);
    // The refreshed token carries the new state.
    const claims = await new TokenVerifier(key, secret).verify(writer.all('refreshToken').at(-1));
    assert.deepEqual([claims.metadata, claims.name, claims.attributes], ['m', 'n', { b: '2' }]);
    await plain.end();
    await writer.end();
  });
});

describe('subscriptions', () => {
  test('auto_subscribe off: nothing comes until asked for, and goes when no longer wanted', async () => {
    const alice = await join(server.ws, 'explicit', 'alice');
    const bob = await join(tap.ws, 'explicit', 'bob', { autoSubscribe: false });
    const session = tap.last;
    const carol = await join(server.ws, 'explicit', 'carol');
    const picture = await publishPicture(alice, { width: 320, height: 180 });
    await sawFrames(carol, 'alice');
    await until('the publication', () => bob.remoteParticipants.get('alice')?.trackPublications.size === 1);
    assert.equal(bob.seen.tracks.size, 0);
    const [publication] = bob.remoteParticipants.get('alice').trackPublications.values();
    for (let round = 0; round < 2; ++round) {
      bob.seen.tracks.clear();
      publication.setSubscribed(true);
      await sawFrames(bob, 'alice');
      const gone = event(bob, RoomEvent.TrackUnsubscribed);
      const answers = session.seen('answer').length;
      publication.setSubscribed(false);
      await gone;
      await until('the exchange that ends it', () => session.seen('answer').length > answers);
    }
    picture.stop();
    await leave(alice, bob, carol);
  });

  test('a track that does not exist is answered with an error', async () => {
    const alice = await raw('nothing', 'alice');
    alice.send('subscription', { trackSids: ['TR_VCnothing12345'], subscribe: true });
    const answer = await alice.find('subscriptionResponse');
    assert.equal(answer.trackSid, 'TR_VCnothing12345');
    assert.equal(answer.err, 2 /* SE_TRACK_NOTFOUND */);
    await alice.end();
  });

  test('a publisher chooses its audience, and changes its mind', async () => {
    const alice = await join(tap.ws, 'audience', 'alice');
    const session = tap.last;
    const bob = await join(server.ws, 'audience', 'bob');
    const carol = await join(tap.ws, 'audience', 'carol');
    const atCarol = tap.last;
    const tone = await publishTone(alice, 750);
    await heard(bob, 'alice', 750);
    await heard(carol, 'alice', 750);
    session.send('subscriptionPermission', { allParticipants: false, trackPermissions: [{ participantIdentity: 'bob', allTracks: true }] });
    await until('carol is told', () => atCarol.seen('subscriptionPermissionUpdate').some((u) => !u.allowed));
    await silence(carol, 'alice');
    const frames = bob.seen.tracks.get('alice/audio').audio.frames;
    await until('bob goes on hearing', () => bob.seen.tracks.get('alice/audio').audio.frames > frames + 50);
    assert.equal(carol.seen.tracks.get('alice/audio').audio.recent.length, 0);
    // Whoever comes later is under the same rule.
    const dave = await join(server.ws, 'audience', 'dave');
    await alice.localParticipant.publishData(Buffer.from('marker'), { reliable: true });
    await until('data at dave', () => dave.seen.data.length === 1);
    assert.equal(dave.seen.tracks.size, 0);
    session.send('subscriptionPermission', { allParticipants: true });
    await heard(carol, 'alice', 750);
    await heard(dave, 'alice', 750);
    assert.ok(atCarol.seen('subscriptionPermissionUpdate').at(-1).allowed);
    await tone.stop();
    await leave(alice, bob, carol, dave);
  });
});

describe('changed from outside', () => {
  test('a removed participant may come back', async () => {
    const alice = await join(server.ws, 'remove', 'alice');
    const watcher = await raw('remove', 'watcher');
    await api.removeParticipant('remove', 'alice');
    await until('alice is out', () => alice.seen.disconnected.length > 0);
    assert.equal(alice.seen.disconnected[0], DisconnectReason.PARTICIPANT_REMOVED);
    const gone = await watcher.find('update', (u) => u.participants.some((p) => p.state === State.DISCONNECTED));
    assert.equal(gone.participants[0].disconnectReason, Reason.PARTICIPANT_REMOVED);
    const back = await join(server.ws, 'remove', 'alice');
    const tone = await publishTone(back, 500);
    await watcher.find('update', (u) => u.participants.some((p) => p.identity === 'alice' && p.tracks.length === 1));
    await tone.stop();
    await leave(back);
    await watcher.end();
  });

  test('a deleted room is a new room next time', async () => {
    const first = await raw('delete', 'alice');
    const { room } = await first.find('join');
    await api.deleteRoom('delete');
    assert.equal((await first.find('leave')).reason, Reason.ROOM_DELETED);
    await until('the socket to close', () => first.closed);
    assert.equal((await api.listRooms(['delete'])).length, 0);
    const second = await raw('delete', 'alice');
    assert.notEqual((await second.find('join')).room.sid, room.sid);
    await second.end();
  });

  test('UpdateParticipant changes name, metadata, attributes; revoked sources are unpublished', async () => {
    const alice = await join(tap.ws, 'update', 'alice');
    const session = tap.last;
    const bob = await join(server.ws, 'update', 'bob');
    const tone = await publishTone(alice, 650);
    const picture = await publishPicture(alice, { width: 320, height: 180 });
    await heard(bob, 'alice', 650);
    await sawFrames(bob, 'alice');
    const info = await api.updateParticipant('update', 'alice', { name: 'Alice A.', metadata: 'm', attributes: { hand: 'up' } });
    assert.deepEqual([info.name, info.metadata, info.attributes], ['Alice A.', 'm', { hand: 'up' }]);
    await until('bob sees it', () => {
      const seen = bob.remoteParticipants.get('alice');
      return seen.name === 'Alice A.' && seen.metadata === 'm' && seen.attributes.hand === 'up';
    });
    const unpublished = event(bob, RoomEvent.TrackUnpublished);
    await api.updateParticipant('update', 'alice', {
      permission: { canSubscribe: true, canPublish: true, canPublishData: true, canPublishSources: [TrackSource.MICROPHONE] },
    });
    const [publication] = await unpublished;
    assert.equal(publication.sid, picture.publication.sid);
    await until('alice is told', () => session.seen('trackUnpublished').some((u) => u.trackSid === picture.publication.sid));
    assert.ok(bob.remoteParticipants.get('alice').trackPublications.has(tone.publication.sid), 'the microphone stays');
    picture.stop();
    await tone.stop();
    await leave(alice, bob);
  });

  test('canSubscribe taken away and given back', async () => {
    const alice = await join(server.ws, 'regain', 'alice');
    const bob = await join(server.ws, 'regain', 'bob');
    const tone = await publishTone(alice, 550);
    await heard(bob, 'alice', 550);
    const permission = { canPublish: true, canPublishData: true };
    await api.updateParticipant('regain', 'bob', { permission: { ...permission, canSubscribe: false } });
    await silence(bob, 'alice');
    await api.updateParticipant('regain', 'bob', { permission: { ...permission, canSubscribe: true } });
    await heard(bob, 'alice', 550);
    await tone.stop();
    await leave(alice, bob);
  });

  test('hiding and showing somebody', async () => {
    const alice = await raw('hide', 'alice');
    const bob = await raw('hide', 'bob');
    const permission = { canPublish: true, canSubscribe: true, canPublishData: true };
    await api.updateParticipant('hide', 'bob', { permission: { ...permission, hidden: true } });
    await alice.find('update', (u) => u.participants.some((p) => p.identity === 'bob' && p.state === State.DISCONNECTED));
    await api.updateParticipant('hide', 'bob', { permission: { ...permission, hidden: false } });
    await until('bob is back', () => {
      const seen = alice.all('update').flatMap((u) => u.participants).filter((p) => p.identity === 'bob');
      return seen.at(-1).state !== State.DISCONNECTED && seen.some((p) => p.state === State.DISCONNECTED);
    });
    await alice.end();
    await bob.end();
  });

  test('UpdateSubscriptions and UpdateRoomMetadata reach the clients', async () => {
    const alice = await join(server.ws, 'admin', 'alice');
    const bob = await join(server.ws, 'admin', 'bob');
    const tone = await publishTone(alice, 450);
    await heard(bob, 'alice', 450);
    await api.updateSubscriptions('admin', 'bob', [tone.publication.sid], false);
    await silence(bob, 'alice');
    await api.updateSubscriptions('admin', 'bob', [tone.publication.sid], true);
    await heard(bob, 'alice', 450);
    const changed = event(bob, RoomEvent.RoomMetadataChanged);
    await api.updateRoomMetadata('admin', 'agenda');
    assert.equal((await changed)[0], 'agenda');
    await tone.stop();
    await leave(alice, bob);
  });
});
