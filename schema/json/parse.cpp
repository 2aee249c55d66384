// Boost.JSON's parser with a handler of our own, since its own one silently keeps the last of two equal names.

#include <boost/json/array.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "schema/json/json.hpp"
#include "schema/utf8.hpp"

namespace daybook::schema::json {
namespace {

namespace bj = boost::json;

// Builds a value from the parser's calls. A container is moved into its parent when it is complete.
class Builder {
 public:
  static constexpr std::size_t max_object_size = bj::object::max_size();
  static constexpr std::size_t max_array_size = bj::array::max_size();
  static constexpr std::size_t max_key_size = bj::string::max_size();
  static constexpr std::size_t max_string_size = bj::string::max_size();

  bj::value result;
  std::optional<std::string> duplicate;  // the name that an object has twice

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }

  bool on_object_begin(bj::error_code&) { return begin(bj::object_kind); }
  bool on_object_end(std::size_t, bj::error_code& ec) { return end(ec); }
  bool on_array_begin(bj::error_code&) { return begin(bj::array_kind); }
  bool on_array_end(std::size_t, bj::error_code& ec) { return end(ec); }

  bool on_key_part(bj::string_view part, std::size_t, bj::error_code&) { return append(part); }
  bool on_key(bj::string_view part, std::size_t, bj::error_code& ec) {
    append(part);
    Level& level = levels_.back();
    level.name.swap(text_);
    text_.clear();
    if (!level.value.get_object().contains(level.name)) return true;
    duplicate = level.name;
    ec = bj::make_error_code(bj::error::extra_data);  // any: the message comes from `duplicate`
    return false;
  }
  bool on_string_part(bj::string_view part, std::size_t, bj::error_code&) { return append(part); }
  bool on_string(bj::string_view part, std::size_t, bj::error_code&) {
    append(part);
    put(bj::string(bj::string_view(text_)));
    text_.clear();
    return true;
  }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t number, bj::string_view, bj::error_code&) { return put(number); }
  bool on_uint64(std::uint64_t number, bj::string_view, bj::error_code&) { return put(number); }
  bool on_double(double number, bj::string_view, bj::error_code&) { return put(number); }
  bool on_bool(bool value, bj::error_code&) { return put(value); }
  bool on_null(bj::error_code&) { return put(nullptr); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

 private:
  struct Level {
    bj::value value;
    std::string name;  // of the member whose value comes next
  };

  bool append(bj::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool begin(bj::value empty) {
    levels_.push_back({std::move(empty), {}});
    return true;
  }

  bool end(bj::error_code&) {
    bj::value complete = std::move(levels_.back().value);
    levels_.pop_back();
    return put(std::move(complete));
  }

  template <typename T>
  bool put(T&& value) {
    if (levels_.empty()) {
      result = std::forward<T>(value);
    } else if (Level& level = levels_.back(); level.value.is_object()) {
      level.value.get_object().emplace(level.name, std::forward<T>(value));
    } else {
      level.value.get_array().emplace_back(std::forward<T>(value));
    }
    return true;
  }

  std::vector<Level> levels_;
  std::string text_;  // the string or name whose parts are being gathered
};

}  // namespace

std::expected<bj::value, Error> parse(std::string_view text) {
  if (text.size() > protocol::kClientJsonBytesMax) {
    return std::unexpected(
        Error{"", "larger than " + std::to_string(protocol::kClientJsonBytesMax) + " bytes"});
  }
  bj::parse_options options;
  options.max_depth = protocol::kJsonDepthMax;
  bj::basic_parser<Builder> parser(options);
  bj::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && used < text.size()) ec = bj::make_error_code(bj::error::extra_data);
  if (!ec) return std::move(parser.handler().result);
  if (const auto& name = parser.handler().duplicate) {
    return std::unexpected(Error{std::string(utf8_prefix(*name, 64)), "appears twice"});
  }
  return std::unexpected(Error{"", "at byte " + std::to_string(used) + ": " + ec.message()});
}

}  // namespace daybook::schema::json
