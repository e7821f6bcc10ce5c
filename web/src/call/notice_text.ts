import { t } from '@/i18n'
import type { Notice } from './model/types'

export function noticeText(notice: Notice): string {
  switch (notice.kind) {
    case 'link_copied':
      return t('call_copied')
    case 'link_failed':
      return t('call_copy_failed')
    case 'muted_by_host':
      return t('notice_muted')
    case 'share_failed':
      return t('notice_share_failed')
    case 'media_problem': {
      const { problem, device } = notice
      if (problem === 'denied') return t(`problem_${device}`)
      if (problem === 'insecure') return t('problem_insecure')
      return t(`problem_${problem}_${device}`)
    }
  }
}
