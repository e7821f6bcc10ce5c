import { X } from 'lucide-react'
import { useEffect } from 'react'
import { t } from '@/i18n'
import { IconButton } from '@/ui/IconButton'
import { PermissionSteps } from '@/screens/MediaHelp'
import css from './CallToast.module.css'
import type { Notice } from './model/types'
import { noticeText } from './notice_text'

interface CallToastProps {
  notice: Notice | null
  onDismiss: (notice: null) => void
}

const shownMs = 6000

/** The latest thing worth saying. Good news goes by itself; problems stay until dismissed. */
export function CallToast({ notice, onDismiss }: CallToastProps) {
  useEffect(() => {
    if (notice?.kind !== 'link_copied') return
    const timer = setTimeout(() => {
      onDismiss(null)
    }, shownMs)
    return () => {
      clearTimeout(timer)
    }
  }, [notice, onDismiss])

  return (
    <div role="alert" className={css.place}>
      {notice && (
        <div className={css.toast}>
          <div className={css.text}>
            <p>{noticeText(notice)}</p>
            {notice.kind === 'media_problem' && notice.problem === 'denied' && <PermissionSteps />}
          </div>
          <IconButton
            size="sm"
            label={t('notice_dismiss')}
            icon={<X size={18} aria-hidden />}
            onClick={() => {
              onDismiss(null)
            }}
          />
        </div>
      )}
    </div>
  )
}
