#pragma once
// Random values for any struct of the contract, by reflection.
//
// No value is a default, so that what is left out and what is written stay apart: a pointer is null or points at
// something that is not all default.

#include <capnp/dynamic.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "schema/json/scalars.hpp"
#include "schema/parts.capnp.h"
#include "tests/support/random.hpp"

namespace daybook::testing {

class RandomMessage {
 public:
  explicit RandomMessage(std::uint64_t seed) : random_(seed) {}

  // Words that TextRefs of a command name, in the order in which fill() met them.
  std::vector<std::string> words;

  // Sets every field that is not a union's, and one member of every union; members named in `choices` (outermost
  // first) instead of random ones. A TextRef gets words if `texts`, else stays null.
  void fill(capnp::DynamicStruct::Builder builder, std::vector<unsigned> choices = {},
            bool texts = true, bool in_from = false) {
    const auto schema = builder.getSchema();
    for (const auto field : schema.getNonUnionFields()) {
      if (schema::json::has_annotation(field, schema::json::kBinaryOnly)) continue;
      set(builder, field, choices, texts, in_from);
    }
    const auto members = schema.getUnionFields();
    if (members.size() == 0) return;
    const bool has_none = schema::json::is_none(members[0u]);
    unsigned chosen = has_none ? 1 + below(members.size() - 1) : below(members.size());
    if (!choices.empty()) {
      chosen = choices.front();
      choices.erase(choices.begin());
    }
    set(builder, members[chosen], choices, texts, in_from);
  }

  std::string text() {
    static const std::vector<std::string> kPieces = {
        "a",      "Z",          "\"",         "\\",         "/",         "\n", "\r", "\t",
        "\x01",   "\x1f",       "\x7f",       "ä",          "ß",         "€",  "漢", "\u2028",
        "\uFFFD", "\U0001F600", "\U0010FFFF", "\U00010000", "</script>", " "};
    std::string out;
    for (unsigned i = 1 + below(12); i > 0; --i) out += kPieces[below(kPieces.size())];
    return out;
  }

  std::uint64_t number() { return random_() >> below(64) | 1; }
  unsigned below(std::size_t limit) { return static_cast<unsigned>(random_() % limit); }

 private:
  using Type = capnp::schema::Type;

  void set(capnp::DynamicStruct::Builder builder, capnp::StructSchema::Field field,
           const std::vector<unsigned>& choices, bool texts, bool in_from) {
    const auto type = field.getType();
    const bool from = in_from || field.getProto().getName() == "from";
    switch (type.which()) {
      case Type::STRUCT: {
        if (type.asStruct().getProto().getId() == capnp::typeId<schema::TextRef>()) {
          if (texts) fill_text(builder.init(field).as<schema::TextRef>(), from);
          return;
        }
        if (!texts && type.asStruct().getProto().getId() == capnp::typeId<schema::TextChange>())
          return;
        fill(builder.init(field).as<capnp::DynamicStruct>(), choices, texts, from);
        return;
      }
      case Type::LIST: {
        const unsigned size = 1 + below(3);
        auto list = builder.init(field, size).as<capnp::DynamicList>();
        const bool views = schema::json::has_annotation(field, schema::json::kViewNames);
        for (unsigned i = 0; i < size; ++i) {
          if (type.asList().getElementType().isStruct()) {
            fill(list[i].as<capnp::DynamicStruct>(), {}, texts, from);
          } else if (views) {
            list.set(i, 1 + below(4));
          } else {
            set_scalar(type.asList().getElementType(), [&](auto value) { list.set(i, value); });
          }
        }
        return;
      }
      case Type::DATA: {
        auto data = builder.init(field, 1 + below(40)).as<capnp::Data>();
        for (auto& byte : data) byte = static_cast<std::uint8_t>(below(256));
        return;
      }
      default:
        set_scalar(type, [&](auto value) { builder.set(field, value); });
    }
  }

  template <typename Set>
  void set_scalar(capnp::Type type, Set&& set) {
    switch (type.which()) {
      case Type::VOID:
        return set(capnp::VOID);
      case Type::BOOL:
        return set(true);
      case Type::TEXT: {
        const std::string words = text();
        return set(capnp::Text::Reader(words.c_str(), words.size()));
      }
      case Type::ENUM: {
        const auto names = type.asEnum().getEnumerants();
        return set(capnp::DynamicEnum(names[1 + below(names.size() - 1)]));
      }
      case Type::INT32:
        return set(static_cast<std::int32_t>(number()));
      case Type::UINT16:
        return set(static_cast<std::uint16_t>(number() & 0xFFFF));
      case Type::UINT32:
        return set(static_cast<std::uint32_t>(number() & 0xFFFFFFFF));
      case Type::INT64:
        return set(static_cast<std::int64_t>(number()));
      case Type::UINT64:
        return set(number());
      default:
        throw std::logic_error("a type that the contract does not use");
    }
  }

  void fill_text(schema::TextRef::Builder builder, bool in_from) {
    if (in_from) {
      auto commitment = builder.initCommitment(32);
      for (auto& byte : commitment) byte = static_cast<std::uint8_t>(below(256));
    } else {
      words.push_back(text());
      builder.setIndex(static_cast<std::uint32_t>(words.size()));
    }
  }

  std::mt19937_64 random_;
};

}  // namespace daybook::testing
