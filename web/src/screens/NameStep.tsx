import { useState } from 'react'
import { cleanName } from '@/call/model/flow'
import { t } from '@/i18n'
import { Button } from '@/ui/Button'
import { TextField } from '@/ui/Field'
import { Card, Page } from '@/ui/Page'
import css from './NameStep.module.css'

interface NameStepProps {
  room: string
  name: string
  onNext: (name: string) => void
}

export function NameStep({ room, name: initial, onNext }: NameStepProps) {
  const [name, setName] = useState(initial)
  const [error, setError] = useState<string | null>(null)
  return (
    <Page centred>
      <Card className={css.card}>
        <p className={css.room}>
          {t('name_room')} <strong>{room}</strong>
        </p>
        <h1 className={css.title}>{t('name_title')}</h1>
        <form
          className={css.form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (cleanName(name) === '') setError(t('name_missing'))
            else onNext(cleanName(name))
          }}
        >
          <TextField
            label={t('name_label')}
            hint={t('name_hint')}
            error={error}
            value={name}
            name="name"
            autoComplete="name"
            maxLength={128}
            // eslint-disable-next-line jsx-a11y/no-autofocus -- the only field of the screen
            autoFocus
            onChange={(event) => {
              setName(event.target.value)
              setError(null)
            }}
          />
          <Button type="submit" look="primary" size="lg" wide>
            {t('name_next')}
          </Button>
        </form>
      </Card>
    </Page>
  )
}
