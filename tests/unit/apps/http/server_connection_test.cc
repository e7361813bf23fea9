// The life of a connection: persistence, uploads, time, backpressure, the log, the end of the server.
#include "apps/common/http/server_connection.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "unit/apps/http/visit.h"

namespace sluice::http::test {
namespace {

using Fate = ServerConnection::Fate;

const std::string get = "GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(std::string_view path, std::string_view body) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{}", path, body.size(),
                       body);
}

TEST_CASE("a silent client is closed without a word [RFC 9112 9.5]") {
    Visit visit;
    visit.after(19s);
    CHECK(visit.is_open());
    visit.after(2s);
    CHECK(visit.connection.fate() == Fate::over);
    CHECK(visit.received.empty());
    CHECK(visit.log.empty());
}

TEST_CASE("a header section that takes too long is 408, however it drips [RFC 9110 15.5.9]") {
    Visit visit;
    visit.sends("GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 0; i < 30 && visit.is_open(); ++i) visit.after(1s).sends("X: y\r\n");
    CHECK(visit.response().status == 408);
    CHECK(visit.response().fields.at("connection") == "close");
    CHECK(visit.now.at <= Instant{} + 1h + 21s);
    REQUIRE(visit.log.size() == 1);
    CHECK(visit.log[0].status == 408);
    CHECK(visit.log[0].request_line == "GET / HTTP/1.1");
}

TEST_CASE("empty lines do not keep a connection alive") {
    Visit visit;
    for (int i = 0; i < 30 && visit.is_open(); ++i) visit.sends("\r\n").after(1s);
    CHECK(visit.connection.fate() == Fate::over);
}

TEST_CASE("an idle connection is kept for its time, then closed without a word [RFC 9112 9.5]") {
    Visit visit;
    visit.sends(get).after(59s).sends(get).after(59s);
    CHECK(visit.responses().size() == 2);
    CHECK(visit.is_open());
    visit.after(2s);
    CHECK(visit.connection.fate() == Fate::over);
    CHECK(visit.responses().size() == 2);
}

TEST_CASE("a keep-alive time of zero means one request per connection") {
    Settings settings;
    settings.keep_alive_timeout = 0s;
    Visit visit(settings);
    visit.sends(get + get);
    CHECK(visit.response().fields.at("connection") == "close");
}

TEST_CASE("a body that stops is 408 [RFC 9110 15.5.9]") {
    Visit visit;
    visit.sends("POST /discard HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc").after(21s);
    CHECK(visit.response().status == 408);
    CHECK_FALSE(visit.is_open());
}

TEST_CASE("a body that only drips is 408, a steady one is not") {
    const std::string head = "POST /discard HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    Visit dripping;
    dripping.sends(head);
    for (int i = 0; i < 30 && dripping.is_open(); ++i) dripping.sends("x").after(1s);
    CHECK(dripping.response().status == 408);
    Visit steady;
    steady.sends(head);
    for (int i = 0; i < 100; ++i) steady.sends(std::string(1000, 'x')).after(1s);
    CHECK(steady.response().status == 200);
    CHECK(steady.is_open());
}

TEST_CASE("a client that takes nothing is cut off, one that takes little is not") {
    Visit stuck;
    stuck.reads_nothing().sends(get).after(59s);
    CHECK(stuck.is_open());
    stuck.after(2s);
    CHECK(stuck.connection.fate() == Fate::broken);

    Visit slow;
    slow.reads_nothing().sends(get);
    while (!slow.connection.output().text.empty() || slow.connection.output().file) {
        slow.after(59s);
        slow.connection.sent(1, slow.now);
    }
    CHECK(slow.is_open());
}

TEST_CASE("after the last response the connection lingers for the client to finish [RFC 9112 9.6]") {
    Visit visit;
    visit.sends("GET / HTTP/1.0\r\n\r\n");
    CHECK(visit.connection.fate() == Fate::finishing);
    visit.sends("more that nobody reads");
    CHECK(visit.waiting.empty());
    CHECK(visit.connection.fate() == Fate::finishing);
    visit.ends_input();
    CHECK(visit.connection.fate() == Fate::over);

    Visit rude;
    rude.sends("GET / HTTP/1.0\r\n\r\n");
    for (int i = 0; i < 10; ++i) rude.after(1s).sends("still talking");
    CHECK(rude.connection.fate() == Fate::over);
}

TEST_CASE("a client that half-closes gets its response [RFC 9112 9.6]") {
    Visit visit;
    visit.reads_nothing().sends(get).ends_input().reads_again();
    CHECK(visit.response().status == 200);
    CHECK(visit.response().is_complete);
    CHECK(visit.connection.fate() == Fate::over);
}

TEST_CASE("a request that ends too early is 400 and logged [RFC 9112 8]") {
    Visit head;
    head.sends("GET / HTTP/1.1\r\nHost:").ends_input();
    CHECK(head.response().status == 400);
    CHECK(head.log.at(0).request_line == "GET / HTTP/1.1");
    Visit body;
    body.sends("POST /discard HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabc").ends_input();
    CHECK(body.response().status == 400);
    Visit chunks;
    chunks.sends("POST /discard HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        .ends_input();
    CHECK(chunks.response().status == 400);
    Visit nothing;
    nothing.ends_input();
    CHECK(nothing.received.empty());
    CHECK(nothing.connection.fate() == Fate::over);
}

TEST_CASE("pipelined requests are answered one after the other [RFC 9112 9.3.2]") {
    Visit visit;
    std::string many;
    for (int i = 0; i < 100; ++i) many += get;
    visit.reads_nothing().sends(many);
    CHECK(visit.waiting.size() == 99 * get.size());  // They wait where they are: nothing piles up here.
    visit.reads_again();
    CHECK(visit.responses().size() == 100);
    CHECK(visit.log.size() == 100);
}

TEST_CASE("an upload is counted and summed up") {
    Visit visit;
    visit.sends(post("/discard", "123456789"));
    CHECK(visit.response().body == "9 octets, CRC-32 cbf43926\n");  // The check value of CRC-32.
    Visit chunked;
    chunked.sends_octet_by_octet(
        "PUT /discard HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        "4\r\n1234\r\n5\r\n56789\r\n0\r\n\r\n");
    CHECK(chunked.response().body == "9 octets, CRC-32 cbf43926\n");
}

TEST_CASE("an echo comes back while the upload goes on, with the upload's framing") {
    Visit visit;
    visit.sends("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/x\r\nContent-Length: 6\r\n\r\nabc");
    CHECK(visit.response().body == "abc");
    CHECK_FALSE(visit.response().is_complete);
    visit.sends("def" + get);
    const auto responses = visit.responses();
    REQUIRE(responses.size() == 2);
    CHECK(responses[0].body == "abcdef");
    CHECK(responses[0].fields.at("content-type") == "text/x");
    Visit chunked;
    chunked.sends(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n");
    CHECK(chunked.response().body == "abcdef");
    CHECK(chunked.response().is_complete);
    Visit empty;
    empty.sends(post("/echo", ""));
    CHECK(empty.response().fields.at("content-length") == "0");
    CHECK(empty.is_open());
}

TEST_CASE("an echo takes no more than it has room for") {
    Visit visit;
    visit.reads_nothing().sends(post("/echo", std::string(1'000'000, 'x')));
    CHECK(visit.waiting.size() > 900'000);
    CHECK_FALSE(visit.connection.wants_input());
    visit.after(30s).reads_again();  // The time it had to wait is not held against the client.
    CHECK(visit.response().body.size() == 1'000'000);
    CHECK(visit.is_open());
}

TEST_CASE("an echo whose chunks break cannot be completed") {
    Visit visit;
    visit.sends("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    visit.sends("x\r\n");
    CHECK(visit.connection.fate() == Fate::broken);
}

TEST_CASE("bodies beyond the limit are 413, told by length or found out on the way [RFC 9110 15.5.14]") {
    Settings settings;
    settings.max_body = 10;
    Visit fits(settings);
    fits.sends(post("/discard", "0123456789"));
    CHECK(fits.response().status == 200);
    Visit told(settings);
    told.sends(post("/discard", "0123456789x"));
    CHECK(told.response().status == 413);
    Visit found(settings);
    found.sends(
        "POST /discard HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
        "chunked\r\n\r\n8\r\n01234567\r\n3\r\n012\r\n0\r\n\r\n");
    CHECK(found.response().status == 413);
    CHECK_FALSE(found.is_open());
}

TEST_CASE("the body of a refused request is read away when it is small, else the connection ends") {
    Settings settings;
    settings.max_drain = 10;
    Visit small(settings);
    small.sends(post("/hello.txt", "0123456789") + get);
    CHECK(small.responses().size() == 2);
    Visit large(settings);
    large.sends(post("/hello.txt", "0123456789x") + get);
    CHECK(large.response().status == 405);
    CHECK(large.response().fields.at("connection") == "close");
    Visit chunked(settings);
    chunked.sends(
        "POST /hello.txt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
        "chunked\r\n\r\n8\r\n01234567\r\n8\r\n01234567\r\n");
    CHECK(chunked.response().status == 405);
    CHECK_FALSE(chunked.is_open());
}

TEST_CASE("a refusal does not wait for the body") {
    Visit visit;
    visit.sends("POST /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
    CHECK(visit.response().status == 405);
    visit.sends("0123456789" + get);
    CHECK(visit.responses().size() == 2);
    Visit never;
    never.sends("POST /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n").after(30s);
    CHECK(never.response().status == 405);
    CHECK_FALSE(never.is_open());
}

TEST_CASE("limits of the header section: 414, 431, 501 [RFC 9110 15.5.15, RFC 6585 5]") {
    const auto status_of = [](const std::string& request) {
        Visit visit;
        visit.sends(request);
        return visit.response().status;
    };
    CHECK(status_of("GET /" + std::string(8000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n") ==
          404);  // RFC 9112 3: 8000 octets
    CHECK(status_of("GET /" + std::string(100'000, 'a')) == 414);
    CHECK(status_of(std::string(100'000, 'A')) == 501);
    CHECK(status_of(get.substr(0, get.size() - 2) + "X: " + std::string(20'000, 'a')) == 431);
    std::string many = get.substr(0, get.size() - 2);
    for (int i = 0; i < 101; ++i) many += "X: y\r\n";
    CHECK(status_of(many) == 431);
    std::string large = get.substr(0, get.size() - 2);
    for (int i = 0; i < 60; ++i) large += "X: " + std::string(2000, 'a') + "\r\n";
    CHECK(status_of(large) == 431);
    CHECK(status_of(std::string(100'000, '\n')) == 431);
}

TEST_CASE("a late answer comes at its time, and the connection goes on") {
    Visit visit;
    visit.sends("GET /delay/2.5 HTTP/1.1\r\nHost: a\r\n\r\n" + get).after(2s);
    CHECK(visit.received.empty());
    visit.after(600ms);
    CHECK(visit.responses().size() == 2);
}

TEST_CASE("content of unknown length is chunked for 1.1 and ended by closing for 1.0 [RFC 9112 6.1]") {
    Visit modern;
    modern.sends("GET /chunked HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(modern.response().fields.at("transfer-encoding") == "chunked");
    CHECK(modern.is_open());
    Visit old;
    old.sends("GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK_FALSE(old.response().fields.contains("transfer-encoding"));
    CHECK_FALSE(old.response().fields.contains("content-length"));
    CHECK(old.response().fields.at("connection") == "close");
    CHECK(old.response().body == modern.response().body);
    CHECK_FALSE(old.is_open());
}

TEST_CASE("an HTTP/1.0 connection that stays is told so [RFC 9112 9.3]") {
    Visit visit;
    visit.sends("GET /ten HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    CHECK(visit.response().fields.at("connection") == "keep-alive");
    CHECK(visit.is_open());
}

TEST_CASE("a file that became shorter breaks the connection, since its length was told") {
    Visit visit;
    visit.reads_nothing().sends("GET /ten HTTP/1.1\r\nHost: a\r\n\r\n");
    visit.files.contents["/ten"] = "01234";
    visit.reads_again();
    CHECK(visit.connection.fate() == Fate::broken);
    CHECK(visit.received.ends_with("01234"));
}

TEST_CASE("the log tells client, request, status and octets of content") {
    Visit visit;
    visit.sends(
        "GET /hello.txt HTTP/1.1\r\nHost: a\r\nReferer: r\r\nUser-Agent: u\r\n\r\nHEAD /hello.txt "
        "HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(visit.log.size() == 2);
    CHECK(access_line(visit.log[0], LogFormat::combined) ==
          "192.0.2.1 - - [29/Dec/2020:05:51:22 +0000] \"GET /hello.txt HTTP/1.1\" 200 13 \"r\" \"u\"\n");
    CHECK(access_line(visit.log[1], LogFormat::common) ==
          "192.0.2.1 - - [29/Dec/2020:05:51:22 +0000] \"HEAD /hello.txt HTTP/1.1\" 200 -\n");
}

TEST_CASE("a connection that is lost in a response is logged with what was sent") {
    Visit visit;
    visit.reads_nothing().sends(get);
    visit.connection.sent(visit.connection.output().text.size(), visit.now);
    visit.connection.sent(3, visit.now);
    visit.connection.lost(visit.now);
    visit.connection.lost(visit.now);
    REQUIRE(visit.log.size() == 1);
    CHECK(visit.log[0].octets == 3);
}

TEST_CASE("at the end of the server idle connections go, replies under way are completed") {
    Visit idle;
    idle.connection.drain(idle.now);
    CHECK(idle.connection.fate() == Fate::over);

    Visit kept;
    kept.sends(get);
    kept.connection.drain(kept.now);
    CHECK(kept.connection.fate() == Fate::over);

    Visit sending;
    sending.reads_nothing().sends(get + get);
    sending.connection.drain(sending.now);
    sending.reads_again();
    CHECK(sending.response().is_complete);
    CHECK(sending.connection.fate() == Fate::finishing);

    Visit late;
    late.sends("GET /delay/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    late.connection.drain(late.now);
    late.after(2s);
    CHECK(late.response().status == 200);
    CHECK(late.response().fields.at("connection") == "close");
}

TEST_CASE("one connection too many is told 503 and when to come back [RFC 9110 15.6.4]") {
    Visit visit;
    visit.connection.refuse_busy(visit.now);
    visit.sends(get);
    CHECK(visit.response().status == 503);
    CHECK(visit.response().fields.contains("retry-after"));
    CHECK(visit.connection.fate() == Fate::finishing);
}

}  // namespace
}  // namespace sluice::http::test
