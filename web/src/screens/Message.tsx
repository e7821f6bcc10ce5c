import { useEffect, useRef, type ReactNode } from 'react'
import { Card } from '@/ui/Page'
import { classes } from '@/ui/classes'
import css from './Message.module.css'

interface MessageProps {
  icon: ReactNode
  tone?: 'calm' | 'alarm'
  title: string
  text: string
  detail?: string
  children?: ReactNode
}

/** One thing to say and what to do about it. Takes the focus, so that screen readers say it. */
export function Message({ icon, tone = 'calm', title, text, detail, children }: MessageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
  }, [])
  return (
    <Card className={css.card}>
      <span className={classes(css.icon, css[tone])}>{icon}</span>
      <h1 ref={heading} tabIndex={-1} className={css.title}>
        {title}
      </h1>
      <p className={css.text}>{text}</p>
      {detail && <p className={css.detail}>{detail}</p>}
      {children && <div className={css.actions}>{children}</div>}
    </Card>
  )
}
