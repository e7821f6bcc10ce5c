// Answers: what of an offer is accepted, and the text that says so.

#include <algorithm>

#include "codec/sdp/attributes.h"
#include "codec/sdp/text.h"
#include "protocol/livekit/offer_answer.h"
#include "protocol/livekit/section_writer.h"

namespace portico::protocol::livekit {
namespace {

namespace sdp = codec::sdp;

bool wants_receive(const SectionPlan& plan) {
  return plan.use == SectionPlan::Use::receive || plan.use == SectionPlan::Use::send_receive;
}
bool wants_send(const SectionPlan& plan) {
  return plan.use == SectionPlan::Use::send || plan.use == SectionPlan::Use::send_receive;
}

// Which half of the feedback and extension tables applies. An inactive section is prepared for what
// its offer allows.
struct Roles {
  bool receive, send;
};
Roles roles(const RemoteSection& offered, const SectionPlan& plan) {
  const Direction direction = answered_direction(offered, plan);
  if (direction == Direction::inactive) {
    const bool publishes = offered.sends() || offered.direction == Direction::inactive;
    return {publishes, !publishes};
  }
  return {direction != Direction::sendonly, direction != Direction::recvonly};
}

// Our opus parameters: those of the offer that describe the format, without the sender's wishes,
// plus ours.
std::string opus_fmtp(std::string_view offered, const SectionPlan& plan, Roles role) {
  sdp::Fmtp fmtp(offered);
  for (const char* name : {"usedtx", "stereo", "sprop-stereo", "maxaveragebitrate", "cbr"}) {
    fmtp.remove(name);
  }
  if (role.receive && plan.stereo) {
    fmtp.set("stereo", "1");
    fmtp.set("maxaveragebitrate", "510000");
  }
  if (role.send && plan.stereo) fmtp.set("sprop-stereo", "1");
  if (role.receive && plan.dtx) fmtp.set("usedtx", "1");
  return fmtp.text();
}

// Clients put x-google-start-bitrate and the like into their own parameters.
std::string video_fmtp(std::string_view offered) {
  sdp::Fmtp fmtp(offered);
  for (const char* name :
       {"x-google-start-bitrate", "x-google-max-bitrate", "x-google-min-bitrate"}) {
    fmtp.remove(name);
  }
  return fmtp.text();
}

void restrict_feedback(NegotiatedCodec& codec, Kind kind, const SectionPlan& plan, Roles role) {
  const bool video = kind == Kind::video;
  const bool send_remb = role.send && plan.feedback == Feedback::remb;
  const bool send_twcc = role.send && plan.feedback == Feedback::transport_cc;
  codec.pli = codec.pli && video;
  codec.fir = codec.fir && video;
  codec.transport_cc = codec.transport_cc && video && (role.receive || send_twcc);
  codec.remb = codec.remb && video && send_remb;
  // RED already carries every audio packet twice.
  codec.nack = codec.nack && (video || role.receive || !plan.red) && codec.name != "red";
  if (!codec.nack) codec.rtx_pt.reset();
}

void write_rids(sdp::Media& media, const RemoteSection& offered) {
  std::string list;
  for (const std::string& rid : offered.rids) {
    media.attributes.add("rid", rid + " recv");
    if (!list.empty()) list.push_back(';');
    list.append(rid);
  }
  if (offered.simulcast) media.attributes.add("simulcast", "recv " + list);
}

sdp::Media rejected(const RemoteSection& offered) {
  sdp::Media media;
  media.media = offered.media;
  media.protocol = offered.transport;
  for (const auto format : sdp::split(offered.formats)) media.formats.emplace_back(format);
  media.connection = "IN IP4 0.0.0.0";
  media.attributes.add("mid", offered.mid);
  if (offered.kind != Kind::application) media.attributes.add("inactive");
  return media;
}

sdp::Media accepted(const RemoteSection& offered, const LocalTransport& local,
                    const SectionPlan& plan, bool first) {
  sdp::Media media;
  media.media = offered.media;
  media.port = 9;  // RFC 8829 5.3.1: trickle; the port is in the candidates
  media.protocol = offered.transport;
  write_transport(media, local, "passive");
  media.attributes.add("mid", offered.mid);
  if (first) write_candidates(media, local);
  if (offered.kind == Kind::application) {
    media.formats.emplace_back("webrtc-datachannel");
    write_sctp(media);
    return media;
  }
  const auto codecs = answered_codecs(offered, plan);
  const Direction direction = answered_direction(offered, plan);
  write_extensions(media, answered_extensions(offered));
  media.attributes.add(to_text(direction));
  media.attributes.add("rtcp-mux");
  if (offered.rtcp_rsize) media.attributes.add("rtcp-rsize");
  write_codecs(media, codecs);
  if (direction == Direction::sendonly || direction == Direction::sendrecv) {
    const bool rtx =
        std::ranges::any_of(codecs, [](const auto& c) { return c.rtx_pt.has_value(); });
    write_sender(media, plan, rtx);
  }
  if (direction == Direction::recvonly || direction == Direction::sendrecv) {
    write_rids(media, offered);
  }
  return media;
}

bool is_acceptable(const RemoteSection& offered) {
  return !offered.rejected && (offered.kind == Kind::application || !offered.codecs.empty());
}

}  // namespace

Direction answered_direction(const RemoteSection& offered, const SectionPlan& plan) {
  const bool receive = wants_receive(plan) && offered.sends();
  const bool send = wants_send(plan) && offered.receives();
  if (receive) return send ? Direction::sendrecv : Direction::recvonly;
  return send ? Direction::sendonly : Direction::inactive;
}

std::vector<NegotiatedCodec> answered_codecs(const RemoteSection& offered,
                                             const SectionPlan& plan) {
  const Roles role = roles(offered, plan);
  std::vector<NegotiatedCodec> codecs;
  for (NegotiatedCodec codec : offered.codecs) {
    if (codec.name == "red" && !plan.red) continue;
    restrict_feedback(codec, offered.kind, plan, role);
    if (codec.name == "opus") codec.fmtp = opus_fmtp(codec.fmtp, plan, role);
    if (offered.kind == Kind::video) codec.fmtp = video_fmtp(codec.fmtp);
    codecs.push_back(std::move(codec));
  }
  if (!plan.codec.empty()) put_first(codecs, plan.codec);
  if (plan.red) put_first(codecs, "red");
  return codecs;
}

ExtensionIds answered_extensions(const RemoteSection& offered) {
  const ExtensionIds& ids = offered.extensions;
  ExtensionIds out;
  out.mid = ids.mid;
  out.abs_capture_time = ids.abs_capture_time;
  if (offered.kind == Kind::audio) {
    out.rid = ids.rid;
    out.audio_level = ids.audio_level;
  }
  if (offered.kind == Kind::video) {
    out.rid = ids.rid;
    out.repaired_rid = ids.repaired_rid;
    out.transport_cc = ids.transport_cc;
    out.abs_send_time = ids.abs_send_time;
    out.dependency_descriptor = ids.dependency_descriptor;
  }
  return out;
}

std::string write_answer(const RemoteDescription& offer, const LocalTransport& local,
                         const std::map<std::string, SectionPlan>& plans, std::uint64_t session_id,
                         std::uint64_t version) {
  sdp::Session session = new_session(local, session_id, version);
  const bool mixed = std::ranges::any_of(offer.sections, &RemoteSection::extmap_allow_mixed);
  if (mixed) session.attributes.add("extmap-allow-mixed");
  std::string bundle = "BUNDLE";
  bool first = true;
  for (const RemoteSection& section : offer.sections) {
    if (!is_acceptable(section)) {
      session.media.push_back(rejected(section));
      continue;
    }
    const auto plan = plans.find(section.mid);
    session.media.push_back(
        accepted(section, local, plan == plans.end() ? SectionPlan{} : plan->second, first));
    bundle += ' ' + section.mid;
    first = false;
  }
  if (!first) {
    session.attributes.insert(session.attributes.begin(), sdp::Attribute{"group", bundle});
  }
  return sdp::serialise(session);
}

}  // namespace portico::protocol::livekit
