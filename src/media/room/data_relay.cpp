// Data packets between participants (livekit-protocol 4.9). The payload is opaque; the envelope is
// ours.
#include <algorithm>

#include "media/room/room.h"

namespace portico::media::room {

namespace lk = codec::livekit;

namespace {

constexpr std::size_t kMaxNonces = 256;
// A channel that opens late gets at most so much of what was sent to it before.
constexpr std::size_t kMaxWaitingData = 100 * 1024;

}  // namespace

void Room::relay_data(Participant& sender, Channel channel, Bytes packet) {
  if (!sender.video_grants().may_publish_data()) return;
  auto envelope = lk::read_data_packet(packet);
  if (!envelope) return;
  using Payload = lk::DataPayload;
  if (envelope->payload == Payload::transcription && !sender.video_grants().agent) return;
  bool reliable = channel == Channel::reliable;
  if (reliable && envelope->sequence != 0) {
    if (envelope->sequence <= sender.last_reliable_sequence) return;  // sent again after a resume
    sender.last_reliable_sequence = envelope->sequence;
  }
  lk::DataPacketStamp stamp;
  stamp.kind = reliable ? lk::DataPacket::Kind::reliable : lk::DataPacket::Kind::lossy;
  if (!sender.hidden()) {
    stamp.identity = sender.identity();
    stamp.sid = sender.sid();
  }
  bool in_another_name =
      envelope->generated && sender.video_grants().agent && !envelope->participant_identity.empty();
  if (in_another_name) stamp.identity = envelope->participant_identity;
  std::string stamped = lk::rewrite_data_packet(packet, stamp);
  const auto& identities = envelope->destination_identities;
  const auto& sids = envelope->destination_sids;
  bool everybody = identities.empty() && sids.empty();
  bool metrics = envelope->payload == Payload::metrics;
  for (auto& [identity, other] : participants_) {
    if (metrics) {
      if (other->video_grants().may_subscribe_metrics()) other->deliver_data(channel, stamped);
      continue;
    }
    if (other.get() == &sender) continue;
    bool named = std::find(identities.begin(), identities.end(), identity) != identities.end() ||
                 std::find(sids.begin(), sids.end(), other->sid()) != sids.end();
    if (everybody || named) other->deliver_data(channel, stamped);
  }
}

void Room::send_data(const lk::SendDataRequest& request) {
  if (!request.nonce.empty()) {
    if (std::find(nonces_.begin(), nonces_.end(), request.nonce) != nonces_.end()) return;
    if (nonces_.size() >= kMaxNonces) nonces_.erase(nonces_.begin());
    nonces_.push_back(request.nonce);
  }
  std::string packet = lk::build_data_packet(request);
  Channel channel =
      request.kind == lk::DataPacket::Kind::lossy ? Channel::lossy : Channel::reliable;
  const auto& identities = request.destination_identities;
  const auto& sids = request.destination_sids;
  for (auto& [identity, participant] : participants_) {
    bool named = std::find(identities.begin(), identities.end(), identity) != identities.end() ||
                 std::find(sids.begin(), sids.end(), participant->sid()) != sids.end();
    if ((identities.empty() && sids.empty()) || named) participant->deliver_data(channel, packet);
  }
}

void Participant::on_peer_data(Peer&, Channel channel, bool, Bytes message) {
  if (channel != Channel::data_track) room_.relay_data(*this, channel, message);
}

void Participant::deliver_data(Channel channel, const std::string& packet) {
  Peer* peer = sending_peer();
  if (peer == nullptr || state_ == State::disconnected) return;
  if (peer->has_channel(channel)) {
    auto sent = peer->send_data(channel, as_bytes(packet));
    if (!sent && channel == Channel::reliable) {
      // A client that can't keep up with reliable data has lost some: only a fresh start makes it
      // whole.
      context_.host.log("data_channel_overflow", room_.name(), identity(), sent.error().message);
      send_leave(lk::DisconnectReason::state_mismatch, lk::LeaveRequest::Action::reconnect);
      context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
    }
    return;
  }
  if (channel != Channel::reliable || waiting_bytes_ + packet.size() > kMaxWaitingData) return;
  waiting_bytes_ += packet.size();
  waiting_data_.push_back(packet);
}

void Participant::on_peer_channels_ready(Peer& peer) {
  if (&peer != sending_peer()) return;
  for (const std::string& packet : waiting_data_) {
    if (!peer.send_data(Channel::reliable, as_bytes(packet))) break;
  }
  waiting_data_.clear();
  waiting_bytes_ = 0;
}

}  // namespace portico::media::room
