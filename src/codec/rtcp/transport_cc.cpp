#include "codec/rtcp/transport_cc.h"

#include <algorithm>

#include "codec/rtcp/wire.h"

namespace portico::codec::rtcp {
namespace {

// Two-bit symbols of a packet's status (draft 3.1.1).
enum Symbol : std::uint8_t { kLost = 0, kSmallDelta = 1, kLargeDelta = 2, kReserved = 3 };

constexpr std::size_t kMaxRun = 0x1FFF;  // 13 bits
constexpr std::size_t kOneBitSlots = 14;
constexpr std::size_t kTwoBitSlots = 7;

Symbol symbol_of(std::int32_t delta) {
  if (delta == TransportFeedback::kNotReceived || delta < -32768 || delta > 32767) return kLost;
  return delta >= 0 && delta <= 255 ? kSmallDelta : kLargeDelta;
}

// |0| symbol (2) |  run length (13)  |
std::uint16_t run_chunk(Symbol symbol, std::size_t length) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(symbol) << 13 | length);
}

// |1|0| 14 one-bit symbols |, received means small delta; |1|1| 7 two-bit symbols |
std::uint16_t vector_chunk(std::span<const std::int32_t> deltas, bool two_bit) {
  unsigned chunk = two_bit ? 0xC000U : 0x8000U;
  const unsigned width = two_bit ? 2 : 1;
  unsigned shift = 14;
  for (std::int32_t delta : deltas) {
    shift -= width;
    chunk |= static_cast<unsigned>(symbol_of(delta)) << shift;
  }
  return static_cast<std::uint16_t>(chunk);
}

// Writes the next chunk for `deltas` and returns how many statuses it covers.
std::size_t write_chunk(std::span<const std::int32_t> deltas, ByteWriter& out) {
  const Symbol first = symbol_of(deltas[0]);
  std::size_t run = 1;
  while (run < deltas.size() && run < kMaxRun && symbol_of(deltas[run]) == first) ++run;
  std::size_t one_bit = 0;
  while (one_bit < deltas.size() && one_bit < kOneBitSlots &&
         symbol_of(deltas[one_bit]) != kLargeDelta)
    ++one_bit;
  // A vector always stands for all its slots: it may be part-filled only at the end.
  if (one_bit < kOneBitSlots && one_bit < deltas.size()) one_bit = 0;
  const std::size_t two_bit = std::min(deltas.size(), kTwoBitSlots);
  const std::size_t best_vector = std::max(one_bit, two_bit);
  if (run >= best_vector) {
    out.u16(run_chunk(first, run));
    return run;
  }
  const bool two = two_bit > one_bit;
  out.u16(vector_chunk(deltas.first(best_vector), two));
  return best_vector;
}

void read_chunk(std::uint16_t chunk, std::size_t total, std::vector<std::uint8_t>& symbols) {
  if ((chunk & 0x8000) == 0) {
    const std::size_t length = std::min<std::size_t>(chunk & 0x1FFF, total - symbols.size());
    symbols.insert(symbols.end(), length, static_cast<std::uint8_t>(chunk >> 13 & 3));
    return;
  }
  const bool two_bit = (chunk & 0x4000) != 0;
  const unsigned width = two_bit ? 2 : 1;
  for (unsigned shift = 14; shift > 0 && symbols.size() < total;) {
    shift -= width;
    symbols.push_back(static_cast<std::uint8_t>(chunk >> shift & (two_bit ? 3U : 1U)));
  }
}

}  // namespace

Result<TransportFeedback> parse_transport_feedback(Bytes body) {
  ByteReader reader(body);
  TransportFeedback feedback;
  feedback.sender = Ssrc(reader.u32());
  feedback.media = Ssrc(reader.u32());
  feedback.base_sequence = reader.u16();
  const std::size_t total = reader.u16();
  feedback.reference_time = reader.u24();
  feedback.feedback_count = reader.u8();
  if (!reader.ok()) return fail(ErrorCode::truncated, "transport feedback");
  if (total == 0) return fail(ErrorCode::invalid, "transport feedback without packets");
  if (total > TransportFeedback::kMaxStatuses)
    return fail(ErrorCode::limit, "transport feedback statuses");

  std::vector<std::uint8_t> symbols;
  symbols.reserve(total);
  while (symbols.size() < total) {
    const std::uint16_t chunk = reader.u16();
    if (!reader.ok()) return fail(ErrorCode::truncated, "transport feedback chunks");
    read_chunk(chunk, total, symbols);
  }
  feedback.deltas.reserve(total);
  for (std::uint8_t symbol : symbols) {
    std::int32_t delta = TransportFeedback::kNotReceived;
    if (symbol == kSmallDelta) delta = reader.u8();
    if (symbol == kLargeDelta) delta = static_cast<std::int16_t>(reader.u16());
    if (symbol == kReserved) return fail(ErrorCode::invalid, "transport feedback symbol");
    feedback.deltas.push_back(delta);
  }
  if (!reader.ok()) return fail(ErrorCode::truncated, "transport feedback deltas");
  return feedback;
}

bool write_transport_feedback(const TransportFeedback& feedback, ByteVector& out) {
  const std::span<const std::int32_t> deltas = feedback.deltas;
  if (deltas.empty() || deltas.size() > TransportFeedback::kMaxStatuses) return false;
  ByteWriter packet;
  packet.zeros(4);
  packet.u32(feedback.sender.value);
  packet.u32(feedback.media.value);
  packet.u16(feedback.base_sequence);
  packet.u16(static_cast<std::uint16_t>(deltas.size()));
  packet.u24(feedback.reference_time & 0xFFFFFF);
  packet.u8(feedback.feedback_count);
  for (std::size_t done = 0; done < deltas.size();)
    done += write_chunk(deltas.subspan(done), packet);
  for (std::int32_t delta : deltas) {
    const Symbol symbol = symbol_of(delta);
    if (symbol == kSmallDelta) packet.u8(static_cast<std::uint8_t>(delta));
    if (symbol == kLargeDelta) packet.u16(static_cast<std::uint16_t>(delta));
  }
  // Padding to 32 bits is RTCP padding: its last byte counts it, and the P bit says so (RFC
  // 3550 6.4.1).
  const std::size_t unaligned = packet.size() % 4;
  std::uint8_t first = 0x80 | kFormatTransportCc;
  if (unaligned != 0) {
    const std::size_t pad = 4 - unaligned;
    packet.zeros(pad);
    *packet.at(packet.size() - 1) = static_cast<std::uint8_t>(pad);
    first |= 0x20;
  }
  *packet.at(0) = first;
  *packet.at(1) = kTransportFeedback;
  store16(packet.at(2), static_cast<std::uint16_t>(packet.size() / 4 - 1));
  out.insert(out.end(), packet.view().begin(), packet.view().end());
  return true;
}

}  // namespace portico::codec::rtcp
