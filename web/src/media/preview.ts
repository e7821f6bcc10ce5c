/**
 * Camera and microphone for the device check: asked for together (one question from the browser), then one by one,
 * so that a missing camera does not cost the microphone.
 */
import { useEffect, useReducer } from 'react'
import type { MediaProblem } from '@/call/model/types'
import { mediaProblemOf } from './problem'

export interface PreviewWish {
  camera: string | null
  microphone: string | null
}

export interface PreviewHalf {
  stream: MediaStream | null
  problem: MediaProblem | null
}

export interface Preview {
  asking: boolean
  camera: PreviewHalf
  microphone: PreviewHalf
}

type Event = { type: 'asking' } | { type: 'done'; camera: PreviewHalf; microphone: PreviewHalf }

const off: PreviewHalf = { stream: null, problem: null }
const initial: Preview = { asking: true, camera: off, microphone: off }

function reduce(state: Preview, event: Event): Preview {
  if (event.type === 'asking') return { ...state, asking: true }
  return { asking: false, camera: event.camera, microphone: event.microphone }
}

/** A null wish means off; '' means the browser's default device. `attempt` asks again when it changes. */
export function usePreview(wish: PreviewWish, attempt: number): Preview {
  const [state, tell] = useReducer(reduce, initial)
  const { camera, microphone } = wish
  useEffect(() => {
    let current = true
    let held: MediaStream[] = []
    tell({ type: 'asking' })
    void openBoth(camera, microphone).then(([video, audio]) => {
      held = [video.stream, audio.stream].filter((stream) => stream !== null)
      if (current) tell({ type: 'done', camera: video, microphone: audio })
      else held.forEach(stop)
    })
    return () => {
      current = false
      held.forEach(stop)
    }
  }, [camera, microphone, attempt])
  return state
}

async function openBoth(
  camera: string | null,
  microphone: string | null,
): Promise<[PreviewHalf, PreviewHalf]> {
  if (!('mediaDevices' in navigator)) {
    const half: PreviewHalf = { stream: null, problem: 'insecure' }
    return [camera === null ? off : half, microphone === null ? off : half]
  }
  if (camera !== null && microphone !== null) {
    try {
      const both = await open({ video: video(camera), audio: audio(microphone) })
      return [split(both.getVideoTracks()), split(both.getAudioTracks())]
    } catch {
      // one of the two is the culprit: find out which below
    }
  }
  return [
    camera === null ? off : await half({ video: video(camera) }),
    microphone === null ? off : await half({ audio: audio(microphone) }),
  ]
}

async function half(constraints: MediaStreamConstraints): Promise<PreviewHalf> {
  try {
    return { stream: await open(constraints), problem: null }
  } catch (error) {
    return { stream: null, problem: mediaProblemOf(error) }
  }
}

function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia(constraints)
}

function split(tracks: MediaStreamTrack[]): PreviewHalf {
  return { stream: new MediaStream(tracks), problem: null }
}

function video(id: string): MediaTrackConstraints {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } }
  return id === '' ? { ...size, facingMode: 'user' } : { ...size, deviceId: { ideal: id } }
}

function audio(id: string): MediaTrackConstraints {
  return {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(id === '' ? {} : { deviceId: { ideal: id } }),
  }
}

function stop(stream: MediaStream) {
  stream.getTracks().forEach((track) => track.stop())
}
