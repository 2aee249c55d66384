#include "client-sdk/src/row_key.hpp"

#include <string_view>

#include "model/views/figures.hpp"

namespace daybook::client::detail {
namespace {

// Of a row that is about no entity: `kind` is the ordinal of the row's union member.
template <typename Kind>
Id key_of(Kind kind, std::uint64_t number) {
  return {static_cast<std::uint64_t>(kind), number};
}
std::uint64_t day_number(std::int32_t day) {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(day));
}
std::uint64_t currency_of(schema::Money::Reader money) {
  return model::currency_number({money.getCurrency().begin(), money.getCurrency().size()});
}

}  // namespace

std::optional<Id> row_key(schema::board::Row::Reader row) {
  switch (row.which()) {
    case schema::board::Row::NONE:
      break;
    case schema::board::Row::COLUMN:
      return read(row.getColumn().getColumn());
    case schema::board::Row::CARD:
      return read(row.getCard().getTask());
  }
  return std::nullopt;
}

std::optional<Id> row_key(schema::task::Row::Reader row) { return read(row.getTask()); }
std::optional<Id> row_key(schema::member::Row::Reader row) { return read(row.getMember()); }
std::optional<Id> row_key(schema::project::Row::Reader row) { return read(row.getProject()); }

std::optional<Id> row_key(schema::approval::Row::Reader row) {
  using Row = schema::approval::Row;
  switch (row.which()) {
    case Row::NONE:
      break;
    case Row::REQUEST:
      return read(row.getRequest().getSubject());
    case Row::POOL:
      return read(row.getPool().getPool());
    case Row::POLICY:
      return key_of(Row::POLICY, static_cast<std::uint64_t>(row.getPolicy().getKind()));
  }
  return std::nullopt;
}

std::optional<Id> row_key(schema::change::Row::Reader row) {
  using Row = schema::change::Row;
  switch (row.which()) {
    case Row::NONE:
      break;
    case Row::CHANGE:
      return read(row.getChange().getState().getChange());
    case Row::TOTAL:
      return key_of(Row::TOTAL, currency_of(row.getTotal().getCost()));
  }
  return std::nullopt;
}

std::optional<Id> row_key(schema::risk::Row::Reader row) {
  using Row = schema::risk::Row;
  switch (row.which()) {
    case Row::NONE:
      break;
    case Row::RISK:
      return read(row.getRisk().getState().getRisk());
    case Row::CELL:
      return key_of(Row::CELL,
                    std::uint64_t{row.getCell().getLikelihood()} * 16 + row.getCell().getImpact());
    case Row::EXPOSURE:
      return key_of(Row::EXPOSURE, currency_of(row.getExposure().getExpected()));
    case Row::SESSION:
      return read(row.getSession().getSession());
  }
  return std::nullopt;
}

std::optional<Id> row_key(schema::decision::Row::Reader row) {
  using Row = schema::decision::Row;
  switch (row.which()) {
    case Row::NONE:
      break;
    case Row::BOARD:
      return read(row.getBoard().getBoard());
    case Row::DECISION:
      return read(row.getDecision().getState().getDecision());
  }
  return std::nullopt;
}

std::optional<Id> row_key(schema::comment::CommentState::Reader row) {
  return read(row.getComment());
}
std::optional<Id> row_key(schema::attachment::AttachmentState::Reader row) {
  return read(row.getAttachment());
}

std::optional<Id> row_key(schema::flow::Row::Reader row) {
  using Row = schema::flow::Row;
  switch (row.which()) {
    case Row::NONE:
      break;
    case Row::DAY:
      return key_of(Row::DAY, day_number(row.getDay().getDay()));
    case Row::FINISHED:
      return read(row.getFinished().getTask());
    case Row::AGEING:
      return read(row.getAgeing().getTask());
    case Row::FIGURES:
      return key_of(Row::FIGURES, 0);
  }
  return std::nullopt;
}

std::optional<Id> row_key(schema::attention::Row::Reader row) { return read(row.getItem()); }

std::optional<Id> row_key(schema::timeline::Row::Reader row) {
  using Row = schema::timeline::Row;
  switch (row.which()) {
    case Row::NONE:
      break;
    case Row::DAY:
      return key_of(Row::DAY, day_number(row.getDay().getDay()));
    case Row::MARK:
      return read(row.getMark().getItem());
  }
  return std::nullopt;
}

}  // namespace daybook::client::detail
