import { useCallback } from 'react'
import type { CallActions } from './model/types'

/** Makes a guest link and copies it; on phones the system's share sheet takes it instead. */
export function useInvite(actions: CallActions): () => void {
  return useCallback(() => {
    const run = async () => {
      const link = await actions.inviteLink()
      if (link === null) {
        actions.notify({ kind: 'link_failed' })
        return
      }
      if (await handOver(link)) actions.notify({ kind: 'link_copied' })
    }
    run().catch(() => {
      actions.notify({ kind: 'link_failed' })
    })
  }, [actions])
}

/** True if the link went to the clipboard. */
async function handOver(link: string): Promise<boolean> {
  const touch = window.matchMedia('(pointer: coarse)').matches
  if (touch && 'share' in navigator) {
    try {
      await navigator.share({ url: link })
      return false
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return false
    }
  }
  await navigator.clipboard.writeText(link)
  return true
}
