import { useEffect, useRef } from 'react'
import type { AudioSource } from './model/types'

/** Plays everybody's sound, whether or not their picture is on the stage. */
export function AudioSinks({ sources }: { sources: readonly AudioSource[] }) {
  return sources.map((source) => <AudioSink key={source.id} source={source} />)
}

function AudioSink({ source }: { source: AudioSource }) {
  const element = useRef<HTMLAudioElement>(null)
  useEffect(() => {
    if (element.current) return source.attach(element.current)
  }, [source])
  return <audio ref={element} autoPlay />
}
