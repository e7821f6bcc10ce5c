/** Why the server (or the network) would not let us in. One list, used by the reducer and the end screen. */
export type JoinError =
  | { kind: 'link_expired' }
  | { kind: 'link_invalid' }
  | { kind: 'forbidden' }
  | { kind: 'room_not_found' }
  | { kind: 'room_full' }
  | { kind: 'rate_limited'; retryAfterS: number }
  | { kind: 'unreachable' }
  | { kind: 'server_error'; status: number; detail: string }

/** RFC 9457. `type` is a URI whose last segment names the problem; unknown members are ignored. */
export interface Problem {
  type?: string
  title?: string
  status?: number
  detail?: string
}

const byType: Record<string, JoinError['kind']> = {
  'link-expired': 'link_expired',
  'link-invalid': 'link_invalid',
  'room-full': 'room_full',
  'room-not-found': 'room_not_found',
  forbidden: 'forbidden',
  'rate-limited': 'rate_limited',
}

const defaultRetryS = 30

/** The problem's type decides; where the server names none, the HTTP status does. */
export function toJoinError(
  status: number,
  problem: Problem | null,
  retryAfter: string | null,
): JoinError {
  const name = problem?.type?.split(/[/#:]/).pop() ?? ''
  const kind = byType[name] ?? kindOfStatus(status)
  if (kind === 'rate_limited') return { kind, retryAfterS: readRetryAfter(retryAfter) }
  if (kind === 'server_error') return { kind, status, detail: problem?.detail ?? '' }
  return { kind }
}

function kindOfStatus(status: number): JoinError['kind'] {
  switch (status) {
    case 401:
    case 410:
      return 'link_expired'
    case 403:
      return 'forbidden'
    case 404:
      return 'room_not_found'
    case 429:
      return 'rate_limited'
    case 502:
    case 504:
      return 'unreachable'
    default:
      return 'server_error'
  }
}

/** Retry-After in seconds; dates and nonsense fall back to half a minute. At most an hour. */
function readRetryAfter(header: string | null): number {
  const seconds = Number(header)
  if (header === null || header.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    return defaultRetryS
  return Math.min(Math.ceil(seconds), 3600)
}
