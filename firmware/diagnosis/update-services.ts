import { NRC, type Nrc, ROUTINE, SERVICE } from '#protocol/index.ts'
import type { Routine } from './data-services.ts'
import { type Conversation, LOCK, PROGRAMMING, type Service } from './service.ts'

/** Data of one TransferData: pages are whole numbers of it. */
const BLOCK_BYTES = 256
const BLOCK_HEAD = 2
/** dataFormatIdentifier: neither packed nor encrypted; addressAndLengthFormatIdentifier: four bytes each. */
const PLAIN = 0x00
const FOUR_AND_FOUR = 0x44
const DOWNLOAD_BYTES = 11
const LENGTH_FORMAT = 0x20
const ALLOW_OLDER = 1

function word(request: Uint8Array, from: number): number {
  return (request[from]! << 24 | request[from + 1]! << 16 | request[from + 2]! << 8 | request[from + 3]!) >>> 0
}

/** RequestDownload, TransferData, RequestTransferExit with the state of one transfer, so made for each hub. */
export function updateServices(): Service[] {
  /** Counter of the last block that was taken; −1: no transfer. */
  let counter = -1
  const take = (conversation: Conversation, request: Uint8Array, length: number): Nrc => {
    const outcome = conversation.update!.write(request, BLOCK_HEAD, length)
    if (outcome !== NRC.none) return outcome
    counter = request[1]!
    conversation.put(counter, 1)
    return NRC.none
  }
  return [
    {
      id: SERVICE.download, sessions: PROGRAMMING, locked: LOCK.always, shortest: DOWNLOAD_BYTES, longest: DOWNLOAD_BYTES,
      subFunctions: undefined,
      run: (conversation, request): Nrc => {
        const update = conversation.update
        if (update === undefined) return NRC.downloadNotAccepted
        if (request[1] !== PLAIN || request[2] !== FOUR_AND_FOUR) return NRC.requestOutOfRange
        const outcome = update.begin(word(request, 3), word(request, 7))
        if (outcome !== NRC.none) return outcome
        counter = 0
        conversation.put(LENGTH_FORMAT, 1)
        conversation.put(BLOCK_BYTES + BLOCK_HEAD, 2)
        return NRC.none
      },
    },
    {
      id: SERVICE.transfer, sessions: PROGRAMMING, locked: LOCK.always, shortest: BLOCK_HEAD + 1, longest: BLOCK_HEAD + BLOCK_BYTES,
      subFunctions: undefined,
      run: (conversation, request, length) => {
        const update = conversation.update
        if (update === undefined || counter < 0) return NRC.requestSequenceError
        if (request[1] === counter && !update.fresh()) {
          // Its answer was lost: it is in flash already.
          conversation.put(counter, 1)
          return NRC.none
        }
        if (request[1] !== (counter + 1 & 0xff)) return NRC.wrongBlockCounter
        return update.startsPage() ? conversation.pend(() => take(conversation, request, length)) : take(conversation, request, length)
      },
    },
    {
      id: SERVICE.transferExit, sessions: PROGRAMMING, locked: LOCK.always, shortest: 1, longest: 1, subFunctions: undefined,
      run: (conversation) => {
        if (conversation.update === undefined || counter < 0 || !conversation.update.complete()) return NRC.requestSequenceError
        counter = -1
        return NRC.none
      },
    },
  ]
}

/** Checks what was transferred and has it booted next: option 1 allows an older image. Answers with an `IMAGE_FAULT`. */
const checkImage: Routine = {
  id: ROUTINE.checkImage, sessions: PROGRAMMING, locked: LOCK.always,
  run: (conversation, request, length) => {
    const update = conversation.update
    if (update === undefined) return NRC.conditionsNotCorrect
    if (length !== 5) return NRC.incorrectLength
    const older = request[4] === ALLOW_OLDER
    return conversation.pend(() => {
      conversation.put(update.arm(older), 1)
      return NRC.none
    })
  },
}

export const UPDATE_ROUTINES: readonly Routine[] = [checkImage]
