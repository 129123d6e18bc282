#include "api/http/assets.h"

#include <filesystem>
#include <fstream>

#include "tests/http/fixture.h"

namespace confab::test {
namespace {

namespace fs = std::filesystem;

/// A built frontend in a directory of its own.
class Pages {
 public:
  Pages() {
    char name[] = "/tmp/confab-pages-XXXXXX";
    root = ::mkdtemp(name);
    write("dist/index.html", "<!doctype html>index");
    write("dist/assets/app-1a2b.js", "plain");
    write("dist/assets/app-1a2b.js.br", "brotli");
    write("dist/assets/app-1a2b.js.gz", "gzip");
    write("dist/favicon.svg", "<svg/>");
    write("dist/lonely.txt.gz", "no plain file beside it");
    write("secret.txt", "secret");
  }
  ~Pages() { fs::remove_all(root); }

  std::string dist() const { return root / "dist"; }

  fs::path root;

 private:
  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
};

class AssetsTest : public ::testing::Test {
 protected:
  Pages pages;
  Site site{[this](auto& settings) { settings.frontend = pages.dist(); }};
  Client client = site.client();
};

using Assets = AssetsTest;

TEST_F(Assets, AreServedWithTheirTypeAndAgeing) {
  const Answer script = client.get("/assets/app-1a2b.js");
  EXPECT_EQ(script.body, "plain");
  EXPECT_EQ(script.header("content-type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.header("cache-control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(script.header("vary"), "Accept-Encoding");
  const Answer icon = client.get("/favicon.svg");
  EXPECT_EQ(icon.header("content-type"), "image/svg+xml");
  EXPECT_EQ(icon.header("cache-control"), "no-cache");
}

TEST_F(Assets, ComeInTheBestCodingTheClientTakes) {
  const auto coded = [&](const std::string& accept) {
    const Answer answer = client.get("/assets/app-1a2b.js", {{"Accept-Encoding", accept}});
    EXPECT_EQ(answer.header("content-encoding"), answer.body == "plain"    ? ""
                                                 : answer.body == "brotli" ? "br"
                                                                           : "gzip");
    return answer.body;
  };
  EXPECT_EQ(coded("gzip, deflate, br"), "brotli");
  EXPECT_EQ(coded("gzip, deflate"), "gzip");
  EXPECT_EQ(coded("gzip;q=1.0, br;q=0"), "gzip");
  EXPECT_EQ(coded("br;q=0.000, gzip;q=0"), "plain");
  EXPECT_EQ(coded("*"), "brotli");
  EXPECT_EQ(coded("*;q=0"), "plain");
  EXPECT_EQ(coded("brotli"), "plain");
  EXPECT_EQ(coded("identity"), "plain");
}

TEST_F(Assets, AreKnownByTheirContent) {
  const std::string plain = client.get("/assets/app-1a2b.js").header("etag");
  const std::string br =
      client.get("/assets/app-1a2b.js", {{"Accept-Encoding", "br"}}).header("etag");
  EXPECT_NE(plain, br);
  const Answer again =
      client.get("/assets/app-1a2b.js", {{"Accept-Encoding", "br"}, {"If-None-Match", br}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(client.get("/assets/app-1a2b.js", {{"If-None-Match", br}}).status, 200);
}

TEST_F(Assets, AnswerThePagesOwnAddressesWithTheIndex) {
  for (const char* path : {"/", "/rooms/12", "/settings/account?tab=1", "/r%C3%B6m"}) {
    const Answer answer = client.get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(answer.body, "<!doctype html>index");
    EXPECT_EQ(answer.header("cache-control"), "no-cache");
  }
}

TEST_F(Assets, AMissingFileIsMissing) {
  for (const char* path : {"/assets/gone.js", "/robots.txt", "/lonely.txt", "/lonely.txt.gz",
                           "/rooms/x.html", "/%zz"}) {
    EXPECT_EQ(client.get(path).status, 404) << path;
  }
}

TEST_F(Assets, NeverLeaveTheirDirectory) {
  for (const char* path :
       {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt", "//secret.txt", "/%00/../secret.txt"}) {
    const Answer answer = client.get(path);
    EXPECT_NE(answer.body, "secret") << path;
    EXPECT_NE(answer.status, 500) << path;
  }
}

TEST_F(Assets, CarryTheHeadersThatSecureAPage) {
  const Answer answer = client.get("/");
  EXPECT_EQ(answer.header("content-security-policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
            "media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self'; "
            "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(answer.header("cross-origin-opener-policy"), "same-origin");
  EXPECT_EQ(answer.header("cross-origin-resource-policy"), "same-origin");
  EXPECT_EQ(answer.header("referrer-policy"), "no-referrer");
  EXPECT_NE(answer.header("permissions-policy").find("microphone=(self)"), std::string::npos);
  EXPECT_EQ(answer.header("strict-transport-security"), "max-age=31536000")
      << "the origin is https";
}

TEST_F(Assets, HeadSaysTheLength) {
  EXPECT_EQ(client.request("HEAD", "/favicon.svg").header("content-length"), "6");
}

TEST(AssetsMissing, SayHowToBuildThem) {
  Site site([](auto& settings) { settings.frontend = "/nowhere/at/all"; });
  const Answer answer = site.client().get("/");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("npm run build"), std::string::npos);
}

}  // namespace
}  // namespace confab::test
