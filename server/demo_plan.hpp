#pragma once
// What the demonstration is about: the mobile banking app of a small team, accounts and transactions built as independent
// deliverables; its people, its board and the work on it. Data alone: demo_work.hpp plays it, demo_governance_plan.hpp has the
// rest.
//
// Days are working days of the history, from 0; a fraction is a part of a day of eight hours.

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "schema/parts.capnp.h"

namespace daybook::server::demo {

inline constexpr int kWorkingDays = 65;  // three months
inline constexpr double kEndOfWork = kWorkingDays - 0.05;
inline constexpr double kNever = 1000;

// --- People ----------------------------------------------------------------------------------------------------------

enum Who : std::size_t { ines, tomas, mei, rafael, hanna, priya, jonas, nobody };

struct Person {
  std::string_view name;
  schema::Role role;
};
inline constexpr std::array kPeople{
    Person{"Ines Okafor", schema::Role::MANAGER},
    Person{"Tomas Lindqvist", schema::Role::CONTRIBUTOR},
    Person{"Mei Tanaka", schema::Role::CONTRIBUTOR},
    Person{"Rafael Duarte", schema::Role::CONTRIBUTOR},
    Person{"Hanna Weiss", schema::Role::CONTRIBUTOR},
    Person{"Priya Raman", schema::Role::CONTRIBUTOR},
    Person{"Jonas Petit", schema::Role::VIEWER},
};

// --- The board -------------------------------------------------------------------------------------------------------

struct ColumnPlan {
  std::string_view name;
  schema::board::Category category;
  std::uint32_t limit;
};
inline constexpr std::array kColumns{
    ColumnPlan{"Backlog", schema::board::Category::TODO, 0},
    ColumnPlan{"Ready", schema::board::Category::TODO, 8},
    ColumnPlan{"In progress", schema::board::Category::DOING, 4},
    ColumnPlan{"Review", schema::board::Category::DOING, 3},
    ColumnPlan{"Waiting", schema::board::Category::WAIT, 0},
    ColumnPlan{"Testing", schema::board::Category::DOING, 4},
    ColumnPlan{"Done", schema::board::Category::DONE, 0},
};
enum Stage : std::size_t { backlog, ready, in_progress, review, waiting, testing, done };

struct TaskPlan {
  std::string_view title;
  Who owner;
  unsigned points;
  unsigned hours;    // estimate
  double created;    // day
  double start;      // day on which it leaves the backlog
  double step_days;  // how long each stage takes
  Stage until;       // how far it has come
};

inline constexpr std::array kTasks{
    // What came before: foundations, the first releases to the team itself.
    TaskPlan{"Discovery: interviews with twelve customers", hanna, 3, 16, 0, 0.3, 0.77, done},
    TaskPlan{"Discovery: inventory of the core banking interfaces", mei, 3, 16, 0, 1.7, 1.06, done},
    TaskPlan{"Platform: project skeleton for both app stores", tomas, 3, 12, 0, 2.4, 0.54, done},
    TaskPlan{"Design: navigation with five destinations", hanna, 5, 20, 0, 3.8, 0.93, done},
    TaskPlan{"Platform: build and sign on every merge", tomas, 3, 14, 0.7, 4.7, 1.21, done},
    TaskPlan{"Sign-in: threat model", priya, 3, 16, 0, 6, 0.68, done},
    TaskPlan{"Discovery: journey map for the first payment", hanna, 3, 12, 0.8, 6.8, 0.9, done},
    TaskPlan{"Transactions: domain model of a payment", rafael, 5, 24, 5.2, 8.2, 0.88, done},
    TaskPlan{"Platform: test devices in the cloud", mei, 2, 8, 2.1, 9.1, 0.92, done},
    TaskPlan{"Platform: gateway to the core banking system", mei, 8, 40, 5.5, 10.5, 0.82, done},
    TaskPlan{"Platform: automatic checks before a merge", tomas, 2, 8, 2.2, 11.2, 0.75, done},
    TaskPlan{"Design: colours and type that pass contrast checks", hanna, 3, 12, 8.6, 12.6, 1.17,
             done},
    TaskPlan{"Platform: secrets out of the repository", priya, 2, 6, 2.5, 13.5, 0.56, done},
    TaskPlan{"Accounts: interface agreed with the core banking team", tomas, 5, 20, 8.9, 14.9, 1.03,
             done},
    TaskPlan{"Platform: sandbox with invented customers", mei, 5, 22, 12.6, 15.6, 0.85, done},
    TaskPlan{"Sign-in: customer number and one-time code", priya, 5, 26, 9.9, 16.9, 1.25, done},
    TaskPlan{"Design: amounts, dates and account numbers in one style", hanna, 2, 8, 12.9, 17.9,
             0.5, done},
    TaskPlan{"Transactions: account number check while typing", rafael, 2, 8, 10.3, 19.3, 0.75,
             done},
    TaskPlan{"Sign-in: sign in with a PIN", priya, 5, 20, 16, 20, 1.34, in_progress},
    TaskPlan{"Platform: retry what the network lost", rafael, 5, 20, 10.4, 21.4, 0.72, done},
    TaskPlan{"Platform: one place for error messages", tomas, 3, 12, 16.3, 22.3, 0.9, done},
    TaskPlan{"Sign-in: biometrics on both platforms", priya, 8, 36, 20.7, 23.7, 1.04, done},
    TaskPlan{"Accounts: balances with a time stamp", tomas, 3, 14, 17.4, 24.4, 1.03, done},
    TaskPlan{"Platform: translations for three languages", hanna, 5, 20, 20.8, 25.8, 0.62, done},
    TaskPlan{"Transactions: address book of payees", mei, 5, 24, 17.7, 26.7, 0.99, done},
    TaskPlan{"Sign-in: consent to the terms of use", hanna, 2, 8, 24.1, 28.1, 1.08, done},
    TaskPlan{"Transactions: draft survives a phone call", rafael, 3, 12, 17.8, 28.8, 0.63, done},
    TaskPlan{"Platform: measure the start time on old phones", tomas, 2, 8, 24.2, 30.2, 0.83, done},
    TaskPlan{"Sign-in: sessions kept on the server", priya, 5, 24, 28.1, 31.1, 0.88, done},
    TaskPlan{"Accounts: skeleton screens while loading", hanna, 2, 8, 25.5, 32.5, 0.92, done},
    TaskPlan{"Transactions: name check of the payee", rafael, 5, 22, 28.2, 33.2, 0.64, done},
    TaskPlan{"Platform: log levels without customer data", priya, 2, 8, 25.5, 34.5, 0.75, done},
    TaskPlan{"Accounts: order of the booking days", mei, 2, 8, 31.5, 35.5, 1.08, done},
    TaskPlan{"Accounts: notice when the core system is down", tomas, 3, 10, 25.9, 36.9, 0.61, done},
    TaskPlan{"Security: dependencies scanned every night", priya, 2, 8, 31.6, 37.6, 0.83, done},
    TaskPlan{"Sign-in: fall-back when biometrics fail", priya, 3, 14, 35.9, 38.9, 0.75, done},
    TaskPlan{"Transactions: categories from the card network", mei, 5, 20, 32.9, 39.9, 1.14, done},
    TaskPlan{"Accounts: favourite account first", hanna, 2, 6, 36.2, 41.2, 0.48, done},
    TaskPlan{"Transactions: no transfer is sent twice", rafael, 8, 36, 33, 42, 1.17, done},
    TaskPlan{"Accounts: share the account number", tomas, 1, 4, 39.4, 43.4, 1, done},
    TaskPlan{"Support: questions and answers in the app", hanna, 3, 12, 33.3, 44.3, 0.63, done},
    TaskPlan{"Transactions: booking details in plain words", mei, 3, 14, 39.6, 45.6, 0.93, done},
    TaskPlan{"Security: review of the sign-in", priya, 3, 16, 43.4, 46.4, 0.77, done},
    TaskPlan{"Support: status page for customers", tomas, 2, 8, 40.8, 47.8, 0.92, done},
    TaskPlan{"Support: report a problem from any screen", hanna, 3, 12, 43.7, 48.7, 0.54, done},
    TaskPlan{"Launch: list of pilot customers", ines, 2, 8, 41.1, 50.1, 0.75, done},
    // The present.
    TaskPlan{"Accounts: list all accounts with balances", tomas, 5, 24, 47.2, 55.21, 0.39, done},
    TaskPlan{"Accounts: account detail with the last 30 days", tomas, 5, 24, 44.6, 56.57, 0.43,
             done},
    TaskPlan{"Accounts: pull to refresh without losing the scroll position", hanna, 2, 8, 51.9,
             57.93, 0.29, done},
    TaskPlan{"Accounts: rename an account", hanna, 2, 6, 49.5, 59.5, 0.32, done},
    TaskPlan{"Accounts: hide balances when the phone is turned over", hanna, 3, 12, 53.7, 60.71,
             0.5, testing},
    TaskPlan{"Accounts: statement download as PDF", tomas, 5, 20, 47.1, 61.07, 0.57, review},
    TaskPlan{"Accounts: joint accounts show both holders", tomas, 3, 14, 53.4, 62.43, 0.64,
             in_progress},
    TaskPlan{"Accounts: close an account from the app", nobody, 8, 40, 44, kNever, 0.36, backlog},
    TaskPlan{"Accounts: savings goals with progress", nobody, 5, 24, 51.4, kNever, 0.36, backlog},
    TaskPlan{"Accounts: foreign currency balances", nobody, 5, 24, 58.7, kNever, 0.36, backlog},
    TaskPlan{"Accounts: offline view of the last known balances", hanna, 5, 22, 53, 63, 0.36,
             ready},
    TaskPlan{"Accounts: accessibility labels for amounts", hanna, 2, 8, 49.6, 63.64, 0.36, ready},
    TaskPlan{"Transactions: list with search", mei, 5, 26, 41.3, 55.29, 0.46, done},
    TaskPlan{"Transactions: filter by category and amount", mei, 3, 16, 47.9, 56.86, 0.39, done},
    TaskPlan{"Transactions: transfer between own accounts", rafael, 8, 36, 47.4, 55.43, 0.54, done},
    TaskPlan{"Transactions: transfer to another bank", rafael, 8, 40, 46.7, 58.71, 0.61, testing},
    TaskPlan{"Transactions: confirm a transfer with biometrics", rafael, 5, 24, 34.2, 60.29, 0.57,
             review},
    TaskPlan{"Transactions: scheduled and repeating transfers", rafael, 8, 40, 52.2, 62.21, 0.68,
             in_progress},
    TaskPlan{"Transactions: cancel a scheduled transfer", rafael, 3, 12, 56.4, 63.43, 0.36, ready},
    TaskPlan{"Transactions: scan an invoice and pay it", mei, 8, 44, 47.6, 61.57, 0.86,
             in_progress},
    TaskPlan{"Transactions: split a payment with friends", nobody, 5, 24, 48.2, kNever, 0.36,
             backlog},
    TaskPlan{"Transactions: dispute a card payment", nobody, 5, 26, 55.5, kNever, 0.36, backlog},
    TaskPlan{"Transactions: receipt photo on a payment", nobody, 3, 14, 45, kNever, 0.36, backlog},
    TaskPlan{"Transactions: push message for every debit", mei, 3, 14, 53.7, 59.71, 0.46, done},
    TaskPlan{"Transactions: daily limit with a clear message", rafael, 3, 12, 51.3, 61.29, 0.54,
             testing},
    TaskPlan{"Transactions: instant payments behind a switch", rafael, 8, 36, 56.9, 63.86, 0.36,
             ready},
    TaskPlan{"Sign-in: device binding", priya, 8, 36, 41.1, 55.14, 0.5, done},
    TaskPlan{"Sign-in: recover access after a lost phone", priya, 8, 40, 49.1, 58.14, 0.68,
             testing},
    TaskPlan{"Sign-in: lock after five wrong codes", priya, 3, 10, 49.2, 57.21, 0.32, done},
    TaskPlan{"Sign-in: session ends after ten idle minutes", priya, 2, 8, 48.1, 60.07, 0.36, done},
    TaskPlan{"Security: penetration test of the transfer flow", priya, 5, 24, 41.3, 61.86, 0.93,
             in_progress},
    TaskPlan{"Security: certificate pinning with a rotation plan", priya, 5, 22, 52.6, 62.57, 0.79,
             review},
    TaskPlan{"Platform: contract tests against the core banking system", mei, 5, 24, 49, 56, 0.5,
             done},
    TaskPlan{"Platform: feature switches per customer group", tomas, 3, 14, 43.6, 57.57, 0.39,
             done},
    TaskPlan{"Platform: crash reports without personal data", hanna, 3, 12, 50, 59, 0.36, done},
    TaskPlan{"Platform: release pipeline for both app stores", tomas, 5, 26, 51.3, 59.29, 0.64,
             done},
    TaskPlan{"Platform: load test at the end-of-month peak", mei, 5, 24, 51.1, 63.14, 0.54, ready},
    TaskPlan{"Support: train the service desk on transfers", nobody, 2, 8, 52.4, kNever, 0.36,
             backlog},
    TaskPlan{"Support: in-app help for the first transfer", hanna, 2, 8, 52.1, 62.07, 0.61,
             waiting},
    TaskPlan{"Launch: pilot with 200 customers", ines, 5, 24, 30.5, 64.29, 0.36, ready},
    TaskPlan{"Launch: data protection assessment signed", ines, 3, 12, 46.6, 60.57, 0.71, waiting},
};

// An index of kTasks. What is not a title there does not compile.
consteval std::size_t task(std::string_view title) {
  for (std::size_t i = 0; i < kTasks.size(); ++i) {
    if (kTasks[i].title == title) return i;
  }
  throw std::invalid_argument("no such task");
}

struct BlockPlan {
  std::size_t task;
  double from;
  double until;  // kNever: still blocked
  std::string_view reason;
  schema::task::BlockKind kind;
  std::string_view needs;
  std::string_view resolution = {};
};
inline constexpr std::array kBlocks{
    BlockPlan{task("Platform: gateway to the core banking system"), 11.6, 13.3,
              "No account on the core system's test environment", schema::task::BlockKind::PERSON,
              "An account with the rights of a channel", "The operations team made one"},
    BlockPlan{task("Transactions: name check of the payee"), 35.5, 37.2,
              "Two rules for similar names contradict each other",
              schema::task::BlockKind::DECISION, "One rule, from the payments department",
              "The stricter rule holds"},
    BlockPlan{task("Transactions: transfer to another bank"), 59.71, 61.71,
              "The sandbox of the clearing house rejects our certificate",
              schema::task::BlockKind::SUPPLIER,
              "A renewed test certificate from the clearing house",
              "The clearing house renewed it; transfers pass"},
    BlockPlan{task("Transactions: scan an invoice and pay it"), 63.21, kNever,
              "The scanning library's licence does not cover our use",
              schema::task::BlockKind::DECISION,
              "A decision: buy the licence or drop photo scanning from the first release"},
    BlockPlan{task("Security: penetration test of the transfer flow"), 63.71, kNever,
              "The external testers start two weeks later than agreed",
              schema::task::BlockKind::SUPPLIER, "A confirmed date from the testing company"},
    BlockPlan{task("Launch: data protection assessment signed"), 62.14, kNever,
              "The data protection officer has open questions on crash reports",
              schema::task::BlockKind::PERSON, "Answers to three questions, due Thursday"},
};

struct LinkPlan {
  std::size_t predecessor;
  std::size_t successor;
  std::int32_t lag_days = 0;
};
// Finish to start. The chain to the pilot is held up by two blocked tasks, payments by photo by one.
inline constexpr std::array kLinks{
    LinkPlan{task("Platform: project skeleton for both app stores"),
             task("Platform: build and sign on every merge")},
    LinkPlan{task("Platform: build and sign on every merge"),
             task("Platform: release pipeline for both app stores")},
    LinkPlan{task("Platform: gateway to the core banking system"),
             task("Platform: sandbox with invented customers")},
    LinkPlan{task("Platform: gateway to the core banking system"),
             task("Accounts: balances with a time stamp")},
    LinkPlan{task("Sign-in: threat model"), task("Sign-in: customer number and one-time code")},
    LinkPlan{task("Sign-in: biometrics on both platforms"),
             task("Sign-in: fall-back when biometrics fail")},
    LinkPlan{task("Sign-in: device binding"), task("Sign-in: recover access after a lost phone")},
    LinkPlan{task("Sign-in: device binding"),
             task("Transactions: confirm a transfer with biometrics")},
    LinkPlan{task("Accounts: list all accounts with balances"),
             task("Accounts: account detail with the last 30 days")},
    LinkPlan{task("Accounts: account detail with the last 30 days"),
             task("Accounts: statement download as PDF")},
    LinkPlan{task("Transactions: list with search"),
             task("Transactions: filter by category and amount")},
    LinkPlan{task("Transactions: transfer between own accounts"),
             task("Transactions: transfer to another bank")},
    LinkPlan{task("Transactions: transfer to another bank"),
             task("Transactions: scheduled and repeating transfers")},
    LinkPlan{task("Transactions: scheduled and repeating transfers"),
             task("Transactions: cancel a scheduled transfer")},
    LinkPlan{task("Transactions: transfer to another bank"),
             task("Transactions: instant payments behind a switch")},
    LinkPlan{task("Transactions: scan an invoice and pay it"),
             task("Transactions: receipt photo on a payment")},
    LinkPlan{task("Transactions: confirm a transfer with biometrics"),
             task("Security: penetration test of the transfer flow")},
    LinkPlan{task("Security: penetration test of the transfer flow"),
             task("Launch: pilot with 200 customers"), 2},
    LinkPlan{task("Launch: data protection assessment signed"),
             task("Launch: pilot with 200 customers")},
    LinkPlan{task("Platform: load test at the end-of-month peak"),
             task("Launch: pilot with 200 customers")},
    LinkPlan{task("Support: train the service desk on transfers"),
             task("Launch: pilot with 200 customers")},
};

// What was done once already, and was not.
struct ReopeningPlan {
  std::size_t task;
  double day;
  std::string_view reason;
};
inline constexpr ReopeningPlan kReopening{
    task("Accounts: order of the booking days"), 44.3,
    "Bookings of a weekend stand in the wrong order; found when the list was tested"};

// What was begun, and is not wanted any more.
struct RetirementPlan {
  std::size_t task;
  double day;
  std::string_view reason;
};
inline constexpr RetirementPlan kRetirement{
    task("Sign-in: sign in with a PIN"), 25.4,
    "The threat model asks for biometrics or a one-time code; a PIN is neither"};

// One card too many, let in by the manager, who says why.
struct OverridePlan {
  std::size_t task;
  double day;
  Stage to;
  std::string_view reason;
};
inline constexpr OverridePlan kOverride{
    task("Transactions: instant payments behind a switch"), kEndOfWork - 0.01, in_progress,
    "Instant payments become mandatory next quarter; agreed with Rafael to start now"};

}  // namespace daybook::server::demo
