// Every rejection that the schema lists of a command has its row in some table of this program. Stands last in it, and is run
// with the rest: it looks at what the tables before it have shown.
#include <capnp/schema.h>

#include <catch2/catch.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>

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

// The words of a list that are codes: "Rejections: unknownRisk, riskClosed (materialized, too)".
std::set<std::string> codes_in(const std::string& list) {
  static const auto codes = all_codes();
  std::set<std::string> found;
  std::string word;
  for (const char c : list + ".") {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    if (codes.contains(word)) found.insert(word);
    word.clear();
  }
  return found;
}

// `struct AcceptRisk {`, then its comment, in which "Rejections" begins the list.
void read_lists(const std::filesystem::path& file, Lists& lists) {
  std::ifstream in(file);
  std::string name;  // of the struct whose comment goes on
  std::string list;
  const auto end_comment = [&] {
    if (!list.empty()) lists[file.stem().string() + "." + name] = codes_in(list);
    name.clear();
    list.clear();
  };
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("struct ")) {
      end_comment();
      name = line.substr(7, line.find(' ', 7) - 7);
      name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
    } else if (!name.empty() && line.starts_with("  #")) {
      const auto begin = list.empty() ? line.find("Rejections") : 0;
      if (begin != std::string::npos) list += line.substr(begin) + "\n";
    } else {
      end_comment();
    }
  }
  end_comment();
}

TEST_CASE("every rejection that the schema lists has a row in a table", "[model][schema]") {
  Lists lists;
  for (const auto& file : std::filesystem::directory_iterator(DAYBOOK_SCHEMA_DIR "/parts"))
    read_lists(file.path(), lists);
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
