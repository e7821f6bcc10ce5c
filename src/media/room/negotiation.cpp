// Offer and answer. Single peer connection: the client always offers, and we ask it to when
// subscriptions need sections. Dual: the client offers its publishing side, we offer the
// subscribing side. What a section carries is decided here; the SDP itself is protocol/livekit's
// business.
#include <algorithm>

#include "media/room/participant.h"
#include "media/room/room.h"

namespace portico::media::room {

namespace lk = codec::livekit;
namespace pl = protocol::livekit;
using Response = lk::SignalResponse;
using Use = pl::SectionPlan::Use;

namespace {

constexpr Duration kNegotiationDelay = 20ms;  // several changes at once make one exchange
constexpr Duration kAnswerTimeout = 15s;  // livekit-protocol 4.18: then the negotiation has failed
constexpr Duration kSectionRetry = 300ms;
constexpr Duration kSectionRequestTimeout =
    5s;  // ask again when the client did not come back with an offer

pl::Kind kind_of(lk::TrackType type) {
  return type == lk::TrackType::audio ? pl::Kind::audio : pl::Kind::video;
}

pl::SectionPlan receive_plan(const Publication& publication) {
  pl::SectionPlan plan;
  plan.use = Use::receive;
  plan.codec = publication.preferred_codec;
  auto has = [&](lk::AudioTrackFeature feature) {
    const auto& features = publication.info.audio_features;
    return std::find(features.begin(), features.end(), feature) != features.end();
  };
  plan.dtx = !publication.info.disable_dtx && !has(lk::AudioTrackFeature::tf_no_dtx);
  plan.stereo = publication.info.stereo || has(lk::AudioTrackFeature::tf_stereo);
  // RED is opt-out; end-to-end encrypted audio never has it.
  plan.red = publication.info.type == lk::TrackType::audio && !publication.info.disable_red &&
             publication.info.encryption == lk::Encryption::Type::none;
  return plan;
}

pl::SectionPlan send_plan(const Subscription& subscription) {
  const Publication& publication = subscription.publication;
  pl::SectionPlan plan;
  plan.use = Use::send;
  plan.track_id = publication.info.sid;
  plan.stream_id = publication.publisher.sid() + "|" + publication.info.sid;
  plan.cname = publication.publisher.sid();
  plan.ssrc = subscription.ssrc;
  plan.rtx_ssrc = publication.info.type == lk::TrackType::video ? subscription.rtx_ssrc : Ssrc(0);
  plan.codec = publication.codec.name;
  plan.stereo = publication.info.stereo;
  plan.red = publication.codec.name == "red";
  return plan;
}

}  // namespace

void Participant::handle_offer(const lk::SessionDescription& offer) {
  if (publisher_ == nullptr) return;
  sections_requested_ = false;
  auto description = pl::read_description("offer", offer.sdp);
  if (description && description->setup == pl::Setup::passive) {
    description = fail(ErrorCode::unsupported, "a=setup:passive: we are always the DTLS server");
  }
  if (!description) {
    context_.host.log("bad_offer", room_.name(), identity(), description.error().message);
    send_leave(lk::DisconnectReason::state_mismatch, lk::LeaveRequest::Action::disconnect);
    context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
    return;
  }
  if (auto applied = publisher_->apply_remote(*description); !applied) {
    context_.host.log("bad_offer", room_.name(), identity(), applied.error().message);
    send_leave(lk::DisconnectReason::state_mismatch, lk::LeaveRequest::Action::reconnect);
    context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
    return;
  }
  publisher_->remote = std::move(*description);
  for (const auto& section : publisher_->remote->sections) {
    // One connection, one numbering: BUNDLE requires it (RFC 8843 9.1).
    if (section.extensions.transport_cc)
      publisher_->twcc_extension = *section.extensions.transport_cc;
    if (section.extensions.audio_level)
      publisher_->level_extension = *section.extensions.audio_level;
  }
  bind_publications(*publisher_->remote);
  answer_offer(offer);
}

void Participant::answer_offer(const lk::SessionDescription& offer) {
  const pl::RemoteDescription& remote = *publisher_->remote;
  auto plans = plan_answer(remote);
  lk::SessionDescription answer;
  answer.type = "answer";
  answer.id = offer.id;
  answer.sdp = pl::write_answer(remote, publisher_->local_transport(), plans,
                                publisher_->session_id, ++publisher_->session_version);
  if (single()) {
    for (const auto& [track_sid, subscription] : subscriptions_) {
      if (!subscription->mid.empty()) answer.mid_to_track_id[subscription->mid] = track_sid;
    }
  }
  send(Response::Answer{std::move(answer)});
  if (!single()) return;
  for (const auto& [track_sid, subscription] : subscriptions_) {
    const pl::RemoteSection* section =
        subscription->mid.empty() ? nullptr : remote.section(subscription->mid);
    if (section != nullptr) subscription->start(*section);
  }
  bool waiting = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                             [](const auto& entry) { return entry.second->mid.empty(); });
  // The offer did not bring enough sections: ask again, but not in a tight loop with a client that
  // cannot.
  if (waiting) negotiate_at_ = context_.now + kSectionRetry;
}

void Participant::give_up(const std::string& track_sid) {
  lk::SubscriptionResponse response;
  response.track_sid = track_sid;
  response.err = lk::SubscriptionError::se_codec_unsupported;
  send(Response::SubscriptionResponse{response});
  if (opted_out_.size() < kMaxOptedOut) opted_out_.insert(track_sid);
  unsubscribe(track_sid);
}

void Participant::bind_publications(const pl::RemoteDescription& offer) {
  std::vector<std::string> gone;
  for (const auto& [track_sid, publication] : publications_) {
    if (publication->mid.empty()) continue;
    const pl::RemoteSection* section = offer.section(publication->mid);
    if (section == nullptr || !section->sends()) gone.push_back(track_sid);
  }
  for (const std::string& track_sid : gone) unpublish(track_sid);
  for (const pl::RemoteSection& section : offer.sections) {
    if (section.kind == pl::Kind::application || section.rejected || !section.sends()) continue;
    auto bound = std::find_if(publications_.begin(), publications_.end(),
                              [&](const auto& entry) { return entry.second->mid == section.mid; });
    Publication* publication =
        bound == publications_.end() ? find_pending(section) : bound->second.get();
    if (publication == nullptr)
      continue;  // its add_track is still on the way; the RTP that comes meanwhile is dropped
    publication->bind(section, receive_plan(*publication));
    for (std::size_t k = 0; k < section.ssrcs.size() && section.rids.empty(); ++k) {
      Ssrc ssrc = section.ssrcs[k];
      auto in_group = std::find(section.sim_group.begin(), section.sim_group.end(), ssrc);
      std::size_t layer = in_group == section.sim_group.end()
                              ? 0
                              : static_cast<std::size_t>(in_group - section.sim_group.begin());
      routes_[ssrc.value] =
          Route{publication, std::min<std::size_t>(layer, Publication::kMaxLayers - 1), false};
      if (auto rtx = section.fid.find(ssrc); rtx != section.fid.end()) {
        routes_[rtx->second.value] =
            Route{publication, std::min<std::size_t>(layer, Publication::kMaxLayers - 1), true};
      }
    }
  }
}

std::map<std::string, pl::SectionPlan> Participant::plan_answer(
    const pl::RemoteDescription& offer) {
  std::map<std::string, pl::SectionPlan> plans;
  for (const auto& [track_sid, publication] : publications_) {
    if (!publication->mid.empty()) plans[publication->mid] = receive_plan(*publication);
  }
  if (!single()) return plans;
  std::vector<std::string> unsupported;
  for (const auto& [track_sid, subscription] : subscriptions_) {
    if (!subscription->mid.empty()) continue;
    pl::Kind kind = kind_of(subscription->publication.info.type);
    for (const pl::RemoteSection& section : offer.sections) {
      if (section.kind != kind || section.rejected || section.direction != pl::Direction::recvonly)
        continue;
      bool taken = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                               [&](const auto& entry) { return entry.second->mid == section.mid; });
      if (taken) continue;
      if (!subscription->fits(section)) {
        unsupported.push_back(track_sid);
      } else {
        subscription->mid = section.mid;
      }
      break;
    }
  }
  for (const std::string& track_sid : unsupported) give_up(track_sid);
  for (const auto& [track_sid, subscription] : subscriptions_) {
    if (subscription->mid.empty()) continue;
    auto plan = send_plan(*subscription);
    auto [position, inserted] = plans.emplace(subscription->mid, plan);
    if (!inserted) {
      plan.use = Use::send_receive;
      position->second = plan;
    }
  }
  return plans;
}

void Participant::schedule_negotiation() {
  if (!negotiate_at_) negotiate_at_ = context_.now + kNegotiationDelay;
}

void Participant::negotiate() {
  negotiate_at_.reset();
  if (state_ == State::disconnected) return;
  if (single()) {
    request_sections();
  } else {
    send_subscriber_offer(false);
  }
}

void Participant::request_sections() {
  if (!has_connection()) return;
  if (sections_requested_ && context_.now < offer_sent_ + kSectionRequestTimeout) {
    negotiate_at_ = offer_sent_ + kSectionRequestTimeout;
    return;
  }
  std::uint32_t wanted[2] = {0, 0};
  for (const auto& [track_sid, subscription] : subscriptions_) {
    if (subscription->mid.empty())
      ++wanted[subscription->publication.info.type == lk::TrackType::video];
  }
  if (publisher_->remote) {
    for (const pl::RemoteSection& section : publisher_->remote->sections) {
      if (section.kind == pl::Kind::application || section.rejected ||
          section.direction != pl::Direction::recvonly)
        continue;
      bool taken = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                               [&](const auto& entry) { return entry.second->mid == section.mid; });
      std::uint32_t& count = wanted[section.kind == pl::Kind::video];
      if (!taken && count > 0) --count;
    }
  }
  sections_requested_ = true;
  offer_sent_ = context_.now;
  send(Response::MediaSectionsRequirement{lk::MediaSectionsRequirement{wanted[0], wanted[1]}});
}

void Participant::send_subscriber_offer(bool ice_restart) {
  if (subscriber_ == nullptr || !has_connection()) return;
  if (offer_pending_ && !ice_restart) {
    if (context_.now < offer_sent_ + kAnswerTimeout) {
      negotiate_again_ = true;
    } else {
      send_leave(lk::DisconnectReason::state_mismatch, lk::LeaveRequest::Action::reconnect);
      context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
    }
    return;
  }
  if (ice_restart && subscriber_->was_connected()) subscriber_->restart_ice();
  if (offered_.empty()) offered_.push_back(pl::OfferSection{"0", pl::Kind::application, {}, {}});
  for (auto& section : offered_) {
    bool used = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                            [&](const auto& entry) { return entry.second->mid == section.mid; });
    if (!used) section.plan = pl::SectionPlan{};
  }
  for (const auto& [track_sid, subscription] : subscriptions_) {
    pl::Kind kind = kind_of(subscription->publication.info.type);
    auto place = std::find_if(offered_.begin(), offered_.end(), [&](const auto& section) {
      return section.mid == subscription->mid;
    });
    if (place == offered_.end()) {
      place = std::find_if(offered_.begin(), offered_.end(), [&](const auto& section) {
        return section.kind == kind && section.plan.use == Use::inactive;
      });
    }
    if (place == offered_.end()) {
      offered_.push_back(pl::OfferSection{std::to_string(offered_.size()), kind, {}, {}});
      place = offered_.end() - 1;
    }
    subscription->mid = place->mid;
    place->plan = send_plan(*subscription);
    place->codecs = {subscription->publication.codec.name};
    if (subscription->publication.codec.name == "red") place->codecs.push_back("opus");
  }
  lk::SessionDescription offer;
  offer.type = "offer";
  offer.id = ++offer_id_;
  offer.sdp = pl::write_offer(subscriber_->local_transport(), offered_, subscriber_->session_id,
                              ++subscriber_->session_version);
  for (const auto& [track_sid, subscription] : subscriptions_)
    offer.mid_to_track_id[subscription->mid] = track_sid;
  offer_pending_ = true;
  negotiate_again_ = false;
  offer_sent_ = context_.now;
  send(Response::Offer{std::move(offer)});
}

void Participant::handle_answer(const lk::SessionDescription& answer) {
  // rtc-node answers with id 0 whatever the offer's was.
  if (subscriber_ == nullptr || !offer_pending_ || (answer.id != 0 && answer.id != offer_id_))
    return;
  offer_pending_ = false;
  auto description = pl::read_description("answer", answer.sdp);
  Result<void> applied =
      description ? subscriber_->apply_remote(*description) : fail(ErrorCode::invalid, "");
  if (!applied) {
    std::string why = description ? applied.error().message : description.error().message;
    context_.host.log("bad_answer", room_.name(), identity(), why);
    send_leave(lk::DisconnectReason::state_mismatch, lk::LeaveRequest::Action::reconnect);
    context_.registrar->defer_removal(*this, lk::DisconnectReason::state_mismatch);
    return;
  }
  subscriber_->remote = std::move(*description);
  std::vector<std::string> unsupported;
  for (const auto& [track_sid, subscription] : subscriptions_) {
    const pl::RemoteSection* section =
        subscription->mid.empty() ? nullptr : subscriber_->remote->section(subscription->mid);
    if (section == nullptr) continue;
    if (subscription->fits(*section)) {
      subscription->start(*section);
    } else {
      unsupported.push_back(track_sid);
    }
  }
  for (const std::string& track_sid : unsupported) give_up(track_sid);
  if (negotiate_again_) schedule_negotiation();
}

}  // namespace portico::media::room
