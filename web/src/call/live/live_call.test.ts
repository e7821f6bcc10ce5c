// @vitest-environment jsdom
import { DisconnectReason, RoomEvent, type Room } from 'livekit-client'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EndReason } from '../model/end_reason'
import { LiveCall, type LiveCallOptions } from './live_call'

type Listener = (...args: unknown[]) => void

/** The part of a LiveKit room that a call uses, without any network. */
class FakeRoom {
  state = 'connected'
  canPlaybackAudio = true
  remoteParticipants = new Map<string, unknown>()
  disconnect = vi.fn(() => Promise.resolve())
  localParticipant = {
    identity: 'me',
    name: 'Ada',
    isLocal: true,
    isSpeaking: false,
    connectionQuality: 'excellent',
    isMicrophoneEnabled: false,
    isCameraEnabled: false,
    isScreenShareEnabled: false,
    getTrackPublication: () => undefined,
    setMicrophoneEnabled: vi.fn((on: boolean) => {
      this.localParticipant.isMicrophoneEnabled = on
      return Promise.resolve()
    }),
    setCameraEnabled: vi.fn(() => Promise.reject(new DOMException('no', 'NotAllowedError'))),
    setScreenShareEnabled: vi.fn(() => Promise.reject(new DOMException('no', 'NotAllowedError'))),
    sendText: vi.fn(() => Promise.resolve()),
  }
  private listeners = new Map<string, Listener[]>()

  on(event: string, listener: Listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
    return this
  }
  emit(event: string, ...args: unknown[]) {
    this.listeners.get(event)?.forEach((listener) => {
      listener(...args)
    })
  }
  removeAllListeners() {
    this.listeners.clear()
  }
  registerTextStreamHandler() {
    return undefined
  }
  unregisterTextStreamHandler() {
    return undefined
  }
}

const settle = () => new Promise((done) => setTimeout(done, 0))

function setUp(part: Partial<LiveCallOptions> = {}) {
  const room = new FakeRoom()
  const ends: EndReason[] = []
  const call = new LiveCall(room as unknown as Room, {
    admission: { token: 't', url: 'wss://x', room: 'r', identity: 'me', canInvite: true },
    choices: { micOn: true, cameraOn: true, microphone: 'mic-2', camera: '', speaker: '' },
    secret: 's',
    name: 'Ada',
    onEnd: (reason) => ends.push(reason),
    ...part,
  })
  return { room, call, ends }
}

beforeEach(() => {
  localStorage.clear()
})

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a live call', () => {
  it('starts with the chosen devices and says what did not work', async () => {
    const { room, call } = setUp()
    await call.startMedia()
    await settle()
    expect(room.localParticipant.setMicrophoneEnabled).toHaveBeenCalledWith(true, {
      deviceId: 'mic-2',
    })
    expect(call.snapshot().me).toMatchObject({ mic: true, camera: false, cameraBusy: false })
    expect(call.snapshot().notice).toEqual({
      kind: 'media_problem',
      device: 'camera',
      problem: 'denied',
    })
  })

  it('takes a closed screen picker for a decision, not an error', async () => {
    const { call } = setUp()
    call.actions.toggleScreen()
    await settle()
    expect(call.snapshot().notice).toBeNull()
  })

  it('folds a burst of events into one snapshot', async () => {
    const { room, call } = setUp()
    const told = vi.fn()
    call.subscribe(told)
    for (let i = 0; i < 50; ++i) room.emit(RoomEvent.ConnectionQualityChanged)
    await settle()
    expect(told).toHaveBeenCalledTimes(1)
    expect(call.snapshot().people).toMatchObject([{ id: 'me', name: 'Ada', isMe: true }])
  })

  it('keeps people who did not change as they were', async () => {
    const { room, call } = setUp()
    room.emit(RoomEvent.ConnectionStateChanged)
    await settle()
    const before = call.snapshot().people
    room.emit(RoomEvent.ConnectionStateChanged)
    await settle()
    expect(call.snapshot().people).toBe(before)
  })

  it('shows reconnecting', async () => {
    const { room, call } = setUp()
    room.state = 'signalReconnecting'
    room.emit(RoomEvent.ConnectionStateChanged)
    await settle()
    expect(call.snapshot().connection).toBe('reconnecting')
  })

  it('tells apart who muted me', () => {
    const { room, call } = setUp()
    const publication = { source: 'microphone' }
    room.emit(RoomEvent.TrackMuted, publication, { isLocal: false })
    expect(call.snapshot().notice).toBeNull()
    room.emit(RoomEvent.TrackMuted, publication, { isLocal: true })
    expect(call.snapshot().notice).toEqual({ kind: 'muted_by_host' })
  })

  it('marks messages that could not be sent', async () => {
    const { room, call } = setUp()
    room.localParticipant.sendText.mockRejectedValueOnce(new Error('gone'))
    call.actions.sendChat('one')
    call.actions.sendChat('two')
    await settle()
    expect(call.snapshot().messages.map(({ text, failed }) => [text, failed])).toEqual([
      ['one', true],
      ['two', false],
    ])
  })

  it('ends with a reason', () => {
    const { room, ends } = setUp()
    room.emit(RoomEvent.Disconnected, DisconnectReason.PARTICIPANT_REMOVED)
    room.emit(RoomEvent.Disconnected, undefined)
    expect(ends).toEqual([{ kind: 'removed' }, { kind: 'connection_lost' }])
  })

  it('says nothing more once it is closed', async () => {
    const { room, call, ends } = setUp()
    await call.close()
    room.emit(RoomEvent.Disconnected, DisconnectReason.CLIENT_INITIATED)
    expect(ends).toEqual([])
    expect(room.disconnect).toHaveBeenCalled()
  })
})

describe('the invite link', () => {
  it('renews an expired room token with the host secret', async () => {
    const paths: string[] = []
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      paths.push(path)
      const { Authorization } = init.headers as Record<string, string>
      if (path === '/api/v1/join') return Promise.resolve(Response.json({ token: 'fresh' }))
      return Promise.resolve(
        Authorization === 'Bearer fresh'
          ? Response.json({ link: 'https://x/j/r#new' })
          : Response.json({}, { status: 401 }),
      )
    })
    expect(await setUp().call.actions.inviteLink()).toBe('https://x/j/r#new')
    expect(paths).toEqual(['/api/v1/links', '/api/v1/join', '/api/v1/links'])
  })

  it('is never a guest’s own secret', async () => {
    const admission = { token: 't', url: '', room: 'r', identity: 'me', canInvite: false }
    const guest = setUp({ admission })
    expect(guest.call.snapshot().canInvite).toBe(false)
    expect(await guest.call.actions.inviteLink()).toBeNull()
    const open = setUp({ admission, secret: '' })
    expect(await open.call.actions.inviteLink()).toBe(window.location.href)
  })
})
