// RoomService by hand: grants, content types, casing, errors.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { CreateRoomRequest, ListParticipantsRequest, ListParticipantsResponse, ListRoomsRequest, ListRoomsResponse, Room } from '@livekit/protocol';
import { AccessToken } from 'livekit-server-sdk';
import { key, secret, startServer } from './lib/server.mjs';
import { token } from './lib/peer.mjs';
import { Signal } from './lib/signal.mjs';
import { dial } from './lib/sockets.mjs';
import { until } from './lib/wait.mjs';

let server;
before(async () => (server = await startServer()));
after(async () => assert.equal((await server.stop()).code, 0));

const all = { roomCreate: true, roomList: true, roomAdmin: true, room: 'api' };
async function bearer(grant, { ttl = '10m', withSecret = secret, withKey = key } = {}) {
  const made = new AccessToken(withKey, withSecret, { identity: 'api', ttl });
  made.addGrant(grant);
  return `Bearer ${await made.toJwt()}`;
}
async function call(method, body, { grant = all, authorization, type = 'application/json', verb = 'POST', service = 'RoomService' } = {}) {
  authorization ??= await bearer(grant);
  const answer = await fetch(`${server.http}/twirp/livekit.${service}/${method}`, {
    method: verb,
    headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }) },
    body: verb === 'GET' ? undefined : body instanceof Uint8Array || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const contentType = answer.headers.get('content-type');
  return { status: answer.status, type: contentType, bytes, json: contentType?.includes('json') ? JSON.parse(bytes.toString()) : undefined };
}
const assertError = (answer, status, code, message) => {
  assert.deepEqual([answer.status, answer.json?.code], [status, code], answer.bytes.toString());
  assert.match(answer.type, /^application\/json/);
  assert.equal(typeof answer.json.msg, 'string');
  if (message) assert.match(answer.json.msg, message);
};

describe('who may call', () => {
  test('no, wrong and expired tokens', async () => {
    const rooms = (authorization) => call('ListRooms', {}, { authorization });
    assertError(await rooms(''), 401, 'unauthenticated');
    assertError(await rooms('Bearer a.b.c'), 401, 'unauthenticated');
    assertError(await rooms('Basic abc'), 401, 'unauthenticated');
    assertError(await rooms(await bearer(all, { withSecret: 'another-secret-of-more-than-32-characters' })), 401, 'unauthenticated');
    assertError(await rooms(await bearer(all, { withKey: 'nobody' })), 401, 'unauthenticated');
    assertError(await rooms(await bearer(all, { ttl: -3600 })), 401, 'unauthenticated');
    assert.equal((await rooms(await bearer(all))).status, 200);
  });

  test('every method wants its grant, for its room', async () => {
    await call('CreateRoom', { name: 'api' });
    const cases = [
      ['CreateRoom', { name: 'x' }, { roomList: true, roomAdmin: true, room: 'x' }],
      ['DeleteRoom', { room: 'api' }, { roomList: true, roomAdmin: true, room: 'api' }],
      ['ListRooms', {}, { roomCreate: true }],
      ...['ListParticipants', 'GetParticipant', 'RemoveParticipant', 'MutePublishedTrack', 'UpdateParticipant', 'UpdateSubscriptions', 'SendData',
        'UpdateRoomMetadata'].flatMap((method) => [
        [method, { room: 'api', identity: 'x' }, { roomCreate: true, roomList: true }],
        [method, { room: 'api', identity: 'x' }, { roomAdmin: true, room: 'other' }],
        [method, { room: 'api', identity: 'x' }, { roomJoin: true, room: 'api' }],
      ]),
    ];
    for (const [method, body, grant] of cases) assertError(await call(method, body, { grant }), 401, 'unauthenticated', /permissions denied/);
  });
});

describe('requests', () => {
  test('JSON comes back in snake_case with every default', async () => {
    const { json, type } = await call('CreateRoom', { name: 'defaults' });
    assert.match(type, /^application\/json/);
    assert.match(json.sid, /^RM_/);
    assert.match(json.creation_time, /^\d+$/, '64-bit numbers are strings');
    assert.deepEqual([json.name, json.metadata, json.max_participants, json.num_participants, json.num_publishers, json.active_recording, json.turn_password],
      ['defaults', '', 0, 0, 0, false, '']);
    assert.deepEqual([json.empty_timeout, json.departure_timeout, json.enabled_codecs], [300, 20, []]);
    assert.ok(!('numParticipants' in json));
    const listed = await call('ListParticipants', { room: 'defaults' }, { grant: { roomAdmin: true, room: 'defaults' } });
    assert.deepEqual(listed.json, { participants: [] });
    assert.deepEqual((await call('DeleteRoom', { room: 'defaults' })).json, {});
  });

  test('a participant in full', async () => {
    const alice = await Signal.open(server.ws, await token('people', 'alice', {}, { name: 'A', attributes: { b: 'c' } }));
    const grant = { roomAdmin: true, room: 'people' };
    const { json } = await call('GetParticipant', { room: 'people', identity: 'alice' }, { grant });
    assert.deepEqual([json.identity, json.name, json.state, json.kind, json.is_publisher, json.tracks, json.attributes, json.metadata],
      ['alice', 'A', 'JOINED', 'STANDARD', false, [], { b: 'c' }, '']);
    assert.equal(json.permission.can_publish, true);
    assert.equal(json.permission.hidden, false);
    assert.match(json.joined_at_ms, /^\d{13}$/);
    await alice.end();
  });

  test('camelCase and snake_case are understood, unknown fields ignored, charset accepted', async () => {
    const type = 'application/json;charset=UTF-8';
    const camel = await call('CreateRoom', { name: 'camel', maxParticipants: 3, emptyTimeout: 60, somethingNew: { a: [1] } }, { type });
    const snake = await call('CreateRoom', { name: 'snake', max_participants: 3, empty_timeout: 60, departure_timeout: 7 });
    assert.deepEqual([camel.json.max_participants, camel.json.empty_timeout], [3, 60]);
    assert.deepEqual([snake.json.max_participants, snake.json.empty_timeout, snake.json.departure_timeout], [3, 60, 7]);
    const again = await call('CreateRoom', { name: 'camel', metadata: 'm' });
    assert.deepEqual([again.json.sid, again.json.max_participants, again.json.metadata], [camel.json.sid, 3, 'm'], 'an existing room is returned');
    const { json } = await call('ListRooms', { names: ['camel', 'nowhere'] });
    assert.deepEqual(json.rooms.map((room) => room.name), ['camel']);
  });

  test('protobuf in, protobuf out', async () => {
    const type = 'application/protobuf';
    const made = await call('CreateRoom', new CreateRoomRequest({ name: 'binary', maxParticipants: 9 }).toBinary(), { type });
    assert.equal(made.type, type);
    assert.equal(Room.fromBinary(made.bytes).maxParticipants, 9);
    const listed = await call('ListRooms', new ListRoomsRequest({ names: ['binary'] }).toBinary(), { type });
    assert.deepEqual(ListRoomsResponse.fromBinary(listed.bytes).rooms.map((room) => room.name), ['binary']);
    const people = await call('ListParticipants', new ListParticipantsRequest({ room: 'binary' }).toBinary(), { type, grant: { roomAdmin: true, room: 'binary' } });
    assert.equal(people.status, 200);
    assert.equal(ListParticipantsResponse.fromBinary(people.bytes).participants.length, 0);
    assertError(await call('CreateRoom', Buffer.from([0xff, 0xff, 0xff]), { type }), 400, 'malformed');
  });
});

describe('errors', () => {
  test('bad routes and bodies', async () => {
    assertError(await call('Nothing', {}), 404, 'bad_route');
    assertError(await call('ListRooms', {}, { verb: 'GET' }), 404, 'bad_route');
    assertError(await call('ListRooms', '{}', { type: 'text/plain' }), 404, 'bad_route');
    for (const body of ['', '{', '[]', '"x"', '{"names":7}', '{"names":["a"}', 'x'.repeat(1000)]) {
      assertError(await call('ListRooms', body), 400, 'malformed');
    }
    assertError(await call('ListRooms', '{"a":'.repeat(20000)), 400, 'malformed');
  });

  test('a body that is too large is refused with 413', async () => {
    const line = await dial(server.port);
    line.socket.write(`POST /twirp/livekit.RoomService/UpdateRoomMetadata HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${11 * 1024 * 1024}\r\n\r\n`);
    await until('an answer', () => line.text().includes('\r\n\r\n'));
    assert.match(line.text(), /^HTTP\/1.1 413 /);
    line.socket.destroy();
  });

  test('what does not exist, and what is too long', async () => {
    const grant = { roomCreate: true, roomAdmin: true, room: 'errors' };
    assertError(await call('DeleteRoom', { room: 'errors' }), 404, 'not_found', /requested room does not exist/);
    assertError(await call('ListParticipants', { room: 'errors' }, { grant }), 404, 'not_found', /requested room does not exist/);
    assertError(await call('SendData', { room: 'errors', data: '' }, { grant }), 404, 'not_found');
    await call('CreateRoom', { name: 'errors' });
    for (const method of ['GetParticipant', 'RemoveParticipant', 'UpdateParticipant', 'UpdateSubscriptions', 'MutePublishedTrack']) {
      assertError(await call(method, { room: 'errors', identity: 'nobody', muted: true }, { grant }), 404, 'not_found', /participant does not exist/);
    }
    const alice = await Signal.open(server.ws, await token('errors', 'alice'));
    const at = { room: 'errors', identity: 'alice' };
    assertError(await call('MutePublishedTrack', { ...at, trackSid: 'TR_x', muted: true }, { grant }), 404, 'not_found');
    assertError(await call('MutePublishedTrack', { ...at, trackSid: 'TR_x', muted: false }, { grant }), 412, 'failed_precondition', /remote unmute not enabled/);
    assertError(await call('UpdateParticipant', { ...at, name: 'x'.repeat(257) }, { grant }), 400, 'invalid_argument');
    assertError(await call('UpdateParticipant', { ...at, metadata: 'x'.repeat(600_000) }, { grant }), 400, 'invalid_argument');
    assertError(await call('UpdateParticipant', { ...at, attributes: { a: 'x'.repeat(70_000) } }, { grant }), 400, 'invalid_argument');
    assertError(await call('CreateRoom', { name: '' }, { grant }), 400, 'invalid_argument');
    assertError(await call('CreateRoom', { name: 'x'.repeat(257) }, { grant }), 400, 'invalid_argument');
    await alice.settled();
    assert.equal(alice.closed, null);
    await alice.end();
  });
});
