import { useEffect, useRef } from 'react'
import { t } from '@/i18n'
import type { CallSnapshot } from './model/types'

/** Says through a screen reader who came and went, and what was written while the chat is closed. */
export function useAnnouncer(snapshot: CallSnapshot, chatOpen: boolean) {
  const region = useRef<HTMLDivElement>(null)
  const before = useRef(snapshot)
  useEffect(() => {
    const said = changes(before.current, snapshot, chatOpen)
    before.current = snapshot
    if (said.length > 0 && region.current) region.current.textContent = said.join('. ')
  }, [snapshot, chatOpen])
  return region
}

function changes(before: CallSnapshot, now: CallSnapshot, chatOpen: boolean): string[] {
  const said: string[] = []
  if (before.connection === 'reconnecting' && now.connection === 'connected')
    said.push(t('call_reconnected'))
  if (before.people !== now.people && before.people.length > 0) {
    const were = new Set(before.people.map((person) => person.id))
    const are = new Set(now.people.map((person) => person.id))
    for (const { id, name } of now.people)
      if (!were.has(id)) said.push(t('person_joined', { name }))
    for (const { id, name } of before.people)
      if (!are.has(id)) said.push(t('person_left', { name }))
  }
  if (!chatOpen && before.messages !== now.messages) {
    const known = new Set(before.messages.map((message) => message.id))
    for (const { id, mine, fromName, text } of now.messages)
      if (!mine && !known.has(id)) said.push(t('chat_new', { name: fromName, text }))
  }
  return said
}
