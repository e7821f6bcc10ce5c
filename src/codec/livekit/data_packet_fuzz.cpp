// A packet that reads must keep its payload kind and destinations through a rewrite, and carry the
// new sender.
#include "base/check.h"
#include "codec/livekit/data_packet.h"

using namespace portico::codec::livekit;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const portico::Bytes packet(data, size);
  static_cast<void>(read_rpc_response(packet));
  const auto before = read_data_packet(packet);
  const DataPacketStamp stamp{DataPacket::Kind::lossy, "alice", "PA_alice", std::nullopt};
  const std::string rewritten = rewrite_data_packet(packet, stamp);
  if (!before) {
    PORTICO_CHECK(rewritten.empty());
    return 0;
  }
  const auto after = read_data_packet(portico::as_bytes(rewritten));
  PORTICO_CHECK(after.has_value());
  PORTICO_CHECK(after->participant_identity == "alice" && after->participant_sid == "PA_alice");
  PORTICO_CHECK(after->payload == before->payload && after->sequence == before->sequence);
  PORTICO_CHECK(after->destination_identities == before->destination_identities);
  PORTICO_CHECK(after->destination_sids == before->destination_sids);
  PORTICO_CHECK(rewrite_data_packet(portico::as_bytes(rewritten), stamp) == rewritten);
  return 0;
}
