// RTP and RTCP of one participant: routing of what arrives, reports and requests that go out.
#include <algorithm>
#include <variant>

#include "codec/rtcp/packet.h"
#include "codec/rtcp/writer.h"
#include "media/bwe/estimator.h"
#include "media/room/participant.h"
#include "media/room/room.h"

namespace portico::media::room {

namespace rtcp = codec::rtcp;
namespace pl = protocol::livekit;

namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

constexpr Duration kReportInterval = 1s;  // livekit-protocol 6.1
constexpr Duration kPollInterval = 100ms;
constexpr std::size_t kMaxBlocks = 31;  // RFC 3550 6.4.1

rtcp::NtpTime ntp_time(WallTime wall) {
  constexpr std::uint64_t kUnixEpoch = 2'208'988'800;  // seconds from 1900 to 1970
  auto micros = static_cast<std::uint64_t>(wall.unix_micros);
  std::uint64_t seconds = micros / 1'000'000 + kUnixEpoch;
  std::uint64_t fraction = ((micros % 1'000'000) << 32) / 1'000'000;
  return {seconds << 32 | fraction};
}

}  // namespace

void Participant::on_peer_rtp(Peer& peer, MutableBytes data) {
  if (&peer != publisher_.get()) return;
  auto packet = codec::rtp::parse_packet(data);
  if (!packet) return;
  if (peer.twcc_extension != 0) {
    auto element = packet->extension(peer.twcc_extension);
    if (element && element->size() >= 2) {
      peer.feedback.set_media(packet->ssrc);
      peer.feedback.record(load16(element->data()), packet->marker, context_.now);
    }
  }
  Route* found = route(peer, *packet);
  if (found == nullptr) return;
  Publication& publication = *found->publication;
  if (!publication.announced && !found->rtx) {
    const pl::NegotiatedCodec* codec = publication.codec_of(packet->payload_type);
    if (codec == nullptr) return;
    publication.codec = *codec;
    // The stream exists before subscribers come, so that their key-frame requests have an address.
    publication.stream(found->layer, packet->ssrc);
    announce(publication);
  }
  if (peer.level_extension != 0 && !publication.video() && !publication.info.muted) {
    auto element = packet->extension(peer.level_extension);
    auto level = element ? codec::rtp::parse_audio_level(*element) : std::nullopt;
    if (level) room_.on_audio_level(*this, level->level);
  }
  publication.receive(found->layer, found->rtx, *packet);
}

void Participant::on_peer_rtcp(Peer&, Bytes data) {
  auto packets = rtcp::parse(data);
  if (!packets) return;
  auto subscription = [&](Ssrc ssrc) -> Subscription* {
    auto found = subscribers_by_ssrc_.find(ssrc.value);
    return found == subscribers_by_ssrc_.end() ? nullptr : found->second;
  };
  auto on_blocks = [&](const std::vector<rtcp::ReportBlock>& blocks) {
    for (const auto& block : blocks) {
      Subscription* found = subscription(block.ssrc);
      if (found == nullptr) continue;
      found->on_report(block);
      path_.on_loss(block.fraction_lost / 256.0, sent_bitrate(), context_.now);
    }
  };
  for (const auto& packet : *packets) {
    std::visit(Overloaded{
                   [&](const rtcp::SenderReport& report) {
                     auto found = routes_.find(report.sender.value);
                     if (found != routes_.end() && !found->second.rtx) {
                       if (auto* up = found->second.publication->stream_of(report.sender))
                         up->on_sender_report(report, context_.now);
                     }
                     on_blocks(report.blocks);
                   },
                   [&](const rtcp::ReceiverReport& report) { on_blocks(report.blocks); },
                   [&](const rtcp::Nack& nack) {
                     if (Subscription* found = subscription(nack.media)) found->on_nack(nack.lost);
                   },
                   [&](const rtcp::PictureLossIndication& pli) {
                     if (Subscription* found = subscription(pli.media))
                       found->on_key_frame_request();
                   },
                   [&](const rtcp::FullIntraRequest& fir) {
                     for (const auto& entry : fir.entries) {
                       if (Subscription* found = subscription(entry.ssrc))
                         found->on_key_frame_request();
                     }
                   },
                   [&](const rtcp::ReceiverEstimatedMaxBitrate& remb) {
                     path_.on_remb(remb.bitrate, context_.now);
                   },
                   [&](const rtcp::DelaySinceLastReceiverReport& dlrr) {
                     std::uint32_t now = ntp_time(context_.host.wall_time()).middle();
                     for (const auto& entry : dlrr.entries) {
                       auto micros = rtcp::round_trip_micros(now, entry.last_rr, entry.delay);
                       if (!micros) continue;
                       for (const auto& [ssrc, target] : routes_) {
                         auto* up = target.publication->stream(target.layer);
                         if (up != nullptr) up->set_round_trip(std::chrono::microseconds(*micros));
                       }
                     }
                   },
                   [&](const auto&) {},
               },
               packet);
  }
}

Bitrate Participant::sent_bitrate() const {
  Bitrate sum;
  for (const auto& [track_sid, subscription] : subscriptions_)
    sum.bps += subscription->bitrate().bps;
  return sum;
}

void Participant::send_nacks_and_feedback() {
  if (publisher_ == nullptr || !publisher_->connected()) return;
  rtcp::Writer writer;
  for (const auto& [track_sid, publication] : publications_) {
    for (std::size_t k = 0; k < Publication::kMaxLayers; ++k) {
      if (auto* up = publication->stream(k)) up->write_feedback(kOurSsrc, writer, context_.now);
    }
    publication->poll_layers();
  }
  if (!writer.empty()) static_cast<void>(publisher_->send_rtcp(writer.view()));
  while (publisher_->feedback.due(context_.now)) {
    ByteVector feedback = publisher_->feedback.take(context_.now);
    if (feedback.empty()) break;
    static_cast<void>(publisher_->send_rtcp(feedback));
  }
  if (context_.now < next_poll_) return;
  next_poll_ = context_.now + kPollInterval;
  for (const auto& [track_sid, publication] : publications_) publication->update_dynacast();
  auto estimate = path_.estimate(context_.now);
  Bitrate all = sent_bitrate();
  for (const auto& [track_sid, subscription] : subscriptions_) {
    if (estimate && subscription->publication.video()) {
      subscription->on_budget(bwe::share(*estimate, subscription->bitrate(), all));
    }
    subscription->poll();
  }
}

void Participant::send_reports() {
  next_report_ = context_.now + kReportInterval;
  if (publisher_ != nullptr && publisher_->connected()) {
    rtcp::Writer writer;
    std::vector<rtcp::ReportBlock> blocks;
    for (const auto& [track_sid, publication] : publications_) {
      for (std::size_t k = 0; k < Publication::kMaxLayers && blocks.size() < kMaxBlocks; ++k) {
        auto* up = publication->stream(k);
        if (up == nullptr || up->highest_sequence() < 0) continue;
        blocks.push_back(up->report_block(context_.now));
        publication->add_report(blocks.back());
      }
    }
    if (!blocks.empty()) {
      writer.add_receiver_report(kOurSsrc, blocks);
      writer.add_cname(kOurSsrc, sid_);
      writer.add_rrtr(kOurSsrc, ntp_time(context_.host.wall_time()));
      static_cast<void>(publisher_->send_rtcp(writer.view()));
    }
  }
  Peer* sender = sending_peer();
  if (sender == nullptr || !sender->connected()) return;
  rtcp::Writer writer;
  for (const auto& [track_sid, subscription] : subscriptions_) {
    if (!subscription->write_sender_report(writer)) continue;
    writer.add_cname(subscription->ssrc, subscription->publication.publisher.sid());
    if (writer.view().size() > rtcp::Writer::kDefaultLimit / 2) {
      static_cast<void>(sender->send_rtcp(writer.view()));
      writer.clear();
    }
  }
  if (!writer.empty()) static_cast<void>(sender->send_rtcp(writer.view()));
}

}  // namespace portico::media::room
