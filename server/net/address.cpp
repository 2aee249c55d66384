#include "server/net/address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>

#include "model/time.hpp"
#include "server/sync/log_text.hpp"

namespace daybook::net {
namespace {

using model::Code;

std::string decode(boost::urls::pct_string_view encoded) {
  std::string out;
  encoded.decode({}, boost::urls::string_token::assign_to(out));
  return out;
}

}  // namespace

bool read_target(std::string_view text, Request& request) {
  const auto target = boost::urls::parse_origin_form({text.data(), text.size()});
  if (!target) return false;
  const auto path = target->encoded_path();
  request.path.assign(path.data(), path.size());
  for (const auto& parameter : target->encoded_params()) {
    request.query.emplace_back(decode(parameter.key), decode(parameter.value));
  }
  return true;
}

std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                   std::string_view path) {
  std::vector<std::string> parameters;
  while (true) {
    const auto pattern_end = pattern.find('/', 1);
    const auto path_end = path.find('/', 1);
    const auto wanted = pattern.substr(0, pattern_end);
    const auto given = path.substr(0, path_end);
    if (wanted == "/{}") {
      if (given.size() < 2) return std::nullopt;
      const auto segment = boost::urls::make_pct_string_view({given.data() + 1, given.size() - 1});
      if (!segment) return std::nullopt;
      parameters.push_back(decode(*segment));
    } else if (wanted != given) {
      return std::nullopt;
    }
    const bool last = pattern_end == std::string_view::npos;
    if (last != (path_end == std::string_view::npos)) return std::nullopt;
    if (last) return parameters;
    pattern.remove_prefix(pattern_end);
    path.remove_prefix(path_end);
  }
}

std::vector<std::string_view> split_names(std::string_view list) {
  std::vector<std::string_view> names;
  while (!list.empty()) {
    const auto comma = list.find(',');
    names.push_back(list.substr(0, comma));
    list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
  }
  return names;
}

std::optional<Response> refuse_query(const Request& request, std::string_view names) {
  const auto known = split_names(names);
  std::vector<std::string_view> seen;
  for (const auto& [key, value] : request.query) {
    const auto name = std::ranges::find(known, std::string_view(key));
    if (name == known.end()) {
      const auto there = names.empty() ? std::string("has none") : fmt::format("has {}", names);
      return problem(Code::MALFORMED, fmt::format("{}: unknown parameter; this route {}",
                                                  sync::log_text(key), there));
    }
    if (std::ranges::find(seen, *name) != seen.end()) {
      return problem(model::Rejection{.code = Code::MALFORMED, .facts = {.field = *name}},
                     fmt::format("{}: given twice", *name));
    }
    seen.push_back(*name);
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<engine::At> parse_at(std::string_view text) {
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    const auto version = parse_number(text);
    if (!version) return std::nullopt;
    return Version{*version};
  }
  // In a query a plus may stand for a space.
  std::string with_plus(text);
  const auto offset = with_plus.size() - std::min<std::size_t>(with_plus.size(), 6);
  if (offset > 10 && with_plus[offset] == ' ') with_plus[offset] = '+';
  const auto time = parse_rfc3339(with_plus);
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace daybook::net
