#include <gtest/gtest.h>

#include "tests/http/client_contract.h"

namespace confab::test {
namespace {

const char* const kProblem =
    R"({"type":"/api/docs#errors/not_found","title":"Not found","status":404,"detail":"","instance":"/",)"
    R"("code":"not_found","request_id":"r1"})";

Answer json_answer(int status, const std::string& body,
                   const std::string& type = "application/json") {
  return {
      .status = status, .headers = {{"content-type", type}, {"x-request-id", "r1"}}, .body = body};
}

std::size_t faults(const std::string& method, const std::string& target, const Answer& answer) {
  return Contract::committed().faults(method, target, answer).size();
}

TEST(Contract, TakesWhatIsDocumented) {
  EXPECT_EQ(faults("GET", "/api/v1/rooms?x=1",
                   json_answer(200, R"({"items":[],"next":null,"prev":null})")),
            0U);
  EXPECT_EQ(
      faults("GET", "/api/v1/rooms/7", json_answer(404, kProblem, "application/problem+json")), 0U);
  EXPECT_EQ(
      faults("GET", "/api/v1/nowhere", json_answer(404, kProblem, "application/problem+json")), 0U);
  EXPECT_EQ(faults("GET", "/healthz", json_answer(200, "anything")), 0U);
}

TEST(Contract, RefusesWhatNobodyDocumented) {
  const std::string page = R"({"items":[],"next":null,"prev":null})";
  EXPECT_EQ(faults("GET", "/api/v1/nowhere", json_answer(200, page)), 2U) << "the address";
  EXPECT_EQ(faults("PUT", "/api/v1/rooms", json_answer(204, "")), 1U) << "the method";
  EXPECT_EQ(faults("GET", "/api/v1/rooms", json_answer(202, page)), 1U) << "the status";
  EXPECT_EQ(faults("GET", "/api/v1/rooms", json_answer(200, page, "text/html")), 1U)
      << "the media type";
  EXPECT_EQ(faults("GET", "/api/v1/rooms", json_answer(200, "{")), 2U) << "not JSON";
  EXPECT_EQ(faults("GET", "/api/v1/rooms",
                   json_answer(200, R"({"items":[],"next":null,"prev":null,"total":0})")),
            1U)
      << "a member";
  EXPECT_EQ(faults("GET", "/api/v1/rooms", json_answer(404, kProblem, "application/problem+json")),
            1U)
      << "a list is never missing";
  auto nameless = json_answer(200, page);
  nameless.headers.pop_back();
  EXPECT_EQ(faults("GET", "/api/v1/rooms", nameless), 1U) << "a header is missing";
  EXPECT_EQ(
      faults("GET", "/api/v1/rooms/7", json_answer(401, kProblem, "application/problem+json")), 3U)
      << "a code of another status, and no WWW-Authenticate";
}

TEST(Contract, KnowsTheEventsOfAStream) {
  const auto found = [](const StreamEvent& event) {
    return Contract::committed().faults(event).size();
  };
  EXPECT_EQ(found({.type = "reset", .data = R"({"reason":"expired"})"}), 0U);
  EXPECT_EQ(found({.type = "reset", .data = R"({"why":"expired"})"}), 2U);
  EXPECT_EQ(found({.type = "room.exploded", .data = "{}"}), 1U);
  const std::string typing =
      R"({"id":"1","type":"typing","at":"2026-11-20T07:39:58.123Z","room_id":"1","actor_id":"2",)"
      R"("client_ref":null,"data":{"room_id":"1","user_id":"2"}})";
  EXPECT_EQ(found({.type = "typing", .data = typing}), 0U);
  EXPECT_EQ(found({.id = "00000000:1.1", .type = "typing", .data = typing}), 1U)
      << "it is never replayed";
}

}  // namespace
}  // namespace confab::test
