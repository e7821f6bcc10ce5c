import { t } from '@/i18n'
import { useDevices } from '@/media/devices'
import { DevicePickers } from '@/screens/DevicePickers'
import { Dialog } from '@/ui/Dialog'
import type { DeviceKind } from '../model/types'

interface SettingsDialogProps {
  open: boolean
  chosen: Record<DeviceKind, string>
  onChoose: (kind: DeviceKind, id: string) => void
  onClose: () => void
}

export function SettingsDialog({ open, chosen, onChoose, onClose }: SettingsDialogProps) {
  const devices = useDevices(open)
  return (
    <Dialog open={open} onClose={onClose} title={t('settings_title')}>
      <DevicePickers devices={devices} chosen={chosen} onChoose={onChoose} withTest />
    </Dialog>
  )
}
