import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import type { DeviceChoices } from '@/call/model/flow'
import type { DeviceKind } from '@/call/model/types'
import { t, type MessageKey } from '@/i18n'
import { useDevices } from '@/media/devices'
import { recall, remember } from '@/media/preferences'
import { usePreview } from '@/media/preview'
import { Button } from '@/ui/Button'
import { LevelMeter } from '@/ui/LevelMeter'
import { Card, Page } from '@/ui/Page'
import css from './DeviceStep.module.css'
import { DevicePickers } from './DevicePickers'
import { MediaHelp } from './MediaHelp'
import { SelfView } from './SelfView'

interface DeviceStepProps {
  room: string
  name: string
  onBack: () => void
  onJoin: (choices: DeviceChoices) => void
}

function levelHint(micOn: boolean, problem: boolean): MessageKey {
  if (!micOn) return 'devices_mic_off'
  return problem ? 'devices_mic_problem' : 'devices_say'
}

function remembered(): DeviceChoices {
  return {
    micOn: true,
    cameraOn: true,
    microphone: recall('microphone') ?? '',
    camera: recall('camera') ?? '',
    speaker: recall('speaker') ?? '',
  }
}

export function DeviceStep({ room, name, onBack, onJoin }: DeviceStepProps) {
  const [choices, setChoices] = useState(remembered)
  const [attempt, setAttempt] = useState(0)
  const preview = usePreview(
    {
      camera: choices.cameraOn ? choices.camera : null,
      microphone: choices.micOn ? choices.microphone : null,
    },
    attempt,
  )
  const devices = useDevices(preview.asking)
  const change = (part: Partial<DeviceChoices>) => {
    setChoices((before) => ({ ...before, ...part }))
  }
  const choose = (kind: DeviceKind, id: string) => {
    remember(kind, id)
    change({ [kind]: id })
  }
  const { camera, microphone } = preview
  const nothing = !camera.stream && !microphone.stream && !preview.asking
  // With nothing to choose from, the way to permission is all that matters.
  const blocked = camera.problem === 'denied' && microphone.problem === 'denied'
  const join = () => {
    onJoin({
      ...choices,
      micOn: choices.micOn && microphone.stream !== null,
      cameraOn: choices.cameraOn && camera.stream !== null,
    })
  }

  return (
    <Page centred>
      <div className={css.columns}>
        <div className={css.left}>
          <SelfView
            name={name}
            preview={preview}
            cameraOn={choices.cameraOn}
            micOn={choices.micOn}
            onCamera={(cameraOn) => {
              change({ cameraOn })
            }}
            onMic={(micOn) => {
              change({ micOn })
            }}
          />
          <div className={css.level}>
            <LevelMeter stream={microphone.stream} />
            <p>{t(levelHint(choices.micOn, microphone.problem !== null))}</p>
          </div>
        </div>
        <Card className={css.card}>
          <p className={css.who}>{t('devices_as', { room, name })}</p>
          <h1 className={css.title}>
            {t(camera.stream && microphone.stream ? 'devices_title_ok' : 'devices_title')}
          </h1>
          <MediaHelp
            preview={preview}
            onRetry={() => {
              setAttempt((n) => n + 1)
            }}
          />
          {!blocked && (
            <DevicePickers devices={devices} chosen={choices} onChoose={choose} withTest />
          )}
          <div className={css.actions}>
            <Button look="primary" size="lg" wide disabled={preview.asking} onClick={join}>
              {t(nothing ? 'devices_join_without' : 'devices_join')}
            </Button>
            {preview.asking && (
              <Button
                look="quiet"
                wide
                onClick={() => {
                  onJoin({ ...choices, micOn: false, cameraOn: false })
                }}
              >
                {t('devices_join_without')}
              </Button>
            )}
            <Button look="quiet" icon={<ArrowLeft size={18} aria-hidden />} wide onClick={onBack}>
              {t('back')}
            </Button>
          </div>
        </Card>
      </div>
    </Page>
  )
}
