#include "media/simulator/client.h"

#include <fmt/format.h>

#include "codec/rtcp/packet.h"
#include "codec/rtp/packet.h"
#include "protocol/livekit/description.h"

namespace portico::media::simulator {

namespace lk = codec::livekit;

namespace {

constexpr std::uint8_t kOpusPt = 111;
constexpr std::uint8_t kVp8Pt = 96;
constexpr std::uint8_t kMidExtension = 4;
constexpr std::uint8_t kLevelExtension = 1;
constexpr std::size_t kReceiveSections = 1;  // of each kind, in the first offer

constexpr std::string_view kMediaLines =
    "c=IN IP4 0.0.0.0\r\na=rtcp-mux\r\na=rtcp-rsize\r\na=extmap:4 "
    "urn:ietf:params:rtp-hdrext:sdes:mid\r\n";
constexpr std::string_view kAudioLines =
    "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=rtpmap:111 "
    "opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n";
constexpr std::string_view kVideoLines =
    "a=rtpmap:96 VP8/90000\r\na=rtcp-fb:96 nack\r\na=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 ccm "
    "fir\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n";

}  // namespace

// Packets leave at once; the world decides when they arrive.
class Client::Sink final : public PacketSink {
 public:
  explicit Sink(Client& client) : client_(client) {}
  MutableBytes reserve(const Path& path, std::size_t max_size) override {
    path_ = path;
    buffer_.resize(max_size);
    return buffer_;
  }
  void commit(std::size_t size) override {
    if (size > 0) client_.wires_.transmit(path_, Bytes(buffer_).first(size));
  }

 private:
  Client& client_;
  Path path_;
  ByteVector buffer_;
};

Client::Client(std::string identity, SocketAddress address, SocketAddress server,
               std::uint64_t seed, Wires wires)
    : identity_(std::move(identity)),
      address_(address),
      server_(server),
      wires_(std::move(wires)),
      random_(seed),
      dtls_(seed),
      sink_(std::make_unique<Sink>(*this)) {}

Client::~Client() = default;

lk::SessionDescription Client::first_offer(Instant) {
  credentials_ = {random_.text(8, "abcdefgh"), random_.text(24, "abcdefgh")};
  peer::PeerConfig config;
  config.ice = credentials_;
  config.ice_lite = false;
  config.ice_controlling = true;
  config.local_candidates = {fmt::format("candidate:1 1 udp 2130706431 {} {} typ host",
                                         address_.ip.to_string(), address_.port)};
  config.dtls = &dtls_;
  config.dtls_server = false;
  transport_ = std::move(*peer::PeerTransport::create(config, *this, random_));
  sections_.clear();
  for (const char* kind : {"audio", "video"}) {
    for (std::size_t k = 0; k < kReceiveSections; ++k) {
      sections_.push_back(
          Section{std::to_string(sections_.size() + 1), kind, false, "", 0, 0, 0, 0});
    }
  }
  connected_ = answered_ = false;
  reliable_.reset();
  return {"offer", offer_text(), ++offer_id_, {}};
}

std::string Client::offer_text() const {
  std::string bundle = "0";
  for (const Section& section : sections_) bundle += " " + section.mid;
  std::string common = fmt::format(
      "a=ice-ufrag:{}\r\na=ice-pwd:{}\r\na=ice-options:trickle\r\na=fingerprint:sha-256 "
      "{}\r\na=setup:actpass\r\n",
      credentials_.ufrag, credentials_.pwd, dtls_.fingerprint());
  std::string text =
      fmt::format("v=0\r\no=- 1 {} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {}\r\n",
                  offer_id_ + 1, bundle);
  text +=
      "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 "
      "0.0.0.0\r\na=mid:0\r\na=sctp-port:5000\r\na=max-message-size:262144\r\n" +
      common;
  text += fmt::format("a=candidate:1 1 udp 2130706431 {} {} typ host\r\n", address_.ip.to_string(),
                      address_.port);
  for (const Section& section : sections_) {
    bool audio = section.kind == "audio";
    text +=
        fmt::format("m={} 9 UDP/TLS/RTP/SAVPF {}\r\na=mid:{}\r\na={}\r\n", section.kind,
                    audio ? "111" : "96 97", section.mid, section.sends ? "sendonly" : "recvonly");
    text += kMediaLines;
    text += audio ? kAudioLines : kVideoLines;
    text += common;
    if (section.sends) {
      text += fmt::format("a=msid:- {}\r\na=ssrc:{} cname:{}\r\n", section.cid, section.ssrc,
                          identity_);
    }
  }
  return text;
}

void Client::send_offer(Instant) {
  lk::SessionDescription offer{"offer", offer_text(), ++offer_id_, {}};
  wires_.signal({lk::SignalRequest::Offer{std::move(offer)}});
}

void Client::on_signal(const lk::SignalResponse& response, Instant now) {
  using R = lk::SignalResponse;
  if (auto* join = std::get_if<R::Join>(&response.message)) {
    participant_sid = join->value.participant->sid;
    for (const auto& other : join->value.other_participants)
      others[other.identity] =
          other.state == lk::ParticipantInfo::State::disconnected ? "gone" : "here";
  } else if (auto* answer = std::get_if<R::Answer>(&response.message)) {
    handle_answer(answer->value, now);
  } else if (auto* update = std::get_if<R::Update>(&response.message)) {
    for (const auto& other : update->value.participants) {
      if (other.identity == identity_) continue;
      others[other.identity] =
          other.state == lk::ParticipantInfo::State::disconnected ? "gone" : "here";
    }
  } else if (auto* wanted = std::get_if<R::MediaSectionsRequirement>(&response.message)) {
    auto add = [&](const char* kind, std::uint32_t count) {
      for (std::uint32_t k = 0; k < count; ++k) {
        sections_.push_back(
            Section{std::to_string(sections_.size() + 1), kind, false, "", 0, 0, 0, 0});
      }
    };
    add("audio", wanted->value.num_audios);
    add("video", wanted->value.num_videos);
    send_offer(now);
  } else if (auto* leave = std::get_if<R::Leave>(&response.message)) {
    leaves.push_back(leave->value);
  } else if (auto* change = std::get_if<R::SpeakersChanged>(&response.message)) {
    speakers.insert(speakers.end(), change->value.speakers.begin(), change->value.speakers.end());
  }
}

void Client::handle_answer(const lk::SessionDescription& answer, Instant now) {
  auto description = protocol::livekit::read_description("answer", answer.sdp);
  if (!description || transport_ == nullptr || answer.id != offer_id_) return;
  static_cast<void>(transport_->set_remote(description->ufrag, description->pwd,
                                           description->fingerprint_hash, description->fingerprint,
                                           now));
  for (const auto& line : description->candidates)
    static_cast<void>(transport_->add_remote_candidate(line));
  for (const auto& [mid, track_sid] : answer.mid_to_track_id) {
    const auto* section = description->section(mid);
    if (section == nullptr) continue;
    for (Ssrc ssrc : section->ssrcs) tracks_by_ssrc_[ssrc.value] = track_sid;
  }
  if (!answered_) {
    answered_ = true;
    static_cast<void>(transport_->open_channel("_reliable", {}, now));
    peer::ChannelOptions lossy;
    lossy.ordered = false;
    lossy.max_retransmits = 0;
    static_cast<void>(transport_->open_channel("_lossy", lossy, now));
  }
}

void Client::receive(const SocketAddress& from, MutableBytes data_bytes, Instant now) {
  if (transport_ != nullptr)
    transport_->receive(Path{Transport::udp, address_, from, 0}, data_bytes, now);
}

void Client::run(Instant now) {
  if (transport_ == nullptr) return;
  auto deadline = transport_->next_deadline();
  if (deadline && *deadline <= now) transport_->timeout(now);
  transport_->flush(*sink_, now);
}

void Client::publish(lk::TrackType type, Instant now) {
  Section section;
  section.mid = std::to_string(sections_.size() + 1);
  section.kind = type == lk::TrackType::audio ? "audio" : "video";
  section.sends = true;
  section.cid = identity_ + "-" + section.kind;
  section.ssrc = random_.u32();
  lk::AddTrackRequest request;
  request.cid = section.cid;
  request.type = type;
  request.source =
      type == lk::TrackType::audio ? lk::TrackSource::microphone : lk::TrackSource::camera;
  sections_.push_back(section);
  wires_.signal({lk::SignalRequest::AddTrack{std::move(request)}});
  send_offer(now);
}

void Client::send_media(Instant now) {
  if (!connected_) return;
  for (Section& section : sections_) {
    if (section.sends) send_rtp(section, now);
  }
}

void Client::send_rtp(Section& section, Instant) {
  bool audio = section.kind == "audio";
  ByteWriter header;
  header.u8(0x90);
  header.u8(static_cast<std::uint8_t>(0x80 | (audio ? kOpusPt : kVp8Pt)));
  header.u16(section.sequence++);
  header.u32(section.timestamp);
  section.timestamp += audio ? 960 : 3000;
  header.u32(section.ssrc);
  header.u16(0xBEDE);
  header.u16(2);
  header.u8(static_cast<std::uint8_t>(kMidExtension << 4 | (section.mid.size() - 1)));
  header.bytes(as_bytes(section.mid));
  header.u8(kLevelExtension << 4);
  header.u8(0x80 | 20);  // -20 dBov, voice
  header.zeros(8 - 3 - section.mid.size());
  ByteWriter payload;
  if (!audio) {
    // RFC 7741: X=0 S=1 PID=0, then a frame header; every 30th packet is a key frame.
    payload.u8(0x10);
    payload.u8(section.counter % 30 == 0 ? 0x00 : 0x01);
  }
  payload.u32(section.counter++);
  payload.zeros(100);
  static_cast<void>(transport_->send_rtp(*sink_, header.view(), payload.view()));
}

void Client::on_rtp(MutableBytes bytes, Instant) {
  auto packet = codec::rtp::parse_packet(bytes);
  if (!packet || packet->payload.size() < 6) return;
  auto track = tracks_by_ssrc_.find(packet->ssrc.value);
  if (track == tracks_by_ssrc_.end()) return;
  Stream& stream = streams[track->second];
  bool video = packet->payload_type.value == kVp8Pt;
  if (stream.packets > 0 && newer16(packet->sequence, stream.last_sequence) &&
      newer32(stream.last_timestamp, packet->timestamp)) {
    ++stream.timestamps_back;
  }
  if (stream.packets == 0 || newer16(packet->sequence, stream.last_sequence)) {
    stream.last_sequence = packet->sequence;
    stream.last_timestamp = packet->timestamp;
  }
  ++stream.packets;
  stream.sequences.insert(packet->sequence);
  stream.counters.insert(load32(packet->payload.data() + (video ? 2 : 0)));
}

void Client::on_rtcp(Bytes bytes, Instant) {
  auto packets = codec::rtcp::parse(bytes);
  if (!packets) return;
  for (const auto& packet : *packets) {
    if (std::holds_alternative<codec::rtcp::PictureLossIndication>(packet)) ++key_frame_requests;
  }
}

void Client::on_channel_open(const peer::ChannelInfo& channel, Instant) {
  if (channel.label == "_reliable") reliable_ = channel.id;
}

void Client::send_data(const std::string& text, Instant now) {
  if (!reliable_) return;
  lk::SendDataRequest request;
  request.data = text;
  std::string packet = lk::build_data_packet(request);
  lk::DataPacketStamp stamp;
  stamp.sequence = ++data_sequence_;
  packet = lk::rewrite_data_packet(as_bytes(packet), stamp);
  static_cast<void>(transport_->send_message(*reliable_, as_bytes(packet), true, now));
}

void Client::on_message(std::uint16_t, bool, Bytes message, Instant) {
  data.emplace_back(as_text(message));
}

}  // namespace portico::media::simulator
