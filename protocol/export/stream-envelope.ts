/**
 * The messages of the `spine:` stream (TCP; each Envelope behind its length as a varint), as they stand in
 * `spine.proto`. Tags are fixed: a new field gets a new tag, an old one is never reused.
 */
export const STREAM_ENVELOPE_PROTO = `// One message of the spine: stream. Each is preceded by its length in bytes, a varint.
message Envelope {
  oneof body {
    Hello hello = 1;
    Refusal refusal = 2;
    ControlRequest request = 4;
    ControlResponse response = 5;
    StreamState state = 6;
    Samples samples = 7;
    VssValues vss = 8;
  }
  // Frames in the order in which they were on the bus. An envelope holds either these or a body.
  repeated StreamFrame frames = 3;
}

// The first message in both directions.
message Hello {
  // Version of the stream: 1.
  uint32 version = 1;
  // The car, or the tool that connects.
  string name = 2;
  // Bit rate of the bus, bit/s.
  uint32 bitrate = 3;
  // Time on the bus when the connection was made, ns since the epoch of the car.
  uint64 now_ns = 4;
  // The sender of this hello will only listen.
  bool listen_only = 5;
  // Bit rate of the inside of CAN FD frames, bit/s; 0 on a classic bus.
  uint32 data_bitrate = 6;
  // What the sender of this hello wants to get.
  StreamView view = 7;
}

enum StreamView {
  STREAM_VIEW_FRAMES = 0;
  STREAM_VIEW_FRAMES_AND_VSS = 1;
  STREAM_VIEW_VSS = 2;
}

// The last message before the server ends the connection.
message Refusal {
  string reason = 1;
}

// One CAN frame.
message StreamFrame {
  uint32 id = 1;
  bytes data = 2;
  // 29-bit identifier.
  bool extended = 3;
  bool remote = 4;
  bool fd = 5;
  bool brs = 6;
  // An error frame as SocketCAN has it: id holds the error class.
  bool error = 7;
  // Which spine: 0 = A, 1 = B.
  uint32 bus = 8;
  // Of a remote frame: the length it asks for.
  uint32 remote_length = 9;
  // When it was on the bus, ns since the epoch of the car.
  uint64 timestamp_ns = 10;
  // Of a command: when its sender took it, us since it sent its Hello. The receiver drops it after its lifetime.
  uint64 made_us = 11;
}

// What a tool asks of a car. Answered by a ControlResponse with the same id.
message ControlRequest {
  uint32 id = 1;
  oneof command {
    PressSwitch press = 2;
    ReleaseSwitch release = 3;
    SnapshotRequest snapshot = 4;
    ListSwitches switches = 5;
    DescribeCar describe = 6;
    Deed begin = 7;
    Deed end = 8;
    SetSpeed speed = 9;
    WatchSignals watch = 10;
  }
}

// Presses a switch as a thumb does, such as DASH.windowFL.up.
message PressSwitch {
  string switch = 1;
  // Released after this long on the bus; 0 = held until it is released.
  double hold_ms = 2;
}

message ReleaseSwitch {
  string switch = 1;
}

// Asks for everything a display shows.
message SnapshotRequest {
}

message ListSwitches {
}

// Asks what the car is: topology, switches, seed, what has been done to it.
message DescribeCar {
}

// Something that is done to the car, as random runs have it, and its end.
message Deed {
  // press, obstacle, unplug, cut, copper, crank, ignition, ...
  string kind = 1;
  // What it needs: a JSON object of numbers and texts.
  string with_json = 2;
}

// Virtual time per real time; 0 = stands still. A car with links refuses.
message SetSpeed {
  double factor = 1;
}

// Which signals the server is to send as they change, such as "FL.window position_pct"; in place of those before.
message WatchSignals {
  repeated string signals = 1;
}

message ControlResponse {
  uint32 id = 1;
  // Why it was not done; empty = done.
  string error = 2;
  // Of a snapshot: JSON text.
  string snapshot_json = 3;
  // Of ListSwitches: their names.
  repeated string switches = 4;
  // Of DescribeCar: JSON text.
  string car_json = 5;
}

// Sent by the server when it changed.
message StreamState {
  // Frames that this client should have got and did not, since it connected.
  uint64 dropped = 1;
}

// Sent by the server: new values of watched signals.
message Samples {
  repeated Series series = 1;
}

message Series {
  string signal = 1;
  // Pairs of seconds and value: 64-bit floats, little-endian.
  bytes points = 2;
}

// Sent by the server to whoever asked for it in its hello: signals of COVESA's Vehicle Signal Specification 6 that changed, each
// first when the bus says it for the first time since. Which there are: npx spine export vss.
message VssValues {
  repeated VssValue values = 1;
}

message VssValue {
  // Vehicle.Cabin.Door.Row1.DriverSide.Window.Position
  string path = 1;
  // When it was on the bus, ns since the epoch of the car.
  uint64 timestamp_ns = 2;
  VssKind kind = 3;
  double number = 4;
  bool flag = 5;
  string text = 6;
}

enum VssKind {
  VSS_KIND_NOT_AVAILABLE = 0;
  VSS_KIND_NUMBER = 1;
  VSS_KIND_FLAG = 2;
  VSS_KIND_TEXT = 3;
}

// One CAN frame of a recording: the fields of StreamFrame, and what logs tell beside them.
message LoggedFrame {
  enum Direction {
    DIRECTION_UNKNOWN = 0;
    DIRECTION_RECEIVED = 1;
    DIRECTION_SENT = 2;
  }
  uint32 id = 1;
  bytes data = 2;
  bool extended = 3;
  bool remote = 4;
  bool fd = 5;
  bool brs = 6;
  bool error = 7;
  uint32 bus = 8;
  uint32 remote_length = 9;
  // Rounded above 104 days: the time of the record is exact.
  uint64 timestamp_ns = 10;
  // Seen from whoever recorded it.
  Direction direction = 12;
  // Name of the interface, such as can0.
  string interface = 13;
  // 9 to 15: the length code on the bus of a classic frame of 8 bytes; otherwise 0.
  uint32 length_code = 14;
  // Error state indicator of a CAN FD frame.
  bool esi = 15;
}
`
