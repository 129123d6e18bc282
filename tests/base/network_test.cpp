#include "api/base/network.h"

#include <gtest/gtest.h>

#include "api/base/error.h"

namespace confab {
namespace {

TEST(Networks, ContainTheirAddressesAndNoOthers) {
  const auto networks = Networks::parse("10.0.0.0/8, 192.0.2.7,2001:db8::/33 ,loopback");
  for (const char* inside : {"10.0.0.0", "10.255.255.255", "192.0.2.7", "2001:db8:7fff::1",
                             "127.0.0.1", "127.9.9.9", "::1", "::ffff:10.1.2.3"}) {
    EXPECT_TRUE(networks.contains(inside)) << inside;
  }
  for (const char* outside : {"11.0.0.0", "9.255.255.255", "192.0.2.8", "2001:db8:8000::1", "::2",
                              "::10.1.2.3", "unix", "", "10.0.0.1 ", "10.0.0.1/8"}) {
    EXPECT_FALSE(networks.contains(outside)) << outside;
  }
}

TEST(Networks, NoneHoldsNobodyAndAllEverybody) {
  EXPECT_FALSE(Networks::parse("none").contains("127.0.0.1"));
  EXPECT_TRUE(Networks::parse("0.0.0.0/0").contains("203.0.113.9"));
  EXPECT_FALSE(Networks::parse("0.0.0.0/0").contains("2001:db8::1"));
  EXPECT_TRUE(Networks::parse("::/0").contains("203.0.113.9"));
}

TEST(Networks, RefuseWhatIsNotOne) {
  for (const char* text : {"", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x",
                           "host", "10.0.0.1,", "none,10.0.0.1", "10.0.0"}) {
    EXPECT_THROW(Networks::parse(text), Error) << text;
  }
}

}  // namespace
}  // namespace confab
