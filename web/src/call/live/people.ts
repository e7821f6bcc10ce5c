/** From a LiveKit room to people and sounds. Unchanged persons keep their object, so React skips their tiles. */
import {
  ConnectionQuality,
  Track,
  type LocalTrack,
  type Participant,
  type RemoteTrack,
  type Room,
} from 'livekit-client'
import type { AudioSource, Person, Quality, VideoSource } from '../model/types'
import { audioSource, videoSource } from './sources'

const qualities: Record<ConnectionQuality, Quality> = {
  [ConnectionQuality.Excellent]: 'excellent',
  [ConnectionQuality.Good]: 'good',
  [ConnectionQuality.Poor]: 'poor',
  [ConnectionQuality.Lost]: 'lost',
  [ConnectionQuality.Unknown]: 'unknown',
}

export function readPeople(
  room: Room,
  lastSpoke: ReadonlyMap<string, number>,
  before: readonly Person[],
): readonly Person[] {
  const known = new Map(before.map((person) => [person.id, person]))
  const others = [...room.remoteParticipants.values()].sort(byJoining)
  const people = [room.localParticipant, ...others].map((participant) => {
    const next = readPerson(participant, lastSpoke.get(participant.identity) ?? 0)
    const old = known.get(next.id)
    return old && same(old, next) ? old : next
  })
  const unchanged = people.length === before.length && people.every((p, i) => p === before[i])
  return unchanged ? before : people
}

export function readAudio(room: Room, before: readonly AudioSource[]): readonly AudioSource[] {
  const sources: AudioSource[] = []
  for (const participant of room.remoteParticipants.values())
    for (const publication of participant.audioTrackPublications.values())
      if (publication.track) sources.push(audioSource(publication.track as RemoteTrack))
  const unchanged = sources.length === before.length && sources.every((s, i) => s === before[i])
  return unchanged ? before : sources
}

function readPerson(participant: Participant, lastSpokeAt: number): Person {
  const microphone = participant.getTrackPublication(Track.Source.Microphone)
  return {
    id: participant.identity,
    name: participant.name || participant.identity,
    isMe: participant.isLocal,
    joinedAt: participant.joinedAt?.getTime() ?? 0,
    micOn: microphone !== undefined && !microphone.isMuted,
    speaking: participant.isSpeaking,
    lastSpokeAt,
    quality: qualities[participant.connectionQuality],
    camera: readVideo(participant, Track.Source.Camera),
    screen: readVideo(participant, Track.Source.ScreenShare),
  }
}

function readVideo(participant: Participant, source: Track.Source): VideoSource | null {
  const publication = participant.getTrackPublication(source)
  if (!publication?.track || publication.isMuted) return null
  return videoSource(publication.track as LocalTrack | RemoteTrack, participant.isLocal)
}

function byJoining(a: Participant, b: Participant): number {
  const difference = (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0)
  return difference || (a.identity < b.identity ? -1 : 1)
}

function same(a: Person, b: Person): boolean {
  return (Object.keys(a) as (keyof Person)[]).every((key) => a[key] === b[key])
}
