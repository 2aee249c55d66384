#include <daybook/snapshot.hpp>

#include "model/snapshot.hpp"

namespace daybook::client {

void WordsTable::keep(const std::vector<model::Text>& texts) {
  model::Table<TextKey, Words> kept;
  for (const auto& text : texts) {
    const TextKey key{text.position, text.index};
    if (const Words* words = table_.find(key)) kept.at_or_new(key) = *words;
  }
  table_ = std::move(kept);
}

std::optional<std::string_view> ProjectSnapshot::name(Id member) const {
  const Person* person = people.members.find(member);
  if (person == nullptr || person->name == nullptr) return std::nullopt;
  return *person->name;
}

model::View ProjectSnapshot::view(model::ViewName name, Date date) const {
  if (name != model::ViewName::PEOPLE) return model::derive(name, state, model::Workspace{}, date);
  model::View view{.name = name,
                   .version = people.version,
                   .recorded_at = people.recorded_at,
                   .date = {},
                   .rows = {}};
  view.rows.reserve(people.members.size());
  for (const auto& [id, person] : people.members) view.rows.push_back({id, person.row});
  return view;
}

record::Hash ProjectSnapshot::digest() const {
  return model::digest(confirmed ? confirmed->state : state);
}

std::optional<std::string_view> WorkspaceSnapshot::name(Id member) const {
  const auto* found = model::member::find_member(state.member, member);
  return found == nullptr ? std::nullopt : words.find(found->name);
}

record::Hash WorkspaceSnapshot::digest() const { return model::digest(state); }

}  // namespace daybook::client
