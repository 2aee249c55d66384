#pragma once
// JSON Schema (draft 2020-12) of the JSON form, made from Cap'n Proto's schemas: what json.hpp reads and writes, said in the
// form that OpenAPI and AsyncAPI documents take.
//
// Threading: one thread at a time.

#include <capnp/schema.h>

#include <boost/json/object.hpp>
#include <set>
#include <string>
#include <vector>

namespace daybook::schema::json {

enum class Direction {
  in,   // into the server: unknown fields are refused, texts are words
  out,  // out of the server: fields may be added, texts are objects
};

// Collects the schemas of structs, and of all that they are made of, under names such as "in.task.MoveTask".
class JsonSchemas {
 public:
  // {"$ref": "#/components/schemas/in.task.MoveTask"}; the struct is in the collection from now on.
  [[nodiscard]] boost::json::object reference(capnp::StructSchema type, Direction direction);

  // The schema of one field's value.
  [[nodiscard]] boost::json::object of_field(capnp::StructSchema::Field field, Direction direction);

  // All of them, by name. Call last.
  [[nodiscard]] boost::json::object take();

 private:
  struct Wanted {
    capnp::StructSchema type;
    Direction direction;
  };
  [[nodiscard]] boost::json::object of_type(capnp::Type type, Direction direction);
  [[nodiscard]] boost::json::object of_struct(capnp::StructSchema type, Direction direction);

  std::set<std::string> known_;
  std::vector<Wanted> wanted_;
  boost::json::object schemas_;
};

// "task.MoveTask": the file and the struct in it.
[[nodiscard]] std::string short_name(capnp::StructSchema type);

}  // namespace daybook::schema::json
