// Port 443 on a private address: browsers refuse media candidates below port 1024 there, so the server opens and advertises a
// media port as well, and says so.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, makeNamespaces } from './lib/namespaces.mjs';
import { startServer } from './lib/server.mjs';
import { joinCall, launch, newPage, stats } from './lib/chromium.mjs';
import { until } from './lib/wait.mjs';

const options = { skip: !isRoot && 'makes network namespaces: needs root' };
let net;
let server;
let browser;
before(async () => {
  if (!isRoot) return;
  net = makeNamespaces();
  server = await startServer({ port: 443, address: '10.77.0.1', toml: 'open_rooms = true\n', namespace: net.server });
  process.env.CHROMIUM = net.wrapper('/usr/bin/chromium', join(tmpdir(), `chromium-${process.pid}`));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  net?.remove();
});

test('443 on a private address: media flows over port 10000, over HTTPS', options, async () => {
  assert.ok(server.lines.some((line) => line.includes('10000') && line.includes('1024')), 'the log says why the media port is open');
  const pages = [];
  for (const name of ['Ann', 'Ben']) {
    const page = await newPage(browser);
    await joinCall(page, 'https://10.77.0.1/j/lan', name);
    pages.push(page);
  }
  await until('video', async () => (await stats(pages[1])).some((s) => s.direction === 'inbound' && s.kind === 'video' && s.framesDecoded > 10), 30000);
  const pair = (await stats(pages[1])).find((s) => s.direction === 'pair');
  assert.equal(pair.remote.address, '10.77.0.1');
  assert.equal(pair.remote.port, 10000);
  assert.equal(pair.protocol, 'udp');
});

test('with UDP blocked by the firewall, media goes over TCP 10000', options, async () => {
  net.inClient('nft', 'add table inet block; add chain inet block out { type filter hook output priority 0; }; add rule inet block out meta l4proto udp drop');
  const pages = [];
  for (const name of ['Ann', 'Ben']) {
    const page = await newPage(browser);
    await joinCall(page, 'https://10.77.0.1/j/tcp', name);
    pages.push(page);
  }
  await until('video', async () => (await stats(pages[1])).some((s) => s.direction === 'inbound' && s.kind === 'video' && s.framesDecoded > 10), 40000);
  const pair = (await stats(pages[1])).find((s) => s.direction === 'pair');
  assert.equal(pair.protocol, 'tcp');
  assert.equal(pair.remote.port, 10000);
});
