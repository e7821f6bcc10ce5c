import type { DeviceKind, MediaProblem } from '@/call/model/types'
import { t, type MessageKey } from '@/i18n'
import { permissionSteps, thisBrowser } from '@/media/permission_help'
import type { Preview } from '@/media/preview'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import css from './MediaHelp.module.css'

interface MediaHelpProps {
  preview: Preview
  onRetry: () => void
}

/** Says what is wrong with camera and microphone, and how to put it right in this very browser. */
export function MediaHelp({ preview, onRetry }: MediaHelpProps) {
  const camera = preview.camera.problem
  const microphone = preview.microphone.problem
  if (!camera && !microphone) return null
  const blocked = camera === 'denied' || microphone === 'denied'
  const insecure = camera === 'insecure' || microphone === 'insecure'
  return (
    <div className={css.help} role="alert">
      {blocked && (
        <Notice tone="warn" title={t(blockedTitle(camera, microphone))}>
          <PermissionSteps />
        </Notice>
      )}
      {insecure && <Notice tone="warn">{t('problem_insecure')}</Notice>}
      <OtherProblem device="camera" problem={camera} />
      <OtherProblem device="microphone" problem={microphone} />
      <Button onClick={onRetry}>{t('devices_retry')}</Button>
    </div>
  )
}

export function PermissionSteps() {
  return (
    <ol>
      {permissionSteps(thisBrowser()).map((key) => (
        <li key={key}>{t(key)}</li>
      ))}
    </ol>
  )
}

function OtherProblem({ device, problem }: { device: DeviceKind; problem: MediaProblem | null }) {
  if (!problem || problem === 'denied' || problem === 'insecure') return null
  return <Notice tone="warn">{t(`problem_${problem}_${device}`)}</Notice>
}

function blockedTitle(camera: MediaProblem | null, microphone: MediaProblem | null): MessageKey {
  if (camera === 'denied' && microphone === 'denied') return 'problem_both'
  return camera === 'denied' ? 'problem_camera' : 'problem_microphone'
}
