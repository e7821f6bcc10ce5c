#include "app/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "app/config_table.h"

namespace portico::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::optional<std::string> nothing(const std::string&) { return std::nullopt; }

Environment with(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string error_of(std::string_view toml, const Environment& environment = nothing) {
  const auto loaded = parse_config(toml, "portico.toml", environment);
  return loaded ? "no error" : loaded.error().message;
}

TEST(Config, EverythingHasADefault) {
  const auto loaded = parse_config("", "portico.toml", nothing);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.server.port, 8443);
  EXPECT_EQ(loaded->config.server.media_port, 10000);
  EXPECT_EQ(loaded->config.server.data_directory, "data");
  EXPECT_EQ(loaded->config.server.admin.to_string(), "127.0.0.1:0");
  EXPECT_FALSE(loaded->config.server.open_rooms);
  EXPECT_EQ(loaded->config.server.empty_timeout, 300s);
  EXPECT_EQ(loaded->config.server.departure_timeout, 20s);
  EXPECT_TRUE(loaded->warnings.empty());
  EXPECT_TRUE(loaded->origins.empty());
}

TEST(Config, ReadsEveryType) {
  const auto loaded = parse_config(R"(
port = 443
bind = ["192.0.2.1", "::1"]
public_address_v4 = "203.0.113.7"
public_name = "meet.example.org"
open_rooms = true
workers = 3
[tls]
certificate = "a.pem"
key = "b.pem"
[admin]
address = "::1"
port = 9090
[log]
level = "debug"
format = "json"
[room]
max_participants = 12
empty_timeout = "5m"
departure_timeout = 7
[keys]
clinic = "a secret of at least thirty-two characters"
"other one" = "another secret of at least thirty-two characters"
)",
                                   "portico.toml", nothing);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const ServerOptions& server = loaded->config.server;
  EXPECT_EQ(server.port, 443);
  ASSERT_EQ(server.bind.size(), 2u);
  EXPECT_EQ(server.bind[1].to_string(), "::1");
  EXPECT_EQ(server.public_v4->to_string(), "203.0.113.7");
  EXPECT_EQ(server.workers, 3u);
  EXPECT_EQ(server.certificate_file, "a.pem");
  EXPECT_EQ(server.admin.to_string(), "[::1]:9090");
  EXPECT_EQ(loaded->config.log_level, LogLevel::debug);
  EXPECT_EQ(server.max_participants, 12u);
  EXPECT_EQ(server.empty_timeout, 300s);
  EXPECT_EQ(server.departure_timeout, 7s);
  EXPECT_EQ(server.keys.size(), 2u);
  EXPECT_TRUE(server.keys.contains("other one"));
  EXPECT_EQ(loaded->origins.at("port"), "portico.toml:2");
  EXPECT_EQ(base_url(server), "https://meet.example.org");
}

TEST(Config, UnknownKeysAreRefusedWithLineAndSuggestion) {
  EXPECT_EQ(error_of("\n\nprot = 1"), "portico.toml:3: unknown key 'prot'; did you mean 'port'?");
  EXPECT_EQ(error_of("[room]\nempty_timout = 1"),
            "portico.toml:2: unknown key 'room.empty_timout'; did you mean 'room.empty_timeout'?");
  EXPECT_EQ(
      error_of("max_participants = 1"),
      "portico.toml:1: unknown key 'max_participants'; did you mean 'room.max_participants'?");
  EXPECT_EQ(error_of("qqqqqq = 1"),
            "portico.toml:1: unknown key 'qqqqqq'; `portico config docs` lists all keys");
  EXPECT_THAT(error_of("[port]\nx = 1"), HasSubstr("portico.toml:2: unknown key 'port.x'"));
}

TEST(Config, ErrorsNameTheKeyAndTheFix) {
  EXPECT_EQ(error_of("port = 70000"), "portico.toml:1: port must be a number from 1 to 65535");
  EXPECT_EQ(error_of("port = -1"), "portico.toml:1: port must be a number from 1 to 65535");
  EXPECT_EQ(error_of("port = 1.5"), "portico.toml:1: port must be: port");
  EXPECT_EQ(error_of("port = true"), "portico.toml:1: port must be a number from 1 to 65535");
  EXPECT_EQ(error_of("open_rooms = 1"), "portico.toml:1: open_rooms must be true or false");
  EXPECT_EQ(error_of("public_address_v4 = \"::1\""),
            "portico.toml:1: public_address_v4 must be an IPv4 address such as \"203.0.113.7\"");
  EXPECT_EQ(error_of("bind = [\"here\"]"),
            "portico.toml:1: bind holds \"here\", which is not an address");
  EXPECT_EQ(error_of("bind = [1]"), "portico.toml:1: bind must be: list of addresses");
  EXPECT_EQ(error_of("[room]\nempty_timeout = \"soon\""),
            "portico.toml:2: room.empty_timeout must be a duration such as \"90s\", \"5m\", \"2h\" "
            "or \"7d\"");
  EXPECT_EQ(error_of("[log]\nlevel = \"loud\""),
            "portico.toml:2: log.level must be \"debug\", \"info\", \"warning\" or \"error\"");
  EXPECT_THAT(error_of("port = "), HasSubstr("portico.toml:1: not TOML: "));
  EXPECT_THAT(error_of("port = 1\nport = 2"), HasSubstr("portico.toml:2: not TOML: "));
  EXPECT_THAT(error_of("[keys]\na = 5"),
              HasSubstr("portico.toml:2: the secret of key 'a' must be a text in quotes"));
  EXPECT_THAT(error_of("[keys]\na = \"\""), HasSubstr("portico.toml:2: the secret of key 'a'"));
}

TEST(Config, LettersBeyondAscii) {
  const auto loaded = parse_config(
      "\xef\xbb\xbf# Größe\nport = 1 # ü\ndata = \"d\\\"ä\"\nweb_dir = "
      "\"\"\"\nü\"\"\"\n[keys]\n'schlüssel' = 'ö'\n",
      "f", nothing);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.server.data_directory, "d\"ä");
  EXPECT_EQ(loaded->config.server.web_directory, "ü");
  EXPECT_EQ(loaded->config.server.keys.at("schlüssel"), "ö");
  EXPECT_THAT(error_of("port = 1\nü = 2"), HasSubstr("portico.toml:2: not TOML: "));
  EXPECT_THAT(error_of("[=port]"), HasSubstr("portico.toml: not TOML: "));
  EXPECT_EQ(parse_config("data = \"me@host@c3\"", "f", nothing)->config.server.data_directory,
            "me@host@c3");
}

TEST(Config, ValuesMustGoTogether) {
  EXPECT_EQ(error_of("[tls]\ncertificate = \"a.pem\""),
            "portico.toml:2: tls.certificate is set but tls.key is not; set both or neither");
  EXPECT_THAT(error_of("public_name = \"https://x.org\""),
              HasSubstr("portico.toml:1: public_name must be a bare host name"));
  EXPECT_THAT(error_of("data = \"\""), HasSubstr("data must not be empty"));
}

TEST(Config, Warnings) {
  const auto loaded = parse_config(
      "hsts = true\n[keys]\na = \"short\"\n[admin]\naddress = \"0.0.0.0\"", "f", nothing);
  ASSERT_TRUE(loaded);
  EXPECT_THAT(loaded->warnings, ElementsAre(HasSubstr("hsts has no effect"),
                                            HasSubstr("has 5 characters; use at least 32"),
                                            HasSubstr("without a password")));
}

TEST(Config, TheEnvironmentWins) {
  const auto loaded = parse_config("port = 1000\n", "f",
                                   with({{"PORTICO_PORT", "2000"},
                                         {"PORTICO_OPEN_ROOMS", "true"},
                                         {"PORTICO_BIND", "192.0.2.1, 192.0.2.2"},
                                         {"PORTICO_ROOM_EMPTY_TIMEOUT", "90"},
                                         {"PORTICO_KEYS", "a=b=c, d=e"}}));
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->config.server.port, 2000);
  EXPECT_TRUE(loaded->config.server.open_rooms);
  EXPECT_EQ(loaded->config.server.bind.size(), 2u);
  EXPECT_EQ(loaded->config.server.empty_timeout, 90s);
  EXPECT_EQ(loaded->config.server.keys.at("a"), "b=c");
  EXPECT_EQ(loaded->config.server.keys.at("d"), "e");
  EXPECT_EQ(loaded->origins.at("port"), "PORTICO_PORT");
  EXPECT_EQ(error_of("", with({{"PORTICO_PORT", "many"}})),
            "PORTICO_PORT: must be a number from 1 to 65535");
  EXPECT_THAT(error_of("", with({{"PORTICO_KEYS", "a"}})),
              HasSubstr("PORTICO_KEYS: must be name=secret"));
}

TEST(Config, EveryRowOfTheTableWorks) {
  std::set<std::string_view> names;
  for (const ConfigKey& key : config_keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_FALSE(key.doc.empty());
    // What show() prints must load again, to the same value.
    const Config defaults;
    const std::string shown = key.show(defaults);
    const auto loaded = parse_config(std::string(key.name) + " = " + shown, "f", nothing);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(key.show(loaded->config), shown);
    EXPECT_THAT(config_docs(), HasSubstr("`" + std::string(key.name) + "`"));
  }
}

TEST(Config, ShowLoadsAgainAndHidesSecrets) {
  const auto loaded = parse_config(
      "port = 443\npublic_name = \"a\\\"b\"\n[room]\nempty_timeout = 90\n", "f", nothing);
  ASSERT_TRUE(loaded) << loaded.error().message;
  const std::string shown = show_config(*loaded);
  EXPECT_THAT(shown, HasSubstr("port = 443  # f:1\n"));
  EXPECT_THAT(shown, HasSubstr("[room]\n"));
  const auto again = parse_config(shown, "g", nothing);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->config.server.public_name, "a\"b");
  EXPECT_EQ(again->config.server.empty_timeout, 90s);
  const auto secret = parse_config("[keys]\nk = \"very-secret\"", "f", nothing);
  EXPECT_THAT(show_config(*secret), Not(HasSubstr("very-secret")));
  EXPECT_THAT(show_config(*secret), HasSubstr("(hidden, 11 characters)"));
}

TEST(Config, Files) {
  EXPECT_THAT(load_config("/does/not/exist.toml", nothing).error().message,
              HasSubstr("/does/not/exist.toml cannot be read"));
  EXPECT_EQ(load_config("/", nothing).error().code, ErrorCode::not_found);
  EXPECT_TRUE(load_config(std::nullopt, nothing));
}

TEST(Config, Durations) {
  EXPECT_EQ(*parse_duration("0"), 0s);
  EXPECT_EQ(*parse_duration("90s"), 90s);
  EXPECT_EQ(*parse_duration("7d"), std::chrono::hours(168));
  for (const char* bad :
       {"", "s", "-1s", "1.5h", "1w", "5 m", "5mm", "99999999999999999999", "9999999999d"}) {
    EXPECT_FALSE(parse_duration(bad)) << bad;
  }
  EXPECT_EQ(duration_text(std::chrono::hours(48)), "2d");
  EXPECT_EQ(duration_text(90s), "90s");
  EXPECT_EQ(duration_text(0s), "0s");
}

class KeysTest : public testing::Test {
 protected:
  KeysTest() {
    char name[] = "/tmp/portico-keys-XXXXXX";
    directory_ = mkdtemp(name);
    server_.data_directory = directory_ + "/deep/data";
  }
  ~KeysTest() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
  ServerOptions server_;
  SeededRandom random_{5};
};

TEST_F(KeysTest, AreMadeOnceAndKept) {
  ASSERT_TRUE(ensure_keys(server_, random_));
  ASSERT_EQ(server_.keys.size(), 1u);
  EXPECT_EQ(server_.keys.begin()->first.substr(0, 3), "API");
  EXPECT_GE(server_.keys.begin()->second.size(), 32u);
  struct stat info{};
  ASSERT_EQ(stat((server_.data_directory + "/keys.toml").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  ServerOptions again;
  again.data_directory = server_.data_directory;
  ASSERT_TRUE(ensure_keys(again, random_));
  EXPECT_EQ(again.keys, server_.keys);
  // Nothing temporary is left behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(server_.data_directory),
                          std::filesystem::directory_iterator()),
            1);
}

TEST_F(KeysTest, ConfiguredKeysWin) {
  server_.keys["mine"] = "secret";
  ASSERT_TRUE(ensure_keys(server_, random_));
  EXPECT_EQ(server_.keys.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(server_.data_directory));
}

TEST_F(KeysTest, DamageIsReported) {
  std::filesystem::create_directories(server_.data_directory);
  std::ofstream(server_.data_directory + "/keys.toml") << "[keys]\n";
  EXPECT_THAT(ensure_keys(server_, random_).error().message, HasSubstr("holds no key; remove it"));
  std::ofstream(server_.data_directory + "/keys.toml") << "garbage";
  EXPECT_FALSE(ensure_keys(server_, random_));
  server_.data_directory = "/proc/nowhere";
  EXPECT_THAT(ensure_keys(server_, random_).error().message,
              HasSubstr("choose another data directory with --data"));
}

}  // namespace
}  // namespace portico::app
