/**
 * What the call screen draws, free of any media SDK: the live adapter (call/live) fills it from a LiveKit room, the
 * stories fill it from canvases. Snapshots are immutable; unchanged parts keep their identity so React can skip them.
 */
export type Quality = 'excellent' | 'good' | 'poor' | 'lost' | 'unknown'
export type Connection = 'connecting' | 'connected' | 'reconnecting'

/** A moving picture that can be shown in any number of <video> elements. */
export interface VideoSource {
  id: string
  /** Shows the picture in `element`; the returned function takes it away again. */
  attach(element: HTMLVideoElement): () => void
  mirrored: boolean
}

export interface AudioSource {
  id: string
  attach(element: HTMLAudioElement): () => void
}

export interface Person {
  id: string
  name: string
  isMe: boolean
  joinedAt: number
  micOn: boolean
  speaking: boolean
  /** When they last spoke, ms since the epoch; 0 = never. */
  lastSpokeAt: number
  quality: Quality
  camera: VideoSource | null
  screen: VideoSource | null
}

export interface ChatMessage {
  id: string
  from: string
  fromName: string
  mine: boolean
  text: string
  at: number
  failed: boolean
}

export type DeviceKind = 'microphone' | 'camera' | 'speaker'
export type MediaProblem = 'denied' | 'not_found' | 'in_use' | 'insecure' | 'unknown'

export interface MyMedia {
  mic: boolean
  camera: boolean
  screen: boolean
  /** A switch is under way; the buttons wait for it. */
  micBusy: boolean
  cameraBusy: boolean
  screenBusy: boolean
}

export type Notice =
  | { kind: 'media_problem'; device: DeviceKind; problem: MediaProblem }
  | { kind: 'share_failed' }
  | { kind: 'link_copied' }
  | { kind: 'link_failed' }
  | { kind: 'muted_by_host' }

export interface CallSnapshot {
  room: string
  connection: Connection
  people: readonly Person[]
  audio: readonly AudioSource[]
  messages: readonly ChatMessage[]
  me: MyMedia
  devices: Record<DeviceKind, string>
  /** False when the browser wants a click before it plays sound. */
  soundAllowed: boolean
  canInvite: boolean
  notice: Notice | null
}

export interface CallActions {
  toggleMic(): void
  toggleCamera(): void
  toggleScreen(): void
  chooseDevice(kind: DeviceKind, id: string): void
  sendChat(text: string): void
  allowSound(): void
  /** Resolves to a link a guest can use, or null if none could be made. */
  inviteLink(): Promise<string | null>
  notify(notice: Notice | null): void
  leave(): void
}

/** A running call: a store for React plus the things one can do in it. */
export interface Call {
  subscribe(tell: () => void): () => void
  snapshot(): CallSnapshot
  actions: CallActions
}
