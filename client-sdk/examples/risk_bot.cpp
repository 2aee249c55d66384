// Watches what a project's risks are expected to cost (probability × cost, summed over the live ones) and, when that crosses
// a line, creates a task to review them. One review at a time: the next is raised when the exposure crosses the line again
// and the last is done. The ids are made of the project, the line and a count, so that a bot started twice, or again after a
// crash, raises nothing twice.

#include <algorithm>
#include <charconv>
#include <iostream>

#include "program.hpp"

namespace daybook::examples {
namespace {

using client::ProjectSnapshot;
using model::Money;

std::string to_text(const Money& money) {
  const auto units = std::to_string(money.minor / 100);
  const auto cents = std::to_string(money.minor % 100);
  return money.currency + ' ' + units + '.' + std::string(2 - cents.size(), '0') + cents;
}

// "EUR 50000" or "EUR 50000.00".
Money parse_limit(const std::string& text) {
  Money limit;
  std::int64_t units = 0;
  const auto* const end = text.data() + text.size();
  const auto number = text.size() > 4
                          ? std::from_chars(text.data() + 4, end, units)
                          : std::from_chars_result{text.data(), std::errc::invalid_argument};
  const bool is_whole =
      number.ec == std::errc() && (number.ptr == end || std::string_view(number.ptr) == ".00");
  if (is_whole && text[3] == ' ' && units > 0)
    limit = {.minor = units * 100, .currency = text.substr(0, 3)};
  if (limit.is_none() || !model::is_valid(limit)) {
    throw Failure(2, "--limit is a currency and an amount, as in --limit \"EUR 50000\"");
  }
  return limit;
}

Money exposure_of(const ProjectSnapshot& at, const std::string& currency) {
  Money sum{.minor = 0, .currency = currency};
  for (const auto& [id, risk] : at.state.risk.risks) {
    const auto expected = model::risk::expected_cost(risk.assessment);
    if (model::risk::is_live(risk) && expected.currency == currency) sum.minor += expected.minor;
  }
  return sum;
}

class RiskBot {
 public:
  RiskBot(Money limit, const Arguments& arguments, const client::ListedProject& project)
      : limit_(std::move(limit)), app_(client_options(arguments)), project_(app_.open(project)) {}

  int run() {
    project_.on_change([this](const auto& change) { look(*change.snapshot); });
    return app_.run();
  }

 private:
  // The n-th review.
  [[nodiscard]] Id review_id(std::uint32_t n) const {
    const auto source = "risk_bot " + to_string(project_.id()) + ' ' + to_text(limit_);
    return derived_id(make_id_v8(std::as_bytes(std::span(source))), n);
  }

  void look(const ProjectSnapshot& at) {
    if (at.version().value == 0) return;  // there is no state yet
    const auto exposure = exposure_of(at, limit_.currency);
    const bool is_above = exposure.minor > limit_.minor;
    const bool has_crossed = is_above && !was_above_.value_or(false);
    if (was_above_ != is_above) {
      std::cout << "exposure " << to_text(exposure) << (is_above ? " is above " : " is within ")
                << to_text(limit_) << std::endl;
    }
    const bool is_first_look = !was_above_;
    was_above_ = is_above;
    if (!has_crossed) return;
    std::uint32_t n = 0;
    const model::task::Task* last = nullptr;
    while (const auto* task = model::task::find_task(at.state.task, review_id(n))) {
      last = task;
      ++n;
    }
    const bool is_open = last != nullptr && last->completed_at.is_none() && !last->retired;
    // Above the line from the beginning, with a review that is over: that crossing has been dealt with.
    if (is_open || (is_first_look && last != nullptr)) return;
    raise(at, n, exposure);
  }

  void raise(const ProjectSnapshot& at, std::uint32_t n, const Money& exposure) {
    client::CommandBuilder command;
    auto create = command.root().initTask().initCreateTask();
    write(create.initTask(), review_id(n));
    command.text(create.initTitle(), "Review the risks: " + to_text(exposure) + " expected");
    command.text(create.initDescription(), "The expected cost of the live risks is above " +
                                               to_text(limit_) + ". Largest: " + largest(at));
    client::SubmitOptions options;
    options.id = derived_id(review_id(n), 0);
    project_.submit(std::move(command), options,
                    [this](client::error_code error, const client::Outcome& outcome) {
                      if (error) return app_.fail({3, error.message()});
                      const auto* no = client::rejected(outcome);
                      if (no == nullptr || no->code == client::Code::ALREADY_EXISTS) {
                        std::cout << "a review is raised" << std::endl;
                      } else {
                        app_.fail({1, "the review was refused: " + client::code_name(no->code)});
                      }
                    });
  }

  [[nodiscard]] std::string largest(const ProjectSnapshot& at) const {
    std::vector<std::pair<std::int64_t, std::uint32_t>> costs;
    for (const auto& [id, risk] : at.state.risk.risks) {
      const auto expected = model::risk::expected_cost(risk.assessment);
      const bool counts = model::risk::is_live(risk) && expected.currency == limit_.currency;
      if (counts) costs.emplace_back(expected.minor, risk.number);
    }
    std::ranges::sort(costs, std::greater());
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(costs.size(), 3); ++i) {
      text += (i == 0 ? "R-" : ", R-") + std::to_string(costs[i].second);
    }
    return text;
  }

  Money limit_;
  App app_;
  client::Project project_;
  std::optional<bool> was_above_;
};

constexpr std::string_view kHelp =
    " --limit \"EUR 50000\" [COMMON OPTIONS]\n\n"
    "Watches a project's risks until Ctrl-C. When their expected cost (probability × cost, of "
    "those that\n"
    "may still happen) crosses the limit, a task to review them is created, once for each "
    "crossing.\n"
    "Needs the token of a contributor of the project.\n\n"
    "  --limit AMOUNT   a currency and whole units of it\n";

}  // namespace
}  // namespace daybook::examples

int main(int count, char** given) {
  using namespace daybook::examples;
  return run(count, given, kHelp, {"--limit="}, [](const Arguments& arguments) {
    if (!arguments.has("--limit")) throw Failure(2, "--limit is missing (see --help)");
    auto limit = parse_limit(arguments.own.at("--limit"));
    return RiskBot(std::move(limit), arguments, choose_project(arguments)).run();
  });
}
