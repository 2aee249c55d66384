// The dashboard as daybookd serves it: which address answers what, under which headers.

#include <catch2/catch.hpp>

#include "apps/dashboard/dashboard.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

std::string asset_ending(std::string_view ending) {
  for (const auto& file : dashboard::files()) {
    if (file.path.starts_with("/assets/") && file.path.ends_with(ending))
      return std::string(file.path);
  }
  return {};
}

TEST_CASE_METHOD(RunningServer, "Every page's address answers the one page, to everybody",
                 "[net][page]") {
  const auto page = get("/", "none");
  CHECK(page.status == 200);
  CHECK(page.header("Content-Type") == "text/html; charset=utf-8");
  CHECK(page.body.find("<div id=\"app\">") != std::string::npos);
  for (const auto* path :
       {"/p/P1", "/p/P1/", "/p/P1/board", "/p/P1/board/", "/p/P1/risk/some%20thing",
        "/p/P1/risk/some%20thing/", "/room/P1", "/room/P1/"}) {
    INFO(path);
    CHECK(get(path, "none").body == page.body);
  }
  for (const auto* path : {"/p", "/p/", "/p/P1//", "/p/P1/board/x/y", "/room", "/room//",
                           "/room/P1/x", "/index.html", "/q", "/healthz/"}) {
    INFO(path);
    CHECK(get(path, "none").status == 404);
  }
}

TEST_CASE_METHOD(RunningServer, "A page lets nothing inline or foreign in, and no frame around it",
                 "[net][page]") {
  const auto page = get("/room/P1", "none");
  const auto policy = page.header("Content-Security-Policy");
  CHECK(policy.find("default-src 'none'") != std::string::npos);
  CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("http") == std::string::npos);
  CHECK(page.header("Referrer-Policy") == "no-referrer");
  CHECK(page.header("X-Content-Type-Options") == "nosniff");
  CHECK(page.header("Cache-Control") == "no-cache");
  CHECK(page.body.find("<style") == std::string::npos);
  CHECK(page.body.find("style=") == std::string::npos);
  CHECK(page.body.find("//") == page.body.npos);  // no other host, no script's comment
}

TEST_CASE_METHOD(RunningServer, "Files with a hash in their name are kept for ever",
                 "[net][page]") {
  for (const auto* ending : {".js", ".css", ".woff2"}) {
    INFO(ending);
    const auto path = asset_ending(ending);
    REQUIRE_FALSE(path.empty());
    const auto file = get(path, "none");
    CHECK(file.status == 200);
    CHECK(file.header("Cache-Control") == "public, max-age=31536000, immutable");
    CHECK(get("/", "none").status == 200);
  }
  CHECK(get("/assets/nothing.js", "none").status == 404);
  CHECK(get("/assets/..%2Findex.html", "none").status == 404);
}

TEST_CASE_METHOD(RunningServer,
                 "A file comes in the encoding that the browser takes, or not at all",
                 "[net][page]") {
  const auto path = asset_ending(".js");
  const auto ask = [&](const std::string& headers) {
    return http_raw(
        port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + "\r\n");
  };
  const auto plain = ask("");
  CHECK(plain.header("Content-Encoding").empty());
  CHECK(plain.header("Vary") == "Accept-Encoding");
  const auto brotli = ask("Accept-Encoding: gzip, deflate, br\r\n");
  CHECK(brotli.header("Content-Encoding") == "br");
  CHECK(brotli.body.size() < plain.body.size() / 2);
  CHECK(ask("Accept-Encoding: gzip\r\n").header("Content-Encoding") == "gzip");
  CHECK(ask("Accept-Encoding: gzip, br;q=0\r\n").header("Content-Encoding") == "gzip");
  CHECK(ask("Accept-Encoding: br;q=0.0, gzip;q=0\r\n").header("Content-Encoding").empty());
  const auto again = ask("If-None-Match: " + plain.header("ETag") + "\r\n");
  CHECK(again.status == 304);
  CHECK(again.body.empty());
}

TEST_CASE("The embedded files are sorted, and each has what a browser needs", "[page]") {
  std::string_view last;
  std::size_t scripts = 0;
  for (const auto& file : dashboard::files()) {
    INFO(file.path);
    CHECK(file.path > last);
    last = file.path;
    CHECK_FALSE(file.content_type.empty());
    CHECK(file.etag.size() == 18);
    CHECK_FALSE(file.plain.empty());
    scripts += file.content_type.starts_with("text/javascript");
  }
  CHECK(scripts > 0);
  CHECK(dashboard::version().size() == 8);
}

}  // namespace
}  // namespace daybook::testing
