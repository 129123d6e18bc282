#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "api/base/executor.h"
#include "api/http/server.h"
#include "tests/http/client.h"
#include "tests/http/client_schema.h"
#include "tests/world.h"

namespace confab::test {

/// The whole API in this process, over loopback. Every answer that comes through
/// `call` is checked against the document, and what was called is written down.
class Face {
 public:
  Face();

  World world;

  /// A client of nobody.
  Client client() const { return Client(server_->port()); }
  /// Registers somebody; their client goes by an access token.
  Client person(const std::string& username);
  /// The client of an account that is there.
  Client signed_in(const std::string& username);
  static std::string id_of(Client& client);

  struct Result {
    int status = 0;
    Json::Value body;
    Answer answer;
  };
  /// `operation` is as in the document, `GET /rooms/{room_id}`; `ids` fill its
  /// parameters in order, and `query` follows. Fails the test when the answer is
  /// not as documented.
  Result call(Client& client, const std::string& operation,
              const std::vector<std::string>& ids = {}, const std::string& body = {},
              const std::string& query = {}, const Headers& headers = {});

  /// Opens an event stream, and checks its head.
  Stream stream(Client& client, const std::string& query = {});

  const Json::Value& document() const { return document_; }
  const SchemaChecker& checker() const { return checker_; }
  /// Operations that have answered with success so far.
  const std::set<std::string>& succeeded() const { return succeeded_; }
  const std::set<std::string>& refused() const { return refused_; }

 private:
  void check(const std::string& operation, const Answer& answer, Result& result);

  http::Router router_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<http::Server> server_;
  Json::Value document_;
  SchemaChecker checker_{document_};
  std::set<std::string> succeeded_;
  std::set<std::string> refused_;
};

}  // namespace confab::test
