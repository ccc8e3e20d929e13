import { COMPONENT_CLASS, HUB_TYPE_AT, HUBS, LOCATION, type CodeTable, type MessageRow } from '../catalogue/index.ts'
import { DESCRIPTOR_DATA, DESCRIPTOR_HEAD, LATCH_FLAG, MIRROR_FLAG, type DescriptorField } from '../descriptor.ts'
import { E2E_ERRORS_INVALID, E2E_ERRORS_VALID, E2E_MAX_DELTA, protect } from '../e2e.ts'
import { dataIdOf, hubAddress } from '../id.ts'
import { encodeMessage } from '../messages/index.ts'
import { SWITCH_LAYOUT_CODE } from '../plug.ts'
import { hex, markdownTable, renderMessages } from './markdown-messages.ts'

/** The protocol as a page for people: enough to write a client in any language. */
export function renderMarkdown(rows: readonly MessageRow[]): string {
  return [FRAMES, addresses(), protection(), VALUES, COMMANDS, J1939, descriptor(), '## Messages\n', renderMessages(rows), ''].join('\n')
}

const FRAMES = `# The Spine protocol

CAN 2.0B at 500 kbit/s, 29-bit identifiers, J1939 framing, every message protected end to end. This page is computed from the
message catalogue by \`spine export markdown\`; \`spine export dbc\`, \`kcd\` and \`proto\` say the same to programs.

## Identifiers

| bits | 28…26 | 25…24 | 23…16 | 15…12 | 11…8 | 7…0 |
|---|---|---|---|---|---|---|
| | priority | page | PF = 0xFF | kind | location | source address |

\`id = priority << 26 | page << 24 | 0xFF << 16 | kind << 12 | location << 8 | source\`

Page 0 is a message *from* the hub at the location, page 1 one *to* it; location 0 is everyone. Kinds 0–7 are management, 8–13
component classes, 14 all later classes: there the first data byte (byte 2) is the class code, and says what the rest
means; a status of these has one byte (byte 7) of its own behind the power half and the echo. Classes share the data ids
and the E2E counters of kind 14. The parameter group (PGN) of a message is bits 8–25. **Match frames by parameter group**,
that is by \`identifier & 0x03FFFF00\`: a command may come from several hubs and from tools, and only its source address tells them apart.
Bytes are numbered from 0, bits from the least significant (Intel order).
`

function addresses(): string {
  const hubs = HUBS.map(name => [name, `${LOCATION[name]}`, `0x${hex(hubAddress(LOCATION[name]), 2)}`, HUB_TYPE_AT[name]])
  return `${markdownTable(['hub', 'location', 'source address', 'type'], hubs)}

Tools use source address 0xF9, and 0xFA when that is taken. 0xFE is nobody's (null), 0xFF everyone's.
`
}

function dump(bytes: Uint8Array): string {
  return [...bytes].map(byte => hex(byte, 2)).join(' ')
}

function protection(): string {
  const frame = encodeMessage('WindowCommand@FL', { action: 'up', sequence: 1 }, { source: 0xf9, counter: 0 })
  const data = frame.data.subarray(0, frame.length)
  const known = [0, 1].map((counter) => {
    const zeros = new Uint8Array(8)
    protect(zeros, 8, 0x123, counter)
    return `| 0x123 | ${counter} | \`${dump(zeros)}\` |`
  })
  const group = dataIdOf(frame.id)
  return `## End-to-end protection

Every catalogue message carries the header of AUTOSAR E2E profile 11 with the data id in mode "both":

- byte 0: CRC-8, polynomial 0x1D, start value 0, no final xor, most significant bit first (\`"123456789"\` gives 0x37), over the low
  byte of the data id, its high byte, then bytes 1 to the last of the frame;
- byte 1, bits 0–3: a counter 0…14 that the sender counts up for each frame of one data id; 15 is invalid. Bits 4–7 are 0.

The **data id** is \`page << 8 | kind << 4 | location\`, which is \`(id >> 16 & 0x300) | (id >> 8 & 0xFF)\` of the identifier. It is not
sent. Counters and states are kept by data id and source. A receiver takes a first frame, a step of 1…${E2E_MAX_DELTA}, and any counter after a second of
silence, but of a hub's command or PowerShed: those go on where they stood. The same counter with the same checksum is a repetition; with another one there are two senders; anything else is out of sequence,
and the next in sequence counts again. With more than ${E2E_ERRORS_VALID} errors among the last eight frames a sender is invalid and nothing of it is used, until
${E2E_ERRORS_INVALID} or none is left among them.

| data id | counter | frame of 8 bytes, all fields 0 |
|---|---|---|
${known.join('\n')}

**Worked example.** A tool (source 0xF9) closes the front left window: WindowCommand at FL, \`action\` = up (1), \`sequence\` 1, \`position_pct\`
not available (255), counter 0.

1. Identifier: priority 2, page 1, kind 8, location 1, source 0xF9: \`2 << 26 | 1 << 24 | 0xFF << 16 | 8 << 12 | 1 << 8 | 0xF9\` = \`${hex(frame.id, 8)}\`.
2. Fields: byte 2 = sequence | action << 4 = \`${hex(data[2]!, 2)}\`, byte 3 = \`${hex(data[3]!, 2)}\`; byte 1 = counter = \`${hex(data[1]!, 2)}\`.
3. Data id: \`1 << 8 | 8 << 4 | 1\` = \`0x${hex(group, 3)}\`.
4. CRC-8 over \`${hex(group & 0xff, 2)} ${hex(group >> 8, 2)} ${dump(data.subarray(1))}\` = \`${hex(data[0]!, 2)}\`.
5. On the bus: \`${hex(frame.id, 8)}#${dump(data).replaceAll(' ', '')}\`.

The same in Python, without any library:

\`\`\`python
${PYTHON}\`\`\`

To send it with python-can: \`bus.send(can.Message(arbitration_id=can_id, data=data, is_extended_id=True))\`. A held switch is the same
command every 100 ms, each with the next counter and the same sequence.
`
}

/** Printed on the page, and run by its test. */
export const PYTHON = `def crc8(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x1D) & 0xFF if crc & 0x80 else crc << 1 & 0xFF
    return crc


def protect(can_id, counter, fields):
    """The data of a frame: E2E header, then the fields (bytes 2 to the last)."""
    data_id = (can_id >> 16 & 0x300) | (can_id >> 8 & 0xFF)
    body = bytes([counter]) + bytes(fields)
    return bytes([crc8(bytes([data_id & 0xFF, data_id >> 8]) + body)]) + body


source, location = 0xF9, 1                      # a tool; FL
sequence, action, position = 1, 1, 0xFF         # a new command; up; not available
can_id = 2 << 26 | 1 << 24 | 0xFF << 16 | 8 << 12 | location << 8 | source
data = protect(can_id, counter=0, fields=[sequence | action << 4, position])
print(f"{can_id:08X}#{data.hex().upper()}")
`

const VALUES = `## Values

- *Measured* and *commanded* values have a scale and an offset. Their two top codes mean "out of range" (all ones but the last bit) and "not
  available" (all ones), as in SAE J1939-71; so do the codes above the largest value: out of range. A measured value beyond its range is sent as its
  smallest or largest. In a command, "not available" says that this action does not need the value.
- *Counts*, *enums* and *flags* use their codes as they are.
- A frame may be longer than this page says, when its sender is newer: the CRC covers all of it, the fields known here stay where they are. A shorter
  frame is invalid. Unused bits are 0 and are to be ignored.
`

const COMMANDS = `## Commands

A command carries a 4-bit \`sequence\`: a new command takes the next number, a repetition keeps it. Its sender repeats it every 100 ms until the status of
the component echoes the low nibble of the sender's address (\`echoSender\`) and the sequence (\`echoSequence\`), or until 500 ms have passed: then it has
failed. Repetitions are recognised and not executed again: a command with the sender and sequence of the last one within 3 s is one. Holding a switch is a
repeated command; 250 ms of silence release it, and repetitions that come later begin nothing, nor do they after the hub was reset or another component
was plugged in. A command older than its lifetime is never executed. One sender leaves at least 10 ms between frames to one hub.
`

const J1939 = `## Address claim and requests

Hubs claim their addresses after SAE J1939-81: PGN 0xEE00 (\`18EEFFss\`), 8 bytes of NAME, lower NAME wins; "cannot claim" comes from source 0xFE. The NAME's
function is the hub's type, its function instance the location, and it is not arbitrary-address capable: two hubs at one location are a wiring
fault. A request (PGN 0xEA00, \`18EAddss\`, 3 bytes of PGN, least significant first) for 0xEE00 to 0xFF lists the hubs; each answers after
location × 20 ms. A request for ComponentAnnounce's PGN lists a hub's components.
`

function descriptor(): string {
  const tables: [string, readonly DescriptorField[]][] = Object.entries(DESCRIPTOR_DATA)
  const classes = tables.flatMap(([name, fields]) => fields.map(field => [name, descriptorBytes(field), descriptorContent(field)]))
  return `## Component descriptor

A component says what it is in the 128 bytes of a 1-Wire EEPROM (DS2431 or alike). Numbers are unsigned, least significant byte first.

| bytes | content |
|---|---|
| 0 | 0x53 |
| 1 | version of the layout: 1 |
| 2 | n: bytes in use, CRC included |
| 3 | component class: ${flagsText(COMPONENT_CLASS)} |
${DESCRIPTOR_HEAD.map(field => `| ${descriptorBytes(field)} | ${descriptorContent(field)} |`).join('\n')}
| 18 … n−3 | class data, below; more may follow and is ignored |
| n−2, n−1 | CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF; \`"123456789"\` gives 0x29B1) over bytes 0 … n−3 |

${markdownTable(['class', 'bytes', 'class data'], classes)}

A mirror's flags: ${flagsText(MIRROR_FLAG)}. A latch's: ${flagsText(LATCH_FLAG)}. Layouts of a switch pack: ${flagsText(SWITCH_LAYOUT_CODE)}.
`
}

function descriptorBytes({ kind, offset, bytes }: DescriptorField): string {
  if (kind === 'list') return `${offset} …`
  return bytes === 1 ? `${offset}` : `${offset}–${offset + bytes - 1}`
}

function descriptorContent({ name, kind, bytes, perUnit, most }: DescriptorField): string {
  const steps = perUnit === 1 ? '' : `, in steps of 1/${perUnit}`
  const times = kind === 'list' ? `, ${bytes} bytes each` : most === undefined ? '' : `, 1…${most}`
  return `\`${name}\`${steps}${times}`
}

function flagsText(codes: CodeTable): string {
  return Object.entries(codes).map(([name, code]) => `${code} ${name}`).join(', ')
}
