#include "tests/support/rejections_shown.hpp"

#include <capnp/dynamic.h>

namespace daybook::testing {
namespace {

std::string name_of(schema::Command::Reader command) {
  std::string name;
  const capnp::DynamicStruct::Reader part(command);
  KJ_IF_MAYBE (in, part.which()) {
    name = in->getProto().getName().cStr();
    KJ_IF_MAYBE (type, part.get(*in).as<capnp::DynamicStruct>().which())
      name += std::string(".") + type->getProto().getName().cStr();
  }
  return name;
}

}  // namespace

std::map<std::string, std::set<std::string>>& rejections_shown() {
  static std::map<std::string, std::set<std::string>> shown;
  return shown;
}

void note_rejection(const Command& command, const model::Rejection& rejection) {
  rejections_shown()[name_of(command.reader())].emplace(model::to_string(rejection.code));
}

}  // namespace daybook::testing
