import { COMPONENT_CLASS, WindowStatusCodec } from '#protocol/index.ts'
import type { Component, ComponentContext } from '../components/index.ts'
import { DOOR } from '../hubs/index.ts'
import type { HubImage } from '../hub/index.ts'

/** What happened, in its order; the contexts of all that were plugged in; the driver itself. */
export interface Probe {
  readonly calls: string[]
  readonly contexts: ComponentContext[]
  /** `busy`: it moves. */
  readonly component: Component & { busy: boolean }
  readonly image: HubImage
}

/** A driver of windows that records what happens to it, in a door's image. `status`: it reports one. */
export function probe(status = true): Probe {
  const calls: string[] = []
  const contexts: ComponentContext[] = []
  const component: Probe['component'] = {
    statusCount: 1,
    busy: false,
    tick: () => { calls.push('tick') },
    status: () => { calls.push('status') },
    moving: () => component.busy,
    powerChanged: (granted) => { calls.push(granted ? 'granted' : 'taken') },
    vehicleChanged: () => { calls.push('vehicle') },
    dispose: () => { calls.push('disposed') },
  }
  const entry = {
    code: COMPONENT_CLASS.window,
    ...(status && { status: WindowStatusCodec }),
    create: (context: ComponentContext) => {
      contexts.push(context)
      return component
    },
  }
  const image: HubImage = { ...DOOR, components: [entry] }
  return { calls, contexts, component, image }
}
