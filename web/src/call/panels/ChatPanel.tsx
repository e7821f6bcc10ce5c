import { MessageSquare, SendHorizontal } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { t, timeOfDay } from '@/i18n'
import { classes } from '@/ui/classes'
import { IconButton } from '@/ui/IconButton'
import { continues, linkify, maxMessageLength } from '../model/chat_log'
import type { ChatMessage } from '../model/types'
import css from './ChatPanel.module.css'
import { Panel } from './Panel'

interface ChatPanelProps {
  messages: readonly ChatMessage[]
  onSend: (text: string) => void
  onClose: () => void
}

export function ChatPanel({ messages, onSend, onClose }: ChatPanelProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [messages])
  return (
    <Panel title={t('chat_title')} onClose={onClose}>
      <div ref={list} className={css.list} role="log" aria-label={t('chat_log')} tabIndex={0}>
        {messages.length === 0 && <Empty />}
        {messages.map((message, index) => (
          <Bubble
            key={message.id}
            message={message}
            first={!continues(messages[index - 1], message)}
          />
        ))}
      </div>
      <Composer onSend={onSend} />
    </Panel>
  )
}

function Empty() {
  return (
    <div className={css.empty}>
      <MessageSquare size={28} aria-hidden />
      <p className={css.emptyTitle}>{t('chat_empty')}</p>
      <p>{t('chat_empty_text')}</p>
    </div>
  )
}

function Bubble({ message, first }: { message: ChatMessage; first: boolean }) {
  return (
    <div className={classes(css.message, message.mine && css.mine, first && css.first)}>
      {first && (
        <p className={css.meta}>
          <strong>{message.mine ? t('chat_you') : message.fromName}</strong>{' '}
          <time dateTime={new Date(message.at).toISOString()}>{timeOfDay(message.at)}</time>
        </p>
      )}
      <p className={css.bubble}>
        {linkify(message.text).map((part, index) =>
          part.kind === 'link' ? (
            <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
          ) : (
            part.text
          ),
        )}
      </p>
      {message.failed && <p className={css.failed}>{t('chat_failed')}</p>}
    </div>
  )
}

function Composer({ onSend }: { onSend: (text: string) => void }) {
  const [text, setText] = useState('')
  const send = () => {
    const trimmed = text.trim()
    if (trimmed === '') return
    onSend(trimmed)
    setText('')
  }
  return (
    <form
      className={css.composer}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        className={css.input}
        aria-label={t('chat_field')}
        placeholder={t('chat_placeholder')}
        rows={1}
        maxLength={maxMessageLength}
        value={text}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- opened on purpose, to write
        autoFocus
        onChange={(event) => {
          setText(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          send()
        }}
      />
      <IconButton
        type="submit"
        label={t('chat_send')}
        className={css.send}
        icon={<SendHorizontal size={20} aria-hidden />}
      />
    </form>
  )
}
