import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Tooltip } from '@/ui/Tooltip'
import { classes } from '@/ui/classes'
import css from './ControlButton.module.css'

interface ControlButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Spoken name and tooltip: what a press does. */
  label: string
  shortcut?: string
  state?: 'on' | 'off' | 'active' | 'leave'
  icon: ReactNode
  text?: string
  badge?: number
  busy?: boolean
  expanded?: boolean
  /** Without a tooltip of its own, for menu triggers. */
  plain?: boolean
  ref?: Ref<HTMLButtonElement>
}

export function ControlButton({
  label,
  shortcut,
  state = 'on',
  icon,
  text,
  badge = 0,
  busy = false,
  expanded,
  plain = false,
  ...rest
}: ControlButtonProps) {
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-expanded={expanded}
      aria-busy={busy || undefined}
      className={classes(css.button, css[state], text && css.withText)}
      {...rest}
    >
      {icon}
      {text && <span>{text}</span>}
      {badge > 0 && (
        <span className={css.badge} aria-hidden>
          {badge > 9 ? '9+' : badge}
        </span>
      )}
    </button>
  )
  if (plain) return button
  return (
    <Tooltip text={label} shortcut={shortcut}>
      {button}
    </Tooltip>
  )
}
