import { t } from '@/i18n'
import { Button } from '@/ui/Button'
import { Page } from '@/ui/Page'
import { Spinner } from '@/ui/Spinner'
import { Message } from './Message'

export function JoiningScreen({ onCancel }: { onCancel: () => void }) {
  return (
    <Page centred>
      <Message icon={<Spinner size={30} />} title={t('joining_title')} text={t('joining_text')}>
        <Button look="secondary" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </Message>
    </Page>
  )
}
