/** The three calls this app makes. Each answers a value or a JoinError; none throws. */
import { toJoinError, type JoinError, type Problem } from './problem'

export interface About {
  name: string
  version: string
  openRooms: boolean
}

export interface Admission {
  token: string
  /** Signalling base URL, ws: or wss:. */
  url: string
  room: string
  identity: string
  canInvite: boolean
}

export type Answer<T> = { ok: true; value: T } | { ok: false; error: JoinError }

const timeoutMs = 10_000

export async function fetchAbout(): Promise<Answer<About>> {
  return call('/api/v1/about', { method: 'GET' }, (body) => ({
    name: text(body, 'name') || 'Portico',
    version: text(body, 'version'),
    openRooms: body.open_rooms === true,
  }))
}

export async function join(room: string, secret: string, name: string): Promise<Answer<Admission>> {
  return call('/api/v1/join', post({ room, secret, name }), (body) => {
    const token = text(body, 'token')
    if (token === '') return null
    return {
      token,
      url: text(body, 'url') || sameOrigin(),
      room: text(body, 'room') || room,
      identity: text(body, 'identity'),
      canInvite: body.can_invite === true,
    }
  })
}

export async function createLink(
  token: string,
  room: string,
  expiresInS: number,
): Promise<Answer<string>> {
  const request = post({ room, expires_in_s: expiresInS }, { Authorization: `Bearer ${token}` })
  return call('/api/v1/links', request, (body) => {
    const link = text(body, 'link')
    return link === '' ? null : new URL(link, window.location.origin).href
  })
}

function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

async function call<T>(
  path: string,
  init: RequestInit,
  read: (body: Record<string, unknown>) => T | null,
): Promise<Answer<T>> {
  let response: Response
  try {
    response = await fetch(path, {
      ...init,
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch {
    return { ok: false, error: { kind: 'unreachable' } }
  }
  const body = await readJson(response)
  if (!response.ok) {
    const retryAfter = response.headers.get('Retry-After')
    return { ok: false, error: toJoinError(response.status, body as Problem | null, retryAfter) }
  }
  const value = body === null ? null : read(body)
  if (value === null) {
    const error: JoinError = { kind: 'server_error', status: response.status, detail: '' }
    return { ok: false, error }
  }
  return { ok: true, value }
}

async function readJson(response: Response): Promise<Record<string, unknown> | null> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function text(body: Record<string, unknown>, key: string): string {
  const value = body[key]
  return typeof value === 'string' ? value : ''
}

function sameOrigin(): string {
  return window.location.origin.replace(/^http/, 'ws')
}
