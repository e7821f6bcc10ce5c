import { Camera, Mic, Volume2 } from 'lucide-react'
import { useState } from 'react'
import type { DeviceKind } from '@/call/model/types'
import { t, type MessageKey } from '@/i18n'
import { canChooseSpeaker, type Device, type Devices } from '@/media/devices'
import { playTestSound } from '@/media/test_sound'
import { Button } from '@/ui/Button'
import { SelectField } from '@/ui/Field'
import css from './DevicePickers.module.css'
import { deviceOptions } from './device_options'

interface DevicePickersProps {
  devices: Devices
  chosen: Record<DeviceKind, string>
  onChoose: (kind: DeviceKind, id: string) => void
  withTest?: boolean
}

const icons = { camera: Camera, microphone: Mic, speaker: Volume2 }
const labels: Record<DeviceKind, MessageKey> = {
  camera: 'devices_camera',
  microphone: 'devices_microphone',
  speaker: 'devices_speaker',
}

export function DevicePickers({ devices, chosen, onChoose, withTest = false }: DevicePickersProps) {
  const picker = (kind: DeviceKind, list: Device[]) => {
    const Icon = icons[kind]
    return (
      <SelectField
        label={t(labels[kind])}
        icon={<Icon size={18} aria-hidden />}
        value={chosen[kind]}
        options={deviceOptions(kind, list)}
        disabled={list.length === 0 && kind !== 'speaker'}
        onChange={(id) => {
          onChoose(kind, id)
        }}
      />
    )
  }
  return (
    <div className={css.pickers}>
      {picker('camera', devices.camera)}
      {picker('microphone', devices.microphone)}
      <div className={css.speaker}>
        {canChooseSpeaker && picker('speaker', devices.speaker)}
        {withTest && <TestSound speaker={chosen.speaker} />}
      </div>
    </div>
  )
}

function TestSound({ speaker }: { speaker: string }) {
  const [playing, setPlaying] = useState(false)
  return (
    <Button
      disabled={playing}
      onClick={() => {
        setPlaying(true)
        playTestSound(speaker)
          .catch(() => undefined)
          .finally(() => {
            setPlaying(false)
          })
      }}
    >
      {t(playing ? 'devices_testing' : 'devices_test')}
    </Button>
  )
}
