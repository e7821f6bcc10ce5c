// The packet parser and every chunk parser. What was understood must survive being written and read
// again.

#include <cstdint>

#include "base/check.h"
#include "codec/sctp/chunks.h"
#include "codec/sctp/dcep.h"
#include "codec/sctp/packet.h"
#include "codec/sctp/reconfig.h"

namespace {

using namespace portico;
using namespace portico::codec::sctp;

template <class Write, class Check>
void again(Write write, Check check) {
  PacketWriter out({5000, 5000, 1}, 65535);
  write(out);
  ByteVector bytes = out.finish();
  auto packet = parse_packet(bytes, false);
  PORTICO_CHECK(packet.has_value() && packet->chunk_count() == 1);
  check(*packet->chunks().next());
}

void check_data(const Chunk& chunk) {
  auto data = parse_data(chunk);
  if (!data) return;
  again([&](PacketWriter& out) { write_data(out, *data); },
        [&](const Chunk& copy) {
          PORTICO_CHECK(copy.flags == (chunk.flags & 15));
          PORTICO_CHECK(std::equal(copy.value.begin(), copy.value.end(), chunk.value.begin(),
                                   chunk.value.end()));
        });
}

void check_init(const Chunk& chunk) {
  auto init = parse_init(chunk);
  if (!init) return;
  PORTICO_CHECK(init->initiate_tag != 0 && init->unrecognized.size() <= kMaxReported);
  again([&](PacketWriter& out) { write_init(out, static_cast<ChunkType>(chunk.type), *init); },
        [&](const Chunk& copy) {
          auto second = parse_init(copy);
          PORTICO_CHECK(second.has_value());
          PORTICO_CHECK(second->cookie == init->cookie && second->extensions == init->extensions);
          PORTICO_CHECK(second->forward_tsn == init->forward_tsn);
          PORTICO_CHECK(second->zero_checksum == init->zero_checksum);
        });
}

void check_sack(const Chunk& chunk) {
  auto sack = parse_sack(chunk);
  if (!sack) return;
  std::uint32_t previous = 0;
  for (const GapBlock& block : sack->gaps) {
    PORTICO_CHECK(block.start > previous && block.end >= block.start);
    previous = block.end;
  }
  again([&](PacketWriter& out) { write_sack(out, *sack); },
        [&](const Chunk& copy) {
          auto second = parse_sack(copy);
          PORTICO_CHECK(second && second->gaps == sack->gaps &&
                        second->duplicates == sack->duplicates);
        });
}

void check_rest(const Chunk& chunk) {
  if (auto forward = parse_forward_tsn(chunk); forward && chunk.is(ChunkType::forward_tsn)) {
    again([&](PacketWriter& out) { write_forward_tsn(out, *forward); },
          [&](const Chunk& copy) {
            PORTICO_CHECK(parse_forward_tsn(copy)->skipped == forward->skipped);
          });
  }
  if (auto items = parse_reconfig(chunk)) {
    again([&](PacketWriter& out) { write_reconfig(out, *items); },
          [&](const Chunk& copy) { PORTICO_CHECK(parse_reconfig(copy).value() == *items); });
  }
  if (auto open = parse_channel_open(chunk.value)) {
    PORTICO_CHECK(parse_channel_open(write_channel_open(*open)).value() == *open);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  // Fuzzers don't guess checksums: bytes 8 to 11 are cleared, and the checksum not demanded.
  ByteVector bytes(data, data + size);
  for (std::size_t i = 8; i < 12 && i < size; ++i) bytes[i] = 0;
  auto packet = parse_packet(bytes, true);
  if (!packet) return 0;
  std::size_t count = 0;
  auto cursor = packet->chunks();
  while (auto chunk = cursor.next()) {
    ++count;
    if (chunk->is(ChunkType::data)) check_data(*chunk);
    if (chunk->is(ChunkType::init) || chunk->is(ChunkType::init_ack)) check_init(*chunk);
    if (chunk->is(ChunkType::sack)) check_sack(*chunk);
    check_rest(*chunk);
  }
  PORTICO_CHECK(count == packet->chunk_count());
  return 0;
}
