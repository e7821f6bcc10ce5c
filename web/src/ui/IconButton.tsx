import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { classes } from './classes'
import css from './IconButton.module.css'
import { Tooltip } from './Tooltip'

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label'> {
  /** Spoken name and tooltip. */
  label: string
  icon: ReactNode
  size?: 'sm' | 'md'
  tooltipSide?: 'top' | 'bottom' | 'left' | 'right'
  ref?: Ref<HTMLButtonElement>
}

export function IconButton({
  label,
  icon,
  size = 'md',
  tooltipSide,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip text={label} side={tooltipSide}>
      <button
        type="button"
        aria-label={label}
        className={classes(css.button, css[size], className)}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  )
}
