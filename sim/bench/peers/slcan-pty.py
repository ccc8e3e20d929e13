"""Frames per second of python-can's slcan from one end of a pty pair to the other."""
import sys
import threading
import time

import can

near, far, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
# Without a bit rate, and without the two seconds of sleep that an adapter gets.
sender = can.Bus(interface="slcan", channel=near, sleep_after_open=0)
receiver = can.Bus(interface="slcan", channel=far, sleep_after_open=0)
message = can.Message(arbitration_id=0x18FF8181, is_extended_id=True, data=bytes(range(8)))


def send():
    for _ in range(count):
        sender.send(message)


thread = threading.Thread(target=send)
begin = time.perf_counter()
thread.start()
for n in range(count):
    while receiver.recv(10) is None:
        sys.exit("%d of %d frames arrived" % (n, count))
seconds = time.perf_counter() - begin
thread.join()
print(count / seconds)
