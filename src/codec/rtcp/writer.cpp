#include "codec/rtcp/writer.h"

#include <algorithm>
#include <bit>

#include "codec/rtcp/wire.h"

namespace portico::codec::rtcp {
namespace {

constexpr std::size_t kMaxCount = 31;  // five bits in the common header

// Opens a packet; the head is filled by Writer::finish().
ByteWriter start() {
  ByteWriter packet;
  packet.zeros(4);
  return packet;
}

void write_block(ByteWriter& out, const ReportBlock& block) {
  out.u32(block.ssrc.value);
  out.u8(block.fraction_lost);
  // RFC 3550 6.4.1: 24 bits signed; what exceeds them stays at the limit.
  const std::int32_t lost = std::clamp(block.cumulative_lost, -0x800000, 0x7FFFFF);
  out.u24(static_cast<std::uint32_t>(lost) & 0xFFFFFF);
  out.u32(block.highest_sequence);
  out.u32(block.jitter);
  out.u32(block.last_sr);
  out.u32(block.delay_since_last_sr);
}

void write_text(ByteWriter& out, std::string_view text) {
  text = text.substr(0, 255);
  out.u8(static_cast<std::uint8_t>(text.size()));
  out.bytes(as_bytes(text));
}

void align(ByteWriter& out) {
  while (out.size() % 4 != 0) out.u8(0);
}

}  // namespace

bool Writer::append(Bytes packet) {
  if (buffer_.size() + packet.size() > limit_) return false;
  buffer_.insert(buffer_.end(), packet.begin(), packet.end());
  return true;
}

bool Writer::finish(ByteWriter& packet, std::uint8_t count, std::uint8_t type) {
  *packet.at(0) = static_cast<std::uint8_t>(0x80 | count);
  *packet.at(1) = type;
  store16(packet.at(2), static_cast<std::uint16_t>(packet.size() / 4 - 1));
  return append(packet.view());
}

bool Writer::add_sender_report(const SenderReport& report) {
  const std::size_t count = std::min(report.blocks.size(), kMaxCount);
  ByteWriter packet = start();
  packet.u32(report.sender.value);
  packet.u64(report.ntp.value);
  packet.u32(report.rtp_timestamp);
  packet.u32(report.packet_count);
  packet.u32(report.octet_count);
  for (std::size_t i = 0; i < count; ++i) write_block(packet, report.blocks[i]);
  return finish(packet, static_cast<std::uint8_t>(count), kSenderReport);
}

bool Writer::add_receiver_report(Ssrc sender, std::span<const ReportBlock> blocks) {
  blocks = blocks.first(std::min(blocks.size(), kMaxCount));
  ByteWriter packet = start();
  packet.u32(sender.value);
  for (const ReportBlock& block : blocks) write_block(packet, block);
  return finish(packet, static_cast<std::uint8_t>(blocks.size()), kReceiverReport);
}

bool Writer::add_cname(Ssrc ssrc, std::string_view cname) {
  ByteWriter packet = start();
  packet.u32(ssrc.value);
  packet.u8(kSdesCname);
  write_text(packet, cname);
  packet.u8(0);
  align(packet);
  return finish(packet, 1, kSourceDescription);
}

bool Writer::add_bye(Ssrc ssrc) { return add(Bye{{ssrc}, {}}); }

bool Writer::add_nack(Ssrc sender, Ssrc media, std::span<const std::uint16_t> ascending) {
  if (ascending.empty()) return true;
  ByteWriter packet = start();
  packet.u32(sender.value);
  packet.u32(media.value);
  for (std::size_t i = 0; i < ascending.size();) {
    const std::uint16_t first = ascending[i++];
    std::uint16_t mask = 0;
    while (i < ascending.size()) {
      const auto distance = static_cast<std::uint16_t>(ascending[i] - first);
      if (distance == 0 || distance > 16) break;
      mask = static_cast<std::uint16_t>(mask | 1U << (distance - 1));
      ++i;
    }
    packet.u16(first);
    packet.u16(mask);
  }
  return finish(packet, kFormatNack, kTransportFeedback);
}

bool Writer::add_pli(Ssrc sender, Ssrc media) {
  ByteWriter packet = start();
  packet.u32(sender.value);
  packet.u32(media.value);
  return finish(packet, kFormatPli, kPayloadFeedback);
}

bool Writer::add_fir(Ssrc sender, Ssrc media, std::uint8_t sequence) {
  return add(FullIntraRequest{sender, {{media, sequence}}});
}

bool Writer::add_remb(Ssrc sender, Bitrate bitrate, std::span<const Ssrc> sources) {
  sources = sources.first(std::min<std::size_t>(sources.size(), 255));
  const auto bits = static_cast<std::uint64_t>(std::max<std::int64_t>(bitrate.bps, 0));
  const int width = static_cast<int>(std::bit_width(bits));
  const auto exponent = static_cast<std::uint32_t>(std::max(0, width - 18));
  ByteWriter packet = start();
  packet.u32(sender.value);
  packet.u32(0);
  packet.bytes(as_bytes("REMB"));
  packet.u8(static_cast<std::uint8_t>(sources.size()));
  packet.u24(exponent << 18 | static_cast<std::uint32_t>(bits >> exponent));
  for (Ssrc source : sources) packet.u32(source.value);
  return finish(packet, kFormatApplication, kPayloadFeedback);
}

bool Writer::add_rrtr(Ssrc sender, NtpTime now) {
  ByteWriter packet = start();
  packet.u32(sender.value);
  packet.u8(kXrReferenceTime);
  packet.u8(0);
  packet.u16(2);
  packet.u64(now.value);
  return finish(packet, 0, kExtendedReport);
}

bool Writer::add(const Packet& any) {
  ByteWriter packet = start();
  if (const auto* sr = std::get_if<SenderReport>(&any)) return add_sender_report(*sr);
  if (const auto* rr = std::get_if<ReceiverReport>(&any))
    return add_receiver_report(rr->sender, rr->blocks);
  if (const auto* nack = std::get_if<Nack>(&any))
    return add_nack(nack->sender, nack->media, nack->lost);
  if (const auto* pli = std::get_if<PictureLossIndication>(&any))
    return add_pli(pli->sender, pli->media);
  if (const auto* remb = std::get_if<ReceiverEstimatedMaxBitrate>(&any)) {
    return add_remb(remb->sender, remb->bitrate, remb->sources);
  }
  if (const auto* rrtr = std::get_if<ReceiverReferenceTime>(&any))
    return add_rrtr(rrtr->sender, rrtr->ntp);
  if (const auto* feedback = std::get_if<TransportFeedback>(&any)) {
    ByteVector bytes;
    return write_transport_feedback(*feedback, bytes) && append(bytes);
  }
  if (const auto* sdes = std::get_if<SourceDescription>(&any)) {
    const std::size_t count = std::min(sdes->chunks.size(), kMaxCount);
    for (std::size_t i = 0; i < count; ++i) {
      packet.u32(sdes->chunks[i].ssrc.value);
      packet.u8(kSdesCname);
      write_text(packet, sdes->chunks[i].cname);
      packet.u8(0);
      align(packet);
    }
    return finish(packet, static_cast<std::uint8_t>(count), kSourceDescription);
  }
  if (const auto* bye = std::get_if<Bye>(&any)) {
    const std::size_t count = std::min(bye->sources.size(), kMaxCount);
    for (std::size_t i = 0; i < count; ++i) packet.u32(bye->sources[i].value);
    if (!bye->reason.empty()) write_text(packet, bye->reason);
    align(packet);
    return finish(packet, static_cast<std::uint8_t>(count), kBye);
  }
  if (const auto* fir = std::get_if<FullIntraRequest>(&any)) {
    packet.u32(fir->sender.value);
    packet.u32(0);
    for (const auto& entry : fir->entries) {
      packet.u32(entry.ssrc.value);
      packet.u8(entry.sequence);
      packet.u24(0);
    }
    return finish(packet, kFormatFir, kPayloadFeedback);
  }
  const auto& dlrr = std::get<DelaySinceLastReceiverReport>(any);
  packet.u32(dlrr.sender.value);
  packet.u8(kXrDlrr);
  packet.u8(0);
  packet.u16(static_cast<std::uint16_t>(dlrr.entries.size() * 3));
  for (const auto& entry : dlrr.entries) {
    packet.u32(entry.ssrc.value);
    packet.u32(entry.last_rr);
    packet.u32(entry.delay);
  }
  return finish(packet, 0, kExtendedReport);
}

}  // namespace portico::codec::rtcp
