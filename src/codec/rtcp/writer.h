#pragma once
// Builds compound or reduced-size RTCP packets. Each add returns false and changes nothing when the
// packet would outgrow the limit: send what is there (view()), clear(), and add again.
//
//   Writer writer;
//   writer.add(ReceiverReport{ours, {block}});
//   writer.add_cname(ours, "portico");
//   send(writer.view());

#include <span>
#include <string_view>

#include "base/bytes.h"
#include "codec/rtcp/packet.h"

namespace portico::codec::rtcp {

class Writer {
 public:
  static constexpr std::size_t kDefaultLimit =
      1150;  // leaves room for SRTCP's trailer in a 1200-byte datagram

  explicit Writer(std::size_t limit = kDefaultLimit) : limit_(limit) { buffer_.reserve(limit); }

  bool add(const Packet& packet);
  bool add_sender_report(const SenderReport& report);
  bool add_receiver_report(Ssrc sender,
                           std::span<const ReportBlock> blocks);  // the first 31 blocks
  bool add_cname(Ssrc ssrc, std::string_view cname);              // at most 255 bytes
  bool add_bye(Ssrc ssrc);
  bool add_nack(Ssrc sender, Ssrc media,
                std::span<const std::uint16_t> ascending);  // folded into PID + BLP
  bool add_pli(Ssrc sender, Ssrc media);
  bool add_fir(Ssrc sender, Ssrc media, std::uint8_t sequence);
  bool add_remb(Ssrc sender, Bitrate bitrate, std::span<const Ssrc> sources);
  bool add_rrtr(Ssrc sender, NtpTime now);

  bool empty() const { return buffer_.empty(); }
  std::size_t room() const { return limit_ - buffer_.size(); }  // bytes that still fit
  Bytes view() const { return buffer_; }
  void clear() { buffer_.clear(); }

 private:
  bool finish(ByteWriter& packet, std::uint8_t count, std::uint8_t type);
  bool append(Bytes packet);

  std::size_t limit_;
  ByteVector buffer_;
};

}  // namespace portico::codec::rtcp
