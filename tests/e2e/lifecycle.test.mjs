// Starting, stopping, crashing, restarting; configuration errors; certificates; the admin listener.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { DisconnectReason as Reason, LeaveRequest_Action as Action } from '@livekit/protocol';
import { RoomEvent, dispose } from '@livekit/rtc-node';
import { binary, freePort, startServer } from './lib/server.mjs';
import { join, publishTone, token } from './lib/peer.mjs';
import { Signal } from './lib/signal.mjs';
import { event, until } from './lib/wait.mjs';

let folder;
before(() => (folder = mkdtempSync(path(tmpdir(), 'portico-life-'))));
after(async () => {
  await dispose();
  rmSync(folder, { recursive: true, force: true });
});

// The program with these arguments: {code, out, err, kill, exited}. Its own admin port is whatever is free.
function run(args, { env = {}, command = binary, prefix = [] } = {}) {
  const child = spawn(command, [...prefix, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env }, cwd: folder });
  const state = { out: '', err: '', code: undefined, pid: child.pid, kill: (signal = 'SIGTERM') => child.kill(signal) };
  child.stdout.on('data', (part) => (state.out += part));
  child.stderr.on('data', (part) => (state.err += part));
  state.exited = new Promise((done) => child.on('close', (code, signal) => done(Object.assign(state, { code, signal }))));
  return state;
}
const ends = async (program) => {
  await until(`the program to end; so far it said:\n${program.err}`, () => program.code !== undefined, 10000).catch((error) => {
    program.kill('SIGKILL');
    throw error;
  });
  return program;
};
const isReady = (program) => until('the server to be ready', () => {
  assert.equal(program.code, undefined, `it ended: ${program.err}`);
  return program.err.includes('"ready"') && program.out.includes('https://');
}, 20000);
const oneSentence = (text) => {
  const lines = text.trim().split('\n').filter((line) => !line.startsWith('{'));
  assert.equal(lines.length, 1, `one sentence, not: ${text}`);
  return lines[0];
};

describe('stopping', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal} tells everybody to come back and ends with 0`, async () => {
      const server = await startServer();
      const watchers = [await Signal.open(server.ws, await token('stop', 'v0')), await Signal.open(server.ws, await token('stop', 'v1'), { v1: {} }),
        await Signal.open(server.ws, await token('other', 'somewhere else'))];
      const json = await Signal.open(server.ws, await token('stop', 'json'));
      json.send('ping', 1n, { json: true });
      await json.find('pong');
      const start = Date.now();
      const { code } = await server.stop(signal);
      assert.equal(code, 0);
      assert.ok(Date.now() - start < 8000, `took ${Date.now() - start} ms`);
      for (const watcher of [...watchers, json]) {
        await until('the socket to close', () => watcher.closed);
        const [leave] = watcher.all('leave');
        assert.deepEqual([leave?.reason, leave?.action], [Reason.SERVER_SHUTDOWN, Action.RECONNECT]);
        assert.ok([1000, 1001].includes(watcher.closed.code), `closed with ${watcher.closed.code}`);
      }
    });
  }

  test('with calls going on, again and again', async () => {
    for (let round = 0; round < 5; ++round) {
      const server = await startServer();
      const alice = await join(server.ws, 'busy', 'alice');
      const bob = await join(server.ws, 'busy', 'bob');
      const tone = await publishTone(alice, 1000);
      await until('sound', () => bob.seen.tracks.get('alice/audio')?.audio.frames > 20);
      const idle = [await fetch(`${server.http}/`), await fetch(`${server.http}/rtc/validate`)]; // keep-alive connections
      assert.deepEqual(idle.map((answer) => answer.status), [200, 401]);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
      await tone.stop();
      await alice.disconnect();
      await bob.disconnect();
    }
  });
});

describe('restarting', () => {
  test('after kill -9 the same data work: key, certificate, tokens', async () => {
    const data = path(folder, 'killed');
    const port = await freePort();
    const peerFingerprint = () => new Promise((done, failed) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        done(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on('error', failed);
    });
    const seen = [];
    let jwt;
    for (let round = 0; round < 3; ++round) {
      const program = run(['serve', '--data', data, '--port', String(port)]);
      await isReady(program);
      const [, name, secret] = readFileSync(path(data, 'keys.toml'), 'utf8').match(/^(API\w+) = "(\w+)"$/m);
      jwt ??= await token('again', 'alice', {}, { key: name, secret });
      const alice = await Signal.open(`ws://127.0.0.1:${port}`, jwt);
      await alice.settled();
      seen.push(`${name} ${secret} ${await peerFingerprint()}`);
      program.kill('SIGKILL');
      assert.equal((await ends(program)).signal, 'SIGKILL');
      await until('the socket to die', () => alice.closed);
    }
    assert.equal(new Set(seen).size, 1, seen.join('\n'));
  });

  test('clients come back by themselves when the server does, and so does the sound', async () => {
    const first = await startServer();
    const alice = await join(first.ws, 'back', 'alice');
    const bob = await join(first.ws, 'back', 'bob');
    const tone = await publishTone(alice, 1000);
    await until('sound', () => bob.seen.tracks.get('alice/audio')?.share(1000) > 0.8, 20000);
    const back = [alice, bob].map((room) => event(room, RoomEvent.Reconnected, { timeout: 40000 }));
    bob.seen.tracks.clear();
    await first.stop('SIGKILL', true);
    const second = await startServer({ port: first.port, data: first.data });
    await Promise.all(back);
    await until('sound again', () => bob.seen.tracks.get('alice/audio')?.share(1000) > 0.8, 20000);
    await tone.stop();
    await alice.disconnect();
    await bob.disconnect();
    assert.equal((await second.stop()).code, 0);
    rmSync(first.data, { recursive: true, force: true });
  });
});

describe('two on one machine', () => {
  test('with nothing configured but port and data', async () => {
    const programs = [];
    for (const name of ['one', 'two']) programs.push(run(['serve', '--data', path(folder, name), '--port', String(await freePort())]));
    const admins = [];
    for (const program of programs) {
      await isReady(program);
      admins.push(program.err.match(/"admin":"([^"]+)"/)[1]);
    }
    assert.notEqual(admins[0], admins[1]);
    for (const admin of admins) assert.equal((await fetch(`http://${admin}/healthz`)).status, 200);
    for (const program of programs) program.kill();
    for (const program of programs) assert.equal((await ends(program)).code, 0);
  });
});

describe('a sentence that says what to do', () => {
  const serve = async (port, options) => ends(run(['serve', '--data', path(folder, 'sentence'), '--port', String(port)], options));

  test('the port is taken: TCP, UDP, another portico', async () => {
    const tcp = createServer();
    const port = await freePort();
    await new Promise((done) => tcp.listen(port, '0.0.0.0', done));
    const udp = createSocket('udp4');
    await new Promise((done) => udp.bind(0, '0.0.0.0', done));
    const other = await startServer();
    for (const [taken, what] of [[port, 'TCP'], [udp.address().port, 'UDP'], [other.port, '(TCP|UDP)']]) {
      const { code, err } = await serve(taken);
      assert.ok(code > 0);
      assert.match(oneSentence(err), new RegExp(`${what} .*:${taken} is in use.* choose another port`));
    }
    tcp.close();
    udp.close();
    assert.equal((await other.stop()).code, 0);
  });

  test('no right to bind 443', { skip: process.getuid() !== 0 && 'needs root to give root up' }, async () => {
    const copy = path(tmpdir(), `portico-nobody-${process.pid}`);
    execFileSync('cp', [binary, copy]);
    const prefix = ['--reuid=65534', '--regid=65534', '--clear-groups', copy];
    const data = mkdtempSync(path(tmpdir(), 'portico-nobody-data-'));
    execFileSync('chown', ['65534', data, copy]);
    const { code, err } = await ends(run(['serve', '--data', data, '--port', '443'], { command: 'setpriv', prefix }));
    rmSync(copy);
    rmSync(data, { recursive: true });
    assert.ok(code > 0);
    assert.match(oneSentence(err), /no right to listen on .*:443.*CAP_NET_BIND_SERVICE.*port from 1024/);
  });

  test('configuration mistakes are named with line and suggestion', async () => {
    const cases = [
      ['port = 8443\n\n[room]\nmax_participant = 3\n', /:4: .*max_participant.*did you mean.*max_participants/i],
      ['prot = 8443\n', /:1: .*prot.*did you mean.*port/i],
      ['port = 70000\n', /:1: .*port.*1 to 65535/],
      ['port = 8443\nopen_rooms = "maybe"\n', /:2: .*open_rooms.*true or false/],
      ['[room]\nempty_timeout = "soon"\n', /:2: .*empty_timeout/],
      ['port = \n', /:1: /],
      ['[keys]\nweak = ""\n', /:2: .*weak/],
    ];
    for (const [toml, expected] of cases) {
      const file = path(folder, 'wrong.toml');
      writeFileSync(file, toml);
      for (const command of [['serve', '--config', file, '--data', folder], ['config', 'check', '--config', file]]) {
        const { code, err } = await ends(run(command));
        assert.ok(code > 0, `${toml} was accepted`);
        assert.match(oneSentence(err), expected);
        assert.match(err, /wrong\.toml/);
      }
    }
    const missing = await ends(run(['serve', '--config', path(folder, 'nowhere.toml')]));
    assert.ok(missing.code > 0);
    assert.match(oneSentence(missing.err), /nowhere\.toml/);
    const nowhere = await serve(await freePort(), { env: { PORTICO_TLS_CERTIFICATE: '/nowhere.pem', PORTICO_TLS_KEY: '/nowhere.key' } });
    assert.ok(nowhere.code > 0);
    assert.match(oneSentence(nowhere.err), /nowhere\.pem/);
    const readOnly = await ends(run(['serve', '--data', '/proc/portico']));
    assert.ok(readOnly.code > 0);
    assert.match(oneSentence(readOnly.err), /\/proc\/portico.*--data/);
  });
});

describe('certificates', () => {
  const make = (name) => {
    const [certificate, key] = [path(folder, `${name}.crt`), path(folder, `${name}.key`)];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30', '-subj', `/CN=${name}`,
      '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    return { certificate, key };
  };
  const handshake = (port) => new Promise((done, failed) => {
    const socket = connectTls({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false }, () => {
      done({ name: socket.getPeerCertificate().subject.CN, version: socket.getProtocol() });
      socket.destroy();
    });
    socket.on('error', failed);
  });

  test('replaced files are taken over on SIGHUP, open connections stay', async () => {
    const [old, fresh, live] = [make('old.example'), make('fresh.example'), { certificate: path(folder, 'live.crt'), key: path(folder, 'live.key') }];
    const put = (from) => (copyFileSync(from.certificate, live.certificate), copyFileSync(from.key, live.key));
    put(old);
    const server = await startServer({ toml: `[tls]\ncertificate = "${live.certificate}"\nkey = "${live.key}"\n` });
    assert.deepEqual(await handshake(server.port), { name: 'old.example', version: 'TLSv1.3' });
    const open = await Signal.open(`wss://127.0.0.1:${server.port}`, await token('tls', 'alice'));
    await open.settled();
    put(fresh);
    process.kill(server.pid, 'SIGHUP');
    await until('the new certificate', async () => (await handshake(server.port)).name === 'fresh.example');
    await open.settled();
    // A broken file changes nothing.
    writeFileSync(live.certificate, 'no certificate');
    process.kill(server.pid, 'SIGHUP');
    await until('a complaint in the log', () => server.lines.some((line) => line.includes('"error"') && line.includes('live.crt')));
    assert.equal((await handshake(server.port)).name, 'fresh.example');
    // A key that does not belong to the certificate, neither.
    copyFileSync(old.certificate, live.certificate);
    const complaints = server.lines.filter((line) => line.includes('"error"')).length;
    process.kill(server.pid, 'SIGHUP');
    await until('another complaint', () => server.lines.filter((line) => line.includes('"error"')).length > complaints);
    assert.equal((await handshake(server.port)).name, 'fresh.example');
    put(old);
    process.kill(server.pid, 'SIGHUP');
    await until('the old certificate', async () => (await handshake(server.port)).name === 'old.example');
    assert.equal(open.closed, null);
    await open.end();
    assert.equal((await server.stop()).code, 0);
  });
});

describe('the admin listener', () => {
  test('/healthz, /readyz, /metrics; not on the public port', async () => {
    const server = await startServer();
    const admin = `http://127.0.0.1:${server.adminPort}`;
    assert.equal(await (await fetch(`${admin}/healthz`)).text(), 'ok\n');
    assert.equal(await (await fetch(`${admin}/readyz`)).text(), 'ready\n');
    const metric = async (name) => {
      const answer = await fetch(`${admin}/metrics`);
      assert.match(answer.headers.get('content-type'), /^text\/plain; version=0\.0\.4/);
      const text = await answer.text();
      for (const line of text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^}]*\})? [-+.\deE]+(NaN)?)$/);
      const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map((match) => Number(match[1]));
      assert.ok(values.length > 0, `${name} is not there:\n${text}`);
      return values.reduce((sum, value) => sum + value, 0);
    };
    assert.equal(await metric('portico_participants'), 0);
    const alice = await Signal.open(server.ws, await token('metrics', 'alice'));
    const bob = await Signal.open(server.ws, await token('metrics', 'bob'));
    await until('two participants', async () => (await metric('portico_participants')) === 2);
    assert.equal(await metric('portico_rooms'), 1);
    assert.equal(await metric('portico_http_websockets'), 2);
    await alice.end();
    await bob.end();
    await until('nobody', async () => (await metric('portico_participants')) === 0);
    assert.ok((await metric('portico_http_requests_total')) > 2);
    for (const place of ['/metrics', '/readyz']) {
      const answer = await fetch(`${server.http}${place}`);
      assert.ok(!(await answer.text()).includes('portico_'), `${place} is not public`);
    }
    assert.equal((await fetch(`${admin}/rtc/validate`)).status, 404, 'and no signalling on the admin port');
    assert.equal((await server.stop()).code, 0);
  });

  test('the log is JSON, a line an event, and names room and participant', async () => {
    const server = await startServer();
    const alice = await Signal.open(server.ws, await token('log', 'ali"ce\n{}'));
    await alice.settled();
    await alice.end();
    await server.stop();
    const events = server.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    for (const one of events) {
      assert.match(one.ts, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(['debug', 'info', 'warning', 'error'].includes(one.level));
      assert.equal(typeof one.msg, 'string');
    }
    assert.ok(events.some((e) => e.msg === 'participant_joined' && e.room === 'log' && e.participant === 'ali"ce\n{}'));
    assert.ok(events.some((e) => e.msg === 'signal_connect' && e.request && e.room === 'log'));
    assert.equal(events.at(-1).msg, 'stopped');
    assert.ok(!server.lines.some((line) => line.includes('a-secret-of-more-than-32')), 'no secret in the log');
  });
});
