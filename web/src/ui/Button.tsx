import type { ButtonHTMLAttributes, ReactNode } from 'react'
import css from './Button.module.css'
import { classes } from './classes'

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'secondary' | 'quiet' | 'danger'
  size?: 'md' | 'lg'
  icon?: ReactNode
  wide?: boolean
}

export function Button({
  look = 'secondary',
  size = 'md',
  icon,
  wide = false,
  className,
  children,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      type={type}
      className={classes(css.button, css[look], css[size], wide && css.wide, className)}
      {...rest}
    >
      {icon}
      <span>{children}</span>
    </button>
  )
}
