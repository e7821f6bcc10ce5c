// Starts the real `portico serve` on free ports with its own data directory, and stops it by PID.
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const key = 'devkey';
export const secret = 'a-secret-of-more-than-32-characters-0123';
const root = resolve(import.meta.dirname, '../../..');
export const binary = process.env.PORTICO_BINARY ?? join(root, 'build/dev/src/app/portico');

export function freePort() {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.on('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

// `toml` is appended to the configuration; `port` and `data` keep a restarted server at its old place.
export async function startServer({ toml = '', port, data, env = {}, address = '127.0.0.1', namespace } = {}) {
  port ??= await freePort();
  const ownData = !data;
  data ??= mkdtempSync(join(tmpdir(), 'portico-e2e-'));
  const config = join(data, 'portico.toml');
  writeFileSync(config, `port = ${port}\npublic_address_v4 = "${address}"\n${toml}\n[admin]\nport = 0\n[log]\nformat = "json"\n[keys]\n${key} = "${secret}"\n`);
  const web = process.env.PORTICO_WEB ? ['--web-dir', process.env.PORTICO_WEB] : [];
  const command = [binary, 'serve', '--config', config, '--data', data, ...web];
  if (namespace) command.unshift('ip', 'netns', 'exec', namespace);
  const child = spawn(command[0], command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const lines = [];
  let adminPort;
  const ready = new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`the server did not become ready:\n${lines.join('\n')}`)), 20000);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      failed(new Error(`the server ended (${code ?? signal}):\n${lines.join('\n')}`));
    });
    const read = (chunk) => {
      for (const line of chunk.toString().split('\n')) {
        if (!line) continue;
        lines.push(line);
        if (process.env.PORTICO_E2E_LOG) console.error(`[portico] ${line}`);
        const admin = line.match(/"admin":"127\.0\.0\.1:(\d+)"/);
        if (admin) adminPort = Number(admin[1]);
        if (line.includes('"ready"')) {
          clearTimeout(timer);
          done();
        }
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  await ready;
  const exited = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  return {
    port,
    data,
    lines,
    pid: child.pid,
    get adminPort() {
      return adminPort;
    },
    ws: `ws://127.0.0.1:${port}`,
    http: `http://127.0.0.1:${port}`,
    https: `https://127.0.0.1:${port}`,
    async stop(signal = 'SIGTERM', keep = false) {
      child.kill(signal);
      const result = await exited;
      if (ownData && !keep) rmSync(data, { recursive: true, force: true });
      return result;
    },
  };
}

// A TCP proxy that answers 404 on /rtc/v1, which makes every SDK fall back to the dual peer connections of /rtc, and whose
// connections can be cut.
export async function startProxy(target, { hideV1 = false } = {}) {
  const sockets = new Set();
  const proxy = createServer((client) => {
    sockets.add(client);
    client.on('close', () => sockets.delete(client));
    client.on('error', () => {});
    client.once('data', (first) => {
      const path = first.toString('latin1').split(' ', 2)[1] ?? '';
      if (hideV1 && path.startsWith('/rtc/v1')) {
        client.end('HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\nnot found');
        return;
      }
      const upstream = connect(target, '127.0.0.1');
      sockets.add(upstream);
      upstream.on('close', () => (sockets.delete(upstream), client.destroy()));
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.write(first);
      client.pipe(upstream).pipe(client);
    });
  });
  await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
  return {
    ws: `ws://127.0.0.1:${proxy.address().port}`,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    close() {
      this.cut();
      return new Promise((done) => proxy.close(done));
    },
  };
}
