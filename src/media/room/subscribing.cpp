// What a participant receives (livekit-protocol 4.6, 4.7).
#include <algorithm>
#include <set>

#include "media/room/participant.h"
#include "media/room/room.h"

namespace portico::media::room {

namespace lk = codec::livekit;
using Response = lk::SignalResponse;

namespace {

std::set<std::string> union_of(const lk::UpdateSubscription& request) {
  std::set<std::string> sids(request.track_sids.begin(), request.track_sids.end());
  for (const auto& tracks : request.participant_tracks)
    sids.insert(tracks.track_sids.begin(), tracks.track_sids.end());
  return sids;
}

}  // namespace

bool Participant::allows(const Participant& subscriber, const std::string& track_sid) const {
  if (!permission_given_ || permission_given_->all_participants) return true;
  for (const auto& permission : permission_given_->track_permissions) {
    bool meant = permission.participant_sid == subscriber.sid() ||
                 permission.participant_identity == subscriber.identity();
    if (!meant) continue;
    const auto& sids = permission.track_sids;
    if (permission.all_tracks || std::find(sids.begin(), sids.end(), track_sid) != sids.end())
      return true;
  }
  return false;
}

bool Participant::wants(const Publication& publication) const {
  return active() && publication.announced && params_.auto_subscribe &&
         video_grants().may_subscribe() && !opted_out_.contains(publication.info.sid) &&
         publication.publisher.allows(*this, publication.info.sid);
}

void Participant::subscribe(Publication& publication) {
  const std::string& track_sid = publication.info.sid;
  if (subscriptions_.contains(track_sid) || !video_grants().may_subscribe()) return;
  auto subscription = std::make_unique<Subscription>(context_, *this, publication);
  if (params_.adaptive_stream && publication.video()) {
    lk::UpdateTrackSettings low;
    low.quality = lk::VideoQuality::low;
    subscription->apply(low);
  }
  subscribers_by_ssrc_[subscription->ssrc.value] = subscription.get();
  subscriptions_[track_sid] = std::move(subscription);
  schedule_negotiation();
}

void Participant::unsubscribe(const std::string& track_sid) {
  auto found = subscriptions_.find(track_sid);
  if (found == subscriptions_.end()) return;
  subscribers_by_ssrc_.erase(found->second->ssrc.value);
  subscriptions_.erase(found);
  schedule_negotiation();
}

void Participant::update_subscriptions(const lk::UpdateSubscription& request) {
  for (const std::string& track_sid : union_of(request)) {
    if (!request.subscribe) {
      if (opted_out_.size() < kMaxOptedOut) opted_out_.insert(track_sid);
      unsubscribe(track_sid);
      continue;
    }
    opted_out_.erase(track_sid);
    Publication* found = nullptr;
    for (const auto& [other_identity, other] : room_.participants()) {
      if (other.get() != this && found == nullptr) found = other->publication(track_sid);
    }
    if (found == nullptr || !found->announced) {
      lk::SubscriptionResponse response;
      response.track_sid = track_sid;
      response.err = lk::SubscriptionError::se_track_notfound;
      send(Response::SubscriptionResponse{response});
    } else if (!found->publisher.allows(*this, track_sid)) {
      send(Response::SubscriptionPermissionUpdate{
          lk::SubscriptionPermissionUpdate{found->publisher.sid(), track_sid, false}});
    } else {
      subscribe(*found);
    }
  }
}

void Participant::apply_settings(const lk::UpdateTrackSettings& settings) {
  for (const std::string& track_sid : settings.track_sids) {
    auto found = subscriptions_.find(track_sid);
    if (found != subscriptions_.end()) found->second->apply(settings);
  }
}

}  // namespace portico::media::room
