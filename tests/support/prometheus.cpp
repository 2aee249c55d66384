#include "tests/support/prometheus.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>

namespace daybook::testing {
namespace {

const std::regex kHelp("# HELP ([a-z_][a-z0-9_]*) (\\S.*)");
const std::regex kType("# TYPE ([a-z_][a-z0-9_]*) (counter|gauge|histogram)");
const std::regex kSample("([a-z_][a-z0-9_]*)(?:\\{(.*)\\})? (\\S+)");
const std::regex kLabel("([a-z_][a-z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\"\\\\n])*)\"(,|$)");

struct Family {
  std::string name;
  std::string type;
  // Of a histogram.
  double bound = -std::numeric_limits<double>::infinity();
  double cumulative = 0;
  std::optional<double> all;
  bool has_sum = false;
  bool has_count = false;
};

double number(const std::string& text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  std::size_t end = 0;
  const double value = std::stod(text, &end);
  if (end != text.size() || !std::isfinite(value)) throw std::runtime_error("not a number");
  return value;
}

std::map<std::string, std::string> labels_of(std::string text) {
  std::map<std::string, std::string> labels;
  while (!text.empty()) {
    std::smatch match;
    if (!std::regex_search(text, match, kLabel, std::regex_constants::match_continuous)) {
      throw std::runtime_error("not a label");
    }
    if (!labels.emplace(match[1], match[2]).second) throw std::runtime_error("a label twice");
    text = match.suffix();
  }
  return labels;
}

class Parser {
 public:
  void take(const std::string& line) {
    std::smatch match;
    if (std::regex_match(line, match, kHelp)) {
      end_family();
      if (!names_.insert(match[1]).second) throw std::runtime_error("a family twice");
      family_.emplace().name = match[1];
    } else if (std::regex_match(line, match, kType)) {
      if (!family_ || family_->name != match[1] || !family_->type.empty()) {
        throw std::runtime_error("TYPE stands behind HELP");
      }
      family_->type = match[2];
      if ((family_->type == "counter") != family_->name.ends_with("_total")) {
        throw std::runtime_error("a counter ends in _total, and nothing else does");
      }
    } else if (std::regex_match(line, match, kSample)) {
      sample(match[1], labels_of(match[2]), number(match[3]));
    } else {
      throw std::runtime_error("no such line");
    }
  }

  Samples end() {
    end_family();
    if (names_.empty()) throw std::runtime_error("nothing");
    return samples_;
  }

 private:
  void sample(const std::string& name, const std::map<std::string, std::string>& labels,
              double value) {
    if (!family_ || family_->type.empty()) throw std::runtime_error("a sample without TYPE");
    if (family_->type == "histogram") {
      histogram(name, labels, value);
    } else if (name != family_->name) {
      throw std::runtime_error("a sample of another family");
    }
    if (family_->type != "gauge" && value < 0) throw std::runtime_error("below 0");
    std::string series = name;
    for (const auto& [label, text] : labels) {
      series += (series == name ? "{" : ",") + label + "=\"" + text + "\"";
    }
    if (!labels.empty()) series += '}';
    if (!samples_.emplace(series, value).second) throw std::runtime_error("a series twice");
    has_samples_ = true;
  }

  void histogram(const std::string& name, const std::map<std::string, std::string>& labels,
                 double value) {
    auto& family = *family_;
    if (name == family.name + "_bucket") {
      const double bound = number(labels.at("le"));
      if (bound <= family.bound || value < family.cumulative) {
        throw std::runtime_error("buckets rise");
      }
      family.bound = bound;
      family.cumulative = value;
      if (std::isinf(bound)) family.all = value;
    } else if (name == family.name + "_sum") {
      family.has_sum = true;
    } else if (name == family.name + "_count") {
      family.has_count = true;
      count_ = value;
    } else {
      throw std::runtime_error("a sample of another family");
    }
  }

  void end_family() {
    if (!family_) return;
    if (family_->type.empty() || !has_samples_)
      throw std::runtime_error("a family without samples");
    if (family_->type == "histogram" &&
        (!family_->has_sum || !family_->has_count || !family_->all || *family_->all != count_)) {
      throw std::runtime_error("a histogram has a sum, a count, and as many in its buckets");
    }
    family_.reset();
    has_samples_ = false;
  }

  std::set<std::string> names_;
  std::optional<Family> family_;
  bool has_samples_ = false;
  double count_ = 0;
  Samples samples_;
};

}  // namespace

Samples parse_prometheus(std::string_view text) {
  if (!text.ends_with('\n')) throw std::runtime_error("the last line has no end");
  Parser parser;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string line(text.substr(0, end));
    text.remove_prefix(end + 1);
    try {
      parser.take(line);
    } catch (const std::exception& error) {
      throw std::runtime_error(std::string(error.what()) + ": " + line);
    }
  }
  return parser.end();
}

}  // namespace daybook::testing
