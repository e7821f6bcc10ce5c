#include "codec/base64/base64.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace portico::codec::base64 {
namespace {

std::string text_of(const Result<ByteVector>& result) {
  return result ? std::string(as_text(*result)) : "error: " + result.error().message;
}

TEST(Base64, Rfc4648Section10) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(encode(as_bytes(plain)), coded);
    EXPECT_EQ(text_of(decode(coded, Alphabet::standard, Padding::required)), plain);
    EXPECT_EQ(text_of(decode(coded, Alphabet::standard, Padding::optional)), plain);
  }
}

TEST(Base64, AlphabetsDoNotMix) {
  const ByteVector data{0xfb, 0xff, 0xbf};
  EXPECT_EQ(encode(data), "+/+/");
  EXPECT_EQ(encode_url(data), "-_-_");
  EXPECT_FALSE(decode("+/+/", Alphabet::url, Padding::optional));
  EXPECT_FALSE(decode("-_-_", Alphabet::standard, Padding::optional));
  EXPECT_EQ(*decode_url("-_-_"), data);
}

TEST(Base64, PaddingRules) {
  EXPECT_TRUE(decode("Zg", Alphabet::url, Padding::optional));
  EXPECT_TRUE(decode("Zg==", Alphabet::url, Padding::optional));
  EXPECT_TRUE(decode("Zg", Alphabet::url, Padding::forbidden));
  EXPECT_FALSE(decode("Zg==", Alphabet::url, Padding::forbidden));
  EXPECT_FALSE(decode("Zg", Alphabet::url, Padding::required));
  EXPECT_FALSE(decode("Zg=", Alphabet::url, Padding::optional));
  EXPECT_FALSE(decode("Z===", Alphabet::url, Padding::optional));
  EXPECT_FALSE(decode("====", Alphabet::url, Padding::optional));
  EXPECT_FALSE(decode("=", Alphabet::url, Padding::optional));
  EXPECT_FALSE(decode("Zg==Zg==", Alphabet::url, Padding::optional));
}

TEST(Base64, RefusesWhatHasNoSingleMeaning) {
  EXPECT_FALSE(decode_url("Z"));       // six bits only
  EXPECT_FALSE(decode_url("Zh"));      // non-zero trailing bits: would also mean "f"
  EXPECT_FALSE(decode_url("Zm9"));     // the same with two bytes
  EXPECT_FALSE(decode_url("Zm9v\n"));  // white space
  EXPECT_FALSE(decode_url("Zm 9v"));   //
  EXPECT_FALSE(decode_url(std::string_view("Zm9\0", 4)));
  EXPECT_FALSE(decode_url("Zm9\xff"));
}

TEST(Base64, RoundTripsEveryLength) {
  SeededRandom random(1);
  for (std::size_t size = 0; size < 300; ++size) {
    ByteVector data(size);
    random.fill(data);
    for (const Alphabet alphabet : {Alphabet::standard, Alphabet::url}) {
      for (const bool padded : {true, false}) {
        const std::string text = encode(data, alphabet, padded);
        const auto back = decode(text, alphabet, padded ? Padding::required : Padding::forbidden);
        ASSERT_TRUE(back) << text;
        EXPECT_EQ(*back, data);
      }
    }
  }
}

}  // namespace
}  // namespace portico::codec::base64
