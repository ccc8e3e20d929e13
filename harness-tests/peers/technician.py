"""A technician's script: python-can and the exported DBC, nothing of Spine.

Reads every frame of the bus as signals, sends one WindowCommand with the E2E profile 11 bytes that the protocol page
describes, and watches the window answer. Prints one JSON object.

usage: technician.py DBC PORT DOOR POSITION_PCT
"""
import json
import re
import sys
import time

import can

DBC, PORT, DOOR, GOAL = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
SOURCE = 0xF9
SECONDS = 20


def load(path):
    """Messages of a DBC by their 29-bit identifier: name, length, signals."""
    messages, current = {}, None
    for line in open(path, encoding="latin-1"):
        head = re.match(r"BO_ (\d+) (\w+): (\d+) ", line)
        signal = re.match(r' SG_ (\w+) : (\d+)\|(\d+)@1([+-]) \(([^,]+),([^)]+)\)', line)
        if head:
            current = messages[int(head[1]) & 0x1FFFFFFF] = (head[2], int(head[3]), [])
        elif signal and current:
            current[2].append((signal[1], int(signal[2]), int(signal[3]), float(signal[5]), float(signal[6])))
    return messages


def signals(message, data):
    raw = int.from_bytes(data, "little")
    return {name: ((raw >> start) & ((1 << width) - 1)) * scale + offset for name, start, width, scale, offset in message[2]}


def crc8(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1D) & 0xFF if crc & 0x80 else crc << 1
    return crc


def protected(data_id, counter, payload):
    body = bytes([counter & 0x0F]) + payload
    return bytes([crc8(bytes([data_id & 0xFF, data_id >> 8]) + body)]) + body


messages = load(DBC)
by_name = {message[0]: identifier for identifier, message in messages.items()}
# Who sends is the last byte of the identifier; a receiver looks at the rest.
known = {identifier & 0x03FFFF00: message for identifier, message in messages.items()}
command = by_name["WindowCommand_" + DOOR] & 0x1FFFFF00 | SOURCE
data_id = (command >> 24 & 0x03) << 8 | command >> 8 & 0xFF

bus = can.Bus(interface="slcan", channel=f"socket://127.0.0.1:{PORT}", bitrate=500000)
seen, unknown, bad_crc, positions, echo, sent = {}, 0, 0, [], None, False
end = time.monotonic() + SECONDS
while time.monotonic() < end:
    frame = bus.recv(1)
    if frame is None:
        continue
    message = known.get(frame.arbitration_id & 0x03FFFF00)
    if message is None or not frame.is_extended_id:
        unknown += 1
        continue
    values = signals(message, frame.data)
    seen[message[0]] = seen.get(message[0], 0) + 1
    if "E2E_CRC" in values:
        identifier = frame.arbitration_id
        own = (identifier >> 24 & 0x03) << 8 | identifier >> 8 & 0xFF
        bad_crc += crc8(bytes([own & 0xFF, own >> 8]) + bytes(frame.data[1:])) != frame.data[0]
    if not sent:
        # sequence 7 | goto << 4, position in steps of 0.5 %
        payload = bytes([7 | 5 << 4, int(GOAL * 2)])
        bus.send(can.Message(arbitration_id=command, data=protected(data_id, 0, payload), is_extended_id=True))
        sent = True
    if message[0] == "WindowStatus_" + DOOR:
        positions.append(values["position_pct"])
        if values["echoSender"] == SOURCE & 0x0F:
            echo = values["echoSequence"]
            # still = 1
            if values["state"] == 1 and len(seen) > 20:
                break
bus.shutdown()
print(json.dumps({"seen": seen, "unknown": unknown, "bad_crc": bad_crc, "positions": positions, "echo": echo}))
