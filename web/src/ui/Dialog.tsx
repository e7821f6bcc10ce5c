import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { t } from '@/i18n'
import css from './Dialog.module.css'
import { IconButton } from './IconButton'

interface DialogProps {
  open: boolean
  onClose: () => void
  title: string
  description?: string
  children: ReactNode
}

/**
 * A modal dialog. The scrim is ours: Radix's Overlay writes a <style> element to stop scrolling, which the content
 * security policy forbids; our pages under a dialog do not scroll.
 */
export function Dialog({ open, onClose, title, description, children }: DialogProps) {
  return (
    <Radix.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
    >
      <Radix.Portal>
        <div className={css.scrim} />
        <Radix.Content
          className={css.panel}
          // The panel itself takes the focus: on the close button it would open a tooltip.
          onOpenAutoFocus={(event) => {
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
          {...(description ? {} : { 'aria-describedby': undefined })}
        >
          <header className={css.header}>
            <Radix.Title className={css.title}>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={t('close')} icon={<X size={20} aria-hidden />} size="sm" />
            </Radix.Close>
          </header>
          {description && (
            <Radix.Description className={css.description}>{description}</Radix.Description>
          )}
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
