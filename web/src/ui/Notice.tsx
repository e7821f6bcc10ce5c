import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { classes } from './classes'
import css from './Notice.module.css'

interface NoticeProps {
  tone: 'info' | 'warn' | 'danger'
  title?: string
  children?: ReactNode
}

const icons = { info: Info, warn: TriangleAlert, danger: CircleAlert }

export function Notice({ tone, title, children }: NoticeProps) {
  const Icon = icons[tone]
  return (
    <div className={classes(css.notice, css[tone])}>
      <Icon size={20} aria-hidden className={css.icon} />
      <div className={css.body}>
        {title && <p className={css.title}>{title}</p>}
        {children}
      </div>
    </div>
  )
}
