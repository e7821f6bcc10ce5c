import { ChevronUp } from 'lucide-react'
import { deviceOptions } from '@/screens/device_options'
import { t, type MessageKey } from '@/i18n'
import { canChooseSpeaker, useDevices } from '@/media/devices'
import { Menu, MenuChoice } from '@/ui/Menu'
import type { DeviceKind } from '../model/types'
import css from './DeviceMenu.module.css'

interface DeviceMenuProps {
  label: string
  kinds: readonly DeviceKind[]
  chosen: Record<DeviceKind, string>
  onChoose: (kind: DeviceKind, id: string) => void
}

const titles: Record<DeviceKind, MessageKey> = {
  microphone: 'devices_microphone',
  camera: 'devices_camera',
  speaker: 'devices_speaker',
}

/** The small arrow beside microphone and camera: another device in two clicks. */
export function DeviceMenu({ label, kinds, chosen, onChoose }: DeviceMenuProps) {
  const shown = kinds.filter((kind) => kind !== 'speaker' || canChooseSpeaker)
  return (
    <Menu
      trigger={
        <button type="button" className={css.arrow} aria-label={label}>
          <ChevronUp size={18} aria-hidden />
        </button>
      }
    >
      {shown.map((kind) => (
        <Choice
          key={kind}
          kind={kind}
          value={chosen[kind]}
          onChoose={(id) => {
            onChoose(kind, id)
          }}
        />
      ))}
    </Menu>
  )
}

interface ChoiceProps {
  kind: DeviceKind
  value: string
  onChoose: (id: string) => void
}

function Choice({ kind, value, onChoose }: ChoiceProps) {
  const devices = useDevices(kind)
  const options = deviceOptions(kind, devices[kind])
  const known = options.some((option) => option.id === value)
  return (
    <MenuChoice
      label={t(titles[kind])}
      value={known ? value : ''}
      options={options}
      onChoose={onChoose}
    />
  )
}
