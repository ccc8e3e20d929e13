import type { Link, LinkFrame } from './link.ts'

/**
 * One node of a bus, as a link meets it. The car's side implements it; frames cross here and nowhere else.
 */
export interface BusPort {
  /**
   * Puts a frame into the node's transmit queue; its memory stays the caller's. `false`: not taken (queue full, bus-off,
   * a kind of frame the bus has not). Callable at any time: it wakes the clock of the bus itself.
   */
  send(frame: LinkFrame): boolean
  /**
   * Called for each frame others had on the bus, with its virtual time, online or not; never for the node's own. The
   * memory is the port's. Returns the unsubscriber.
   */
  onFrame(handler: (frame: LinkFrame) => void): () => void
  /** Online, the node acknowledges and sends; offline, it only hears, and leaves the bus as it was. Starts offline. */
  setOnline(online: boolean): void
}

export interface Attachment {
  /** Takes the node off the bus. The link stays open. */
  detach(): void
}

/**
 * Connects a link with a bus. The link is a node of the bus while it is up; with mode `listen` it never is, and
 * hears all the same. A link that nobody listens to is not offered frames. Error frames tell of a bus and are never put
 * onto one.
 */
export function attachLink(link: Link, port: BusPort): Attachment {
  const listenOnly = link.mode === 'listen'
  let up = false
  const stopLink = link.onFrame(frame => !listenOnly && !frame.error && port.send(frame))
  const stopPort = port.onFrame((frame) => {
    if (up) link.send(frame)
  })
  const states = link.state$.subscribe((state) => {
    up = state === 'up' || state === 'error-passive'
    port.setOnline(up && !listenOnly)
  })
  return {
    detach() {
      states.unsubscribe()
      stopLink()
      stopPort()
      port.setOnline(false)
    },
  }
}

/** Connects two links: what one receives, the other sends. */
export function bridgeLinks(a: Link, b: Link): Attachment {
  const stopA = a.onFrame(frame => b.send(frame))
  const stopB = b.onFrame(frame => a.send(frame))
  return {
    detach() {
      stopA()
      stopB()
    },
  }
}
