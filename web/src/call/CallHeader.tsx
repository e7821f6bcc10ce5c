import { UserPlus } from 'lucide-react'
import { plural, t } from '@/i18n'
import { LogoMark } from '@/ui/Logo'
import { ThemeToggle } from '@/ui/ThemeToggle'
import css from './CallHeader.module.css'

interface CallHeaderProps {
  room: string
  count: number
  canInvite: boolean
  onInvite: () => void
}

export function CallHeader({ room, count, canInvite, onInvite }: CallHeaderProps) {
  return (
    <header className={css.header}>
      <LogoMark size={26} />
      <h1 className={css.room}>{room}</h1>
      <span className={css.count}>{plural('people_count', count)}</span>
      <span className={css.space} />
      {canInvite && (
        <button type="button" className={css.invite} onClick={onInvite}>
          <UserPlus size={18} aria-hidden />
          {t('call_invite')}
        </button>
      )}
      <span className={css.theme}>
        <ThemeToggle />
      </span>
    </header>
  )
}
