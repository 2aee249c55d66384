#pragma once
// Amounts of money: integer minor units and a currency.

#include <algorithm>
#include <string>
#include <string_view>

#include "schema/types.capnp.h"

namespace daybook::model {

struct Money {
  std::int64_t minor = 0;
  std::string currency = {};  // ISO 4217, as in "EUR"; empty: no amount

  bool operator==(const Money&) const = default;
  [[nodiscard]] bool is_none() const { return currency.empty(); }
};

// Amounts are within ±10^15 minor units, so that sums over a project cannot overflow.
inline constexpr std::int64_t kMoneyMinorMax = 1'000'000'000'000'000;

// No amount, or one within bounds whose currency is three capital letters.
[[nodiscard]] inline bool is_valid(const Money& money) {
  if (money.is_none()) return money.minor == 0;
  return money.minor >= -kMoneyMinorMax && money.minor <= kMoneyMinorMax &&
         money.currency.size() == 3 &&
         std::all_of(money.currency.begin(), money.currency.end(),
                     [](char c) { return c >= 'A' && c <= 'Z'; });
}

[[nodiscard]] inline Money read(schema::Money::Reader reader) {
  const auto currency = reader.getCurrency();
  return {reader.getMinor(), std::string(currency.begin(), currency.size())};
}

// Leaves the field null where there is no amount.
template <typename Init>
void write_money(const Money& money, Init&& init) {
  if (money.is_none()) return;
  schema::Money::Builder builder = init();
  builder.setMinor(money.minor);
  builder.setCurrency(money.currency.c_str());
}

}  // namespace daybook::model
