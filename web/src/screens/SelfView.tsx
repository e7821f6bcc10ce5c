import { Mic, MicOff, Video, VideoOff } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { t } from '@/i18n'
import type { Preview } from '@/media/preview'
import { Avatar } from '@/ui/Avatar'
import { classes } from '@/ui/classes'
import { Spinner } from '@/ui/Spinner'
import { Tooltip } from '@/ui/Tooltip'
import css from './SelfView.module.css'

interface SelfViewProps {
  name: string
  preview: Preview
  cameraOn: boolean
  micOn: boolean
  onCamera: (on: boolean) => void
  onMic: (on: boolean) => void
}

/** Me as the others will see me, with the two switches on the picture. */
export function SelfView({ name, preview, cameraOn, micOn, onCamera, onMic }: SelfViewProps) {
  const video = useRef<HTMLVideoElement>(null)
  const { stream } = preview.camera
  useEffect(() => {
    if (video.current) video.current.srcObject = stream
  }, [stream])
  const silent = !stream
  return (
    <div className={css.view}>
      <video
        ref={video}
        className={classes(css.video, silent && css.hidden)}
        aria-label={t('devices_preview')}
        autoPlay
        playsInline
        muted
      />
      {silent && (
        <div className={css.placeholder}>
          {preview.asking ? <Spinner size={32} /> : <Avatar id={name} name={name} size="fill" />}
          <p className={css.words} role="status">
            {t(
              preview.asking
                ? 'devices_asking'
                : cameraOn
                  ? 'devices_camera_problem'
                  : 'devices_camera_off',
            )}
          </p>
        </div>
      )}
      <div className={css.switches}>
        <RoundSwitch
          on={micOn && !preview.microphone.problem}
          label={t(micOn ? 'mic_turn_off' : 'mic_turn_on')}
          icon={micOn && !preview.microphone.problem ? <Mic /> : <MicOff />}
          onClick={() => {
            onMic(!micOn)
          }}
        />
        <RoundSwitch
          on={cameraOn && !preview.camera.problem}
          label={t(cameraOn ? 'camera_turn_off' : 'camera_turn_on')}
          icon={cameraOn && !preview.camera.problem ? <Video /> : <VideoOff />}
          onClick={() => {
            onCamera(!cameraOn)
          }}
        />
      </div>
    </div>
  )
}

interface RoundSwitchProps {
  on: boolean
  label: string
  icon: React.ReactNode
  onClick: () => void
}

function RoundSwitch({ on, label, icon, onClick }: RoundSwitchProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        className={classes(css.round, !on && css.off)}
        aria-label={label}
        onClick={onClick}
      >
        {icon}
      </button>
    </Tooltip>
  )
}
