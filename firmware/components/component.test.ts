import { describe, expect, it } from 'vitest'
import {
  COMPONENT_CLASS, LatchCommandCodec, type LatchCommandValues, LatchStatusCodec, type LatchStatusValues, WindowStatusCodec,
} from '#protocol/index.ts'
import { defineComponent } from './component.ts'
import type { CommandedDriver, ComponentEntry, ContextOf } from './component.ts'

const driver: CommandedDriver<LatchCommandValues, LatchStatusValues> = {
  statusCount: 1, command: () => true, status: () => undefined, moving: () => false, dispose: () => undefined,
}

describe('the definition of a component class', () => {
  it('is an entry of an image, and ties the driver to its rows and its descriptor at compile time', () => {
    const latch = { code: COMPONENT_CLASS.latch, command: LatchCommandCodec, status: LatchStatusCodec, create: () => driver }
    const entry: ComponentEntry = defineComponent(latch)
    expect([entry.code, entry.command!.kind, entry.status!.name]).toEqual([COMPONENT_CLASS.latch, LatchCommandCodec.kind, 'LatchStatus'])
    // @ts-expect-error a status row that is not the driver's
    defineComponent({ ...latch, status: WindowStatusCodec })
    // @ts-expect-error a class that nobody knows
    defineComponent({ ...latch, code: 99 })
    // @ts-expect-error the descriptor of a window has no flags
    const flagsOf = (context: ContextOf<typeof COMPONENT_CLASS.window>): unknown => context.descriptor.data.flags
    expect(flagsOf).toBeTypeOf('function')
  })
})
