#pragma once
// What governs the demonstration's work: risks, change requests, approvals, decisions, and what is said about them; also what
// somebody tries and may not, which stands among the rest with the code that it is answered with. Data alone:
// demo_governance.hpp plays it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/rejection.hpp"
#include "schema/parts.capnp.h"
#include "server/demo_plan.hpp"

namespace daybook::server::demo {

using model::Code;

// --- What something is about -----------------------------------------------------------------------------------------

enum Risk : std::size_t {
  lost_phone,
  core_replaced,
  certificates,
  no_recall,
  one_expert,
  test_bill,
  old_phones,
  crash_reports,
  licence,
};
enum Change : std::size_t { biometrics, competitors, accessibility, invoices, business, no_change };
enum Decision : std::size_t { gateway, instant_payments, scanning, no_decision };

struct About {
  enum Kind { nothing, task, risk, change, decision };
  Kind kind = nothing;
  std::size_t index = 0;
};
consteval About about_task(std::string_view title) { return {About::task, task(title)}; }
constexpr About about(Risk risk) { return {About::risk, risk}; }
constexpr About about(Change change) { return {About::change, change}; }
constexpr About about(Decision decision) { return {About::decision, decision}; }

// --- Risks -----------------------------------------------------------------------------------------------------------

using RiskCategory = schema::risk::Category;
using schema::risk::Proximity;
using schema::risk::Strategy;

// By Risk.
struct RiskPlan {
  std::string_view cause;
  std::string_view event;
  std::string_view effect;
  RiskCategory category;
  Proximity proximity;
  Who raised_by;
  Who owner;
  double day;
};
inline constexpr std::array kRisks{
    RiskPlan{"Anybody who holds an unlocked phone is signed in",
             "A stolen phone opens the accounts",
             "Customers lose money, the supervisor has to be told", RiskCategory::SECURITY,
             Proximity::WITHIN_QUARTER, priya, priya, 2.2},
    RiskPlan{"The core banking system is replaced in the same year",
             "Its interfaces change without notice", "Transfers fail after a release",
             RiskCategory::INTEGRATION, Proximity::LATER, mei, mei, 4.6},
    RiskPlan{"The clearing house renews its test certificates by hand",
             "Its sandbox is closed to us for days", "Transfers to other banks are tested late",
             RiskCategory::SCHEDULE, Proximity::WITHIN_QUARTER, rafael, rafael, 10.3},
    RiskPlan{"An instant payment is final within ten seconds",
             "A fraudulent instant payment cannot be called back",
             "Losses that the bank has to bear, and claims of customers", RiskCategory::SECURITY,
             Proximity::WITHIN_QUARTER, priya, rafael, 16.5},
    RiskPlan{"Only one person knows the card network's interface",
             "That person is away when it changes", "Categories and disputes stand still for weeks",
             RiskCategory::RESOURCE, Proximity::WITHIN_QUARTER, tomas, mei, 19.4},
    RiskPlan{"The penetration test is billed by effort", "It costs more than was set aside",
             "The budget for the pilot shrinks", RiskCategory::BUDGET, Proximity::WITHIN_MONTH,
             ines, priya, 27.2},
    RiskPlan{"Statements are rendered on the phone", "Older phones run out of memory",
             "Customers cannot read their statements", RiskCategory::QUALITY,
             Proximity::WITHIN_QUARTER, hanna, tomas, 22.7},
    RiskPlan{"Crash reports leave the European Economic Area",
             "The data protection officer withholds the signature", "The pilot cannot begin",
             RiskCategory::SECURITY, Proximity::IMMINENT, hanna, ines, 61.3},
    RiskPlan{"The scanning library is licensed for internal use",
             "Its maker asks for a licence for every customer",
             "Payments by photo cost more than they save", RiskCategory::INVESTMENT,
             Proximity::WITHIN_MONTH, mei, mei, 48.1},
};

struct AssessmentPlan {
  Risk risk;
  Who by;
  double day;
  unsigned likelihood;
  unsigned impact;
  unsigned probability_permille;
  std::int64_t cost_euros;
  unsigned delay_days;
};
inline constexpr std::array kAssessments{
    AssessmentPlan{lost_phone, priya, 2.5, 4, 5, 500, 400'000, 20},
    AssessmentPlan{core_replaced, mei, 4.8, 2, 4, 200, 60'000, 15},
    AssessmentPlan{certificates, rafael, 10.5, 2, 3, 250, 8'000, 5},
    AssessmentPlan{no_recall, priya, 16.7, 3, 5, 300, 500'000, 0},
    AssessmentPlan{one_expert, tomas, 19.6, 2, 3, 200, 15'000, 10},
    AssessmentPlan{old_phones, tomas, 22.9, 3, 3, 400, 12'000, 6},
    AssessmentPlan{test_bill, ines, 27.4, 3, 3, 400, 20'000, 0},
    AssessmentPlan{lost_phone, priya, 31.2, 3, 5, 300, 400'000, 20},
    AssessmentPlan{core_replaced, mei, 36.4, 3, 4, 350, 60'000, 15},
    AssessmentPlan{certificates, rafael, 41.5, 3, 3, 400, 8'000, 5},
    AssessmentPlan{no_recall, rafael, 44.2, 4, 5, 500, 500'000, 0},
    AssessmentPlan{licence, mei, 48.3, 3, 4, 400, 35'000, 10},
    AssessmentPlan{test_bill, ines, 50.3, 2, 3, 250, 15'000, 0},
    AssessmentPlan{core_replaced, mei, 57.6, 4, 4, 500, 60'000, 15},
    AssessmentPlan{lost_phone, priya, 58.3, 2, 5, 100, 400'000, 20},
    AssessmentPlan{crash_reports, ines, 61.5, 3, 5, 450, 0, 10},
};

struct ResponsePlan {
  Risk risk;
  Who by;
  double day;
  Strategy strategy;
  std::string_view trigger;
};
inline constexpr std::array kResponses{
    ResponsePlan{lost_phone, priya, 3.1, Strategy::MITIGATE,
                 "A customer reports a transfer after a theft"},
    ResponsePlan{core_replaced, mei, 5.4, Strategy::MITIGATE,
                 "A contract test fails without a change of ours"},
    ResponsePlan{certificates, rafael, 11.2, Strategy::CONTINGENCY,
                 "The sandbox answers with a certificate error"},
    ResponsePlan{no_recall, rafael, 17.3, Strategy::ACCEPT, "More than two cases a week"},
    ResponsePlan{one_expert, mei, 20.4, Strategy::MITIGATE, {}},
    ResponsePlan{old_phones, tomas, 23.5, Strategy::AVOID, {}},
    ResponsePlan{test_bill, priya, 28.2, Strategy::TRANSFER, "An invoice above the offer"},
    ResponsePlan{licence, mei, 49.2, Strategy::AVOID, "The maker answers our letter"},
    ResponsePlan{crash_reports, ines, 61.7, Strategy::MITIGATE, {}},
};

struct RiskActionPlan {
  Risk risk;
  std::string_view text;
  Who owner;
  double due;
  double done;  // day; kNever: open
  std::string_view note = {};
};
inline constexpr std::array kRiskActions{
    RiskActionPlan{lost_phone, "Bind each account to one device", priya, 56, 57.4,
                   "Released to the team's own phones"},
    RiskActionPlan{lost_phone, "End a session after ten idle minutes", priya, 60, 61.6,
                   "In review by the security department, too"},
    RiskActionPlan{core_replaced, "Run contract tests every night", mei, 58, 58.6,
                   "They run at two in the morning"},
    RiskActionPlan{core_replaced, "Agree on a notice of three months with the core banking team",
                   ines, 60, kNever},
    RiskActionPlan{certificates, "Keep a second certificate in reserve", rafael, 70, kNever},
    RiskActionPlan{no_recall, "Hold unusual payments for a call back", rafael, 72, kNever},
    RiskActionPlan{one_expert, "Pair on every change of the card interface", mei, 40, 38.2,
                   "Tomas has made two changes by himself"},
    RiskActionPlan{one_expert, "Write the runbook of the card interface", tomas, 68, kNever},
    RiskActionPlan{old_phones, "Render statements on the server", tomas, 45, 43.6,
                   "Phones show finished pages"},
    RiskActionPlan{test_bill, "Agree on a ceiling with the testing company", priya, 48, 47.3,
                   "15,000 euros at most"},
    RiskActionPlan{licence, "Ask the maker for an offer in writing", mei, 60, 58.2,
                   "The offer is 35,000 euros a year"},
    RiskActionPlan{crash_reports, "Host the crash reports in our own data centre", hanna, 69,
                   kNever},
};

struct RiskReviewPlan {
  Risk risk;
  Who by;
  double day;
  std::string_view note;
};
inline constexpr std::array kRiskReviews{
    RiskReviewPlan{lost_phone, priya, 9.2, "Nothing has changed"},
    RiskReviewPlan{core_replaced, mei, 14.4, "The replacement has a date: next autumn"},
    RiskReviewPlan{certificates, rafael, 26.3, "The clearing house names no date"},
    RiskReviewPlan{one_expert, mei, 33.3, "Pairing has begun"},
    RiskReviewPlan{no_recall, rafael, 38.6, "Two other banks report cases"},
    RiskReviewPlan{licence, mei, 55.2, "Waiting for the offer"},
};

struct RiskSessionPlan {
  std::string_view scope;
  double day;
  std::size_t leaves_out;  // a Risk; beyond them: none
};
// Each goes through all risks there are, but those that are retired and the one that it leaves out.
inline constexpr std::array kRiskSessions{
    RiskSessionPlan{"First reading of the register", 20.1, kRisks.size()},
    RiskSessionPlan{"Halfway to the pilot", 42.1, kRisks.size()},
    RiskSessionPlan{"Before the pilot", 62.1, one_expert},
};

struct RiskAcceptancePlan {
  Risk risk;
  Who by;
  double day;
  std::string_view rationale;
  Decision decision = no_decision;
  Code expects = Code::NONE;
};
inline constexpr std::array kRiskAcceptances{
    RiskAcceptancePlan{no_recall, ines, 45.6, "The law leaves us no choice", no_decision,
                       Code::EXTREME_NEEDS_BOARD},
    RiskAcceptancePlan{no_recall, ines, 50.1,
                       "The board accepts it with a limit of 500 euros a payment",
                       instant_payments},
    RiskAcceptancePlan{test_bill, priya, 51.2, "The ceiling holds", no_decision,
                       Code::OWNER_IS_SOLE_APPROVER},
    RiskAcceptancePlan{test_bill, ines, 51.4, "What is left is within the reserve"},
};

struct RiskEndPlan {
  enum End { materialized, retired };
  Risk risk;
  Who by;
  double day;
  End end;
  std::string_view words;
};
inline constexpr std::array kRiskEnds{
    RiskEndPlan{old_phones, tomas, 46.2, RiskEndPlan::retired,
                "Statements are rendered on the server now"},
    RiskEndPlan{certificates, rafael, 59.8, RiskEndPlan::materialized,
                "The sandbox has refused our certificate since this morning; two days lost so far"},
};

// --- Approvals and changes -------------------------------------------------------------------------------------------

inline constexpr std::string_view kPoolName = "Change approvers";
inline constexpr std::array kPool{ines, tomas, rafael, priya};
inline constexpr std::uint32_t kQuorum = 2;
inline constexpr std::uint32_t kExpiryHours = 30 * 24;

using ChangeKind = schema::change::Kind;

// By Change.
struct ChangePlan {
  std::string_view title;
  std::string_view justification;
  ChangeKind kind;
  Who requester;
  double day;
  std::array<About, 2> affected;
};
inline constexpr std::array kChanges{
    ChangePlan{"Confirm transfers with biometrics instead of codes by text message",
               "Text messages are read on the same phone: a thief has both. The supervisor "
               "recommends a second factor that is bound to the person.",
               ChangeKind::SCOPE,
               priya,
               29.3,
               {about(lost_phone), about_task("Sign-in: biometrics on both platforms")}},
    ChangePlan{"Show accounts at other banks",
               "Customers with several banks would open our app first.",
               ChangeKind::SCOPE,
               hanna,
               37.4,
               {about_task("Accounts: balances with a time stamp"), About{}}},
    ChangePlan{"Have the app tested by an accessibility laboratory",
               "One in twelve customers needs large type or a screen reader; we test with neither.",
               ChangeKind::QUALITY,
               tomas,
               52.2,
               {about_task("Accounts: accessibility labels for amounts"), About{}}},
    ChangePlan{"Pay invoices from a document instead of a photo",
               "Most invoices come by mail as documents; it needs no scanning library.",
               ChangeKind::COST,
               mei,
               57.3,
               {about_task("Transactions: scan an invoice and pay it"), about(licence)}},
    ChangePlan{"Open instant payments to business customers in the first release",
               "Forty business customers asked for it; their limits are in place already.",
               ChangeKind::SCHEDULE,
               rafael,
               60.1,
               {about_task("Transactions: instant payments behind a switch"), about(no_recall)}},
};

struct ImpactPlan {
  Change change;
  Who by;
  double day;
  std::int32_t schedule_days;  // simulated on the project as it was then
  std::int64_t cost_euros;
  std::int32_t risk_delta;
  unsigned tasks_added;
  unsigned tasks_removed;
  std::string_view note;
  double accepted;  // day, by the requester
};
inline constexpr std::array kImpacts{
    ImpactPlan{biometrics, mei, 30.4, 4, 18'000, -5, 1, 0,
               "One task more; the text messages are not paid for any more", 31.2},
    ImpactPlan{competitors, tomas, 38.5, 22, 64'000, 6, 7, 0,
               "Seven tasks, and a contract with each of the other banks", 39.3},
    ImpactPlan{accessibility, hanna, 53.1, 0, 9'500, 0, 0, 0,
               "The laboratory tests beside our own work", 53.4},
    ImpactPlan{accessibility, hanna, 55.6, 2, 12'500, 0, 0, 0,
               "Both languages, and two days to mend what they find", 56.1},
    ImpactPlan{invoices, rafael, 58.1, -3, -35'000, -4, 1, 1,
               "Without the licence; documents need no camera", 58.4},
    ImpactPlan{business, tomas, 60.6, 6, 22'000, 4, 2, 0,
               "A second limit, and an approval by two people of the business", 61.1},
};

struct AmendmentPlan {
  Change change;
  double day;  // by the requester
  std::string_view justification;
};
// Behind a consent, which falls.
inline constexpr AmendmentPlan kAmendment{
    accessibility, 55.2,
    "One in twelve customers needs large type or a screen reader, in either language of the app; "
    "we test with neither."};

struct BallotPlan {
  Change change;
  Who by;
  double day;
  bool approves;
  std::string_view words;
  Code expects = Code::NONE;
  bool outdated = false;  // for what stood there before the amendment
};
inline constexpr std::array kBallots{
    BallotPlan{biometrics, ines, 30.8, true, {}, Code::IMPACT_NOT_ACCEPTED},
    BallotPlan{biometrics, ines, 32.1, true, "Agreed with the payments department"},
    BallotPlan{biometrics, rafael, 32.6, true, {}},
    BallotPlan{competitors, priya, 40.2, true, "Worth a try in a later release, too"},
    BallotPlan{competitors, ines, 40.7, false, "The pilot would begin a month later"},
    BallotPlan{competitors, mei, 40.8, false, "Not with this team", Code::NOT_IN_POOL},
    BallotPlan{competitors, rafael, 41.2, false, "Each bank has another interface"},
    BallotPlan{accessibility, ines, 54.2, true, {}},
    BallotPlan{accessibility, priya, 56.3, true, {}, Code::STALE_REVISION, true},
    BallotPlan{accessibility, priya, 56.4, true, "With both languages it is worth the money"},
    BallotPlan{accessibility, ines, 57.2, true, "Still agreed"},
    BallotPlan{business, ines, 61.4, true, "If the limits hold in the load test"},
    BallotPlan{business, rafael, 61.8, true, {}, Code::SELF_APPROVAL},
    BallotPlan{business, tomas, 62.3, true, {}, Code::CONTRIBUTOR_EXCLUDED},
    BallotPlan{business, hanna, 62.6, true, "Sales are waiting for it", Code::NOT_IN_POOL},
};

// Nobody has given the second consent: the server tells those who could.
inline constexpr std::array<std::uint32_t, 2> kEscalationHours{48, 168};  // the pool; a manager
struct EscalationPlan {
  Change change;
  double day;
};
inline constexpr EscalationPlan kEscalation{business, 62.4};

struct DeferralPlan {
  Change change;
  double day;
  std::string_view reason;
};
inline constexpr DeferralPlan kDeferral{invoices, 58.7,
                                        "Waits for the board's answer on the scanning library"};

struct ImplementationPlan {
  Change change;
  Who by;
  double day;
  std::string_view note;
  Code expects = Code::NONE;
};
inline constexpr std::array kImplementations{
    ImplementationPlan{biometrics, rafael, 31.6, {}, Code::NOT_APPROVED},
    ImplementationPlan{biometrics, rafael, 36.3,
                       "The task is planned, codes by text message are out of the requirements"},
};

// Created once a change was approved, and under it.
struct UnderChangePlan {
  std::size_t task;
  Change change;
};
inline constexpr UnderChangePlan kUnderChange{
    task("Transactions: confirm a transfer with biometrics"), biometrics};

struct RiskChangePlan {
  Risk risk;
  Change change;
  Who by;
  double day;
};
inline constexpr std::array kRiskChanges{
    RiskChangePlan{lost_phone, biometrics, priya, 33.1},
    RiskChangePlan{licence, invoices, mei, 58.5},
};

// --- Decisions -------------------------------------------------------------------------------------------------------

using schema::decision::Topic;

inline constexpr std::string_view kBoardName = "Steering board";
inline constexpr std::array kBoard{ines, rafael, hanna, priya};
inline constexpr std::uint32_t kBoardQuorum = 3;
inline constexpr std::array kRemit{Topic::SCOPE, Topic::COST, Topic::RISK};
inline constexpr double kBoardConstituted = 2.1;

// Recorded, from a meeting.
struct RecordedPlan {
  Decision decision;
  std::string_view what;
  std::string_view why;
  std::array<std::string_view, 2> alternatives;
  std::array<Who, 2> asserted_by;
  Who recorded_by;
  double day;
  About about;
  Topic topic;
  std::string_view meeting;
};
inline constexpr RecordedPlan kRecorded{
    gateway,
    "The app speaks to the core banking system through one gateway of our own",
    "One place to retry, to log and to change when the core system is replaced",
    {"Each team calls the core system by itself", "The gateway of the card department"},
    {tomas, mei},
    tomas,
    8.6,
    about_task("Platform: gateway to the core banking system"),
    Topic::TECHNOLOGY,
    "Architecture meeting"};

struct QuestionPlan {
  Decision decision;
  std::string_view question;
  std::array<std::string_view, 3> options;  // empty: none
  std::array<bool, 3> accepts;
  About about;
  Topic topic;
  Who by;
  double day;
  double due;
};
// Binding, to the board.
inline constexpr std::array kQuestions{
    QuestionPlan{instant_payments,
                 "Do we live with the risk that instant payments cannot be called back?",
                 {"Yes, with a limit of 500 euros a payment",
                  "No: without instant payments until there is a call back",
                  "Yes, for customers of more than a year"},
                 {true, false, true},
                 about(no_recall),
                 Topic::RISK,
                 ines,
                 46.2,
                 51},
    QuestionPlan{scanning,
                 "Do we buy the licence of the scanning library for the first release?",
                 {"Buy it for one year", "Release without payments by photo", {}},
                 {true, false, false},
                 about_task("Transactions: scan an invoice and pay it"),
                 Topic::COST,
                 ines,
                 63.4,
                 69},
};

struct VotePlan {
  Decision decision;
  Who by;
  double day;
  std::size_t option;
  std::string_view rationale;
  Code expects = Code::NONE;
};
inline constexpr std::array kVotes{
    VotePlan{instant_payments, rafael, 46.6, 0, "The law asks for it from next quarter on"},
    VotePlan{instant_payments, tomas, 46.9, 2, {}, Code::NOT_BOARD_MEMBER},
    VotePlan{instant_payments, priya, 47.4, 1,
             "500 euros are a month's rent; we can still tell the supervisor why we wait"},
    VotePlan{instant_payments, ines, 48.3, 0, "With the limit the loss stays within the reserve"},
    VotePlan{instant_payments, rafael, 48.5, 2, {}, Code::ALREADY_VOTED},
    VotePlan{instant_payments, hanna, 48.7, 0, {}},
    VotePlan{scanning, hanna, 63.8, 1, "A third of the testers used it once"},
    VotePlan{scanning, ines, 64.4, 0, "It sets us apart in the app stores"},
};

struct ConclusionPlan {
  Decision decision;
  Who by;
  double day;
  std::string_view why;
  Code expects = Code::NONE;
};
inline constexpr std::array kConclusions{
    ConclusionPlan{instant_payments, rafael, 47.1, "Nobody else has spoken",
                   Code::QUORUM_NOT_REACHED},
    ConclusionPlan{instant_payments, ines, 49.2,
                   "Three of four: the limit keeps what can be lost within the reserve"},
    ConclusionPlan{scanning, mei, 64.6, "We have to go on", Code::QUORUM_NOT_REACHED},
};

// --- Comments and attachments ----------------------------------------------------------------------------------------

struct CommentPlan {
  About about;
  Who by;
  double day;
  std::string_view text;
  Who mentions = nobody;
  std::string_view corrected = {};  // half a day later
};
inline constexpr std::array kComments{
    CommentPlan{about(lost_phone), hanna, 6.3, "Three of twelve customers use no screen lock."},
    CommentPlan{about_task("Platform: gateway to the core banking system"), mei, 12.2,
                "The core system closes connections after 30 seconds.", nobody,
                "The core system closes idle connections after 300 seconds."},
    CommentPlan{about(competitors), hanna, 39.6,
                "I know that it is large; the customers asked for it first."},
    CommentPlan{about(instant_payments), priya, 49.4,
                "I voted against it and will help to make the limit hold."},
    CommentPlan{about_task("Transactions: transfer to another bank"), rafael, 60.2,
                "The clearing house answers by telephone only.", ines},
    CommentPlan{about(business), ines, 62.7, "Priya, yours is the consent that is missing.", priya},
    CommentPlan{about_task("Launch: pilot with 200 customers"), ines, 64.2,
                "Hanna, can the answers to the data protection officer be ready by Wednesday?",
                hanna},
};

struct AttachmentPlan {
  About about;
  Who by;
  double day;
  std::string_view name;
  std::uint64_t bytes;
  std::string_view location;
};
inline constexpr std::array kAttachments{
    AttachmentPlan{about_task("Sign-in: threat model"), priya, 8.2, "threat-model.pdf", 412'306,
                   "Team drive, Security"},
    AttachmentPlan{about(test_bill), priya, 47.4, "offer-penetration-test.pdf", 188'214,
                   "Team drive, Contracts"},
    AttachmentPlan{about(scanning), mei, 63.5, "offer-scanning-library.pdf", 96'870,
                   "Team drive, Contracts"},
};

}  // namespace daybook::server::demo
