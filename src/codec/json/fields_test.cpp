#include "codec/json/fields.h"

#include <gtest/gtest.h>

namespace portico::codec::json {
namespace {

TEST(Fields, ReadsByTypeAndNamesWhatIsWrong) {
  auto fields = Fields::parse(
      R"({"room":"demo","expires_in_s":60,"host":true,"nested":{"x":1},"ratio":0.5})");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields->text("room"), "demo");
  EXPECT_EQ(*fields->integer("expires_in_s"), 60);
  EXPECT_EQ(*fields->boolean("host"), true);
  EXPECT_FALSE(fields->has("nested"));
  EXPECT_EQ(fields->text("name").error().message, "name is missing");
  EXPECT_EQ(fields->integer("room").error().message, "room must be a whole number");
  EXPECT_EQ(fields->integer("ratio").error().message, "ratio must be a whole number");
  EXPECT_EQ(*fields->text_or("name", "nobody"), "nobody");
  EXPECT_FALSE(fields->text_or("host", "x"));
}

TEST(Fields, RefusesWhatIsNoObject) {
  for (const char* bad : {"", "[]", "1", "{\"a\":}", "{\"a\":1", "null"})
    EXPECT_FALSE(Fields::parse(bad)) << bad;
  EXPECT_EQ(Fields::parse(std::string(70'000, ' ')).error().code, ErrorCode::limit);
  EXPECT_FALSE(Fields::parse(std::string(10'000, '[')));
}

TEST(ObjectWriter, EscapesAndReadsBack) {
  std::string text = ObjectWriter()
                         .text("na\"me", "line\nbreak \xE2\x82\xAC")
                         .integer("n", -5)
                         .boolean("b", false)
                         .take();
  auto fields = Fields::parse(text);
  ASSERT_TRUE(fields) << text;
  EXPECT_EQ(*fields->text("na\"me"), "line\nbreak \xE2\x82\xAC");
  EXPECT_EQ(*fields->integer("n"), -5);
  EXPECT_EQ(*fields->boolean("b"), false);
}

}  // namespace
}  // namespace portico::codec::json
