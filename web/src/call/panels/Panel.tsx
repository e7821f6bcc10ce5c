import { X } from 'lucide-react'
import { useId, type ReactNode } from 'react'
import { t } from '@/i18n'
import { IconButton } from '@/ui/IconButton'
import css from './Panel.module.css'

interface PanelProps {
  title: string
  onClose: () => void
  children: ReactNode
}

/** Beside the stage on wide screens, over it on phones. */
export function Panel({ title, onClose, children }: PanelProps) {
  const id = useId()
  return (
    <aside className={css.panel} aria-labelledby={id}>
      <header className={css.header}>
        <h2 id={id} className={css.title}>
          {title}
        </h2>
        <IconButton
          label={t('close')}
          icon={<X size={20} aria-hidden />}
          size="sm"
          tooltipSide="bottom"
          onClick={onClose}
        />
      </header>
      {children}
    </aside>
  )
}
