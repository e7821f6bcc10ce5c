// A sound that echo cancellers and noise suppressors take for speech: buzzing syllables with a wandering pitch. For
// Chromium's --use-file-for-fake-audio-capture.
import { writeFileSync } from 'node:fs';

export function writeVoice(file, seconds = 8, rate = 48000) {
  const samples = new Int16Array(seconds * rate);
  let phase = 0;
  for (let k = 0; k < samples.length; ++k) {
    const at = (k / rate) % 0.35;
    const syllable = Math.floor(k / rate / 0.35);
    const pitch = 110 + 30 * ((syllable * 7) % 5) + 40 * at;
    phase += pitch / rate;
    const envelope = at > 0.28 ? 0 : Math.sin((Math.PI * at) / 0.28) ** 0.5;
    let value = 0;
    for (let harmonic = 1; harmonic <= 20; ++harmonic) value += Math.sin(2 * Math.PI * phase * harmonic) / harmonic;
    samples[k] = 9000 * envelope * value;
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.byteLength, 40);
  writeFileSync(file, Buffer.concat([head, Buffer.from(samples.buffer)]));
  return file;
}
