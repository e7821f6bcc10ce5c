import type { DeviceKind } from '@/call/model/types'
import { t, type MessageKey } from '@/i18n'
import type { Device } from '@/media/devices'

const kinds: Record<DeviceKind, MessageKey> = {
  camera: 'devices_camera',
  microphone: 'devices_microphone',
  speaker: 'devices_speaker',
}

/** What a picker offers: the default first, then every device; nameless ones (no permission yet) are numbered. */
export function deviceOptions(kind: DeviceKind, devices: Device[]): Device[] {
  if (devices.length === 0 && kind !== 'speaker') return [{ id: '', label: t('devices_none') }]
  const named = devices
    .filter((device) => device.id !== 'default' && device.id !== 'communications')
    .map((device, index) => ({
      id: device.id,
      label: device.label || t('devices_numbered', { kind: t(kinds[kind]), number: index + 1 }),
    }))
  return [{ id: '', label: t('devices_default') }, ...named]
}
