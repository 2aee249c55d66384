#include "model/parts/board.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::board {
namespace {

namespace wire = schema::board;

WipLimit read_limit(wire::WipLimit::Reader reader) {
  return {reader.getCount(), reader.getPolicy(), reader.getPoints(), reader.getPerPerson()};
}

std::vector<Transition> read_transitions(capnp::List<wire::Transition>::Reader list) {
  std::vector<Transition> transitions;
  transitions.reserve(list.size());
  for (const auto transition : list) {
    transitions.emplace_back(daybook::read(transition.getFrom()),
                             daybook::read(transition.getTo()));
  }
  std::sort(transitions.begin(), transitions.end());
  return transitions;
}

void write_transitions(const std::vector<Transition>& transitions,
                       capnp::List<wire::Transition>::Builder list) {
  for (unsigned i = 0; i < list.size(); ++i) {
    daybook::write(list[i].initFrom(), transitions[i].first);
    daybook::write(list[i].initTo(), transitions[i].second);
  }
}

std::vector<Column>::iterator locate(State& state, Id column) {
  return std::find_if(state.columns.begin(), state.columns.end(),
                      [&](const Column& c) { return c.id == column; });
}

// The first one whose id is not less.
std::vector<RetiredColumn>::const_iterator retired_from(const State& state, Id column) {
  return std::lower_bound(state.retired.begin(), state.retired.end(), column,
                          [](const RetiredColumn& c, Id id) { return c.id < id; });
}

std::size_t index_of(const State& state, Id column) {
  const auto at = std::find_if(state.columns.begin(), state.columns.end(),
                               [&](const Column& c) { return c.id == column; });
  return static_cast<std::size_t>(at - state.columns.begin());
}

Ruling check_limit(wire::WipLimit::Reader limit) {
  if (limit.getCount() > kWipCountMax)
    return reject(Code::OUT_OF_RANGE, {.field = "board.wip.count", .limit = kWipCountMax});
  if (limit.getPoints() > kWipPointsMax)
    return reject(Code::OUT_OF_RANGE, {.field = "board.wip.points", .limit = kWipPointsMax});
  if (limit.getPerPerson() > kWipCountMax)
    return reject(Code::OUT_OF_RANGE, {.field = "board.wip.perPerson", .limit = kWipCountMax});
  if (limit.getPolicy() > WipPolicy::WARN)
    return reject(Code::MALFORMED, {.field = "board.wip.policy"});
  return {};
}

// The limits were set on what the actor saw, all of them.
Ruling check_seen(const WipLimit& seen, const Column& column) {
  const auto& present = column.wip;
  const auto differs = [&](std::string_view field, std::int64_t now) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = field, .column = column.id, .present_number = now});
  };
  if (seen.count != present.count) return differs("board.wip.count", present.count);
  if (seen.points != present.points) return differs("board.wip.points", present.points);
  if (seen.per_person != present.per_person)
    return differs("board.wip.perPerson", present.per_person);
  if (seen.policy != present.policy)
    return differs("board.wip.policy", static_cast<std::int64_t>(present.policy));
  return {};
}

Ruling check_new_column(const Project& all, wire::Column::Reader column) {
  DAYBOOK_TRY(require_new_id(all, daybook::read(column.getColumn()), "board.column"));
  DAYBOOK_TRY(require_text(column.getName(), "board.name"));
  if (column.getCategory() > Category::DONE)
    return reject(Code::MALFORMED, {.field = "board.category"});
  return check_limit(column.getWip());
}

// `transitions` is sorted.
Ruling check_transitions(const std::vector<Transition>& transitions, const auto& is_column) {
  if (transitions.size() > kTransitionsMax) {
    return reject(
        Code::TOO_MANY,
        {.field = "board.transitions", .limit = kTransitionsMax, .count = transitions.size()});
  }
  for (const auto& [from, to] : transitions) {
    for (const auto column : {from, to}) {
      if (!is_column(column))
        return reject(Code::UNKNOWN_COLUMN, {.field = "board.transitions", .column = column});
    }
  }
  for (const auto& [from, to] : transitions) {
    if (from == to) return reject(Code::DUPLICATE, {.field = "board.transitions", .column = from});
  }
  const auto twice = std::adjacent_find(transitions.begin(), transitions.end());
  if (twice != transitions.end())
    return reject(Code::DUPLICATE, {.field = "board.transitions", .column = twice->first});
  return {};
}

void emit_column(wire::Column::Reader from, wire::Column::Builder to, Emitter& out) {
  daybook::write(to.initColumn(), daybook::read(from.getColumn()));
  out.text(from.getName(), [&] { return to.initName(); });
  to.setCategory(from.getCategory());
  write(to.initWip(), read_limit(from.getWip()));
}

Ruling define_board(const Project& all, wire::DefineBoard::Reader command, Emitter& out) {
  if (all.board.defined) return reject(Code::ALREADY_EXISTS, {.field = "board"});
  const auto columns = command.getColumns();
  if (columns.size() == 0) return reject(Code::COLUMN_REQUIRED);
  if (columns.size() > kColumnsMax) {
    return reject(Code::TOO_MANY,
                  {.field = "board.columns", .limit = kColumnsMax, .count = columns.size()});
  }
  std::vector<Id> ids;
  for (const auto column : columns) {
    DAYBOOK_TRY(check_new_column(all, column));
    const auto id = daybook::read(column.getColumn());
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) {
      return reject(Code::ALREADY_EXISTS, {.field = "board.column", .id = id});
    }
    ids.push_back(id);
  }
  const auto transitions = read_transitions(command.getTransitions());
  DAYBOOK_TRY(check_transitions(
      transitions, [&](Id id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }));
  auto event = out.next().initBoard().initBoardDefined();
  auto list = event.initColumns(columns.size());
  for (unsigned i = 0; i < list.size(); ++i) emit_column(columns[i], list[i], out);
  write_transitions(transitions, event.initTransitions(static_cast<unsigned>(transitions.size())));
  return {};
}

Ruling add_column(const Project& all, wire::AddColumn::Reader command, Emitter& out) {
  const State& state = all.board;
  if (!state.defined) return reject(Code::BOARD_NOT_DEFINED);
  DAYBOOK_TRY(check_new_column(all, command.getColumn()));
  if (state.columns.size() >= kColumnsMax) {
    return reject(Code::TOO_MANY,
                  {.field = "board.columns", .limit = kColumnsMax, .count = state.columns.size()});
  }
  auto event = out.next().initBoard().initColumnAdded();
  emit_column(command.getColumn(), event.initColumn(), out);
  event.setIndex(static_cast<std::uint32_t>(index_of(state, daybook::read(command.getBefore()))));
  return {};
}

Ruling rename_column(const State& state, wire::RenameColumn::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getColumn());
  const auto* column = find_column(state, id);
  if (column == nullptr) return reject(Code::UNKNOWN_COLUMN, {.column = id});
  if (!is_change(command.getName())) return reject(Code::NOTHING_TO_DO, {.column = id});
  DAYBOOK_TRY(check_change(command.getName(), column->name, "board.name", Removal::refused));
  auto event = out.next().initBoard().initColumnRenamed();
  daybook::write(event.initColumn(), id);
  out.change(command.getName(), event.initName());
  return {};
}

Ruling set_wip_limit(const Project& all, wire::SetWipLimit::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getColumn());
  const auto* column = find_column(all.board, id);
  if (column == nullptr) return reject(Code::UNKNOWN_COLUMN, {.column = id});
  DAYBOOK_TRY(check_seen(read_limit(command.getFrom()), *column));
  DAYBOOK_TRY(check_limit(command.getTo()));
  const auto to = read_limit(command.getTo());
  if (to == column->wip) return reject(Code::NOTHING_TO_DO, {.column = id});
  auto event = out.next().initBoard().initWipLimitSet();
  daybook::write(event.initColumn(), id);
  write(event.initFrom(), column->wip);
  write(event.initTo(), to);
  event.setTaskCount(task::count_in_column(all.task, id));
  return {};
}

Ruling set_transitions(const State& state, wire::SetTransitions::Reader command, Emitter& out) {
  if (!state.defined) return reject(Code::BOARD_NOT_DEFINED);
  if (read_transitions(command.getFrom()) != state.transitions) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "board.transitions",
                   .present_number = static_cast<std::int64_t>(state.transitions.size())});
  }
  const auto to = read_transitions(command.getTo());
  DAYBOOK_TRY(check_transitions(to, [&](Id id) { return find_column(state, id) != nullptr; }));
  if (to == state.transitions && state.restricted == !to.empty())
    return reject(Code::NOTHING_TO_DO);
  auto event = out.next().initBoard().initTransitionsSet();
  write_transitions(state.transitions,
                    event.initFrom(static_cast<unsigned>(state.transitions.size())));
  write_transitions(to, event.initTo(static_cast<unsigned>(to.size())));
  return {};
}

Ruling reorder_column(const State& state, wire::ReorderColumn::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getColumn());
  if (find_column(state, id) == nullptr) return reject(Code::UNKNOWN_COLUMN, {.column = id});
  const auto from = index_of(state, id);
  auto to = index_of(state, daybook::read(command.getBefore()));
  if (to > from) --to;  // its own place closes up
  if (to == from) return reject(Code::NOTHING_TO_DO, {.column = id});
  auto event = out.next().initBoard().initColumnReordered();
  daybook::write(event.initColumn(), id);
  event.setFromIndex(static_cast<std::uint32_t>(from));
  event.setToIndex(static_cast<std::uint32_t>(to));
  return {};
}

Ruling retire_column(const Project& all, wire::RetireColumn::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getColumn());
  if (find_column(all.board, id) == nullptr) return reject(Code::UNKNOWN_COLUMN, {.column = id});
  if (const auto count = task::count_in_column(all.task, id); count != 0) {
    return reject(Code::COLUMN_NOT_EMPTY,
                  {.tasks = task::tasks_in_column(all.task, id, task::kTasksInFactsMax),
                   .column = id,
                   .count = count});
  }
  if (all.board.columns.size() == 1) return reject(Code::COLUMN_REQUIRED, {.column = id});
  daybook::write(out.next().initBoard().initColumnRetired().initColumn(), id);
  return {};
}

Column read_column(wire::Column::Reader reader, Text name) {
  return {daybook::read(reader.getColumn()), name, reader.getCategory(),
          read_limit(reader.getWip())};
}

}  // namespace

const Column* find_column(const State& state, Id column) {
  const auto index = index_of(state, column);
  return index < state.columns.size() ? &state.columns[index] : nullptr;
}

std::optional<Category> category_of(const State& state, Id column) {
  if (const auto* found = find_column(state, column)) return found->category;
  const auto at = retired_from(state, column);
  if (at != state.retired.end() && at->id == column) return at->category;
  return std::nullopt;
}

bool is_id_used(const State& state, Id column) { return category_of(state, column).has_value(); }

bool is_transition_allowed(const State& state, Id from, Id to) {
  return !state.restricted || from == to ||
         std::binary_search(state.transitions.begin(), state.transitions.end(),
                            Transition{from, to});
}

Ruling decide(const Project& all, wire::Command::Reader command, const Context&, Emitter& out) {
  switch (command.which()) {
    case wire::Command::DEFINE_BOARD:
      return define_board(all, command.getDefineBoard(), out);
    case wire::Command::ADD_COLUMN:
      return add_column(all, command.getAddColumn(), out);
    case wire::Command::RENAME_COLUMN:
      return rename_column(all.board, command.getRenameColumn(), out);
    case wire::Command::SET_WIP_LIMIT:
      return set_wip_limit(all, command.getSetWipLimit(), out);
    case wire::Command::SET_TRANSITIONS:
      return set_transitions(all.board, command.getSetTransitions(), out);
    case wire::Command::REORDER_COLUMN:
      return reorder_column(all.board, command.getReorderColumn(), out);
    case wire::Command::RETIRE_COLUMN:
      return retire_column(all, command.getRetireColumn(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
    case wire::Event::BOARD_DEFINED: {
      const auto defined = event.getBoardDefined();
      state.defined = true;
      for (const auto column : defined.getColumns()) {
        state.columns.push_back(
            read_column(column, text_of_event(column.getName(), meta.position)));
      }
      state.transitions = read_transitions(defined.getTransitions());
      state.restricted = !state.transitions.empty();
      return true;
    }
    case wire::Event::COLUMN_ADDED: {
      const auto column = event.getColumnAdded().getColumn();
      const auto index =
          std::min<std::size_t>(event.getColumnAdded().getIndex(), state.columns.size());
      state.columns.insert(state.columns.begin() + static_cast<std::ptrdiff_t>(index),
                           read_column(column, text_of_event(column.getName(), meta.position)));
      return true;
    }
    case wire::Event::COLUMN_RENAMED: {
      const auto renamed = event.getColumnRenamed();
      if (const auto at = locate(state, daybook::read(renamed.getColumn()));
          at != state.columns.end()) {
        at->name = changed(at->name, renamed.getName(), meta.position);
      }
      return true;
    }
    case wire::Event::WIP_LIMIT_SET: {
      const auto set = event.getWipLimitSet();
      if (const auto at = locate(state, daybook::read(set.getColumn()));
          at != state.columns.end()) {
        at->wip = read_limit(set.getTo());
      }
      return true;
    }
    case wire::Event::TRANSITIONS_SET:
      state.transitions = read_transitions(event.getTransitionsSet().getTo());
      state.restricted = !state.transitions.empty();
      return true;
    case wire::Event::COLUMN_REORDERED: {
      const auto reordered = event.getColumnReordered();
      if (const auto at = locate(state, daybook::read(reordered.getColumn()));
          at != state.columns.end()) {
        const auto column = *at;
        state.columns.erase(at);
        const auto index = std::min<std::size_t>(reordered.getToIndex(), state.columns.size());
        state.columns.insert(state.columns.begin() + static_cast<std::ptrdiff_t>(index), column);
      }
      return true;
    }
    case wire::Event::COLUMN_RETIRED: {
      const auto id = daybook::read(event.getColumnRetired().getColumn());
      RetiredColumn retired{.id = id};
      if (const auto at = locate(state, id); at != state.columns.end()) {
        retired.category = at->category;
        state.columns.erase(at);
      }
      state.retired.insert(retired_from(state, id), retired);
      std::erase_if(state.transitions,
                    [&](const Transition& t) { return t.first == id || t.second == id; });
      return true;
    }
    case wire::Event::NONE:
      break;
  }
  return false;
}

void write(wire::WipLimit::Builder builder, const WipLimit& limit) {
  builder.setCount(limit.count);
  builder.setPolicy(limit.policy);
  builder.setPoints(limit.points);
  builder.setPerPerson(limit.per_person);
}

void save(const State& state, wire::State::Builder builder) {
  builder.setDefined(state.defined);
  builder.setRestricted(state.restricted);
  save_list(
      state.columns, [&](unsigned size) { return builder.initColumns(size); },
      [](wire::Column::Builder out, const Column& column) {
        save_id(column.id, [&] { return out.initColumn(); });
        write_text(column.name, [&] { return out.initName(); });
        out.setCategory(column.category);
        if (column.wip != WipLimit{}) write(out.initWip(), column.wip);
      });
  save_list(
      state.retired, [&](unsigned size) { return builder.initRetired(size); },
      [](schema::Id::Builder out, const RetiredColumn& column) { daybook::write(out, column.id); });
  if (!state.retired.empty()) {
    auto categories = builder.initRetiredCategories(static_cast<unsigned>(state.retired.size()));
    for (unsigned i = 0; i < categories.size(); ++i) categories.set(i, state.retired[i].category);
  }
  if (!state.transitions.empty()) {
    write_transitions(state.transitions,
                      builder.initTransitions(static_cast<unsigned>(state.transitions.size())));
  }
}

State load(wire::State::Reader reader) {
  State state;
  state.defined = reader.getDefined();
  state.restricted = reader.getRestricted();
  for (const auto column : reader.getColumns())
    state.columns.push_back(read_column(column, model::read(column.getName())));
  const auto retired = reader.getRetired();
  const auto categories = reader.getRetiredCategories();
  for (unsigned i = 0; i < retired.size(); ++i) {
    state.retired.push_back({.id = daybook::read(retired[i]),
                             .category = i < categories.size() ? categories[i] : Category::TODO});
  }
  state.transitions = read_transitions(reader.getTransitions());
  return state;
}

}  // namespace daybook::model::board
