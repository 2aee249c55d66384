#pragma once
// Fills any struct of the contract with what an input says, by reflection: so that a fuzzer's changes of single bytes
// are changes of single decisions, and what it makes is always of the right shape.
//
// Ids come from a handful, and so do words and small numbers: commands made this way are about the same few things.

#include <capnp/dynamic.h>

#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "tests/fuzz/target.hpp"

namespace daybook::fuzz {

class Shaper {
 public:
  // How texts are referred to.
  enum class Texts {
    in_command,  // {index} into `words`; in `from…` a commitment
    in_event,    // {index, commitment} counting up; in `from…` a commitment
  };

  // Borrows the input.
  Shaper(Input input, Texts texts) : input_(input), texts_(texts) {}

  [[nodiscard]] bool empty() const { return input_.empty(); }
  [[nodiscard]] Input rest() const { return input_; }
  // 0 to limit - 1; 0 where the input is at its end. Requires: 0 < limit <= 65536.
  [[nodiscard]] unsigned below(unsigned limit);
  [[nodiscard]] std::uint64_t number();
  [[nodiscard]] Id id();
  // A piece of the input, of at most so many bytes.
  [[nodiscard]] Input piece(std::size_t bytes_max);

  void fill(capnp::DynamicStruct::Builder builder, bool in_from = false, int depth = 0);

  // Of the command that was filled last; to be cleared by the caller.
  std::vector<std::string> words;
  // What `from` fields may name.
  std::vector<record::Hash> commitments;

 private:
  void set(capnp::DynamicStruct::Builder builder, capnp::StructSchema::Field field, bool in_from,
           int depth);
  template <typename Set>
  void set_scalar(capnp::Type type, Set&& set);
  void fill_text(schema::TextRef::Builder builder, bool in_from);
  [[nodiscard]] std::string some_words();

  Input input_;
  Texts texts_;
};

// Ids of the handful: 1 to 10; 0 is nil.
[[nodiscard]] constexpr Id small_id(std::uint64_t n) { return {n == 0 ? 0u : 0x1Du, n}; }

}  // namespace daybook::fuzz
