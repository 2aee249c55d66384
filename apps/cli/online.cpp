#include "apps/cli/online.hpp"

#include <boost/json/parse.hpp>
#include <chrono>
#include <daybook/http.hpp>
#include <exception>

#include "apps/cli/document.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using client::Errc;
using client::State;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{30};

client::TlsOptions tls_options(const Context& context) {
  return {.ca_file = context.ca_file, .pinned_key = context.pin};
}

client::ClientOptions client_options(const Context& context) {
  if (context.token.empty()) {
    fail(Exit::usage,
         "no token: set DAYBOOK_TOKEN (or --token). daybookd prints the administrator's at its "
         "first "
         "start; `daybook token issue` makes others");
  }
  // Lists are asked for at the server's root, events under its own path.
  const auto host = context.server.find("://");
  const auto path = host == std::string::npos ? host : context.server.find('/', host + 3);
  if (path != std::string::npos && path + 1 != context.server.size())
    fail(Exit::usage, "--server takes an address without a path: {}",
         shown(context.server.substr(0, path)));
  client::ClientOptions options;
  options.url = context.server;
  options.token = context.token;
  options.tls = tls_options(context);
  options.user_agent = "daybook/" DAYBOOK_VERSION;
  return options;
}

client::Client make_client(boost::asio::io_context& io, const Context& context) {
  try {
    return {io.get_executor(), client_options(context)};
  } catch (const std::invalid_argument& wrong) {
    fail(Exit::usage, "{}", shown(wrong.what()));  // --server, --ca-file or --pin
  }
}

// As part of a path.
std::string encoded(std::string_view text) {
  std::string out;
  for (const unsigned char byte : text) {
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || byte == '-';
    out += plain ? std::string(1, static_cast<char>(byte)) : fmt::format("%{:02X}", byte);
  }
  return out;
}

// Fails with what is said of a moment, if that is why there is no answer.
void check_moment(const Moment& at, const boost::json::value& problem) {
  for (const auto code : {schema::Code::UNKNOWN_VERSION, schema::Code::AHEAD_OF_LOG}) {
    if (string_of(problem, "code") != model::to_string(code)) continue;
    const auto* facts = find(problem, "facts");
    fail_moment(at, {.code = code,
                     .facts = {.present_number =
                                   facts == nullptr ? 0 : number_of(*facts, "presentNumber")}});
  }
}

}  // namespace

OnlineSource::OnlineSource(const Context& context)
    : url_(context.server),
      token_(context.token),
      tls_(tls_options(context)),
      io_(1),
      client_(make_client(io_, context)) {
  client_.on_state_change([this](const client::StateChange& change) { last_change_ = change; });
}

OnlineSource::~OnlineSource() = default;

Failure OnlineSource::connection_failure(const client::error_code& reason,
                                         const std::string& detail) const {
  if (reason == Errc::unauthenticated) {
    return {Exit::failed,
            "the server does not accept this token: it is unknown, expired or revoked. "
            "Set DAYBOOK_TOKEN to another one"};
  }
  if (reason == Errc::not_permitted)
    return {Exit::failed, "this token may not do that: " + reason.message()};
  const auto more = detail.empty() ? "" : "; " + shown(detail);
  if (reason == client::Condition::tls) {
    return {Exit::no_connection,
            fmt::format("no secure connection to {}: {}{}", shown(url_), reason.message(), more)};
  }
  if (reason.category().name() == std::string_view("boost.beast.websocket")) {
    return {Exit::no_connection,
            fmt::format("what answers at {} is no Daybook server ({}{}): is the address right?",
                        shown(url_), reason.message(), more)};
  }
  return {Exit::no_connection,
          fmt::format("no server at {} ({}{}): is daybookd running? Start it with `daybookd --data "
                      "DIR`, or name another with --server URL",
                      shown(url_), reason ? reason.message() : "no answer", more)};
}

void OnlineSource::wait(const std::function<bool()>& done) {
  auto deadline = Clock::now() + kPatience;
  while (!done()) {
    io_.restart();
    if (io_.run_one_for(std::chrono::milliseconds(500)) > 0 && client_.state() == State::live)
      deadline = Clock::now() + kPatience;
    const auto state = client_.state();
    if (!done() && (state == State::needs_auth || state == State::closed))
      throw connection_failure(last_change_.reason, last_change_.detail);
    if (Clock::now() > deadline) throw connection_failure(Errc::timed_out);
  }
}

client::Client& OnlineSource::connected() {
  if (has_connected_) return client_;
  client_.start();
  wait([this] {
    const auto state = client_.state();
    if (state == State::offline && last_change_.reason)
      throw connection_failure(last_change_.reason, last_change_.detail);
    return client_.server().has_value() && state == State::live;
  });
  has_connected_ = true;
  return client_;
}

std::string OnlineSource::get(const std::string& path, const std::optional<Moment>& at) {
  auto answer = client::http_get(url_, path, token_, kPatience, tls_);
  if (!answer) throw connection_failure(answer.error());
  if (answer->status == 200) {
    while (answer->body.ends_with('\n')) answer->body.pop_back();
    return std::move(answer->body);
  }
  if (answer->status == 401) throw connection_failure(Errc::unauthenticated);
  boost::system::error_code error;
  const auto problem = boost::json::parse(answer->body, error);
  if (!error && at) check_moment(*at, problem);
  const auto detail = error ? std::string_view() : string_of(problem, "detail");
  fail(Exit::failed, "the server answers {}: {}", answer->status,
       detail.empty() ? "no reason given" : shown(detail));
}

std::string OnlineSource::projects() { return get("/api/v1/projects"); }

std::string OnlineSource::view(const std::string& key_or_id, schema::ViewName name,
                               const std::optional<Moment>& at) {
  auto path =
      fmt::format("/api/v1/projects/{}/views/{}", encoded(key_or_id), model::to_string(name));
  if (at) path += "?at=" + encoded(to_string(*at));
  return get(path, at);
}

std::string OnlineSource::context(Id project, Id entity, std::optional<std::uint64_t> version) {
  auto path = fmt::format("/api/v1/projects/{}/decisions/{}/context", to_string(project),
                          to_string(entity));
  if (version) path += fmt::format("?version={}", *version);
  return get(path);
}

std::uint64_t OnlineSource::newest(const std::optional<Id>& project) {
  if (!project) return connected().server()->position.value;
  for (const auto& row : list_projects(*this)) {
    if (row.id == *project) return row.version;
  }
  return 0;
}

void OnlineSource::read(const EventRange& range,
                        const std::function<bool(const record::Entry&)>& each) {
  if (range.first > range.last) return;
  auto& client = connected();
  bool done = false;
  client::error_code error;
  std::exception_ptr thrown;
  const auto handle = [&](std::span<const record::Entry> events) {
    try {
      for (const auto& entry : events) {
        const auto& envelope = entry.event.envelope();
        const auto number = range.project ? envelope.version.value : envelope.position.value;
        if (done || number < range.first || number > range.last) continue;
        done = !each(entry);
      }
    } catch (...) {
      thrown = std::current_exception();
      done = true;
    }
  };
  const auto end = [&](client::error_code reason) {
    error = reason;
    done = true;
  };
  const auto follow = client.follow({.all = !range.project,
                                     .stream = range.project.value_or(Id{}),
                                     .from = client::FollowRange{range.first, range.last}},
                                    {.on_command = handle, .on_complete = {}, .on_end = end});
  wait([&] { return done; });
  if (thrown) std::rethrow_exception(thrown);
  if (error == Errc::not_permitted || error == Errc::not_found) {
    throw Failure(Exit::failed,
                  range.project
                      ? "this token may not read the events of that project"
                      : "only admins and auditors may read the whole log: add --project KEY");
  }
  if (error) fail(Exit::failed, "the server ended the reading: {}", error.message());
}

std::shared_ptr<const client::WorkspaceSnapshot> OnlineSource::workspace() {
  auto workspace = connected().open_workspace();
  bool done = false;
  client::error_code error;
  workspace.ready([&](client::error_code reason) {
    error = reason;
    done = true;
  });
  wait([&] { return done; });
  if (error == Errc::not_permitted || error == Errc::not_found) return nullptr;
  if (error) throw connection_failure(error);
  return workspace.snapshot();
}

client::Outcome OnlineSource::submit(Id stream, client::CommandBuilder command,
                                     const client::SubmitOptions& options) {
  auto& client = connected();
  std::optional<client::Outcome> outcome;
  client::error_code error;
  client.submit(stream, std::move(command), options,
                [&](client::error_code reason, client::Outcome answer) {
                  error = reason;
                  outcome = std::move(answer);
                });
  try {
    wait([&] { return outcome.has_value(); });
  } catch (const Failure& failure) {
    if (failure.exit != Exit::no_connection) throw;
    fail(
        Exit::no_connection,
        "{}\nThe outcome of command {} is not known. Sent again with --id {} it takes effect once.",
        failure.what(), to_string(options.id), to_string(options.id));
  }
  if (error == Errc::overloaded)
    fail(Exit::failed, "the command is too large, or too much is waiting");
  if (error) throw connection_failure(error);
  return *outcome;
}

}  // namespace daybook::cli
