/** Why a visit is over, and what the way back is. */
import type { JoinError } from '@/api/problem'

export type EndReason =
  | { kind: 'left' }
  | { kind: 'removed' }
  | { kind: 'room_closed' }
  | { kind: 'other_window' }
  | { kind: 'connection_lost' }
  | { kind: 'media_blocked' }
  | { kind: 'server_restarting' }
  | JoinError

/** LiveKit's DisconnectReason by number, so that this file needs no SDK. */
const byDisconnect: Record<number, EndReason['kind']> = {
  1: 'left',
  2: 'other_window',
  3: 'server_restarting',
  4: 'removed',
  5: 'room_closed',
  10: 'room_closed',
  15: 'media_blocked',
}

export function endReasonOfDisconnect(reason: number | undefined): EndReason {
  const kind = reason === undefined ? undefined : byDisconnect[reason]
  return { kind: kind ?? 'connection_lost' } as EndReason
}

/** LiveKit's ConnectionErrorReason: 0 not allowed, 1 unreachable, 4 leave request, 7 service not found. */
export function endReasonOfConnectError(
  reason: number | undefined,
  status: number | undefined,
): EndReason {
  if (status === 401) return { kind: 'link_expired' }
  if (status === 404) return { kind: 'room_not_found' }
  if (status === 429) return { kind: 'rate_limited', retryAfterS: 30 }
  if (status === 503) return { kind: 'room_full' }
  if (reason === 0) return { kind: 'forbidden' }
  if (reason === 2) return { kind: 'server_error', status: status ?? 0, detail: '' }
  return { kind: 'unreachable' }
}

export type WayBack = 'rejoin' | 'retry' | 'home'

/** The first button on the end screen. `home` where trying the same link again cannot help. */
export function wayBack(reason: EndReason): WayBack {
  switch (reason.kind) {
    case 'left':
    case 'other_window':
    case 'connection_lost':
    case 'server_restarting':
    case 'media_blocked':
      return 'rejoin'
    case 'room_full':
    case 'rate_limited':
    case 'unreachable':
    case 'server_error':
      return 'retry'
    case 'removed':
    case 'room_closed':
    case 'link_expired':
    case 'link_invalid':
    case 'forbidden':
    case 'room_not_found':
      return 'home'
  }
}
