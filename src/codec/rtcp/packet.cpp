#include "codec/rtcp/packet.h"

#include <bit>

#include "codec/rtcp/wire.h"

namespace portico::codec::rtcp {
namespace {

ReportBlock read_block(ByteReader& reader) {
  ReportBlock block;
  block.ssrc = Ssrc(reader.u32());
  block.fraction_lost = reader.u8();
  const std::uint32_t lost = reader.u24();
  block.cumulative_lost = static_cast<std::int32_t>(lost << 8) >> 8;  // sign-extends 24 bits
  block.highest_sequence = reader.u32();
  block.jitter = reader.u32();
  block.last_sr = reader.u32();
  block.delay_since_last_sr = reader.u32();
  return block;
}

std::vector<ReportBlock> read_blocks(ByteReader& reader, std::uint8_t count) {
  std::vector<ReportBlock> blocks;
  blocks.reserve(count);
  for (unsigned i = 0; i < count && reader.ok(); ++i) blocks.push_back(read_block(reader));
  return blocks;
}

Result<Packet> parse_sender_report(ByteReader& reader, std::uint8_t count) {
  SenderReport report;
  report.sender = Ssrc(reader.u32());
  report.ntp = NtpTime{reader.u64()};
  report.rtp_timestamp = reader.u32();
  report.packet_count = reader.u32();
  report.octet_count = reader.u32();
  report.blocks = read_blocks(reader, count);
  if (!reader.ok()) return fail(ErrorCode::truncated, "sender report");
  return report;
}

Result<Packet> parse_receiver_report(ByteReader& reader, std::uint8_t count) {
  ReceiverReport report;
  report.sender = Ssrc(reader.u32());
  report.blocks = read_blocks(reader, count);
  if (!reader.ok()) return fail(ErrorCode::truncated, "receiver report");
  return report;
}

Result<Packet> parse_source_description(ByteReader& reader, std::uint8_t count) {
  SourceDescription description;
  for (unsigned i = 0; i < count; ++i) {
    SourceDescription::Chunk chunk;
    chunk.ssrc = Ssrc(reader.u32());
    while (reader.ok()) {
      const std::uint8_t item = reader.u8();
      if (item == 0) break;
      const Bytes text = reader.bytes(reader.u8());
      if (item == kSdesCname) chunk.cname = std::string(as_text(text));
    }
    while (reader.ok() && reader.position() % 4 != 0) reader.skip(1);
    if (!reader.ok()) return fail(ErrorCode::truncated, "source description");
    description.chunks.push_back(std::move(chunk));
  }
  return description;
}

Result<Packet> parse_bye(ByteReader& reader, std::uint8_t count) {
  Bye bye;
  for (unsigned i = 0; i < count; ++i) bye.sources.push_back(Ssrc(reader.u32()));
  if (reader.ok() && reader.remaining() > 0) {
    bye.reason = std::string(as_text(reader.bytes(reader.u8())));
  }
  if (!reader.ok()) return fail(ErrorCode::truncated, "BYE");
  return bye;
}

Result<Packet> parse_nack(ByteReader& reader) {
  Nack nack;
  nack.sender = Ssrc(reader.u32());
  nack.media = Ssrc(reader.u32());
  if (!reader.ok() || reader.remaining() % 4 != 0) return fail(ErrorCode::truncated, "NACK");
  while (reader.remaining() > 0) {
    const std::uint16_t first = reader.u16();
    const std::uint16_t mask = reader.u16();
    nack.lost.push_back(first);
    for (unsigned bit = 0; bit < 16; ++bit) {
      if ((mask >> bit & 1U) != 0) nack.lost.push_back(static_cast<std::uint16_t>(first + bit + 1));
    }
  }
  return nack;
}

Result<Packet> parse_fir(ByteReader& reader) {
  FullIntraRequest fir;
  fir.sender = Ssrc(reader.u32());
  reader.skip(4);  // media source: unused, the entries name it
  if (!reader.ok() || reader.remaining() % 8 != 0) return fail(ErrorCode::truncated, "FIR");
  while (reader.remaining() > 0) {
    const Ssrc ssrc(reader.u32());
    fir.entries.push_back({ssrc, reader.u8()});
    reader.skip(3);
  }
  return fir;
}

Result<Packet> parse_remb(ByteReader& reader) {
  ReceiverEstimatedMaxBitrate remb;
  remb.sender = Ssrc(reader.u32());
  reader.skip(8);  // media source (0) and "REMB", which the caller looked at
  const std::uint8_t count = reader.u8();
  const std::uint32_t packed = reader.u24();
  const unsigned exponent = packed >> 18;
  const std::uint64_t mantissa = packed & 0x3FFFF;
  // More than 2^63 bits per second can't be meant.
  if (exponent > static_cast<unsigned>(std::countl_zero(mantissa | 1)) - 1) {
    return fail(ErrorCode::invalid, "REMB bitrate");
  }
  remb.bitrate = Bitrate{static_cast<std::int64_t>(mantissa << exponent)};
  for (unsigned i = 0; i < count && reader.ok(); ++i) remb.sources.push_back(Ssrc(reader.u32()));
  if (!reader.ok()) return fail(ErrorCode::truncated, "REMB");
  return remb;
}

// RFC 3611 2: sender SSRC, then blocks of |type|specific|length in words|. Each known block becomes
// a packet of its own.
Result<void> parse_extended_reports(ByteReader& reader, std::vector<Packet>& out) {
  const Ssrc sender(reader.u32());
  while (reader.ok() && reader.remaining() > 0) {
    const std::uint8_t type = reader.u8();
    reader.skip(1);
    const std::size_t size = static_cast<std::size_t>(reader.u16()) * 4;
    ByteReader block(reader.bytes(size));
    if (!reader.ok()) break;
    if (out.size() >= kMaxPackets) return fail(ErrorCode::limit, "too many RTCP packets");
    if (type == kXrReferenceTime && size == 8) {
      out.emplace_back(ReceiverReferenceTime{sender, NtpTime{block.u64()}});
    } else if (type == kXrDlrr && size % 12 == 0) {
      DelaySinceLastReceiverReport dlrr{sender, {}};
      while (block.remaining() > 0) {
        const Ssrc ssrc(block.u32());
        const std::uint32_t last = block.u32();
        dlrr.entries.push_back({ssrc, last, block.u32()});
      }
      out.emplace_back(std::move(dlrr));
    }
  }
  if (!reader.ok()) return fail(ErrorCode::truncated, "extended report");
  return {};
}

bool is_remb(Bytes body) { return body.size() >= 16 && as_text(body.subspan(8, 4)) == "REMB"; }

Result<void> add(Result<Packet> packet, std::vector<Packet>& out) {
  if (!packet) return tl::unexpected<Error>(std::move(packet).error());
  out.push_back(*std::move(packet));
  return {};
}

Result<void> parse_feedback(std::uint8_t type, std::uint8_t format, Bytes body,
                            std::vector<Packet>& out) {
  ByteReader reader(body);
  if (type == kTransportFeedback && format == kFormatNack) return add(parse_nack(reader), out);
  if (type == kTransportFeedback && format == kFormatTransportCc) {
    auto feedback = parse_transport_feedback(body);
    if (!feedback) return tl::unexpected<Error>(std::move(feedback).error());
    out.emplace_back(*std::move(feedback));
    return {};
  }
  if (type == kPayloadFeedback && format == kFormatPli) {
    const Ssrc sender(reader.u32());
    const Ssrc media(reader.u32());
    if (!reader.ok()) return fail(ErrorCode::truncated, "PLI");
    out.emplace_back(PictureLossIndication{sender, media});
    return {};
  }
  if (type == kPayloadFeedback && format == kFormatFir) return add(parse_fir(reader), out);
  if (type == kPayloadFeedback && format == kFormatApplication && is_remb(body)) {
    return add(parse_remb(reader), out);
  }
  return {};
}

Result<void> parse_one(std::uint8_t type, std::uint8_t count, Bytes body,
                       std::vector<Packet>& out) {
  ByteReader reader(body);
  switch (type) {
    case kSenderReport:
      return add(parse_sender_report(reader, count), out);
    case kReceiverReport:
      return add(parse_receiver_report(reader, count), out);
    case kSourceDescription:
      return add(parse_source_description(reader, count), out);
    case kBye:
      return add(parse_bye(reader, count), out);
    case kTransportFeedback:
    case kPayloadFeedback:
      return parse_feedback(type, count, body, out);
    case kExtendedReport:
      return parse_extended_reports(reader, out);
    default:
      return {};
  }
}

}  // namespace

Result<std::vector<Packet>> parse(Bytes compound) {
  std::vector<Packet> packets;
  std::size_t headers = 0;
  while (!compound.empty()) {
    if (compound.size() < 4) return fail(ErrorCode::truncated, "RTCP header");
    if (compound[0] >> 6 != 2) return fail(ErrorCode::invalid, "RTCP version");
    if (++headers > kMaxPackets) return fail(ErrorCode::limit, "too many RTCP packets");
    const std::size_t size = (static_cast<std::size_t>(load16(compound.data() + 2)) + 1) * 4;
    if (size > compound.size()) return fail(ErrorCode::truncated, "RTCP packet");
    Bytes body = compound.subspan(4, size - 4);
    if ((compound[0] & 0x20) != 0) {
      // RFC 3550 wants a multiple of four, but transport-wide feedback declares its one to three
      // alignment bytes as padding.
      if (body.empty() || body.back() == 0 || body.back() > body.size()) {
        return fail(ErrorCode::invalid, "RTCP padding");
      }
      body = body.first(body.size() - body.back());
    }
    if (auto done = parse_one(compound[1], compound[0] & 0x1F, body, packets); !done) {
      return tl::unexpected<Error>(std::move(done).error());
    }
    if (packets.size() > kMaxPackets) return fail(ErrorCode::limit, "too many RTCP packets");
    compound = compound.subspan(size);
  }
  return packets;
}

std::optional<std::int64_t> round_trip_micros(std::uint32_t now_middle, std::uint32_t last_sr,
                                              std::uint32_t delay) {
  if (last_sr == 0) return std::nullopt;
  const std::uint32_t ticks = now_middle - last_sr - delay;
  if (ticks > 60U * 65536U) return std::nullopt;
  return static_cast<std::int64_t>(ticks) * 1'000'000 / 65536;
}

}  // namespace portico::codec::rtcp
