#pragma once
// Checks a JSON value against a JSON Schema, as far as the contract's documents use the language. A keyword that is not
// known here is an error, so that nothing passes unchecked.

#include <boost/json/value.hpp>
#include <optional>
#include <string>

namespace daybook::testing {

// nullopt: the value is valid; else where it is not, and why. "#/…" in the schema refers to `document`.
[[nodiscard]] std::optional<std::string> schema_fault(const boost::json::value& value,
                                                      const boost::json::value& schema,
                                                      const boost::json::value& document);

}  // namespace daybook::testing
