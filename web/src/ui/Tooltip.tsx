import { Tooltip as Radix } from 'radix-ui'
import type { ReactElement } from 'react'
import css from './Tooltip.module.css'

interface TooltipProps {
  text: string
  /** A key that does the same, shown beside the text. */
  shortcut?: string
  side?: 'top' | 'bottom' | 'left' | 'right'
  children: ReactElement
}

/** Never the only name of a control: the child carries an aria-label of its own. */
export function Tooltip({ text, shortcut, side = 'top', children }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={css.tip} side={side} sideOffset={8} collisionPadding={8}>
          {text}
          {shortcut && <kbd className={css.key}>{shortcut}</kbd>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

export const TooltipProvider = Radix.Provider
