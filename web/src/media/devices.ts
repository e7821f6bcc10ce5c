/** The cameras, microphones and speakers this machine has, kept current while things are plugged in and out. */
import { useEffect, useState } from 'react'
import type { DeviceKind } from '@/call/model/types'

export interface Device {
  id: string
  label: string
}

export type Devices = Record<DeviceKind, Device[]>

const none: Devices = { microphone: [], camera: [], speaker: [] }

/** `refresh` is anything that changes when permissions do: labels are empty before a permission is given. */
export function useDevices(refresh: unknown): Devices {
  const [devices, setDevices] = useState<Devices>(none)
  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined
    if (!media) return
    let current = true
    const look = () => {
      media
        .enumerateDevices()
        .then((all) => {
          if (current) setDevices(sort(all))
        })
        .catch(() => undefined)
    }
    look()
    media.addEventListener('devicechange', look)
    return () => {
      current = false
      media.removeEventListener('devicechange', look)
    }
  }, [refresh])
  return devices
}

function sort(all: MediaDeviceInfo[]): Devices {
  const of = (kind: MediaDeviceKind) =>
    all
      .filter((device) => device.kind === kind && device.deviceId !== '')
      .map((device) => ({ id: device.deviceId, label: device.label }))
  return { microphone: of('audioinput'), camera: of('videoinput'), speaker: of('audiooutput') }
}

/** Chrome, Edge and Firefox can send sound to a chosen speaker; Safari leaves it to the system. */
export const canChooseSpeaker =
  typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype

export const canShareScreen =
  typeof navigator !== 'undefined' &&
  'mediaDevices' in navigator &&
  'getDisplayMedia' in navigator.mediaDevices
