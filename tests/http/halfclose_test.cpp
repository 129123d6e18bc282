#include <sys/socket.h>

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

TEST(Serve, ClosesAfterAClientThatWillSendNoMore) {
  Site site;
  int late = 0;
  for (int i = 0; i < 3000; ++i) {
    auto connection = site.connect();
    connection.send("POST /api/v1/notes?a=b HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"text\":\"p\"}");
    ::shutdown(connection.descriptor(), SHUT_WR);
    ASSERT_EQ(connection.read().status, 400);
    if (!connection.closed(300)) { ++late; break; }
  }
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace confab::test
