import { DoorOpen } from 'lucide-react'
import { navigate } from '@/app/router'
import { t } from '@/i18n'
import { Button } from '@/ui/Button'
import { Page } from '@/ui/Page'
import { Message } from './Message'

export function NotFoundScreen() {
  return (
    <Page centred>
      <Message
        icon={<DoorOpen size={28} aria-hidden />}
        title={t('not_found_title')}
        text={t('not_found_text')}
      >
        <Button
          look="primary"
          size="lg"
          onClick={() => {
            navigate('/')
          }}
        >
          {t('end_home')}
        </Button>
      </Message>
    </Page>
  )
}
