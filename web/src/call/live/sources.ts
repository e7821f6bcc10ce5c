/** LiveKit tracks as the plain sources the call screen draws. One source object a track, for as long as it lives. */
import { Track, type LocalTrack, type RemoteTrack } from 'livekit-client'
import type { AudioSource, VideoSource } from '../model/types'

type AnyTrack = LocalTrack | RemoteTrack

const videos = new WeakMap<AnyTrack, VideoSource>()
const audios = new WeakMap<AnyTrack, AudioSource>()
let counter = 0

export function videoSource(track: AnyTrack, isLocal: boolean): VideoSource {
  const known = videos.get(track)
  if (known) return known
  const source: VideoSource = {
    id: `video-${String(++counter)}`,
    mirrored: isLocal && track.source === Track.Source.Camera,
    attach: (element) => {
      track.attach(element)
      return () => {
        track.detach(element)
      }
    },
  }
  videos.set(track, source)
  return source
}

export function audioSource(track: AnyTrack): AudioSource {
  const known = audios.get(track)
  if (known) return known
  const source: AudioSource = {
    id: `audio-${String(++counter)}`,
    attach: (element) => {
      track.attach(element)
      return () => {
        track.detach(element)
      }
    },
  }
  audios.set(track, source)
  return source
}
