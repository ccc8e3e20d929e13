import { createLinkFrame } from '#sim/gateway/browser.ts'
import type { FrameStore } from './frame-store.ts'
import { load } from './parts.ts'

/** Gives the browser a file to keep. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}

/** All frames that are kept, as candump -L writes them. */
export async function saveLog(frames: FrameStore): Promise<void> {
  const { formatCandumpLine } = await load('log')
  const frame = createLinkFrame()
  const lines: string[] = []
  for (let n = frames.first; n < frames.total; n++) if (frames.read(n, frame)) lines.push(formatCandumpLine(frame))
  saveFile('spine.log', 'text/plain', lines.join(''))
}
