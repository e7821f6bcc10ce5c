#include "app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/invitation.h"
#include "protocol/livekit/token.h"

namespace portico::app {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr WallTime kNow{1'800'000'000'000'000};

class CliTest : public testing::Test {
 protected:
  CliTest() {
    char name[] = "/tmp/portico-cli-XXXXXX";
    directory_ = mkdtemp(name);
    environment_["PORTICO_KEYS"] = "testkey=a-secret-of-more-than-32-characters-0123";
  }
  ~CliTest() override { std::filesystem::remove_all(directory_); }

  int run(std::vector<std::string> arguments) {
    out_.clear();
    err_.clear();
    Console console{[this](std::string_view text) { out_ += text; },
                    [this](std::string_view text) { err_ += text; },
                    [this](const std::string& name) -> std::optional<std::string> {
                      const auto found = environment_.find(name);
                      return found == environment_.end() ? std::nullopt
                                                         : std::optional(found->second);
                    },
                    [] { return kNow; },
                    random_,
                    [this](const LoadedConfig& loaded) {
                      served_ = loaded;
                      return serve_result_;
                    }};
    return run_cli(arguments, console);
  }
  Result<protocol::livekit::Grants> grants() {
    const auto keys = [](std::string_view) {
      return std::optional<std::string>("a-secret-of-more-than-32-characters-0123");
    };
    return protocol::livekit::verify_token(std::string_view(out_).substr(0, out_.size() - 1), keys,
                                           kNow);
  }

  std::string directory_, out_, err_;
  std::map<std::string, std::string> environment_;
  SeededRandom random_{3};
  std::optional<LoadedConfig> served_;
  Result<void> serve_result_;
};

TEST_F(CliTest, HelpAStrangerUnderstands) {
  EXPECT_EQ(run({}), 0);
  EXPECT_THAT(out_, HasSubstr("portico serve"));
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("start the server; it prints a link to open"));
  EXPECT_EQ(run({"token", "create", "--help"}), 0);
  EXPECT_THAT(out_, HasSubstr("--can-publish-source"));
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_THAT(out_, StartsWith("portico "));
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_THAT(out_, StartsWith("portico "));
}

TEST_F(CliTest, WrongCommandLines) {
  EXPECT_EQ(run({"sreve"}), 2);
  EXPECT_THAT(err_, HasSubstr("sreve"));
  EXPECT_EQ(run({"serve", "--prot", "1"}), 2);
  EXPECT_THAT(err_, HasSubstr("--prot"));
  EXPECT_EQ(run({"token", "create", "--room", "r"}), 2);
  EXPECT_THAT(err_, HasSubstr("--identity"));
  EXPECT_EQ(run({"serve", "--port", "many"}), 2);
  EXPECT_EQ(run({"serve", "--port", "70000"}), 1);
  EXPECT_EQ(err_, "portico: --port must be a number from 1 to 65535\n");
}

TEST_F(CliTest, ServeTakesFlagsOverFileAndEnvironment) {
  std::ofstream(directory_ + "/a.toml") << "port = 1000\nworkers = 2\n";
  environment_["PORTICO_PORT"] = "2000";
  EXPECT_EQ(run({"serve", "--config", directory_ + "/a.toml", "--port", "3000", "--data",
                 directory_, "--web-dir", "w"}),
            0);
  ASSERT_TRUE(served_);
  EXPECT_EQ(served_->config.server.port, 3000);
  EXPECT_EQ(served_->config.server.workers, 2u);
  EXPECT_EQ(served_->config.server.data_directory, directory_);
  EXPECT_EQ(served_->config.server.web_directory, "w");
  serve_result_ = fail(ErrorCode::conflict, "port 3000 is in use");
  EXPECT_EQ(run({"serve", "--data", directory_}), 1);
  EXPECT_EQ(err_, "portico: port 3000 is in use\n");
}

TEST_F(CliTest, ServeMakesAKeyWhenThereIsNone) {
  environment_.clear();
  EXPECT_EQ(run({"serve", "--data", directory_ + "/d"}), 0);
  ASSERT_EQ(served_->config.server.keys.size(), 1u);
  const auto keys = served_->config.server.keys;
  EXPECT_EQ(run({"serve", "--data", directory_ + "/d"}), 0);
  EXPECT_EQ(served_->config.server.keys, keys);
}

TEST_F(CliTest, ConfigCommands) {
  std::ofstream(directory_ + "/bad.toml") << "prot = 1\n";
  EXPECT_EQ(run({"config", "check", directory_ + "/bad.toml"}), 1);
  EXPECT_THAT(err_, HasSubstr("bad.toml:1: unknown key 'prot'; did you mean 'port'?"));
  EXPECT_EQ(run({"config", "check"}), 0);
  EXPECT_EQ(out_, "The configuration is good.\n");
  environment_["PORTICO_KEYS"] = "a=b";
  EXPECT_EQ(run({"config", "check"}), 0);
  EXPECT_THAT(err_, HasSubstr("warning: the secret of API key 'a'"));
  EXPECT_EQ(run({"config", "show"}), 0);
  EXPECT_THAT(out_, HasSubstr("port = 8443\n"));
  EXPECT_EQ(run({"config", "docs"}), 0);
  EXPECT_THAT(
      out_,
      HasSubstr("| `room.empty_timeout` (duration) | `\"5m\"` | `PORTICO_ROOM_EMPTY_TIMEOUT` |"));
  EXPECT_EQ(run({"config"}), 2);
}

TEST_F(CliTest, TokenCreate) {
  EXPECT_EQ(
      run({"token", "create", "--room", "demo", "--identity", "alice", "--name", "Alice", "--ttl",
           "10m", "--can-publish", "false", "--can-publish-source", "camera", "--admin"}),
      0)
      << err_;
  const auto token = grants();
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->identity, "alice");
  EXPECT_EQ(token->name, "Alice");
  EXPECT_EQ(token->issuer, "testkey");
  EXPECT_EQ(token->expires_at, kNow.unix_seconds() + 600);
  EXPECT_TRUE(token->grants().room_join);
  EXPECT_TRUE(token->grants().room_admin);
  EXPECT_EQ(token->grants().room, "demo");
  EXPECT_FALSE(token->grants().may_publish());
  EXPECT_EQ(token->grants().can_subscribe, std::nullopt);

  EXPECT_EQ(run({"token", "create", "--room", "demo", "--identity", "a", "--ttl", "soon"}), 1);
  EXPECT_THAT(err_, HasSubstr("--ttl must be a duration"));
  EXPECT_EQ(run({"token", "create", "--room", "demo", "--identity", "a", "--key", "none"}), 1);
  EXPECT_THAT(err_, HasSubstr("--key none is not configured"));
  EXPECT_EQ(run({"token", "create", "--room", "demo", "--identity", "a", "--can-publish-source",
                 "telescope"}),
            1);
  EXPECT_THAT(err_, HasSubstr("telescope"));
}

TEST_F(CliTest, LinkCreate) {
  EXPECT_EQ(run({"link", "create", "--room", "stand-up", "--expires", "2h", "--url",
                 "https://meet.example.org/"}),
            0)
      << err_;
  EXPECT_THAT(out_, StartsWith("https://meet.example.org/j/stand-up#"));
  const std::string secret = out_.substr(out_.find('#') + 1, out_.size() - out_.find('#') - 2);
  const auto keys = [](std::string_view) {
    return std::optional<std::string>("a-secret-of-more-than-32-characters-0123");
  };
  const auto invitation = verify_invitation(secret, keys, kNow);
  ASSERT_TRUE(invitation) << invitation.error().message;
  EXPECT_EQ(invitation->room, "stand-up");
  EXPECT_FALSE(invitation->host);
  EXPECT_EQ(invitation->expires_at, kNow.unix_seconds() + 7200);

  EXPECT_EQ(run({"link", "create", "--room", "r", "--port", "9000"}), 0);
  EXPECT_THAT(out_, StartsWith("https://localhost:9000/j/r#"));
  EXPECT_EQ(run({"link", "create", "--room", "a room"}), 1);
  EXPECT_THAT(err_, HasSubstr("--room may hold letters"));
  EXPECT_EQ(run({"link", "create", "--room", "r", "--url", "ftp://x"}), 1);
}

}  // namespace
}  // namespace portico::app
