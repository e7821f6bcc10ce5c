/**
 * A running call on a LiveKit room. Listens to the room's events, keeps one immutable snapshot for React, and turns
 * actions into SDK calls. Events come in bursts; they are folded into one new snapshot per microtask.
 */
import { ConnectionState, DisconnectReason, Room, RoomEvent, Track } from 'livekit-client'
import { createLink, join, type Admission } from '@/api/client'
import { mediaProblemOf } from '@/media/problem'
import { remember } from '@/media/preferences'
import { append, markFailed } from '../model/chat_log'
import { endReasonOfDisconnect, type EndReason } from '../model/end_reason'
import type { DeviceChoices } from '../model/flow'
import type { Call, CallActions, CallSnapshot, Connection, DeviceKind } from '../model/types'
import * as chat from './chat'
import { readAudio, readPeople } from './people'

const refreshOn = [
  RoomEvent.ConnectionStateChanged,
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ConnectionQualityChanged,
  RoomEvent.AudioPlaybackStatusChanged,
] as const

const mediaKinds: Record<DeviceKind, MediaDeviceKind> = {
  microphone: 'audioinput',
  camera: 'videoinput',
  speaker: 'audiooutput',
}

const inviteLifetimeS = 24 * 3600

export interface LiveCallOptions {
  admission: Admission
  choices: DeviceChoices
  /** The secret this visitor came with; empty in open rooms, whose address is the invitation. */
  secret: string
  name: string
  onEnd: (reason: EndReason) => void
}

export class LiveCall implements Call {
  readonly actions: CallActions
  private readonly listeners = new Set<() => void>()
  private readonly lastSpoke = new Map<string, number>()
  private current: CallSnapshot
  private refreshDue = false
  private token: string
  private messageCount = 0

  constructor(
    private readonly room: Room,
    private readonly options: LiveCallOptions,
  ) {
    const { admission, choices, secret } = options
    this.token = admission.token
    this.current = {
      room: admission.room,
      connection: 'connecting',
      people: [],
      audio: [],
      messages: [],
      me: {
        mic: false,
        camera: false,
        screen: false,
        micBusy: false,
        cameraBusy: false,
        screenBusy: false,
      },
      devices: {
        microphone: choices.microphone,
        camera: choices.camera,
        speaker: choices.speaker,
      },
      soundAllowed: true,
      canInvite: admission.canInvite || secret === '',
      notice: null,
    }
    this.actions = this.makeActions()
    this.listen()
  }

  subscribe = (tell: () => void) => {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }

  snapshot = () => this.current

  /** Turns on what the device check chose. Failures become notices: the call goes on without. */
  async startMedia(): Promise<void> {
    const { choices } = this.options
    await Promise.all([
      choices.micOn ? this.setMic(true) : undefined,
      choices.cameraOn ? this.setCamera(true) : undefined,
    ])
  }

  /** Ends the call without a word to the user: the page goes elsewhere. */
  async close(): Promise<void> {
    this.room.removeAllListeners()
    chat.stopListening(this.room)
    await this.room.disconnect()
  }

  private listen() {
    for (const event of refreshOn) this.room.on(event, this.refreshSoon)
    this.room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => {
      const now = Date.now()
      for (const speaker of speakers) this.lastSpoke.set(speaker.identity, now)
      this.refreshSoon()
    })
    this.room.on(RoomEvent.ParticipantDisconnected, (participant) => {
      this.lastSpoke.delete(participant.identity)
    })
    this.room.on(RoomEvent.TrackMuted, (publication, participant) => {
      const byOthers = participant.isLocal && !this.current.me.micBusy
      if (byOthers && publication.source === Track.Source.Microphone)
        this.update({ notice: { kind: 'muted_by_host' } })
    })
    this.room.on(RoomEvent.Disconnected, (reason) => {
      chat.stopListening(this.room)
      this.options.onEnd(endReasonOfDisconnect(reason ?? DisconnectReason.SIGNAL_CLOSE))
    })
    chat.listen(this.room, (message) => {
      this.update({ messages: append(this.current.messages, message) })
    })
  }

  private refreshSoon = () => {
    if (this.refreshDue) return
    this.refreshDue = true
    queueMicrotask(() => {
      this.refreshDue = false
      this.refresh()
    })
  }

  private refresh() {
    const { localParticipant: local } = this.room
    this.update({
      connection: connectionOf(this.room.state),
      people: readPeople(this.room, this.lastSpoke, this.current.people),
      audio: readAudio(this.room, this.current.audio),
      soundAllowed: this.room.canPlaybackAudio,
      me: {
        ...this.current.me,
        mic: local.isMicrophoneEnabled,
        camera: local.isCameraEnabled,
        screen: local.isScreenShareEnabled,
      },
    })
  }

  private update(change: Partial<CallSnapshot>) {
    this.current = { ...this.current, ...change }
    this.listeners.forEach((tell) => {
      tell()
    })
  }

  private updateMe(change: Partial<CallSnapshot['me']>) {
    this.update({ me: { ...this.current.me, ...change } })
  }

  private makeActions(): CallActions {
    return {
      toggleMic: () => void this.setMic(!this.current.me.mic),
      toggleCamera: () => void this.setCamera(!this.current.me.camera),
      toggleScreen: () => void this.setScreen(!this.current.me.screen),
      chooseDevice: (kind, id) => void this.chooseDevice(kind, id),
      sendChat: (text) => void this.sendChat(text),
      allowSound: () => void this.room.startAudio().catch(() => undefined),
      inviteLink: () => this.inviteLink(),
      notify: (notice) => {
        this.update({ notice })
      },
      leave: () => void this.room.disconnect(),
    }
  }

  private async setMic(on: boolean) {
    if (this.current.me.micBusy) return
    this.updateMe({ micBusy: true })
    try {
      const deviceId = this.current.devices.microphone || undefined
      await this.room.localParticipant.setMicrophoneEnabled(on, { deviceId })
    } catch (error) {
      this.reportMedia('microphone', error)
    } finally {
      this.updateMe({ micBusy: false })
      this.refreshSoon()
    }
  }

  private async setCamera(on: boolean) {
    if (this.current.me.cameraBusy) return
    this.updateMe({ cameraBusy: true })
    try {
      const deviceId = this.current.devices.camera || undefined
      await this.room.localParticipant.setCameraEnabled(on, { deviceId })
    } catch (error) {
      this.reportMedia('camera', error)
    } finally {
      this.updateMe({ cameraBusy: false })
      this.refreshSoon()
    }
  }

  private async setScreen(on: boolean) {
    if (this.current.me.screenBusy) return
    this.updateMe({ screenBusy: true })
    try {
      await this.room.localParticipant.setScreenShareEnabled(on, {
        audio: true,
        selfBrowserSurface: 'exclude',
        contentHint: 'detail',
      })
    } catch (error) {
      // Closing the browser's picker is a decision, not an error.
      if (mediaProblemOf(error) !== 'denied') this.update({ notice: { kind: 'share_failed' } })
    } finally {
      this.updateMe({ screenBusy: false })
      this.refreshSoon()
    }
  }

  private async chooseDevice(kind: DeviceKind, id: string) {
    const before = this.current.devices
    this.update({ devices: { ...before, [kind]: id } })
    remember(kind, id)
    try {
      await this.room.switchActiveDevice(mediaKinds[kind], id || 'default')
    } catch (error) {
      this.update({ devices: before })
      this.reportMedia(kind, error)
    }
  }

  private async sendChat(text: string) {
    const id = `mine-${String(++this.messageCount)}`
    const me = this.room.localParticipant
    const message = {
      id,
      from: me.identity,
      fromName: me.name || me.identity,
      mine: true,
      text,
      at: Date.now(),
      failed: false,
    }
    this.update({ messages: append(this.current.messages, message) })
    try {
      await chat.send(this.room, text)
    } catch {
      this.update({ messages: markFailed(this.current.messages, id) })
    }
  }

  private async inviteLink(): Promise<string | null> {
    const { admission, secret, name } = this.options
    if (!admission.canInvite) return secret === '' ? window.location.href : null
    const first = await createLink(this.token, admission.room, inviteLifetimeS)
    if (first.ok) return first.value
    if (first.error.kind !== 'link_expired') return null
    // Room tokens are short-lived: a long call exchanges the host's secret for a fresh one.
    const again = await join(admission.room, secret, name)
    if (!again.ok) return null
    this.token = again.value.token
    const second = await createLink(this.token, admission.room, inviteLifetimeS)
    return second.ok ? second.value : null
  }

  private reportMedia(device: DeviceKind, error: unknown) {
    const problem = mediaProblemOf(error)
    this.update({ notice: { kind: 'media_problem', device, problem } })
  }
}

function connectionOf(state: ConnectionState): Connection {
  switch (state) {
    case ConnectionState.Connected:
      return 'connected'
    case ConnectionState.Reconnecting:
    case ConnectionState.SignalReconnecting:
      return 'reconnecting'
    default:
      return 'connecting'
  }
}
