/** From an admission to a running call. The only place that makes a LiveKit room. */
import { ConnectionError, LogLevel, Room, setLogLevel } from 'livekit-client'
import { endReasonOfConnectError, type EndReason } from '../model/end_reason'
import { LiveCall, type LiveCallOptions } from './live_call'

export type Connected = { ok: true; call: LiveCall } | { ok: false; reason: EndReason }

export async function connect(options: LiveCallOptions): Promise<Connected> {
  setLogLevel(LogLevel.warn)
  const { admission, choices } = options
  const room = new Room({
    adaptiveStream: true,
    dynacast: true,
    audioOutput: choices.speaker === '' ? undefined : { deviceId: choices.speaker },
  })
  const call = new LiveCall(room, options)
  try {
    await room.connect(admission.url, admission.token)
  } catch (error) {
    await call.close()
    return { ok: false, reason: reasonOf(error) }
  }
  void call.startMedia()
  return { ok: true, call }
}

function reasonOf(error: unknown): EndReason {
  if (!(error instanceof ConnectionError)) return { kind: 'unreachable' }
  return endReasonOfConnectError(error.reason, error.status ?? statusIn(error.context))
}

function statusIn(context: unknown): number | undefined {
  if (typeof context !== 'object' || context === null || !('status' in context)) return undefined
  return typeof context.status === 'number' ? context.status : undefined
}
