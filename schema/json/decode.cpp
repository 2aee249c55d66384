#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <charconv>
#include <concepts>
#include <system_error>
#include <utility>

#include "schema/json/json.hpp"
#include "schema/json/scalars.hpp"
#include "schema/utf8.hpp"
#include "schema/wire.capnp.h"

namespace daybook::schema::json {
namespace {

namespace bj = boost::json;
using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;
using Field = capnp::StructSchema::Field;

constexpr std::uint16_t kNoDiscriminant = capnp::schema::Field::NO_DISCRIMINANT;

std::string_view view(bj::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const bj::string& text) { return {text.data(), text.size()}; }
std::string_view view(capnp::Text::Reader text) { return {text.begin(), text.size()}; }
kj::StringPtr string_ptr(const bj::string& text) { return {text.c_str(), text.size()}; }

template <typename T>
bool is_type(const capnp::StructSchema& schema) {
  return schema.getProto().getId() == capnp::typeId<T>();
}

// Where we are, as a chain on the stack; written out only when something is wrong.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;  // empty: an element of a list
  std::size_t index = 0;

  void append_to(std::string& out) const {
    if (parent != nullptr) parent->append_to(out);
    if (parent == nullptr) return;  // the root has no name
    if (name.empty()) {
      out += '[' + std::to_string(index) + ']';
    } else {
      if (!out.empty()) out += '.';
      out += utf8_prefix(name, 64);
    }
  }

  // Inside a field `from…`, which says what the actor saw.
  [[nodiscard]] bool is_within_from() const {
    for (const Path* path = this; path != nullptr; path = path->parent) {
      if (path->name.starts_with("from") &&
          (path->name.size() == 4 || (path->name[4] >= 'A' && path->name[4] <= 'Z'))) {
        return true;
      }
    }
    return false;
  }
};

class Decoder {
 public:
  explicit Decoder(Words* words) : words_(words) {}

  Error error;

  // Each returns false after it has set `error`.
  bool decode_struct(const bj::value& value, DynamicStruct::Builder builder, const Path& path) {
    const auto schema = builder.getSchema();
    if (is_type<Id>(schema)) return decode_id(value, builder.as<Id>(), path);
    if (is_type<TextRef>(schema)) return decode_text(value, builder.as<TextRef>(), path);
    if (is_type<CommandRequest>(schema) && words_ != &own_words_) {
      return decode_request(value, builder, path);
    }
    if (!value.is_object()) return fail(path, "expected an object");

    const Field* chosen = nullptr;
    Field chosen_field;
    for (const auto& member : value.get_object()) {
      const std::string_view name = view(member.key());
      const Path member_path{&path, name};
      const auto found = schema.findFieldByName(kj::StringPtr(member.key_c_str(), name.size()));
      KJ_IF_MAYBE (field, found) {
        if (field->getType().isList() && has_annotation(*field, kBinaryOnly))
          return fail(member_path, "not used in JSON");
        if (field->getProto().getDiscriminantValue() != kNoDiscriminant) {
          if (is_none(*field)) return fail(member_path, "never sent");
          if (chosen != nullptr) return fail(member_path, "a second one of " + choices(schema));
          chosen_field = *field;
          chosen = &chosen_field;
        }
        if (!decode_field(member.value(), builder, *field, member_path)) return false;
      } else {
        return fail(member_path, "unknown field");
      }
    }
    if (has_union(schema) && chosen == nullptr) {
      return fail(path, "expected one of " + choices(schema));
    }
    return check_required(value.get_object(), schema, path);
  }

 private:
  bool fail(const Path& path, std::string message) {
    error.path.clear();
    path.append_to(error.path);
    error.message = std::move(message);
    return false;
  }

  static std::string choices(const capnp::StructSchema& schema) {
    std::string out;
    for (const auto field : schema.getUnionFields()) {
      if (is_none(field)) continue;
      if (!out.empty()) out += ", ";
      out += view(field.getProto().getName());
    }
    return out;
  }

  // A struct whose first union member would be taken silently must be there.
  bool check_required(const bj::object& object, const capnp::StructSchema& schema,
                      const Path& path) {
    for (const auto field : schema.getNonUnionFields()) {
      if (!field.getType().isStruct() || !has_union(field.getType().asStruct())) continue;
      const std::string_view name = view(field.getProto().getName());
      if (!object.contains({name.data(), name.size()})) {
        return fail(Path{&path, name}, "expected one of " + choices(field.getType().asStruct()));
      }
    }
    return true;
  }

  // A request carries its words itself.
  bool decode_request(const bj::value& value, DynamicStruct::Builder builder, const Path& path) {
    Words* const outer = std::exchange(words_, &own_words_);
    const bool decoded = decode_struct(value, builder, path);
    words_ = outer;
    if (!decoded) return false;
    if (!own_words_.empty()) {
      auto words = builder.as<CommandRequest>().initWords(static_cast<unsigned>(own_words_.size()));
      for (unsigned i = 0; i < words.size(); ++i) {
        words.set(i, kj::StringPtr(own_words_[i].c_str(), own_words_[i].size()));
      }
      own_words_.clear();
    }
    return true;
  }

  bool decode_field(const bj::value& value, DynamicStruct::Builder& builder, const Field& field,
                    const Path& path) {
    const auto type = field.getType();
    switch (type.which()) {
      case capnp::schema::Type::STRUCT:
        if (is_absent_in(value, type.asStruct()) &&
            field.getProto().getDiscriminantValue() == kNoDiscriminant) {
          return true;
        }
        return decode_struct(value, builder.init(field).as<DynamicStruct>(), path);
      case capnp::schema::Type::LIST: {
        if (!value.is_array()) return fail(path, "expected an array");
        const auto& array = value.get_array();
        if (!spend(array.size(), type.asList().getElementType())) return fail(path, "too large");
        auto list = builder.init(field, static_cast<unsigned>(array.size())).as<DynamicList>();
        if (has_annotation(field, kViewNames)) return decode_view_names(array, list, path);
        return decode_list(array, list, path);
      }
      case capnp::schema::Type::DATA:
        if (!value.is_string()) return fail(path, "expected a string of hex digits");
        return decode_data(value.get_string(),
                           builder.init(field, static_cast<unsigned>(value.get_string().size() / 2))
                               .as<capnp::Data>(),
                           path);
      default:
        return decode_scalar(value, type, path, [&](const DynamicValue::Reader& scalar) {
          builder.set(field, scalar);
        });
    }
  }

  bool decode_list(const bj::array& array, DynamicList::Builder& list, const Path& path) {
    const auto type = list.getSchema().getElementType();
    for (unsigned i = 0; i < list.size(); ++i) {
      const Path element{&path, {}, i};
      bool decoded = false;
      switch (type.which()) {
        case capnp::schema::Type::STRUCT:
          decoded = decode_struct(array[i], list[i].as<DynamicStruct>(), element);
          break;
        case capnp::schema::Type::LIST: {
          if (!array[i].is_array()) return fail(element, "expected an array");
          const auto& inner = array[i].get_array();
          if (!spend(inner.size(), type.asList().getElementType())) {
            return fail(element, "too large");
          }
          auto inner_list = list.init(i, static_cast<unsigned>(inner.size())).as<DynamicList>();
          decoded = decode_list(inner, inner_list, element);
          break;
        }
        case capnp::schema::Type::DATA:
          if (!array[i].is_string()) return fail(element, "expected a string of hex digits");
          decoded =
              decode_data(array[i].get_string(),
                          list.init(i, static_cast<unsigned>(array[i].get_string().size() / 2))
                              .as<capnp::Data>(),
                          element);
          break;
        default:
          decoded = decode_scalar(array[i], type, element,
                                  [&](const DynamicValue::Reader& scalar) { list.set(i, scalar); });
      }
      if (!decoded) return false;
    }
    return true;
  }

  bool decode_view_names(const bj::array& array, DynamicList::Builder& list, const Path& path) {
    for (unsigned i = 0; i < list.size(); ++i) {
      const bool decoded = decode_scalar(array[i], capnp::Type::from<ViewName>(),
                                         Path{&path, {}, i}, [&](const DynamicValue::Reader& name) {
                                           list.set(i, name.as<capnp::DynamicEnum>().getRaw());
                                         });
      if (!decoded) return false;
    }
    return true;
  }

  template <typename Set>
  bool decode_scalar(const bj::value& value, capnp::Type type, const Path& path, Set&& set) {
    using Type = capnp::schema::Type;
    switch (type.which()) {
      case Type::VOID:
        if (!value.is_null() && !(value.is_object() && value.get_object().empty())) {
          return fail(path, "expected null");
        }
        set(capnp::VOID);
        return true;
      case Type::BOOL:
        if (!value.is_bool()) return fail(path, "expected true or false");
        set(value.get_bool());
        return true;
      case Type::TEXT:
        if (!value.is_string()) return fail(path, "expected a string");
        if (view(value.get_string()).contains('\0')) return fail(path, "contains NUL");
        set(capnp::Text::Reader(string_ptr(value.get_string())));
        return true;
      case Type::ENUM: {
        if (!value.is_string()) return fail(path, "expected a name");
        const auto found = type.asEnum().findEnumerantByName(string_ptr(value.get_string()));
        KJ_IF_MAYBE (enumerant, found) {
          set(capnp::DynamicEnum(*enumerant));
          return true;
        }
        return fail(path, "unknown name");
      }
      case Type::INT8:
        return decode_integer<std::int8_t>(value, path, set);
      case Type::INT16:
        return decode_integer<std::int16_t>(value, path, set);
      case Type::INT32:
        return decode_integer<std::int32_t>(value, path, set);
      case Type::INT64:
        return decode_integer<std::int64_t>(value, path, set);
      case Type::UINT8:
        return decode_integer<std::uint8_t>(value, path, set);
      case Type::UINT16:
        return decode_integer<std::uint16_t>(value, path, set);
      case Type::UINT32:
        return decode_integer<std::uint32_t>(value, path, set);
      case Type::UINT64:
        return decode_integer<std::uint64_t>(value, path, set);
      default:
        return fail(path, "not used in JSON");
    }
  }

  template <std::integral T, typename Set>
  bool decode_integer(const bj::value& value, const Path& path, Set&& set) {
    constexpr const char* kOutOfRange = "out of range";
    T number = 0;
    if (value.is_int64() && std::in_range<T>(value.get_int64())) {
      number = static_cast<T>(value.get_int64());
    } else if (value.is_uint64() && std::in_range<T>(value.get_uint64())) {
      number = static_cast<T>(value.get_uint64());
    } else if (value.is_int64() || value.is_uint64()) {
      return fail(path, kOutOfRange);
    } else if (sizeof(T) == 8 && value.is_string()) {
      const std::string_view text = view(value.get_string());
      const char* const end = text.data() + text.size();
      const auto [stop, ec] = std::from_chars(text.data(), end, number);
      if (ec == std::errc::result_out_of_range) return fail(path, kOutOfRange);
      if (ec != std::errc() || stop != end) return fail(path, "expected an integer");
    } else {
      return fail(path, "expected an integer");
    }
    set(number);
    return true;
  }

  // `null` for no text, the nil id for no id: the pointer stays null.
  static bool is_absent_in(const bj::value& value, const capnp::StructSchema& schema) {
    if (is_type<TextRef>(schema)) return value.is_null();
    if (!is_type<Id>(schema) || !value.is_string()) return false;
    const auto id = parse_uuid(view(value.get_string()));
    return id && id->high == 0 && id->low == 0;
  }

  bool decode_id(const bj::value& value, Id::Builder builder, const Path& path) {
    const auto id =
        value.is_string() ? parse_uuid(view(value.get_string())) : std::optional<Uuid>();
    if (!id) return fail(path, "expected a UUID");
    builder.setHigh(id->high);
    builder.setLow(id->low);
    return true;
  }

  bool decode_text(const bj::value& value, TextRef::Builder builder, const Path& path) {
    if (value.is_null()) return true;
    if (path.is_within_from()) {
      if (!value.is_string() || value.get_string().size() != 64) {
        return fail(path, "expected a commitment: 64 hex digits, or null");
      }
      return decode_data(value.get_string(), builder.initCommitment(32), path);
    }
    if (!value.is_string()) return fail(path, "expected the words as a string, or null");
    if (words_ == nullptr) return fail(path, "no text is expected here");
    words_->emplace_back(view(value.get_string()));
    builder.setIndex(static_cast<std::uint32_t>(words_->size()));
    return true;
  }

  bool decode_data(const bj::string& text, capnp::Data::Builder data, const Path& path) {
    if (!parse_hex(view(text), {data.begin(), data.size()})) {
      return fail(path, "expected an even number of hex digits");
    }
    return true;
  }

  // Two characters, `{}`, can stand for an element of many words, so what lists take is bounded.
  bool spend(std::size_t elements, capnp::Type type) {
    std::size_t bytes = 8;
    if (type.isStruct()) {
      const auto layout = type.asStruct().getProto().getStruct();
      bytes = 8 * (std::size_t{layout.getDataWordCount()} + layout.getPointerCount());
    }
    if (elements * bytes > budget_) return false;
    budget_ -= elements * bytes;
    return true;
  }

  Words* words_;
  Words own_words_;
  std::size_t budget_ = protocol::kServerMessageBytesMax;
};

}  // namespace

std::string to_string(const Error& error) {
  return error.path.empty() ? error.message : error.path + ": " + error.message;
}

std::expected<void, Error> decode(const bj::value& value, DynamicStruct::Builder builder,
                                  Words* words) {
  Decoder decoder(words);
  if (decoder.decode_struct(value, builder, Path{})) return {};
  return std::unexpected(std::move(decoder.error));
}

}  // namespace daybook::schema::json
