#include "program.hpp"

#include <csignal>
#include <cstdlib>
#include <iostream>

namespace daybook::examples {
namespace {

using client::Errc;
using client::State;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Arguments parse(int count, char** given, const OwnOptions& own) {
  Arguments arguments;
  if (auto server = environment("DAYBOOK_SERVER"); !server.empty()) arguments.server = server;
  arguments.token = environment("DAYBOOK_TOKEN");
  for (int i = 1; i < count; ++i) {
    std::string name = given[i];
    std::optional<std::string> value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    }
    const auto take = [&] {
      if (!value && ++i < count) value = given[i];
      if (!value || value->empty()) throw Failure(2, name + " needs a value");
      return *value;
    };
    const auto is_own = [&](std::string_view option) { return option == name; };
    if (name == "--server") {
      arguments.server = take();
    } else if (name == "--token") {
      arguments.token = take();
    } else if (name == "--project") {
      arguments.project = take();
    } else if (name == "--ca-file") {
      arguments.tls.ca_file = take();
    } else if (name == "--pin") {
      arguments.tls.pinned_key = take();
    } else if (std::ranges::any_of(own, [&](auto option) { return option == name + "="; })) {
      arguments.own[name] = take();
    } else if (!value && std::ranges::any_of(own, is_own)) {
      arguments.own[name] = "";
    } else {
      throw Failure(2, "unexpected argument " + name + " (see --help)");
    }
  }
  if (arguments.token.empty()) {
    throw Failure(2,
                  "no token: set DAYBOOK_TOKEN, or give --token (`daybook token issue` makes one)");
  }
  return arguments;
}

// What ends for good, in words and with an exit code.
Failure failure_of(const client::StateChange& change) {
  if (change.reason == client::Condition::auth) {
    return {1, "the server does not accept this token"};
  }
  return {3, change.reason.message() + (change.detail.empty() ? "" : ": " + change.detail)};
}

constexpr std::string_view kCommonHelp =
    "\nCommon options:\n"
    "  --server URL     the server (or DAYBOOK_SERVER; http://127.0.0.1:8484)\n"
    "  --token TOKEN    who you are (or DAYBOOK_TOKEN, which others on this machine cannot see)\n"
    "  --project KEY    which project, by its key or id; not needed where there is only one\n"
    "  --ca-file FILE   trust these CAs instead of the system's (https)\n"
    "  --pin PIN        trust only this key of the server: sha256/BASE64 (https)\n"
    "Exit: 0 ok, 1 refused or a check that failed, 2 usage, 3 no connection.\n";

}  // namespace

int run(int count, char** given, std::string_view help, const OwnOptions& own,
        const std::function<int(const Arguments&)>& program) {
  const std::string_view path = count > 0 ? given[0] : "";
  const auto name = path.substr(path.rfind('/') + 1);
  for (int i = 1; i < count; ++i) {
    if (std::string_view(given[i]) == "--help" || std::string_view(given[i]) == "-h") {
      std::cout << "usage: " << name << help << kCommonHelp;
      return 0;
    }
  }
  try {
    return program(parse(count, given, own));
  } catch (const Failure& failure) {
    std::cerr << name << ": " << failure.what() << "\n";
    return failure.code;
  } catch (const std::invalid_argument& wrong) {  // --server, --ca-file or --pin
    std::cerr << name << ": " << wrong.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << "\n";
    return 1;
  }
}

client::ClientOptions client_options(const Arguments& arguments) {
  client::ClientOptions options;
  options.url = arguments.server;
  options.token = arguments.token;
  options.tls = arguments.tls;
  return options;
}

client::ListedProject choose_project(const Arguments& arguments) {
  const auto projects = client::list_projects(arguments.server, arguments.token,
                                              std::chrono::seconds(10), arguments.tls);
  if (!projects) {
    const auto& error = projects.error();
    if (error.code == Errc::unauthenticated) {
      throw Failure(1, "the server does not accept this token");
    }
    throw Failure(error.status == 0 ? 3 : 1, arguments.server + ": " + error.detail);
  }
  std::string keys;
  for (const auto& project : *projects) {
    const bool is_only = arguments.project.empty() && projects->size() == 1;
    if (is_only || project.key == arguments.project ||
        parse_id(arguments.project) == std::optional(project.id)) {
      return project;
    }
    keys += ' ' + project.key;
  }
  if (projects->empty()) throw Failure(1, "this token may read no project");
  throw Failure(2, (arguments.project.empty() ? "which project? --project, one of"
                                              : "no project " + arguments.project + " among") +
                       keys);
}

std::string harmless(std::string_view words) {
  std::string out;
  for (std::size_t i = 0; i < words.size();) {
    const auto byte = static_cast<unsigned char>(words[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const auto letter = words.substr(i, length);  // words are well-formed UTF-8
    i += length;
    const bool is_control = byte < 0x20 || byte == 0x7F || (byte == 0xC2 && letter < "\xC2\xA0");
    const bool turns = (letter >= "\xE2\x80\x8B" && letter <= "\xE2\x80\x8F") ||
                       (letter >= "\xE2\x80\xA8" && letter <= "\xE2\x80\xAE") ||
                       (letter >= "\xE2\x81\xA0" && letter <= "\xE2\x81\xAF");
    if (is_control || turns) {
      out += '?';
    } else {
      out += letter;
    }
  }
  return out;
}

// --- App -------------------------------------------------------------------------------------------------------------

App::App(client::ClientOptions options)
    : signals_(io_, SIGINT, SIGTERM), client_(io_.get_executor(), std::move(options)) {
  signals_.add(SIGHUP);
  signals_.async_wait([this](const client::error_code& error, int) {
    if (!error) end();
  });
  client_.on_state_change([this](const client::StateChange& change) { on_state(change); });
}

client::Project App::open(const client::ListedProject& project) {
  auto opened = client_.open(project.id);
  opened.ready([this, key = project.key](client::error_code error) {
    if (error) fail({1, key + ": " + error.message()});
  });
  return opened;
}

int App::run(client::Client::StateHandler tell) {
  tell_ = tell ? std::move(tell) : [this](const client::StateChange& change) { say(change); };
  client_.start();
  while (!code_) io_.run_one();
  bool stopped = false;
  client_.stop([&](client::error_code) { stopped = true; });
  while (!stopped) io_.run_one();
  if (failure_) throw Failure(*failure_);
  return *code_;
}

void App::end(int code) {
  if (!code_) code_ = code;
}

void App::fail(Failure failure) {
  if (!code_) failure_ = std::move(failure);
  end(1);
}

void App::on_state(const client::StateChange& change) {
  if (code_) return;
  if (change.state == State::needs_auth || change.state == State::closed) {
    return fail(failure_of(change));
  }
  tell_(change);
}

void App::say(const client::StateChange& change) {
  if (change.state == State::offline && change.reason && !std::exchange(lost_, true)) {
    std::cerr << "the connection is lost (" << change.reason.message() << "); trying again\n";
  } else if (change.state == State::live && std::exchange(lost_, false)) {
    std::cerr << "connected again; nothing was missed\n";
  }
}

}  // namespace daybook::examples
