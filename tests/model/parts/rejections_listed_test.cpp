// Every rejection that the schema lists of a command has its row in some table of this program. Stands last in it, and is run
// with the rest: it looks at what the tables before it have shown.
#include <capnp/schema.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "tests/support/rejections_shown.hpp"

namespace daybook::testing {
namespace {

using Lists = std::map<std::string, std::set<std::string>>;  // by command, codes

std::set<std::string> all_codes() {
  std::set<std::string> codes;
  for (const auto enumerant : capnp::Schema::from<model::Code>().getEnumerants())
    codes.insert(enumerant.getProto().getName().cStr());
  codes.erase("none");
  return codes;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// `struct AcceptRisk {`, then its comment, in which "Rejections" begins the list.
void read_lists(const std::string& part, const std::string& text, Lists& lists) {
  static const std::regex kCommand(R"(\nstruct (\w+) \{\n((?:  #[^\n]*\n)+))");
  static const std::regex kWord("[a-z][A-Za-z]+");
  static const auto codes = all_codes();
  for (std::sregex_iterator at(text.begin(), text.end(), kCommand), end; at != end; ++at) {
    std::string name = (*at)[1];
    const std::string comment = (*at)[2];
    const auto begin = comment.find("Rejections");
    if (begin == std::string::npos) continue;
    name[0] = static_cast<char>(std::tolower(name[0]));
    const auto list = comment.substr(begin);
    for (std::sregex_iterator word(list.begin(), list.end(), kWord); word != end; ++word) {
      if (codes.contains(word->str())) lists[part + "." + name].insert(word->str());
    }
  }
}

TEST_CASE("every rejection that the schema lists has a row in a table", "[model][schema]") {
  Lists lists;
  for (const auto& file : std::filesystem::directory_iterator(DAYBOOK_SCHEMA_DIR "/parts"))
    read_lists(file.path().stem(), read_file(file.path()), lists);
  REQUIRE(lists.size() > 75);
  lists.at("task.moveTasks")
      .erase("tooLarge");  // of the bytes that all its events take: not the model's to count
  REQUIRE(lists.at("risk.acceptRisk").contains("extremeNeedsBoard"));
  for (const auto& [command, codes] : lists) {
    for (const auto& code : codes) {
      INFO(command << " is rejected with " << code);
      CHECK(rejections_shown()[command].contains(code));
    }
  }
}

}  // namespace
}  // namespace daybook::testing
