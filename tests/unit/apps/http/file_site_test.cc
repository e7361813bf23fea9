// What the site of files answers, field by field.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/apps/http/visit.h"

namespace sluice::http::test {
namespace {

Response get(std::string_view target, std::string_view fields = "", FileSiteOptions options = {}) {
    Visit visit({}, options);
    visit.sends(fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, fields));
    return visit.response();
}

TEST_CASE("a file comes with its length, type, date and tag [RFC 9110 8]") {
    const Response response = get("/hello.txt");
    CHECK(response.status == 200);
    CHECK(response.body == "Hello, world\n");
    CHECK(response.fields.at("content-length") == "13");
    CHECK(response.fields.at("content-type") == "text/plain; charset=utf-8");
    CHECK(response.fields.at("last-modified") == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(response.fields.at("accept-ranges") == "bytes");
    CHECK(response.fields.at("etag").starts_with('"'));
}

TEST_CASE("every response has Date and Server; Server can be left out [RFC 9110 6.6.1, 10.2.4]") {
    CHECK(get("/hello.txt").fields.at("date") == "Tue, 29 Dec 2020 05:51:22 GMT");
    CHECK(get("/none").fields.at("date") == "Tue, 29 Dec 2020 05:51:22 GMT");
    CHECK(get("/none").fields.at("server") == "Sluice");
    Visit visit;
    visit.parts.server_name.clear();
    visit.sends("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK_FALSE(visit.response().fields.contains("server"));
}

TEST_CASE("HEAD has the fields of GET and no content [RFC 9110 9.3.2]") {
    for (const auto* target : {"/hello.txt", "/sub/", "/sub", "/none", "/chunked"}) {
        Visit visit;
        visit.sends(fmt::format("HEAD {} HTTP/1.1\r\nHost: a\r\n\r\n", target));
        CHECK(visit.response(true).head == get(target).head);
        CHECK(visit.received.ends_with("\r\n\r\n"));
        CHECK(visit.received.size() == visit.response(true).head.size() + 2);
    }
}

TEST_CASE("304 has the validators and no content, and the connection stays in step [RFC 9110 15.4.5]") {
    const std::string etag = get("/hello.txt").fields.at("etag");
    Visit visit;
    const std::string request =
        fmt::format("GET /hello.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: {}\r\n\r\n", etag);
    visit.sends(request + request);
    const auto responses = visit.responses();
    REQUIRE(responses.size() == 2);
    for (const Response& response : responses) {
        CHECK(response.status == 304);
        CHECK(response.fields.at("etag") == etag);
        CHECK(response.fields.contains("date"));
        CHECK_FALSE(response.fields.contains("content-length"));
        CHECK_FALSE(response.fields.contains("content-type"));
    }
    CHECK(visit.is_open());
}

TEST_CASE("a failed precondition is 412, also with a range [RFC 9110 13.2.2, 15.5.13]") {
    CHECK(get("/ten", "If-Match: \"other\"\r\n").status == 412);
    CHECK(get("/ten", "If-Match: \"other\"\r\nRange: bytes=0-1\r\n").status == 412);
    CHECK(get("/ten", "If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n").status == 412);
    CHECK(get("/none", "If-Match: \"other\"\r\n").status ==
          404);  // RFC 9110 13.2.1: only where it would have been 2xx
}

TEST_CASE("one range is 206 with Content-Range [RFC 9110 15.3.7.1]") {
    const Response response = get("/ten", "Range: bytes=2-4\r\n");
    CHECK(response.status == 206);
    CHECK(response.body == "234");
    CHECK(response.fields.at("content-range") == "bytes 2-4/10");
    CHECK(response.fields.at("content-length") == "3");
    CHECK(response.fields.contains("etag"));
    CHECK(get("/ten", "Range: bytes=-3\r\n").body == "789");
    CHECK(get("/ten", "Range: bytes=8-\r\n").body == "89");
}

TEST_CASE("several ranges are parts of a multipart [RFC 9110 15.3.7.2]") {
    const Response response = get("/ten", "Range: bytes=0-1,8-\r\n");
    CHECK(response.status == 206);
    CHECK_FALSE(response.fields.contains("content-range"));
    const std::string type = response.fields.at("content-type");
    REQUIRE(type.starts_with("multipart/byteranges; boundary="));
    const std::string boundary = type.substr(31);
    CHECK(response.body ==
          fmt::format(
              "--{0}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 0-1/10\r\n\r\n01"
              "\r\n--{0}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 8-9/10\r\n\r\n89"
              "\r\n--{0}--\r\n",
              boundary));
    CHECK(response.is_complete);
}

TEST_CASE("boundaries differ from answer to answer") {
    Visit visit;
    const std::string request = "GET /ten HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,8-\r\n\r\n";
    visit.sends(request + request);
    const auto responses = visit.responses();
    REQUIRE(responses.size() == 2);
    CHECK(responses[0].fields.at("content-type") != responses[1].fields.at("content-type"));
}

TEST_CASE("a range beyond the end is 416 with the size [RFC 9110 15.5.17]") {
    const Response response = get("/ten", "Range: bytes=10-\r\n");
    CHECK(response.status == 416);
    CHECK(response.fields.at("content-range") == "bytes */10");
}

TEST_CASE("a range is ignored where it has no meaning [RFC 9110 14.2]") {
    CHECK(get("/ten", "Range: lines=0-1\r\n").status == 200);
    CHECK(get("/ten", "Range: bytes=5-2\r\n").status == 200);
    CHECK(get("/ten", "Range: bytes=0-1\r\nRange: bytes=2-3\r\n").status == 200);
    CHECK(get("/empty", "Range: bytes=0-\r\n").status == 200);
    CHECK(get("/ten", "Range: bytes=0-1\r\nIf-Range: \"other\"\r\n").status == 200);
    Visit visit;
    visit.sends("HEAD /ten HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n");
    CHECK(visit.response(true).status == 200);
}

TEST_CASE("If-Range with the tag of this version gets the range [RFC 9110 13.1.5]") {
    const std::string etag = get("/ten").fields.at("etag");
    CHECK(get("/ten", fmt::format("Range: bytes=0-1\r\nIf-Range: {}\r\n", etag)).status == 206);
    CHECK(get("/ten", "Range: bytes=0-1\r\nIf-Range: Sun, 06 Nov 1994 08:49:37 GMT\r\n").status == 206);
}

TEST_CASE("a date in the future is not told [RFC 9110 8.8.2.1]") {
    Visit visit;
    visit.files.modified = visit.now.date + std::chrono::hours(1);
    visit.sends("GET /ten HTTP/1.1\r\nHost: a\r\n\r\n");
    const Response response = visit.response();
    CHECK(response.fields.at("last-modified") == response.fields.at("date"));
}

TEST_CASE("a changed file has another tag, the same one the same [RFC 9110 8.8.3]") {
    CHECK(get("/ten").fields.at("etag") == get("/ten").fields.at("etag"));
    Visit visit;
    visit.files.modified += std::chrono::seconds(1);
    visit.sends("GET /ten HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(visit.response().fields.at("etag") != get("/ten").fields.at("etag"));
}

TEST_CASE("a directory without its slash is a redirect that keeps the query [RFC 9110 15.4.2]") {
    CHECK(get("/sub").fields.at("location") == "/sub/");
    CHECK(get("/sub?a=b").fields.at("location") == "/sub/?a=b");
    CHECK(get("/sub/deep").fields.at("location") == "/sub/deep/");
    // Two slashes would name another host to the client.
    CHECK(get("//sub").fields.at("location") == "/sub/");
    CHECK(get("http://evil.test//sub").fields.at("location") == "/sub/");
}

TEST_CASE("a directory is its index page, or a listing, or forbidden") {
    CHECK(get("/").body == "<p>home</p>\n");
    CHECK(get("/").fields.at("content-type") == "text/html; charset=utf-8");
    CHECK(get("/sub/").body.contains("page.html"));
    CHECK(get("/sub/", "", {.listing = false}).status == 403);
    CHECK(get("/", "", {.listing = false}).status == 200);
}

TEST_CASE("a listing is sorted, escaped and encoded, directories first, without hidden names") {
    Visit visit;
    visit.files.contents.erase("/index.html");
    visit.files.contents["/zoo/"] = "";
    visit.files.contents["/javascript:alert(1)"] = "";
    visit.sends("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string page = visit.response().body;
    CHECK(page.contains("<a href=\"./a%20b%26%3Cc%3E.txt\">a b&amp;&lt;c&gt;.txt</a>"));
    CHECK(page.contains("<a href=\"./javascript%3Aalert(1)\">"));
    CHECK_FALSE(page.contains(".secret"));
    CHECK_FALSE(page.contains("../"));
    std::size_t last = 0;
    for (const auto* name : {"sub/", "zoo/", "a%20b", "empty", "hello.txt", "javascript", "ten"}) {
        INFO(name);
        const auto at = page.find(fmt::format("href=\"./{}", name));
        REQUIRE(at != std::string::npos);
        CHECK(at > last);
        last = at;
    }
    CHECK(get("/sub/").body.contains("<a href=\"../\">"));
}

TEST_CASE("a listing that is too long says so") {
    const Response response = get("/sub/", "", {.max_listing = 1});
    CHECK(response.body.contains("There are more"));
    CHECK_FALSE(get("/sub/").body.contains("There are more"));
}

TEST_CASE("names that begin with a dot are served when asked for by option, .well-known always [RFC 8615]") {
    CHECK(get("/.secret", "", {.dot_files = true}).status == 200);
    Visit visit;
    visit.files.contents["/.well-known/"] = "";
    visit.files.contents["/.well-known/x"] = "x";
    visit.sends("GET /.well-known/x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(visit.response().status == 200);
}

TEST_CASE("405 and OPTIONS name the methods that are allowed [RFC 9110 10.2.1, 9.3.7]") {
    for (const auto* method : {"POST", "PUT", "DELETE", "TRACE", "OPTIONS", "PATCH"}) {
        Visit visit;
        visit.sends(fmt::format("{} /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n", method));
        CHECK(visit.response().fields.at("allow") == "GET, HEAD, OPTIONS");
    }
    Visit visit;
    visit.sends("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(visit.response().fields.contains("allow"));
    CHECK_FALSE(visit.response().fields.contains("content-length"));  // RFC 9110 8.6: never with 204
}

TEST_CASE("what a client wrote stands escaped in a page") {
    CHECK_FALSE(get("/sub?\"").body.contains("?\""));
    CHECK(get("/sub?a='b'").body.contains("&#39;b&#39;"));
}

TEST_CASE("503 says when to come back [RFC 9110 10.2.3]") {
    CHECK(get("/crowd").fields.contains("retry-after"));
}

}  // namespace
}  // namespace sluice::http::test
