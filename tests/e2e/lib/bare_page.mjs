// livekit-client on a page of our own, for what the web app does not do.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { newPage } from './chromium.mjs';
import { token } from './peer.mjs';

const sdk = readFileSync(join(import.meta.dirname, '../node_modules/livekit-client/dist/livekit-client.umd.js'));

export async function startSite() {
  const site = createServer((request, response) => {
    if (request.url === '/sdk.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(sdk);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>bare</title><script src="/sdk.js"></script><body>');
  });
  await new Promise((done) => site.listen(0, '127.0.0.1', done));
  return site;
}

// A page that has joined `room`: its Room is window.room, its subscriptions are in window.subscribed, and every picture and sound
// that it gets is played.
export async function enter(browser, site, url, room, identity, options = {}) {
  const page = await newPage(browser, { viewport: { width: 800, height: 600 } });
  await page.goto(`http://127.0.0.1:${site.address().port}/`);
  await page.evaluate(async ([address, jwt, given]) => {
    const { Room, RoomEvent } = window.LivekitClient;
    window.room = new Room(given);
    window.subscribed = [];
    window.events = [];
    for (const name of Object.values(RoomEvent)) window.room.on(name, () => window.events.push(name));
    window.room.on(RoomEvent.TrackSubscribed, (track, publication) => {
      window.subscribed.push({ kind: track.kind, mime: publication.mimeType });
      document.body.append(track.attach());
    });
    window.room.on(RoomEvent.TrackUnsubscribed, (track) => track.detach().forEach((element) => element.remove()));
    await window.room.connect(address, jwt);
  }, [url, await token(room, identity), options]);
  return page;
}
