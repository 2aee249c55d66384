#include "model/permission.hpp"

#include <capnp/dynamic.h>
#include <capnp/schema.h>

#include <vector>

namespace daybook::model {
namespace {

constexpr std::uint64_t kLeastRole = 0xd2f8a9e14c6b7703;
constexpr std::uint64_t kImporterOnly = 0xf19c0b7e6d3a5204;
constexpr std::uint64_t kGoverned = 0xb3e87d51f0c4a926;

using TypePermissions = std::vector<Permission>;  // by ordinal of the part's Command union

std::vector<TypePermissions> read_permissions() {
  std::vector<TypePermissions> parts;
  for (const auto part : capnp::Schema::from<schema::Command>().getUnionFields()) {
    auto& types = parts.emplace_back();
    if (!part.getType().isStruct()) continue;  // none
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      auto& entry = types.emplace_back();
      for (const auto annotation : type.getProto().getAnnotations()) {
        if (annotation.getId() == kLeastRole)
          entry.least = static_cast<Role>(annotation.getValue().getEnum());
        if (annotation.getId() == kImporterOnly) entry.importer_only = true;
        if (annotation.getId() == kGoverned) entry.governed = true;
      }
    }
  }
  return parts;
}

}  // namespace

Permission permission(schema::Command::Reader command) {
  static const auto parts = read_permissions();
  const auto part = static_cast<std::size_t>(command.which());
  if (part >= parts.size()) return {};
  const capnp::DynamicStruct::Reader dynamic = command;
  KJ_IF_MAYBE (field, dynamic.which()) {
    if (!field->getType().isStruct()) return {};
    KJ_IF_MAYBE (type, dynamic.get(*field).as<capnp::DynamicStruct>().which()) {
      const auto ordinal = type->getProto().getDiscriminantValue();
      if (ordinal < parts[part].size()) return parts[part][ordinal];
    }
  }
  return {};
}

bool is_breach(schema::Command::Reader command, Code code) {
  return is_breach(code) || (code == Code::NOT_PERMITTED && permission(command).governed);
}

bool is_project_role(Role role) {
  return role == Role::VIEWER || role == Role::CONTRIBUTOR || role == Role::MANAGER;
}

bool includes(Role held, Role least) {
  return is_project_role(held) && is_project_role(least) && held >= least;
}

}  // namespace daybook::model
