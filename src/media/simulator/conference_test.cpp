// A whole conference without sockets: three clients, a lossy network, one of them restarts.
#include <gtest/gtest.h>

#include <algorithm>

#include "media/simulator/world.h"

namespace portico::media::simulator {
namespace {

using codec::livekit::TrackType;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Largest run of consecutive payload counters in `stream`, as a share of its span: 1 = nothing is
// missing.
double completeness(const Client::Stream& stream) {
  if (stream.counters.empty()) return 0;
  double span = static_cast<double>(*stream.counters.rbegin() - *stream.counters.begin() + 1);
  return static_cast<double>(stream.counters.size()) / span;
}

struct Conference {
  explicit Conference(std::uint64_t seed, LinkModel model = {}) : world(seed) {
    world.network().set_model(model);
    for (const char* name : {"ann", "ben", "cem"}) clients.push_back(&world.add_client(name));
  }
  bool all_connected() {
    return std::all_of(clients.begin(), clients.end(), [](Client* c) { return c->connected(); });
  }
  void publish_all() {
    for (Client* client : clients) {
      client->publish(TrackType::audio, world.now());
      client->publish(TrackType::video, world.now());
    }
  }
  // Does everybody get both streams of both others?
  bool all_flow(std::uint64_t packets) {
    return std::all_of(clients.begin(), clients.end(), [&](Client* c) {
      auto flowing = std::count_if(c->streams.begin(), c->streams.end(),
                                   [&](const auto& s) { return s.second.packets >= packets; });
      return flowing >= 4;
    });
  }
  World world;
  std::vector<Client*> clients;
};

TEST(Conference, ThreeClientsMeetOnACleanNetwork) {
  Conference conference(1);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 5s));
  for (Client* client : conference.clients)
    EXPECT_EQ(client->others.size(), 2U) << client->identity();
  conference.publish_all();
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_flow(100); }, 20s));
  for (Client* client : conference.clients) {
    EXPECT_EQ(client->streams.size(), 4U);
    for (const auto& [track, stream] : client->streams) {
      EXPECT_DOUBLE_EQ(completeness(stream), 1.0) << client->identity() << " " << track;
      EXPECT_EQ(stream.timestamps_back, 0U);
      // Sequence numbers are continuous: as many as the distance between first and last says.
      EXPECT_EQ(stream.sequences.size(), stream.packets);
    }
  }
}

TEST(Conference, LossAndReorderingAreRepaired) {
  LinkModel model;
  model.loss = 0.03;
  model.duplication = 0.01;
  model.delay = 20ms;
  model.jitter = 15ms;
  Conference conference(2, model);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 20s));
  conference.publish_all();
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_flow(400); }, 60s));
  EXPECT_GT(conference.world.network().lost(), 50U);
  for (Client* client : conference.clients) {
    for (const auto& [track, stream] : client->streams) {
      EXPECT_EQ(stream.timestamps_back, 0U);
      // The uplink's video losses come back by NACK (these clients keep no history, so what is lost
      // stays lost on that leg); either way no duplicates and never more than what two lossy legs
      // can take.
      EXPECT_GT(completeness(stream), 0.88) << client->identity() << " " << track;
      EXPECT_EQ(stream.sequences.size(), stream.counters.size()) << "every packet once";
    }
  }
}

TEST(Conference, DataReachesEverybodyOnceAndInOrderDespiteLoss) {
  LinkModel model;
  model.loss = 0.05;
  model.jitter = 20ms;
  Conference conference(3, model);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 20s));
  conference.world.run(2s);
  for (int k = 0; k < 50; ++k)
    conference.clients[0]->send_data("message " + std::to_string(k) + ".", conference.world.now());
  ASSERT_TRUE(conference.world.run_until(
      [&] {
        return conference.clients[1]->data.size() >= 50 && conference.clients[2]->data.size() >= 50;
      },
      30s));
  for (std::size_t c : {1U, 2U}) {
    ASSERT_EQ(conference.clients[c]->data.size(), 50U);
    for (std::size_t k = 0; k < 50; ++k) {
      EXPECT_TRUE(contains(conference.clients[c]->data[k], "message " + std::to_string(k) + "."));
      EXPECT_TRUE(contains(conference.clients[c]->data[k], "ann"))
          << "sent under the sender's identity";
    }
  }
  EXPECT_TRUE(conference.clients[0]->data.empty());
}

TEST(Conference, OneRestartsAndIsReplaced) {
  Conference conference(4);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 5s));
  conference.publish_all();
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_flow(50); }, 20s));
  Client& ben = *conference.clients[1];
  std::string old_sid = ben.participant_sid;
  conference.world.restart(ben);
  ASSERT_TRUE(conference.world.run_until([&] { return ben.connected(); }, 5s));
  EXPECT_NE(ben.participant_sid, old_sid);
  EXPECT_EQ(conference.world.engine().stats().participants, 3U);
  for (auto* client : conference.clients) client->streams.clear();
  ben.publish(TrackType::audio, conference.world.now());
  ben.publish(TrackType::video, conference.world.now());
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_flow(50); }, 20s));
  EXPECT_EQ(conference.world.engine().stats().published_tracks, 6U);
}

TEST(Conference, MediaGoesOnWithoutSignallingAndIsResumed) {
  Conference conference(5);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 5s));
  conference.publish_all();
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_flow(50); }, 20s));
  Client& ann = *conference.clients[0];
  conference.world.cut_signal(ann);
  conference.world.run(30s);
  EXPECT_EQ(conference.world.engine().stats().participants, 3U) << "the transport keeps it alive";
  std::string sid = ann.participant_sid;
  conference.world.resume(ann);
  conference.world.run(1s);
  EXPECT_EQ(ann.participant_sid, sid);
  EXPECT_TRUE(ann.leaves.empty());
}

TEST(Conference, AClientThatVanishesIsRemoved) {
  Conference conference(6);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 5s));
  Client& cem = *conference.clients[2];
  conference.world.network().cut(cem.address(), true);
  conference.world.cut_signal(cem);
  ASSERT_TRUE(conference.world.run_until(
      [&] { return conference.world.engine().stats().participants == 2; }, 60s));
  EXPECT_EQ(conference.clients[0]->others.at("cem"), "gone");
}

TEST(Conference, SpeakersAreToldToThoseWhoListen) {
  Conference conference(7);
  ASSERT_TRUE(conference.world.run_until([&] { return conference.all_connected(); }, 5s));
  Client& ann = *conference.clients[0];
  Client& ben = *conference.clients[1];
  ann.publish(TrackType::audio, conference.world.now());
  ASSERT_TRUE(conference.world.run_until([&] { return !ben.speakers.empty(); }, 10s));
  EXPECT_EQ(ben.speakers.front().sid, ann.participant_sid);
  EXPECT_TRUE(ben.speakers.front().active);
  EXPECT_GT(ben.speakers.front().level, 0.0F);
  ben.speakers.clear();
  conference.world.send_media = false;
  ASSERT_TRUE(conference.world.run_until(
      [&] { return !ben.speakers.empty() && !ben.speakers.back().active; }, 5s));
}

TEST(Conference, RoomsEndWhenTheirTimeHasCome) {
  room::EngineConfig config;
  config.departure_timeout = 5s;
  World world(8, config);
  Client& ann = world.add_client("ann");
  ASSERT_TRUE(world.run_until([&] { return ann.connected(); }, 5s));
  EXPECT_FALSE(world.engine().idle());
  ASSERT_TRUE(world.engine().remove_participant("room", "ann", world.now()));
  ASSERT_EQ(ann.leaves.size(), 0U);
  world.run(1s);
  ASSERT_EQ(ann.leaves.size(), 1U);
  EXPECT_EQ(ann.leaves[0].reason, codec::livekit::DisconnectReason::participant_removed);
  EXPECT_TRUE(world.run_until([&] { return world.engine().idle(); }, 10s));
}

TEST(Conference, TheSameSeedGivesTheSameRun) {
  auto run = [] {
    LinkModel model;
    model.loss = 0.05;
    model.jitter = 10ms;
    Conference conference(9, model);
    conference.world.run(3s);
    conference.publish_all();
    conference.world.run(5s);
    std::vector<std::uint64_t> seen{conference.world.network().lost()};
    for (Client* client : conference.clients) {
      for (const auto& [track, stream] : client->streams) seen.push_back(stream.packets);
    }
    return seen;
  };
  auto first = run();
  EXPECT_GT(first.size(), 1U);
  EXPECT_EQ(first, run());
}

}  // namespace
}  // namespace portico::media::simulator
