/** How loud a microphone is, sixty times a second, without re-rendering anything. */
import { useEffect } from 'react'

const floorDb = -60

/** Root mean square of samples in -1..1, on a decibel scale: 0 is -60 dBFS and below, 1 is -3 dBFS. */
export function loudness(samples: Float32Array): number {
  let sum = 0
  for (const sample of samples) sum += sample * sample
  const rms = Math.sqrt(sum / Math.max(1, samples.length))
  if (rms <= 0) return 0
  const db = 20 * Math.log10(rms)
  return Math.min(1, Math.max(0, (db - floorDb) / (-3 - floorDb)))
}

/** Calls `report` with the stream's loudness until the component goes or the stream changes. */
export function useLevel(stream: MediaStream | null, report: (level: number) => void) {
  useEffect(() => {
    if (!stream || stream.getAudioTracks().length === 0 || !('AudioContext' in window)) return
    const context = new AudioContext()
    const source = context.createMediaStreamSource(stream)
    const analyser = context.createAnalyser()
    analyser.fftSize = 1024
    source.connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    let frame = 0
    let shown = 0
    const look = () => {
      analyser.getFloatTimeDomainData(samples)
      const level = loudness(samples)
      shown = level > shown ? level : shown * 0.9 + level * 0.1 // quick to rise, slow to fall
      report(shown)
      frame = requestAnimationFrame(look)
    }
    frame = requestAnimationFrame(look)
    return () => {
      cancelAnimationFrame(frame)
      source.disconnect()
      void context.close()
      report(0)
    }
  }, [stream, report])
}
