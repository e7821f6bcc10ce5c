/** What people paste into the "join with a link" field, and what we hand them to share. */

export type Pasted =
  | { kind: 'room'; room: string; secret: string }
  | { kind: 'other_server'; host: string }
  | { kind: 'not_a_link' }

const maxRoomName = 128

/** A room's name as the server takes it: 1 to 128 letters, digits, '-', '_' and '.'. */
export function isRoomName(name: string): boolean {
  return name.length <= maxRoomName && /^[A-Za-z0-9._-]+$/.test(name)
}

/** What somebody types as a name, made one: "Dr Müller, 2nd floor" becomes "Dr-Muller-2nd-floor". May be empty. */
export function toRoomName(text: string): string {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '')
  return plain
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, maxRoomName)
}

/**
 * Accepts a whole link, one without its scheme, a path (`/j/room#secret`), or, where the server lets anybody open a
 * room, a bare room name. Links of other servers are told apart so that we can say so instead of failing later.
 */
export function readPasted(text: string, origin: string, allowBareName: boolean): Pasted {
  const trimmed = text.trim()
  if (trimmed === '') return { kind: 'not_a_link' }
  const url = toUrl(trimmed, origin)
  if (url) {
    const match = /^\/j\/([^/]+)\/?$/.exec(url.pathname)
    if (!match?.[1]) return { kind: 'not_a_link' }
    if (url.host !== new URL(origin).host) return { kind: 'other_server', host: url.host }
    const room = decode(match[1])
    const secret = decode(url.hash.slice(1))
    if (room === null || secret === null || !isRoomName(room)) return { kind: 'not_a_link' }
    return { kind: 'room', room, secret }
  }
  const name = /[/\\#?:]/.test(trimmed) ? '' : toRoomName(trimmed)
  if (allowBareName && isRoomName(name)) return { kind: 'room', room: name, secret: '' }
  return { kind: 'not_a_link' }
}

function toUrl(text: string, origin: string): URL | null {
  try {
    if (/^https?:\/\//i.test(text)) return new URL(text)
    if (text.startsWith('/j/')) return new URL(text, origin)
    if (text.startsWith('j/')) return new URL(`/${text}`, origin)
    if (/^[\w.:[\]-]+\/j\//.test(text)) return new URL(`${new URL(origin).protocol}//${text}`)
    return null
  } catch {
    return null
  }
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'

/** A fresh room name that can be read out over the phone: three groups of four, about 59 bits. */
export function newRoomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(64))
  // 248 is the largest multiple of 31 in a byte: dropping the rest keeps every letter equally likely.
  const picks = [...bytes].filter((b) => b < 248).slice(0, 12)
  const name = picks.map((b) => letters[b % letters.length]).join('')
  return `${name.slice(0, 4)}-${name.slice(4, 8)}-${name.slice(8, 12)}`
}
