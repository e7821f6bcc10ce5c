#include "io/http/assets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "io/http/fake_stream.h"

namespace portico::io::http {
namespace {

const Asset kTable[] = {
    {"/assets/app-3f9a1c2b.js", "text/javascript", "\"j\"", true, as_bytes("0123456789"),
     as_bytes("GZ"), as_bytes("BR")},
    {"/favicon.svg", "image/svg+xml", "\"f\"", false, as_bytes("<svg/>"), {}, {}},
    {"/index.html", "text/html", "\"i\"", false, as_bytes("<html>"), as_bytes("gzip-html"), {}},
};

Response get(std::string_view path, std::initializer_list<Headers::Field> fields = {},
             std::string_view method = "GET") {
  Request request;
  request.method = method;
  request.path = path;
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  runtime::Loop loop;
  return runtime::run_until_complete(loop, asset_handler(kTable)(request));
}

TEST(Assets, VariantsByAcceptEncoding) {
  const char* path = "/assets/app-3f9a1c2b.js";
  EXPECT_EQ(as_text(get(path).view), "0123456789");
  EXPECT_EQ(as_text(get(path, {{"Accept-Encoding", "gzip, deflate, br"}}).view), "BR");
  EXPECT_EQ(as_text(get(path, {{"Accept-Encoding", "gzip, br;q=0"}}).view), "GZ");
  EXPECT_EQ(as_text(get(path, {{"Accept-Encoding", "gzip;q=0.0"}}).view), "0123456789");
  EXPECT_EQ(as_text(get(path, {{"Accept-Encoding", "gzip;q=0.5"}}).view), "GZ");
  const Response response = get(path, {{"Accept-Encoding", "br"}});
  EXPECT_EQ(response.headers.get("Content-Encoding"), "br");
  EXPECT_EQ(response.headers.get("Vary"), "Accept-Encoding");
  EXPECT_EQ(response.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(get("/index.html").headers.get("Cache-Control"), "no-cache");
}

TEST(Assets, IfNoneMatch) {
  EXPECT_EQ(get("/index.html", {{"If-None-Match", "\"i\""}}).status, 304u);
  EXPECT_EQ(get("/index.html", {{"If-None-Match", "\"x\", W/\"i\""}}).status, 304u);
  EXPECT_EQ(get("/index.html", {{"If-None-Match", "*"}}).status, 304u);
  EXPECT_EQ(get("/index.html", {{"If-None-Match", "\"x\""}}).status, 200u);
}

TEST(Assets, SinglePageFallback) {
  EXPECT_EQ(as_text(get("/").view), "<html>");
  EXPECT_EQ(as_text(get("/j/some-room").view), "<html>");
  EXPECT_EQ(get("/assets/missing-00000000.js").status, 404u);
}

TEST(Assets, Ranges) {
  const char* path = "/assets/app-3f9a1c2b.js";
  const Response middle = get(path, {{"Range", "bytes=2-4"}, {"Accept-Encoding", "br"}});
  EXPECT_EQ(middle.status, 206u);
  EXPECT_EQ(as_text(middle.view), "234");
  EXPECT_EQ(middle.headers.get("Content-Range"), "bytes 2-4/10");
  EXPECT_FALSE(middle.headers.has("Content-Encoding"));
  EXPECT_EQ(as_text(get(path, {{"Range", "bytes=7-"}}).view), "789");
  EXPECT_EQ(as_text(get(path, {{"Range", "bytes=-3"}}).view), "789");
  EXPECT_EQ(as_text(get(path, {{"Range", "bytes=-30"}}).view), "0123456789");
  EXPECT_EQ(as_text(get(path, {{"Range", "bytes=5-500"}}).view), "56789");
  const Response beyond = get(path, {{"Range", "bytes=10-"}});
  EXPECT_EQ(beyond.status, 416u);
  EXPECT_EQ(beyond.headers.get("Content-Range"), "bytes */10");
  EXPECT_EQ(get(path, {{"Range", "bytes=-0"}}).status, 416u);
  for (const char* bad : {"bytes=4-2", "bytes=a-b", "bytes=", "bytes=-", "lines=1-2",
                          "bytes=0-1,3-4", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(get(path, {{"Range", bad}}).status, 200u) << bad;
  }
  EXPECT_EQ(get(path, {{"Range", "bytes=1-2"}, {"If-Range", "\"old\""}}).status, 200u);
  EXPECT_EQ(get(path, {{"Range", "bytes=1-2"}, {"If-Range", "\"j\""}}).status, 206u);
  EXPECT_EQ(get(path, {{"Range", "bytes=1-2"}}, "HEAD").status, 200u);
}

TEST(Assets, Names) {
  EXPECT_TRUE(has_hashed_name("/assets/index-3f9a1c2b.js"));
  EXPECT_TRUE(has_hashed_name("/assets/index-DcabXyZw.js"));
  EXPECT_TRUE(has_hashed_name("/assets/index.3f9a1c2b.css"));
  EXPECT_FALSE(has_hashed_name("/index.html"));
  EXPECT_TRUE(has_hashed_name("/assets/index-B-x_9aZ1.js"));
  EXPECT_FALSE(has_hashed_name("/service-abcdefgh.js"));
  EXPECT_FALSE(has_hashed_name("/assets/logo.svg"));
  EXPECT_FALSE(has_hashed_name("/no-extension"));
  EXPECT_FALSE(has_hashed_name("/x"));
  EXPECT_FALSE(has_hashed_name("/.x"));
  EXPECT_FALSE(has_hashed_name(""));
  EXPECT_EQ(mime_of("/a/b.JS"), "text/javascript; charset=utf-8");
  EXPECT_EQ(mime_of("/a.b/c"), "application/octet-stream");
}

class DirectoryTest : public testing::Test {
 protected:
  DirectoryTest() {
    char name[] = "/tmp/portico-assets-XXXXXX";
    base_ = mkdtemp(name);
    root_ = base_ + "/web";
    mkdir(root_.c_str(), 0700);
    mkdir((root_ + "/assets").c_str(), 0700);
    put(root_ + "/index.html", "<html>");
    put(root_ + "/assets/a-12345678.js", "js");
    put(root_ + "/.secret", "no");
    put(base_ + "/outside.txt", "no");
    EXPECT_EQ(symlink("../outside.txt", (root_ + "/link.txt").c_str()), 0);
    EXPECT_EQ(symlink("..", (root_ + "/up").c_str()), 0);
    EXPECT_EQ(mkfifo((root_ + "/pipe.txt").c_str(), 0600), 0);
  }
  ~DirectoryTest() override {
    for (const char* name : {"/index.html", "/assets/a-12345678.js", "/.secret", "/../outside.txt",
                             "/link.txt", "/up", "/pipe.txt"}) {
      unlink((root_ + name).c_str());
    }
    rmdir((root_ + "/assets").c_str());
    rmdir(root_.c_str());
    rmdir(base_.c_str());
  }
  static void put(const std::string& path, std::string_view text) { std::ofstream(path) << text; }
  Response ask(std::string_view path) {
    Request request;
    request.method = "GET";
    request.path = path;
    runtime::Loop loop;
    return runtime::run_until_complete(loop, directory_handler(root_)(request));
  }
  std::string base_, root_;
};

TEST_F(DirectoryTest, ServesFilesAndPages) {
  const Response script = ask("/assets/a-12345678.js");
  EXPECT_EQ(as_text(script.view), "js");
  EXPECT_EQ(script.headers.get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(script.headers.get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(as_text(ask("/").view), "<html>");
  EXPECT_EQ(as_text(ask("/j/room").view), "<html>");
  EXPECT_TRUE(script.headers.has("ETag"));
}

TEST_F(DirectoryTest, NothingOutsideOrHidden) {
  for (const char* path : {"/../outside.txt", "/assets/../../outside.txt", "/.secret", "/link.txt",
                           "/up/outside.txt", "/pipe.txt", "/missing.txt", "/./index.html"}) {
    EXPECT_EQ(ask(path).status, 404u) << path;
  }
  EXPECT_EQ(ask(std::string_view("/index.html\0.js", 15)).status, 404u);
  EXPECT_FALSE(read_below(root_, "index.html"));
  EXPECT_FALSE(read_below(root_, ""));
  EXPECT_FALSE(read_below(root_, "/assets"));
  EXPECT_FALSE(read_below(root_ + "/none", "/index.html"));
}

}  // namespace
}  // namespace portico::io::http
