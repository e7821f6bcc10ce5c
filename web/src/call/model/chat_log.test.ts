import { describe, expect, it } from 'vitest'
import { append, continues, linkify, markFailed, maxMessageLength, maxMessages } from './chat_log'
import type { ChatMessage } from './types'

function message(id: string, text = 'hi', at = 0): ChatMessage {
  return { id, from: 'a', fromName: 'A', mine: false, text, at, failed: false }
}

describe('the chat log', () => {
  it('drops the oldest beyond its bound', () => {
    let log: readonly ChatMessage[] = []
    for (let i = 0; i < maxMessages + 20; ++i) log = append(log, message(String(i)))
    expect(log).toHaveLength(maxMessages)
    expect(log[0]?.id).toBe('20')
  })
  it('takes a message once and cuts long ones', () => {
    const log = append([], message('1', 'x'.repeat(9000)))
    expect(append(log, message('1'))).toBe(log)
    expect(log[0]?.text).toHaveLength(maxMessageLength)
  })
  it('marks failures', () => {
    expect(markFailed([message('1'), message('2')], '2').map((m) => m.failed)).toEqual([
      false,
      true,
    ])
  })
  it('groups by person and time', () => {
    expect(continues(undefined, message('1'))).toBe(false)
    expect(continues(message('1', 'x', 0), message('2', 'y', 1000))).toBe(true)
    expect(continues(message('1', 'x', 0), message('2', 'y', 200_000))).toBe(false)
  })
})

describe('linkify', () => {
  it('finds links and leaves punctuation outside', () => {
    expect(linkify('see https://a.example/x?y=1, ok')).toEqual([
      { kind: 'text', text: 'see ' },
      { kind: 'link', text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
      { kind: 'text', text: ', ok' },
    ])
  })
  it('never links other schemes', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'ftp://x/y'])
      expect(linkify(text)).toEqual([{ kind: 'text', text }])
  })
  it('handles the empty message', () => {
    expect(linkify('')).toEqual([])
  })
})
