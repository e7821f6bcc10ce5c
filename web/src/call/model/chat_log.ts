/** The chat as a bounded list: the newest 500 messages of at most 4,000 characters each. */
import type { ChatMessage } from './types'

export const maxMessages = 500
export const maxMessageLength = 4000

export function append(log: readonly ChatMessage[], message: ChatMessage): readonly ChatMessage[] {
  if (log.some((known) => known.id === message.id)) return log
  const bounded = { ...message, text: message.text.slice(0, maxMessageLength) }
  return [...log, bounded].slice(-maxMessages)
}

export function markFailed(log: readonly ChatMessage[], id: string): readonly ChatMessage[] {
  return log.map((message) => (message.id === id ? { ...message, failed: true } : message))
}

export type TextPart = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string }

/** Splits a message into text and web links (http and https only). */
export function linkify(text: string): TextPart[] {
  const parts: TextPart[] = []
  let rest = 0
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"']+/gi)) {
    const href = match[0].replace(/[.,;:!?)\]]+$/, '')
    if (!URL.canParse(href)) continue
    if (match.index > rest) parts.push({ kind: 'text', text: text.slice(rest, match.index) })
    parts.push({ kind: 'link', text: href, href })
    rest = match.index + href.length
  }
  if (rest < text.length) parts.push({ kind: 'text', text: text.slice(rest) })
  return parts
}

/** True if `message` continues the one before: same person within three minutes, so the name is not repeated. */
export function continues(before: ChatMessage | undefined, message: ChatMessage): boolean {
  return before?.from === message.from && message.at - before.at < 3 * 60_000
}
