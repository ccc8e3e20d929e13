import { VirtualTimeScheduler } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { counterOf } from '#protocol/index.ts'
import type { GivenOf } from '#protocol/catalogue/index.ts'
import { type DecodedMessage, encodeMessage, FrameDecoder, type SenderStart } from '#protocol/messages/index.ts'
import { createLinkFrame, LinkBase, type LinkFrame, type LinkOptions } from '../gateway/index.ts'
import { type CommandOutcome, CommandSender, type SendOptions, toolCommand } from './command-sender.ts'

/** A link to a hub that answers the n-th command as `answer` says: the status it then sends, or nothing. */
class HubLink extends LinkBase {
  readonly sent: { at_ms: number, counter: number, values: Record<string, number> }[] = []
  refuses = false
  private readonly clock: VirtualTimeScheduler
  private readonly answer: (n: number, command: DecodedMessage<'WindowCommand'>) => GivenOf<'WindowStatus@FL'> | undefined

  constructor(clock: VirtualTimeScheduler, answer: HubLink['answer'], options: LinkOptions = {}) {
    super('spine:bench', options)
    this.clock = clock
    this.answer = answer
  }

  override send(frame: LinkFrame): boolean {
    if (this.refuses) return false
    const command = new FrameDecoder().decode(frame)
    if (command?.name !== 'WindowCommand') throw new Error(`${command?.name} is not what the bench sends`)
    this.sent.push({ at_ms: this.clock.now(), counter: counterOf(frame.data), values: { ...command.values } })
    const status = this.answer(this.sent.length, command)
    if (status !== undefined) this.receive(Object.assign(createLinkFrame(), encodeMessage('WindowStatus@FL', status, { source: 0x81 })), this.counters)
    return true
  }

  protected override async start(): Promise<void> {
    this.setState('up')
  }

  protected override async stop(): Promise<void> {}
}

const echoOf = ({ source, values }: DecodedMessage<'WindowCommand'>): GivenOf<'WindowStatus@FL'> =>
  ({ echoSender: source & 0x0f, echoSequence: values.sequence })

async function send(
  answer: HubLink['answer'], options: SendOptions = {}, start: SenderStart = {}, prepare: (link: HubLink) => void = () => undefined,
): Promise<{ link: HubLink, outcome: CommandOutcome }> {
  const clock = new VirtualTimeScheduler()
  const link = new HubLink(clock, answer)
  await link.open()
  prepare(link)
  const sending = new CommandSender(link, start, clock).send(toolCommand('WindowCommand@FL', ['action=up'], 0xf9), options)
  clock.flush()
  const outcome = await sending
  await link.close()
  return { link, outcome }
}

describe('a command of a tool', () => {
  it('is sent once when its status echoes it', async () => {
    const { link, outcome } = await send((_, command) => echoOf(command), {}, { counter: 3, sequence: 9 })
    expect(link.sent).toMatchObject([{ at_ms: 0, counter: 3, values: { sequence: 9 } }])
    expect(outcome).toMatchObject({ kind: 'accepted', frames: 1, sequence: 9, latency_ms: 0, status: { echoSequence: 9 }, problem: '' })
  })

  it('is repeated every 100 ms with its sequence and the next counter until then', async () => {
    const { link, outcome } = await send((n, command) => n === 3 ? echoOf(command) : undefined, {}, { counter: 14 })
    expect(link.sent.map(({ at_ms, counter, values }) => [at_ms, counter, values.sequence])).toEqual([[0, 14, 1], [100, 0, 1], [200, 1, 1]])
    expect(outcome).toMatchObject({ kind: 'accepted', frames: 3, latency_ms: 200 })
  })

  it('fails after 500 ms, and says whether anybody is there', async () => {
    const silent = await send(() => undefined)
    expect(silent.link.sent.map(({ at_ms }) => at_ms)).toEqual([0, 100, 200, 300, 400])
    expect(silent.outcome).toMatchObject({ kind: 'unanswered', frames: 5, problem: expect.stringMatching(/^no WindowStatus@FL within 500 ms/) as unknown })
    const deaf = await send((_, command) => ({ ...echoOf(command), echoSender: 10 }))
    expect(deaf.outcome).toMatchObject({ kind: 'unanswered', problem: expect.stringMatching(/^WindowStatus@FL came but did not echo the command/) as unknown })
  })

  it('lasts as long as it is held, whatever is echoed', async () => {
    const { link, outcome } = await send((_, command) => echoOf(command), { hold_ms: 350 })
    expect(link.sent.map(({ at_ms }) => at_ms)).toEqual([0, 100, 200, 300])
    expect(outcome).toMatchObject({ kind: 'accepted', frames: 4, latency_ms: 0 })
  })

  it('is sent once and not waited for when that is wished', async () => {
    const { outcome } = await send(() => undefined, { wait: false })
    expect(outcome).toMatchObject({ kind: 'sent', frames: 1, problem: '' })
  })

  it('fails at once when the link does not take it', async () => {
    const { outcome } = await send(() => undefined, {}, {}, (link) => { link.refuses = true })
    expect(outcome).toMatchObject({ kind: 'notTaken', frames: 0, problem: 'spine:bench did not take the frame (up)' })
  })

  it('keeps a sequence that was given, in any case', async () => {
    const clock = new VirtualTimeScheduler()
    const link = new HubLink(clock, (_, command) => echoOf(command))
    await link.open()
    const sending = new CommandSender(link, {}, clock).send(toolCommand('WindowCommand@FL', ['action=up', 'Sequence=7'], 0xf9))
    clock.flush()
    expect(await sending).toMatchObject({ kind: 'accepted', sequence: 7, frames: 1 })
    await link.close()
  })
})
