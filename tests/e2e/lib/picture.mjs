// A known moving picture and a known tone, and how to recognise both after a codec has been at them.
import { AudioFrame, VideoBufferType, VideoFrame } from '@livekit/rtc-node';

// Eight vertical bars whose brightness spells an 8-bit counter: bar k is bright when bit k is set. The lowest row block is mid grey.
export function drawCounter(width, height, counter) {
  const y = new Uint8Array(width * height);
  const bar = Math.floor(width / 8);
  for (let row = 0; row < height; ++row) {
    for (let column = 0; column < width; ++column) {
      const bit = Math.min(7, Math.floor(column / bar));
      y[row * width + column] = (counter >> bit) & 1 ? 210 : 40;
    }
  }
  const data = new Uint8Array((width * height * 3) / 2).fill(128);
  data.set(y);
  return new VideoFrame(data, width, height, VideoBufferType.I420);
}

// The counter a frame shows, or null where a bar is neither clearly bright nor clearly dark.
export function readCounter(frame) {
  const i420 = frame.convert(VideoBufferType.I420);
  const { width, height, data } = i420;
  let counter = 0;
  for (let bit = 0; bit < 8; ++bit) {
    const column = Math.floor((bit + 0.5) * (width / 8));
    let sum = 0;
    for (let k = 0; k < 9; ++k) sum += data[Math.floor(((k + 0.5) * height) / 9) * width + column];
    const mean = sum / 9;
    if (mean > 150) counter |= 1 << bit;
    else if (mean > 100) return null;
  }
  return counter;
}

export function toneFrame(hertz, startSample, rate = 48000, samples = 480) {
  const data = new Int16Array(samples);
  for (let k = 0; k < samples; ++k) data[k] = Math.round(12000 * Math.sin((2 * Math.PI * hertz * (startSample + k)) / rate));
  return new AudioFrame(data, rate, 1, samples);
}

// Goertzel: the share (0..1) of the signal's energy at `hertz`.
export function toneShare(samples, hertz, rate) {
  const omega = (2 * Math.PI * hertz) / rate;
  const coefficient = 2 * Math.cos(omega);
  let s1 = 0;
  let s2 = 0;
  let energy = 0;
  for (const x of samples) {
    const s0 = x + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
    energy += x * x;
  }
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return energy === 0 ? 0 : (2 * power) / (samples.length * energy);
}
