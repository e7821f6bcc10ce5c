// Bare sockets for tests that do what no client should.
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createHmac, randomBytes } from 'node:crypto';
import * as zlib from 'node:zlib';

// A TCP connection that collects what it gets: {socket, text(), ended}.
export function dial(port, host = '127.0.0.1') {
  return new Promise((done, failed) => {
    const socket = connect(port, host);
    const parts = [];
    const line = { socket, ended: false, text: () => Buffer.concat(parts).toString('latin1'), bytes: () => Buffer.concat(parts) };
    socket.on('data', (part) => parts.push(part));
    socket.on('close', () => (line.ended = true));
    socket.once('connect', () => done(line));
    socket.once('error', failed);
    socket.on('error', () => {});
  });
}

// A UDP socket that collects {data, port} and can be asked to send: send(bytes, port).
export function udp(host = '127.0.0.1') {
  return new Promise((done) => {
    const socket = createSocket('udp4');
    const received = [];
    socket.on('message', (data, from) => received.push({ data, port: from.port }));
    socket.bind(0, host, () => done({
      received,
      port: socket.address().port,
      send: (data, port) => new Promise((sent, failed) => socket.send(data, port, host, (error) => (error ? failed(error) : sent()))),
      close: () => socket.close(),
    }));
  });
}

// Resident memory of a process in bytes.
export const residentMemory = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'latin1').match(/VmRSS:\s+(\d+) kB/)[1]) * 1024;

const cookie = Buffer.from([0x21, 0x12, 0xa4, 0x42]);

// RFC 8489. `attributes`: [type, value] pairs; `key` adds MESSAGE-INTEGRITY, `fingerprint` FINGERPRINT.
export function stun(type, attributes = [], { key, fingerprint = false, transaction = randomBytes(12) } = {}) {
  let body = Buffer.concat(attributes.map(([kind, value]) => {
    const attribute = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
    attribute.writeUInt16BE(kind, 0);
    attribute.writeUInt16BE(value.length, 2);
    Buffer.from(value).copy(attribute, 4);
    return attribute;
  }));
  const message = (extra) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(body.length + extra, 2);
    return Buffer.concat([head, cookie, transaction, body]);
  };
  if (key !== undefined) {
    const digest = createHmac('sha1', key).update(message(24)).digest();
    body = Buffer.concat([body, Buffer.from([0x00, 0x08, 0x00, 0x14]), digest]);
  }
  if (fingerprint) {
    const value = Buffer.from([0x80, 0x28, 0x00, 0x04, 0, 0, 0, 0]);
    value.writeUInt32BE((checksum(message(8)) ^ 0x5354554e) >>> 0, 4);
    body = Buffer.concat([body, value]);
  }
  return message(0);
}

function checksum(bytes) {
  if (zlib.crc32) return zlib.crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export const bindingRequest = 0x0001;
export const bindingSuccess = 0x0101;
