// rtc-node participants: connect, publish the known picture and tone, and watch what arrives.
import {
  AudioSource, AudioStream, LocalAudioTrack, LocalVideoTrack, Room, RoomEvent, TrackKind, TrackPublishOptions, TrackSource,
  VideoCodec, VideoSource, VideoStream,
} from '@livekit/rtc-node';
import { AccessToken } from 'livekit-server-sdk';
import { drawCounter, readCounter, toneFrame, toneShare } from './picture.mjs';
import { key, secret } from './server.mjs';

export async function token(room, identity, grant = {}, options = {}) {
  const t = new AccessToken(options.key ?? key, options.secret ?? secret, { identity, ttl: '10m', ...options });
  t.addGrant({ roomJoin: true, room, ...grant });
  return t.toJwt();
}

export async function join(url, room, identity, { grant, token: given, ...options } = {}) {
  const r = new Room();
  r.seen = { tracks: new Map(), data: [], disconnected: [] };
  r.on(RoomEvent.TrackSubscribed, (track, publication, participant) => {
    const watch = track.kind === TrackKind.KIND_VIDEO ? watchVideo(track) : watchAudio(track);
    r.seen.tracks.set(`${participant.identity}/${track.kind === TrackKind.KIND_VIDEO ? 'video' : 'audio'}`, { track, publication, participant, ...watch });
  });
  r.on(RoomEvent.DataReceived, (payload, participant, kind, topic) =>
    r.seen.data.push({ text: Buffer.from(payload).toString(), from: participant?.identity, kind, topic }));
  r.on(RoomEvent.Disconnected, (reason) => r.seen.disconnected.push(reason));
  await r.connect(url, given ?? (await token(room, identity, grant)), { autoSubscribe: true, dynacast: false, ...options });
  return r;
}

function watchVideo(track) {
  const state = { frames: 0, counters: new Set(), unreadable: 0, width: 0, height: 0 };
  (async () => {
    for await (const { frame } of new VideoStream(track)) {
      state.frames += 1;
      state.width = frame.width;
      state.height = frame.height;
      const counter = readCounter(frame);
      if (counter === null) state.unreadable += 1;
      else state.counters.add(counter);
    }
  })().catch(() => {});
  return { video: state };
}

function watchAudio(track) {
  const state = { frames: 0, recent: [] };
  (async () => {
    for await (const frame of new AudioStream(track, 48000, 1)) {
      state.frames += 1;
      state.recent.push(...frame.data);
      if (state.recent.length > 24000) state.recent.splice(0, state.recent.length - 24000);
    }
  })().catch(() => {});
  return { audio: state, share: (hertz) => toneShare(state.recent, hertz, 48000) };
}

// Publishes the counter picture at `fps` until stop().
export async function publishPicture(room, { width = 640, height = 360, fps = 20, simulcast = false, codec = VideoCodec.VP8 } = {}) {
  const source = new VideoSource(width, height);
  const track = LocalVideoTrack.createVideoTrack('picture', source);
  const options = new TrackPublishOptions({ source: TrackSource.SOURCE_CAMERA, simulcast, videoCodec: codec });
  let counter = 0;
  const timer = setInterval(() => source.captureFrame(drawCounter(width, height, counter++ & 255)), 1000 / fps);
  const publication = await room.localParticipant.publishTrack(track, options);
  return { track, publication, stop: () => clearInterval(timer) };
}

export async function publishTone(room, hertz = 1000) {
  const source = new AudioSource(48000, 1);
  const track = LocalAudioTrack.createAudioTrack('tone', source);
  const publication = await room.localParticipant.publishTrack(track, new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }));
  let running = true;
  let sample = 0;
  const loop = (async () => {
    while (running) {
      await source.captureFrame(toneFrame(hertz, sample));
      sample += 480;
    }
  })();
  return { track, publication, stop: async () => ((running = false), await loop.catch(() => {})) };
}
