import { useCallback, useMemo, useState } from 'react'
import type { ChatMessage } from './model/types'

export type PanelName = 'none' | 'chat' | 'people'

export interface Panel {
  open: PanelName
  unread: number
  show: (name: PanelName) => void
  toggle: (name: PanelName) => void
  close: () => void
}

/** One side panel at a time, and how many messages came while the chat was not open. */
export function usePanel(messages: readonly ChatMessage[]): Panel {
  const [open, setOpen] = useState<PanelName>('none')
  const [readUntil, setReadUntil] = useState(0)
  const unread = useMemo(
    () => (open === 'chat' ? 0 : messages.filter((m) => !m.mine && m.at > readUntil).length),
    [messages, open, readUntil],
  )
  const show = useCallback(
    (name: PanelName) => {
      if (open === 'chat') setReadUntil(Date.now())
      setOpen(name)
    },
    [open],
  )
  const toggle = useCallback(
    (name: PanelName) => {
      show(open === name ? 'none' : name)
    },
    [show, open],
  )
  const close = useCallback(() => {
    show('none')
  }, [show])
  return { open, unread, show, toggle, close }
}
