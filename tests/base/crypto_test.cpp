#include "api/base/crypto.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <set>

#include "tests/base/support.h"

namespace confab {
namespace {

const crypto::PasswordCost kCheap{.memory_kib = 64, .passes = 1};

std::string bytes_of(std::string_view hex) {
  std::string out(hex.size() / 2, '\0');
  std::size_t size = 0;
  EXPECT_EQ(sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), hex.data(),
                           hex.size(), nullptr, &size, nullptr),
            0);
  return out;
}

class Crypto : public testing::Test {
 protected:
  Crypto() { crypto::init(); }
};

TEST_F(Crypto, Sha256GivesTheVectorsOfFips180) {
  EXPECT_EQ(crypto::hex(crypto::sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(crypto::hex(crypto::sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Crypto, HmacGivesTheVectorsOfRfc4231) {
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      crypto::hex(crypto::hmac_sha256(std::string(131, '\xaa'),
                                      "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(crypto::hex(crypto::hmac_sha256("", "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_F(Crypto, Base64UrlGivesTheVectorsOfRfc4648) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xBF", "-_-_"}};
  for (const auto& [plain, coded] : rows) {
    EXPECT_EQ(crypto::base64url(plain), coded);
    EXPECT_EQ(crypto::base64url_decode(coded), plain);
  }
}

TEST_F(Crypto, Base64UrlDecodeTakesOneSpellingOnly) {
  for (const char* text : {"Zg==", "Z", "Zh", "Zm9", "+/+/", "Zm 9v", "Zm9v\n", "Zm9v*"}) {
    EXPECT_EQ(crypto::base64url_decode(text), std::nullopt) << text;
  }
}

TEST_F(Crypto, Base64UrlIsUndoneByItsDecoder) {
  Seeded random;
  for (int i = 0; i < 2000; ++i) {
    std::string data(random.below(100), '\0');
    for (char& c : data) c = static_cast<char>(random());
    ASSERT_EQ(crypto::base64url_decode(crypto::base64url(data)), data) << "SEED=" << random.seed();
  }
}

TEST_F(Crypto, TokensHave256BitsAndAreNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto token = crypto::random_token();
    ASSERT_EQ(token.size(), 43U);
    ASSERT_EQ(crypto::base64url_decode(token)->size(), 32U);
    ASSERT_TRUE(seen.insert(token).second);
  }
  EXPECT_EQ(crypto::random_bytes(0), "");
}

TEST_F(Crypto, EqualComparesBytesAndSizes) {
  EXPECT_TRUE(crypto::equal("", ""));
  EXPECT_TRUE(crypto::equal("abc", "abc"));
  EXPECT_FALSE(crypto::equal("abc", "abd"));
  EXPECT_FALSE(crypto::equal("abc", "abcd"));
}

TEST_F(Crypto, PasswordsAreVerifiedAgainstTheirOwnHashOnly) {
  const std::string password("corr\0ect horse", 14);
  const auto phc = crypto::hash_password(password, kCheap);
  EXPECT_EQ(phc.find("$argon2id$v=19$m=64,t=1,p=1$"), 0U);
  EXPECT_NE(phc, crypto::hash_password(password, kCheap)) << "each hash has a salt of its own";
  EXPECT_TRUE(crypto::verify_password(phc, password));
  EXPECT_FALSE(crypto::verify_password(phc, "corr"));
  EXPECT_FALSE(crypto::verify_password(phc, ""));
}

TEST_F(Crypto, HashesOfTheReferenceImplementationAreVerified) {
  EXPECT_TRUE(crypto::verify_password(
      "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
      "password"));
  EXPECT_TRUE(crypto::verify_password(
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
      "password"));
}

TEST_F(Crypto, DamagedHashesVerifyNothing) {
  const auto phc = crypto::hash_password("password", kCheap);
  for (const std::string& text :
       {std::string(), std::string("$argon2id$"), phc.substr(0, phc.size() - 1), phc + "A",
        '$' + phc, phc + std::string(200, 'A'), std::string(500, '$')}) {
    EXPECT_FALSE(crypto::verify_password(text, "password")) << text;
  }
}

TEST_F(Crypto, AnotherCostAsksForARehash) {
  const auto phc = crypto::hash_password("password", kCheap);
  EXPECT_FALSE(crypto::needs_rehash(phc, kCheap));
  EXPECT_TRUE(crypto::needs_rehash(phc, {.memory_kib = 128, .passes = 1}));
  EXPECT_TRUE(crypto::needs_rehash(phc, {.memory_kib = 64, .passes = 2}));
  for (const char* text : {"", "$argon2id$", "$2b$12$abcdefghijklmnopqrstuv"}) {
    EXPECT_TRUE(crypto::needs_rehash(text, kCheap)) << text;
  }
}

TEST_F(Crypto, AHashThatCannotHaveItsMemoryIsRefusedAsUnavailable) {
  EXPECT_EQ(refused([] { crypto::hash_password("password", {.memory_kib = 4, .passes = 1}); }),
            Code::unavailable);
}

TEST_F(Crypto, DeriveGivesTheVectorOfRfc5869) {
  // Appendix A.3: no salt, no info.
  const auto keys = crypto::Keys::from_seed(std::string(22, '\x0b'));
  EXPECT_EQ(crypto::hex(keys.derive("", 42)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST_F(Crypto, DeriveKeepsPurposesApart) {
  const auto keys = crypto::Keys::from_seed("seed");
  EXPECT_EQ(keys.derive("cursor"), keys.derive("cursor"));
  EXPECT_NE(keys.derive("cursor"), keys.derive("cursors"));
  EXPECT_NE(keys.derive("cursor"), crypto::Keys::from_seed("seeds").derive("cursor"));
  EXPECT_EQ(keys.derive("cursor").size(), 32U);
  EXPECT_EQ(refused([] { crypto::Keys::from_seed(""); }), Code::internal);
  EXPECT_EQ(refused([&] { keys.derive("too much", 255 * 32 + 1); }), Code::internal);
}

/// libsodium's Ed25519, which shares no line with the one we use.
std::string sodium_signature(std::string_view seed, std::string_view data,
                             std::string* public_key) {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_seed_keypair(open.data(), secret.data(),
                           reinterpret_cast<const unsigned char*>(seed.data()));
  crypto_sign_detached(signature.data(), nullptr,
                       reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                       secret.data());
  public_key->assign(open.begin(), open.end());
  return {signature.begin(), signature.end()};
}

TEST_F(Crypto, SignaturesAreThoseOfAnIndependentImplementation) {
  std::string open;
  // RFC 8032, section 7.1, test 3: the oracle itself.
  EXPECT_EQ(crypto::hex(sodium_signature(
                bytes_of("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
                bytes_of("af82"), &open)),
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7"
            "60984dc6594a7c15e97"
            "16ed28dc027beceea1ec40a");
  EXPECT_EQ(crypto::hex(open), "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");

  const auto keys = crypto::Keys::from_seed("seed");
  const auto secret = keys.derive("access token signature v1");
  for (const std::string& data : {std::string(), std::string("a"), std::string(1000, '\xFF')}) {
    EXPECT_EQ(keys.sign(data), sodium_signature(secret, data, &open));
    EXPECT_TRUE(keys.verify(data, keys.sign(data)));
  }
  EXPECT_EQ(keys.public_key(), open);
}

TEST_F(Crypto, KeyIdIsTheThumbprintOfRfc8037) {
  // Appendix A.3 of the RFC hashes this very text for its own key.
  const auto print = [](const std::string& x) {
    return crypto::base64url(crypto::sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + x + "\"}"));
  };
  EXPECT_EQ(print("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  const auto keys = crypto::Keys::from_seed("seed");
  EXPECT_EQ(keys.key_id(), print(crypto::base64url(keys.public_key())));
}

TEST_F(Crypto, VerifyRefusesEveryFlippedBit) {
  const auto keys = crypto::Keys::from_seed("seed");
  const std::string data = "header.payload";
  const auto signature = keys.sign(data);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    auto changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_FALSE(keys.verify(data, changed)) << bit;
  }
  EXPECT_FALSE(keys.verify(data + ' ', signature));
  EXPECT_FALSE(keys.verify(data, ""));
  EXPECT_FALSE(keys.verify(data, signature + 'x'));
  EXPECT_FALSE(crypto::Keys::from_seed("other").verify(data, signature));
}

/// A directory of our own that goes with the test.
class KeyFile : public Crypto {
 protected:
  KeyFile() {
    std::string name = std::filesystem::temp_directory_path() / "confab-keys-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~KeyFile() override { std::filesystem::remove_all(directory_); }

  std::string path() const { return directory_ / "key"; }
  void write(const std::string& bytes, mode_t mode) const {
    std::ofstream(path(), std::ios::binary) << bytes;
    chmod(path().c_str(), mode);
  }
  std::string read() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path directory_;
};

TEST_F(KeyFile, IsMadeOnceAndStaysTheSame) {
  const auto first = crypto::Keys::load(path());
  const auto again = crypto::Keys::load(path());
  EXPECT_EQ(first.key_id(), again.key_id());
  struct stat facts {};
  ASSERT_EQ(stat(path().c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777, 0600U);
  EXPECT_EQ(facts.st_size, 32);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1)
      << "no unfinished file stays";
}

TEST_F(KeyFile, IsTheMasterKey) {
  write(std::string(32, 'k'), 0600);
  EXPECT_EQ(crypto::Keys::load(path()).key_id(),
            crypto::Keys::from_seed(std::string(32, 'k')).key_id());
}

TEST_F(KeyFile, MadeByManyAtOnceIsOneKey) {
  std::vector<std::future<std::string>> loads;
  for (int i = 0; i < 8; ++i) {
    loads.push_back(
        std::async(std::launch::async, [&] { return crypto::Keys::load(path()).key_id(); }));
  }
  std::set<std::string> ids;
  for (auto& load : loads) ids.insert(load.get());
  EXPECT_EQ(ids.size(), 1U);
}

TEST_F(KeyFile, IsMadeDespiteWhatACrashLeftBehind) {
  std::ofstream(path() + ".new") << "half";
  crypto::Keys::load(path());
  EXPECT_EQ(read().size(), 32U);
}

TEST_F(KeyFile, OfAnotherSizeIsRefusedAndKept) {
  for (const std::size_t size : {0U, 31U, 33U, 1000U}) {
    const std::string bytes(size, 'k');
    write(bytes, 0600);
    EXPECT_EQ(refused([&] { crypto::Keys::load(path()); }), Code::internal) << size;
    EXPECT_EQ(read(), bytes);
  }
}

TEST_F(KeyFile, ReadableByOthersIsRefusedWithTheCommandThatMendsIt) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U}) {
    write(std::string(32, 'k'), mode);
    EXPECT_NE(complaint([&] { crypto::Keys::load(path()); }).find("chmod 600 " + path()),
              std::string::npos)
        << mode;
  }
}

TEST_F(KeyFile, IsMadeInADirectoryBehindALink) {
  const auto real = directory_ / "real";
  std::filesystem::create_directory(real);
  std::filesystem::create_directory_symlink(real, directory_ / "link");
  EXPECT_EQ(crypto::Keys::load(directory_ / "link" / "key").key_id(),
            crypto::Keys::load(real / "key").key_id());
}

TEST_F(KeyFile, ThatIsNoFileIsRefused) {
  EXPECT_EQ(refused([&] { crypto::Keys::load(directory_); }), Code::internal);
  EXPECT_EQ(refused([&] { crypto::Keys::load(path() + "/none/key"); }), Code::internal);
  ASSERT_EQ(symlink("/dev/zero", path().c_str()), 0);
  EXPECT_EQ(refused([&] { crypto::Keys::load(path()); }), Code::internal);
}

}  // namespace
}  // namespace confab
