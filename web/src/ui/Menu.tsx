import { Check } from 'lucide-react'
import { DropdownMenu as Radix } from 'radix-ui'
import type { ReactElement, ReactNode } from 'react'
import css from './Menu.module.css'

interface MenuProps {
  trigger: ReactElement
  children: ReactNode
  align?: 'start' | 'center' | 'end'
}

/** Non-modal, because Radix's modal menus write a <style> element that the content security policy forbids. */
export function Menu({ trigger, children, align = 'center' }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={css.menu}
          side="top"
          align={align}
          sideOffset={10}
          collisionPadding={8}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

interface ItemProps {
  icon?: ReactNode
  hint?: string
  onSelect: () => void
  children: ReactNode
}

export function MenuItem({ icon, hint, onSelect, children }: ItemProps) {
  return (
    <Radix.Item className={css.item} onSelect={onSelect}>
      <span className={css.icon}>{icon}</span>
      <span className={css.text}>{children}</span>
      {hint && <kbd className={css.hint}>{hint}</kbd>}
    </Radix.Item>
  )
}

interface ChoiceProps {
  label: string
  value: string
  options: readonly { id: string; label: string }[]
  onChoose: (id: string) => void
}

export function MenuChoice({ label, value, options, onChoose }: ChoiceProps) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChoose} aria-label={label}>
      <Radix.Label className={css.label}>{label}</Radix.Label>
      {options.map((option) => (
        <Radix.RadioItem key={option.id} value={option.id} className={css.item}>
          <span className={css.icon}>
            <Radix.ItemIndicator>
              <Check size={18} aria-hidden />
            </Radix.ItemIndicator>
          </span>
          <span className={css.text}>{option.label}</span>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export function MenuSeparator() {
  return <Radix.Separator className={css.separator} />
}
