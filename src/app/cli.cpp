#include "app/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/version.h"

namespace portico::app {
namespace {

constexpr const char* kDescription =
    "Portico: video meetings in one program and on one port.\n"
    "\n"
    "  portico serve                                start the server; it prints a link to open\n"
    "  portico link create --room standup           a link that lets somebody into a room\n"
    "  portico token create --room R --identity I   a token for LiveKit clients and SDKs\n"
    "  portico config docs                          all settings, explained\n";

constexpr int kFailed = 1;
constexpr int kUsage = 2;

// The whole command line. Lives while it is parsed and its command is run.
struct Program {
  CLI::App app{kDescription, "portico"};
  CommonFlags common;
  TokenFlags token;
  LinkFlags link;
  std::optional<std::string> config_file;
  CLI::App *serve = nullptr, *check = nullptr, *show = nullptr, *docs = nullptr, *version = nullptr;
  CLI::App *token_create = nullptr, *link_create = nullptr;

  Program() {
    app.require_subcommand(0, 1);
    app.set_version_flag("-V,--version", std::string(app::version()), "Print the version");
    add_serve();
    add_config();
    add_token();
    add_link();
    version = app.add_subcommand("version", "Print the version");
  }

  void add_common(CLI::App* command) {
    command->add_option("-c,--config", common.config,
                        "Configuration file (TOML); also PORTICO_CONFIG");
    command->add_option("-d,--data", common.data, "Data directory (default: data)");
  }

  void add_serve() {
    serve = app.add_subcommand("serve", "Start the server and run until it is told to stop");
    add_common(serve);
    serve->add_option("-p,--port", common.port, "The port, TCP and UDP (default: 8443)");
    serve->add_option("--web-dir", common.web_dir, "Serve the web app from this directory");
  }

  void add_config() {
    CLI::App* config = app.add_subcommand("config", "Check, show or explain the configuration");
    config->require_subcommand(1);
    check = config->add_subcommand("check", "Read the configuration and say whether it is good");
    check->add_option("FILE", config_file, "The file to check");
    add_common(check);
    show = config->add_subcommand("show", "Print every setting in effect and where it comes from");
    add_common(show);
    docs = config->add_subcommand("docs", "Explain every setting, as Markdown");
  }

  void add_token() {
    CLI::App* command = app.add_subcommand("token", "Access tokens for LiveKit clients and SDKs");
    command->require_subcommand(1);
    token_create =
        command->add_subcommand("create", "Print a token that lets one identity join one room");
    add_common(token_create);
    token_create->add_option("-r,--room", token.room, "Name of the room")->required();
    token_create
        ->add_option("-i,--identity", token.identity, "Who it is for; one connection per identity")
        ->required();
    token_create->add_option("-n,--name", token.name, "Name that others see");
    token_create->add_option("--metadata", token.metadata, "Text that others see");
    token_create->add_option("--ttl", token.ttl, "How long it is valid: 90s, 5m, 6h, 7d")
        ->capture_default_str();
    token_create->add_option("--key", token.key, "Sign with this API key instead of the first");
    token_create->add_option("--can-publish", token.publish, "true or false; default true");
    token_create->add_option("--can-subscribe", token.subscribe, "true or false; default true");
    token_create->add_option("--can-publish-data", token.publish_data,
                             "true or false; default as --can-publish");
    token_create->add_option(
        "--can-publish-source", token.sources,
        "Only camera, microphone, screen_share, screen_share_audio; may be repeated");
    token_create->add_option("--can-update-own-metadata", token.update_metadata,
                             "true or false; default false");
    token_create->add_flag("--admin", token.admin, "May administer the room");
    token_create->add_flag("--create-rooms", token.create,
                           "May create and delete rooms through the API");
    token_create->add_flag("--list-rooms", token.list, "May list rooms through the API");
    token_create->add_flag("--hidden", token.hidden, "Others do not see this participant");
  }

  void add_link() {
    CLI::App* command = app.add_subcommand("link", "Links that people open in a browser");
    command->require_subcommand(1);
    link_create =
        command->add_subcommand("create", "Print a link that lets whoever has it into one room");
    add_common(link_create);
    link_create->add_option("-p,--port", common.port, "The server's port, if serve was given one");
    link_create->add_option("-r,--room", link.room, "Name of the room")->required();
    link_create->add_option("--expires", link.expires, "How long it works: 90s, 5m, 2h, 7d")
        ->capture_default_str();
    link_create->add_flag("--host", link.host, "May invite others and administer the room");
    link_create->add_option("--url", link.url,
                            "Where people reach this server, e.g. https://meet.example.org");
  }
};

int finish(const Result<std::string>& result, Console& console) {
  if (result) {
    console.out(*result + "\n");
    return 0;
  }
  console.err(fmt::format("portico: {}\n", result.error().message));
  return kFailed;
}

Result<std::string> check_config(Program& program, Console& console) {
  if (program.config_file) program.common.config = program.config_file;
  PORTICO_TRY(loaded, load_for(program.common, console));
  for (const std::string& warning : loaded.warnings)
    console.err(fmt::format("warning: {}\n", warning));
  return std::string(loaded.warnings.empty() ? "The configuration is good."
                                             : "The configuration can be used.");
}

int run_serve(Program& program, Console& console) {
  auto loaded = load_for(program.common, console);
  auto result = loaded ? ensure_keys(loaded->config.server, console.random)
                       : Result<void>(tl::unexpected(loaded.error()));
  if (result) result = console.serve(*loaded);
  if (result) return 0;
  console.err(fmt::format("portico: {}\n", result.error().message));
  return kFailed;
}

int run_command(Program& program, Console& console) {
  if (*program.serve) return run_serve(program, console);
  if (*program.check) return finish(check_config(program, console), console);
  if (*program.token_create)
    return finish(create_token(program.common, program.token, console), console);
  if (*program.link_create)
    return finish(create_link(program.common, program.link, console), console);
  if (*program.docs) {
    console.out(config_docs());
    return 0;
  }
  if (*program.version) {
    console.out(fmt::format("portico {}\n", version()));
    return 0;
  }
  if (*program.show) {
    const auto loaded = load_for(program.common, console);
    if (!loaded) return finish(tl::unexpected(loaded.error()), console);
    console.out(show_config(*loaded));
    return 0;
  }
  console.out(program.app.help());
  return 0;
}

}  // namespace

int run_cli(const std::vector<std::string>& arguments, Console& console) {
  try {
    Program program;
    // The library takes them from the back.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      program.app.parse(std::move(reversed));
    } catch (const CLI::CallForVersion&) {
      console.out(fmt::format("portico {}\n", version()));
      return 0;
    } catch (const CLI::Success&) {
      const CLI::App* innermost = &program.app;
      while (!innermost->get_subcommands().empty())
        innermost = innermost->get_subcommands().front();
      console.out(innermost->help());
      return 0;
    } catch (const CLI::ParseError& error) {
      console.err(fmt::format(
          "portico: {}; `portico --help` and `portico COMMAND --help` show what there is\n",
          error.what()));
      return kUsage;
    }
    return run_command(program, console);
  } catch (const std::exception& error) {
    console.err(fmt::format("portico: {}\n", error.what()));
    return kFailed;
  }
}

}  // namespace portico::app
