// The dashboard's pages and their files, out of this binary.

#include <algorithm>
#include <boost/beast/http/rfc7230.hpp>

#include "apps/dashboard/dashboard.hpp"
#include "server/net/routes.hpp"

namespace daybook::net {
namespace {

// Nothing inline, nothing from elsewhere, shown in nobody's frame.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const dashboard::File* find_file(std::string_view path) {
  const auto files = dashboard::files();
  const auto found = std::ranges::lower_bound(files, path, {}, &dashboard::File::path);
  return found != files.end() && found->path == path ? &*found : nullptr;
}

// Whether a client that says this takes the encoding. One named with q=0 is not taken.
bool accepts(std::string_view accept_encoding, std::string_view encoding) {
  for (const auto& element :
       boost::beast::http::ext_list({accept_encoding.data(), accept_encoding.size()})) {
    if (!boost::beast::iequals(element.first, {encoding.data(), encoding.size()})) continue;
    return std::ranges::none_of(element.second, [](const auto& parameter) {
      const std::string_view weight(parameter.second.data(), parameter.second.size());
      return boost::beast::iequals(parameter.first, "q") &&
             weight.find_first_not_of("0.") == std::string_view::npos;
    });
  }
  return false;
}

Response answer_with(const dashboard::File& file, const Request& request) {
  Response response;
  response.content_type = file.content_type;
  response.headers = {{"ETag", std::string(file.etag)},
                      {"Vary", "Accept-Encoding"},
                      {"X-Content-Type-Options", "nosniff"}};
  if (request.if_none_match.find(file.etag) != std::string::npos) {
    response.status = 304;
    return response;
  }
  const auto body = [&] {
    if (!file.brotli.empty() && accepts(request.accept_encoding, "br")) {
      response.headers.emplace_back("Content-Encoding", "br");
      return file.brotli;
    }
    if (!file.gzip.empty() && accepts(request.accept_encoding, "gzip")) {
      response.headers.emplace_back("Content-Encoding", "gzip");
      return file.gzip;
    }
    return file.plain;
  }();
  response.body = body;
  return response;
}

}  // namespace

asio::awaitable<Response> get_page(Call& call) {
  const auto* file = find_file("/index.html");
  if (file == nullptr) co_return problem(model::Code::INTERNAL, "the dashboard is not built in");
  auto response = answer_with(*file, call.request);
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.emplace_back("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  co_return response;
}

asio::awaitable<Response> get_asset(Call& call) {
  const auto* file = find_file("/assets/" + call.parameters.front());
  if (file == nullptr) co_return problem(model::Code::NOT_FOUND, "there is no such file");
  auto response = answer_with(*file, call.request);
  // Its name changes with what is in it.
  response.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  co_return response;
}

}  // namespace daybook::net
