#pragma once
// A room: its participants and what goes to all of them. Lives on one worker.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codec/livekit/messages.h"
#include "media/room/context.h"
#include "media/room/participant.h"
#include "media/speakers/speaker_detector.h"

namespace portico::media::room {

class Room {
 public:
  Room(Context& context, std::string name, std::string sid);
  ~Room();

  const std::string& name() const { return info_.name; }
  const std::string& sif_trailer() const { return sif_trailer_; }
  codec::livekit::Room info() const;
  // Limits and metadata of a CreateRoom request or a token's roomConfig; zero and empty leave a
  // value as it is.
  void configure(const codec::livekit::RoomConfiguration& configuration);

  // A fresh join; an older participant of the same identity is removed first. The join message is
  // on its way when this returns.
  tl::expected<Participant*, JoinRefusal> join(ConnectionId connection, JoinParams params);
  tl::expected<Participant*, JoinRefusal> resume(ConnectionId connection, const JoinParams& params);
  Participant* find(const std::string& identity);
  Participant* find_by_sid(const std::string& sid);
  const std::map<std::string, std::unique_ptr<Participant>>& participants() const {
    return participants_;
  }

  // Removes and tells the others. `leave` is also sent to the participant itself unless it left on
  // its own.
  void remove(Participant& participant, codec::livekit::DisconnectReason reason);
  void close(codec::livekit::DisconnectReason reason);
  // True when the timeouts of an empty room have passed.
  bool expired() const;

  // To everybody who may know (not from hidden participants), `except` left out.
  void broadcast_participant(Participant& participant, const Participant* except = nullptr);
  void broadcast_room();
  // Tells the others that it left, though it stays: it has just become hidden.
  void announce_hidden(Participant& participant);
  void on_active(Participant& participant);
  // Everything it wants and does not have yet.
  void subscribe_to_all(Participant& participant);
  void on_published(Publication& publication);
  void on_subscription_change(Publication& publication);
  void on_audio_level(Participant& participant, std::uint8_t level);
  void on_muted(Participant& participant);
  void set_metadata(const std::string& metadata);

  // Data packet of a client, already read; relays it under the sender's name.
  void relay_data(Participant& sender, Channel channel, Bytes packet);
  void send_data(const codec::livekit::SendDataRequest& request);

  // 10 ms.
  void tick();

 private:
  void schedule_counts();
  void update_speakers();
  void update_quality();

  Context& context_;
  codec::livekit::Room info_;
  std::string sif_trailer_;
  std::map<std::string, std::unique_ptr<Participant>> participants_;  // by identity
  Instant created_;
  std::optional<Instant> emptied_;  // since when nobody is here
  bool ever_joined_ = false;
  Instant next_quality_;
  std::optional<Instant> counts_due_;
  Instant counts_told_{};
  speakers::SpeakerDetector detector_;
  std::uint64_t next_number_ = 1;
  std::vector<std::string> nonces_;  // of SendData, the latest few
};

}  // namespace portico::media::room
