"""python-can's virtual bus with two nodes in one process: one sends, the other receives. Prints frames per second."""
import sys
import time

import can

count = int(sys.argv[1])
sender = can.Bus(interface="virtual", channel="peer")
receiver = can.Bus(interface="virtual", channel="peer")
message = can.Message(arbitration_id=0x0CFF8185, data=bytes(8), is_extended_id=True)
start = time.perf_counter()
for _ in range(count):
    sender.send(message)
    received = receiver.recv(1)
    assert received is not None
print(count / (time.perf_counter() - start))
sender.shutdown()
receiver.shutdown()
