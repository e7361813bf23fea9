// Requests, right and wrong, and what becomes of them: the statuses answered in order, and whether the connection lives on.
// Each row names its rule. Every request is sent in one piece, octet by octet, and cut in two at each place.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

#include "unit/apps/http/visit.h"

namespace sluice::http::test {
namespace {

enum class After { keeps, closes };
using enum After;

struct Row {
    std::string_view rule;
    std::string_view request;
    std::string_view statuses;
    After after;
};

#define H "Host: 192.0.2.2\r\n"
#define GET(fields) "GET /hello.txt HTTP/1.1\r\n" H fields "\r\n"
#define POST(path, fields) "POST " path " HTTP/1.1\r\n" H fields "\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"

constexpr std::array rows{
    // --- the request line: RFC 9112 3
    Row{"a plain request [9112 3]", GET(""), "200", keeps},
    Row{"an empty line before the request line is ignored [9112 2.2]", "\r\n" GET(""), "200", keeps},
    Row{"several empty lines before it too", "\r\n\r\n\n" GET(""), "200", keeps},
    Row{"a single LF may end a line [9112 2.2]", "GET /hello.txt HTTP/1.1\nHost: a\n\n", "200", keeps},
    Row{"what echo -e \"GET / HTTP/1.0\\n\" sends [W5]", "GET / HTTP/1.0\n\n", "200", closes},
    Row{"LF and CR LF may be mixed", "GET /hello.txt HTTP/1.1\r\nHost: a\n\r\n", "200", keeps},
    Row{"two spaces after the method [9112 3]", "GET  / HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"two spaces before the version [9112 3]", "GET /  HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a tab for a space [9112 3]", "GET\t/ HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a tab before the version [9112 3]", "GET /\tHTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a space after the version [9112 3]", "GET / HTTP/1.1 \r\n" H "\r\n", "400", closes},
    Row{"a space before the method [9112 2.2]", " GET / HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a method alone", "GET\r\n\r\n", "400", closes},
    Row{"no target", "GET HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"the form of HTTP/0.9 [9112 C.1]", "GET /\r\n", "400", closes},
    Row{"a space in the target [9112 3.2]", "GET /a b HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"nonsense", "\x16\x03\x01\x02", "400", closes},
    Row{"another protocol's greeting", "EHLO mail.example\r\n", "400", closes},
    Row{"a method that is no token [9110 5.6.2]", "G(T / HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a method with a colon", "GET: / HTTP/1.1\r\n" H "\r\n", "400", closes},

    // --- methods: RFC 9110 9
    Row{"HEAD [9110 9.3.2]", "HEAD /hello.txt HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"method names are case-sensitive [9110 9.1]", "get / HTTP/1.1\r\n" H "\r\n", "501", keeps},
    Row{"Get is not GET [9110 9.1]", "Get / HTTP/1.1\r\n" H "\r\n", "501", keeps},
    Row{"an unknown method is not implemented [9110 15.6.2]", "BREW / HTTP/1.1\r\n" H "\r\n", "501", keeps},
    Row{"an unknown method with a body", "BREW / HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi", "501",
        closes},
    Row{"PUT is known but not allowed here [9110 15.5.6]",
        "PUT /hello.txt HTTP/1.1\r\n" H "Content-Length: 2\r\n\r\nhi", "405", keeps},
    Row{"POST on a file", POST("/hello.txt", "Content-Length: 2\r\n") "hi", "405", keeps},
    Row{"POST without a body on a file", POST("/hello.txt", ""), "405", keeps},
    Row{"DELETE", "DELETE /hello.txt HTTP/1.1\r\n" H "\r\n", "405", keeps},
    Row{"PATCH [5789]", "PATCH /hello.txt HTTP/1.1\r\n" H "Content-Length: 0\r\n\r\n", "405", keeps},
    Row{"TRACE is off [9110 9.3.8]", "TRACE / HTTP/1.1\r\n" H "\r\n", "405", keeps},
    Row{"CONNECT: no tunnels here [9110 9.3.6]", "CONNECT a.test:80 HTTP/1.1\r\n" H "\r\n", "405", closes},
    Row{"CONNECT without a port [9112 3.2.3]", "CONNECT a.test HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"CONNECT with a path [9112 3.2.3]", "CONNECT / HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"OPTIONS of a resource [9110 9.3.7]", "OPTIONS /hello.txt HTTP/1.1\r\n" H "\r\n", "204", keeps},
    Row{"OPTIONS of the server [9112 3.2.4]", "OPTIONS * HTTP/1.1\r\n" H "\r\n", "204", keeps},
    Row{"the asterisk is for OPTIONS only [9112 3.2.4]", "GET * HTTP/1.1\r\n" H "\r\n", "400", closes},

    // --- versions: RFC 9110 2.5, RFC 9112 2.3
    Row{"HTTP/1.0 closes [9112 9.3]", "GET /hello.txt HTTP/1.0\r\n\r\n", "200", closes},
    Row{"HTTP/1.0 with keep-alive [9112 9.3]", "GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "200", keeps},
    Row{"a newer minor version is read as 1.1 [9110 2.5]", "GET /hello.txt HTTP/1.2\r\n" H "\r\n", "200",
        keeps},
    Row{"HTTP/1.9 too", "GET /hello.txt HTTP/1.9\r\n" H "\r\n", "200", keeps},
    Row{"HTTP/2.0 [9110 15.6.6]", "GET / HTTP/2.0\r\n" H "\r\n", "505", closes},
    Row{"HTTP/3.0", "GET / HTTP/3.0\r\n" H "\r\n", "505", closes},
    Row{"HTTP/0.9 by name", "GET / HTTP/0.9\r\n\r\n", "505", closes},
    Row{"the preface of HTTP/2 [9113 3.4]", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505", closes},
    Row{"the name is in capitals [9112 2.3]", "GET / http/1.1\r\n" H "\r\n", "400", closes},
    Row{"no minor version [9112 2.3]", "GET / HTTP/1\r\n" H "\r\n", "400", closes},
    Row{"no minor digit", "GET / HTTP/1.\r\n" H "\r\n", "400", closes},
    Row{"two minor digits [9112 2.3]", "GET / HTTP/1.10\r\n" H "\r\n", "400", closes},
    Row{"two major digits", "GET / HTTP/11.1\r\n" H "\r\n", "400", closes},
    Row{"letters after the version", "GET / HTTP/1.1x\r\n" H "\r\n", "400", closes},
    Row{"another protocol", "GET / FTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a comma for the dot", "GET / HTTP/1,1\r\n" H "\r\n", "400", closes},

    // --- Host: RFC 9112 3.2, RFC 9110 7.2
    Row{"no Host in HTTP/1.1", "GET / HTTP/1.1\r\n\r\n", "400", closes},
    Row{"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "400", closes},
    Row{"two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "400", closes},
    Row{"an empty Host is allowed [9110 7.2]", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "200", keeps},
    Row{"Host with a port", "GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n", "200", keeps},
    Row{"Host with an empty port [3986 3.2.3]", "GET / HTTP/1.1\r\nHost: a.test:\r\n\r\n", "200", keeps},
    Row{"Host that is an IPv6 address", "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n", "200", keeps},
    Row{"the name of the field ignores case [9110 5.1]", "GET / HTTP/1.1\r\nhOST: a\r\n\r\n", "200", keeps},
    Row{"Host with a path", "GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n", "400", closes},
    Row{"Host with a user", "GET / HTTP/1.1\r\nHost: u@a.test\r\n\r\n", "400", closes},
    Row{"Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "400", closes},
    Row{"Host with a port of letters", "GET / HTTP/1.1\r\nHost: a.test:http\r\n\r\n", "400", closes},
    Row{"Host with a port beyond 65535", "GET / HTTP/1.1\r\nHost: a.test:65536\r\n\r\n", "400", closes},
    Row{"Host with a port far beyond 65535", "GET / HTTP/1.1\r\nHost: a.test:99999\r\n\r\n", "400", closes},
    Row{"Host with a bracket too many", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "400", closes},
    Row{"Host that is only a port", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "400", closes},
    Row{"two Hosts in one line", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "400", closes},

    // --- targets: RFC 9112 3.2, RFC 3986
    Row{"the absolute form MUST be accepted [9112 3.2.2]",
        "GET http://a.test/hello.txt HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"absolute form without a path", "GET http://a.test HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"absolute form with query only", "GET http://a.test?x=1 HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"the scheme ignores case [3986 3.1]", "GET HTTP://a.test/hello.txt HTTP/1.1\r\n" H "\r\n", "200",
        keeps},
    Row{"absolute form still needs Host [9112 3.2]", "GET http://a.test/ HTTP/1.1\r\n\r\n", "400", closes},
    Row{"absolute form without host [9110 4.2.1]", "GET http:///hello.txt HTTP/1.1\r\n" H "\r\n", "400",
        closes},
    Row{"absolute form with user information [9110 4.2.4]", "GET http://u:p@a.test/ HTTP/1.1\r\n" H "\r\n",
        "400", closes},
    Row{"absolute form with a port of letters", "GET http://a.test:x/ HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"another scheme", "GET ftp://a.test/ HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"the authority form is for CONNECT [9112 3.2.3]", "GET a.test:80 HTTP/1.1\r\n" H "\r\n", "400",
        closes},
    Row{"a path without a slash", "GET hello.txt HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a query is no part of the name", "GET /hello.txt?a=b&c HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"a question mark in the query [3986 3.4]", "GET /hello.txt?a?b/c HTTP/1.1\r\n" H "\r\n", "200",
        keeps},
    Row{"a fragment is not sent [9112 3.2.1]", "GET /hello.txt#x HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"encoded letters are the letters [3986 2.3]", "GET /%68ello%2Etxt HTTP/1.1\r\n" H "\r\n", "200",
        keeps},
    Row{"small hexadecimal digits", "GET /%68ello%2etxt HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"an escape cut short [3986 2.1]", "GET /a% HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"an escape of one digit", "GET /a%4 HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"an escape that is not hexadecimal", "GET /%zz HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"an encoded percent sign is decoded once", "GET /%2568ello.txt HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"a bad escape in the query", "GET /hello.txt?%q HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"an encoded NUL", "GET /hello.txt%00 HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"an encoded slash is no separator", "GET /sub%2Fpage.html HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"octets beyond ASCII must be encoded [9112 3.2]", "GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n", "400",
        closes},
    Row{"a quote must be encoded", "GET /\" HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a backslash must be encoded", "GET /sub\\page.html HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"dot segments [3986 5.2.4]", "GET /sub/./../hello.txt HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"out of the root", "GET /../etc/passwd HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"out of the root, encoded", "GET /%2e%2e/%2E%2E/etc/passwd HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"out of the root after a directory", "GET /sub/../../etc/passwd HTTP/1.1\r\n" H "\r\n", "400",
        closes},
    Row{"out of the root with an encoded slash", "GET /sub/..%2f..%2fetc/passwd HTTP/1.1\r\n" H "\r\n", "404",
        keeps},
    Row{"double slashes", "GET //sub///page.html HTTP/1.1\r\n" H "\r\n", "200", keeps},

    // --- field lines: RFC 9112 5, RFC 9110 5.5
    Row{"space before the colon [9112 5.1]", GET("X-A : b\r\n"), "400", closes},
    Row{"tab before the colon", GET("X-A\t: b\r\n"), "400", closes},
    Row{"a line without colon", GET("X-A\r\n"), "400", closes},
    Row{"an empty name", GET(": b\r\n"), "400", closes},
    Row{"a name that is no token [9110 5.1]", GET("X(A): b\r\n"), "400", closes},
    Row{"a name beyond ASCII", GET("X\xc3\xa4: b\r\n"), "400", closes},
    Row{"a folded line [9112 5.2]", GET("X-A: b\r\n c\r\n"), "400", closes},
    Row{"a line folded by a tab", GET("X-A: b\r\n\tc\r\n"), "400", closes},
    Row{"a folded line at the end", GET("X-A: b\r\n \r\n"), "400", closes},
    Row{"white space before the first field [9112 2.2]", "GET / HTTP/1.1\r\n " H "\r\n", "400", closes},
    Row{"no white space after the colon [9112 5.1]", GET("X-A:b\r\n"), "200", keeps},
    Row{"much white space around the value", GET("X-A: \t b \t \r\n"), "200", keeps},
    Row{"an empty value", GET("X-A:\r\n"), "200", keeps},
    Row{"octets beyond ASCII in a value [9110 5.5]", GET("X-A: \xc3\xa4\xff\r\n"), "200", keeps},
    Row{"CR in a value [9110 5.5]", GET("X-A: b\rc\r\n"), "400", closes},
    Row{"CR at the end of a value", GET("X-A: b\r\r\n"), "400", closes},
    Row{"CR in the request line", "GET /\r HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"CR CR LF", "GET / HTTP/1.1\r\r\n" H "\r\n", "400", closes},
    Row{"another control in a value", GET("X-A: b\x01\r\n"), "400", closes},
    Row{"DEL in a value", GET("X-A: b\x7f\r\n"), "400", closes},
    Row{"vertical tab before a value",
        GET("X-A: \x0b"
            "b\r\n"),
        "400", closes},
    Row{"a control in the target", "GET /\x1f HTTP/1.1\r\n" H "\r\n", "400", closes},
    Row{"a colon in a value", GET("X-A: b:c\r\n"), "200", keeps},

    // --- Content-Length: RFC 9110 8.6, RFC 9112 6.3
    Row{"a body by length", POST("/discard", "Content-Length: 5\r\n") "hello", "200", keeps},
    Row{"an empty body", POST("/discard", "Content-Length: 0\r\n"), "200", keeps},
    Row{"leading zeros", POST("/discard", "Content-Length: 0005\r\n") "hello", "200", keeps},
    Row{"GET with a body [9110 9.3.1]", GET("Content-Length: 5\r\n") "hello", "200", keeps},
    Row{"two different lengths [9112 6.3]",
        POST("/discard", "Content-Length: 5\r\nContent-Length: 6\r\n") "hello", "400", closes},
    Row{"two equal lengths", POST("/discard", "Content-Length: 5\r\nContent-Length: 5\r\n") "hello", "400",
        closes},
    Row{"a list of different lengths", POST("/discard", "Content-Length: 5, 6\r\n") "hello", "400", closes},
    Row{"a list of equal lengths", POST("/discard", "Content-Length: 5, 5\r\n") "hello", "400", closes},
    Row{"a sign", POST("/discard", "Content-Length: +5\r\n") "hello", "400", closes},
    Row{"a negative length", POST("/discard", "Content-Length: -1\r\n"), "400", closes},
    Row{"a length in hexadecimal", POST("/discard", "Content-Length: 0x5\r\n") "hello", "400", closes},
    Row{"an empty length", POST("/discard", "Content-Length:\r\n"), "400", closes},
    Row{"letters after the length", POST("/discard", "Content-Length: 5a\r\n") "hello", "400", closes},
    Row{"a space inside the length", POST("/discard", "Content-Length: 5 5\r\n") "hello", "400", closes},
    Row{"a decimal point", POST("/discard", "Content-Length: 5.0\r\n") "hello", "400", closes},
    Row{"a bad length on GET", GET("Content-Length: x\r\n"), "400", closes},
    Row{"longer than the limit [9110 15.5.14]", POST("/discard", "Content-Length: 1073741825\r\n"), "413",
        closes},
    Row{"beyond 64 bits [9110 8.6]", POST("/discard", "Content-Length: 18446744073709551616\r\n"), "400",
        closes},
    Row{"no length where one is needed [9110 15.5.12]", POST("/discard", ""), "411", keeps},

    // --- Transfer-Encoding: RFC 9112 6.1, 6.3
    Row{"a chunked body", POST("/discard", CHUNKED) "5\r\nhello\r\n0\r\n\r\n", "200", keeps},
    Row{"the coding ignores case [9112 7]", POST("/discard", "Transfer-Encoding: Chunked\r\n") "0\r\n\r\n",
        "200", keeps},
    Row{"a list with empty elements [9110 5.6.1.2]",
        POST("/discard", "Transfer-Encoding: , chunked,\r\n") "0\r\n\r\n", "200", keeps},
    Row{"length and coding [9112 6.3]", POST("/discard", "Content-Length: 5\r\n" CHUNKED) "0\r\n\r\n", "400",
        closes},
    Row{"coding and length", POST("/discard", CHUNKED "Content-Length: 5\r\n") "0\r\n\r\n", "400", closes},
    Row{"not chunked at the end [9112 6.3]", POST("/discard", "Transfer-Encoding: gzip\r\n"), "400", closes},
    Row{"chunked, but not at the end", POST("/discard", "Transfer-Encoding: chunked, gzip\r\n"), "400",
        closes},
    Row{"chunked twice [9112 7.1]", POST("/discard", "Transfer-Encoding: chunked, chunked\r\n") "0\r\n\r\n",
        "400", closes},
    Row{"chunked twice in two lines", POST("/discard", CHUNKED CHUNKED) "0\r\n\r\n", "400", closes},
    Row{"chunked first, something else in a second line",
        POST("/discard", CHUNKED "Transfer-Encoding: identity\r\n"), "400", closes},
    Row{"a coding we do not know [9112 6.1]",
        POST("/discard", "Transfer-Encoding: gzip, chunked\r\n") "0\r\n\r\n", "501", closes},
    Row{"identity is gone [9112 7]", POST("/discard", "Transfer-Encoding: identity\r\n"), "400", closes},
    Row{"almost chunked", POST("/discard", "Transfer-Encoding: xchunked\r\n") "0\r\n\r\n", "400", closes},
    Row{"chunked with a parameter", POST("/discard", "Transfer-Encoding: chunked;q=1\r\n") "0\r\n\r\n", "400",
        closes},
    Row{"chunked in quotes", POST("/discard", "Transfer-Encoding: \"chunked\"\r\n") "0\r\n\r\n", "400",
        closes},
    Row{"an empty coding", POST("/discard", "Transfer-Encoding:\r\n") "0\r\n\r\n", "400", closes},
    Row{"chunks in HTTP/1.0 [9112 6.1]", "POST /discard HTTP/1.0\r\n" CHUNKED "\r\n0\r\n\r\n", "400", closes},
    Row{"GET with chunks", GET(CHUNKED) "5\r\nhello\r\n0\r\n\r\n", "200", keeps},

    // --- chunks: RFC 9112 7.1
    Row{"several chunks, large and small digits",
        POST("/discard", CHUNKED) "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "200", keeps},
    Row{"zeros before a size", POST("/discard", CHUNKED) "0005\r\nhello\r\n000\r\n\r\n", "200", keeps},
    Row{"extensions are ignored [9112 7.1.1]",
        POST("/discard", CHUNKED) "5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n", "200", keeps},
    Row{"white space before an extension", POST("/discard", CHUNKED) "5 ;a\r\nhello\r\n0\r\n\r\n", "200",
        keeps},
    Row{"trailers are read [9112 7.1.2]", POST("/discard", CHUNKED) "0\r\nX-A: b\r\nX-C:\r\n\r\n", "200",
        keeps},
    Row{"a size that is no number", POST("/discard", CHUNKED) "x\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"no size", POST("/discard", CHUNKED) "\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"a size with a sign", POST("/discard", CHUNKED) "+5\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"a negative size", POST("/discard", CHUNKED) "-5\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"a size with 0x", POST("/discard", CHUNKED) "0x5\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"a size beyond 64 bits", POST("/discard", CHUNKED) "10000000000000005\r\nhello\r\n0\r\n\r\n", "400",
        closes},
    Row{"white space before a size", POST("/discard", CHUNKED) " 5\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"white space after a size", POST("/discard", CHUNKED) "5 \r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"two sizes", POST("/discard", CHUNKED) "5 5\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"LF alone after a size", POST("/discard", CHUNKED) "5\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"CR alone after a size", POST("/discard", CHUNKED) "5\rhello\r\n0\r\n\r\n", "400", closes},
    Row{"LF alone in an extension", POST("/discard", CHUNKED) "5;a\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"a chunk longer than its size", POST("/discard", CHUNKED) "4\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"a chunk shorter than its size", POST("/discard", CHUNKED) "6\r\nhello\r\n0\r\n\r\n", "400", closes},
    Row{"LF alone after a chunk", POST("/discard", CHUNKED) "5\r\nhello\n0\r\n\r\n", "400", closes},
    Row{"LF alone after the last chunk", POST("/discard", CHUNKED) "0\n\n", "400", closes},
    Row{"a trailer without colon", POST("/discard", CHUNKED) "0\r\nX-A\r\n\r\n", "400", closes},
    Row{"a folded trailer", POST("/discard", CHUNKED) "0\r\nX-A: b\r\n c\r\n\r\n", "400", closes},
    Row{"a trailer with LF alone", POST("/discard", CHUNKED) "0\r\nX-A: b\n\r\n", "400", closes},
    Row{"a control in a trailer", POST("/discard", CHUNKED) "0\r\nX-A: \x01\r\n\r\n", "400", closes},

    // --- expectations: RFC 9110 10.1.1
    Row{"100 before the body is read", POST("/discard", "Expect: 100-continue\r\nContent-Length: 2\r\n") "hi",
        "100 200", keeps},
    Row{"the expectation ignores case",
        POST("/discard", "Expect: 100-Continue\r\nContent-Length: 2\r\n") "hi", "100 200", keeps},
    Row{"no 100 without a body", GET("Expect: 100-continue\r\n"), "200", keeps},
    Row{"no 100 when the answer is final",
        POST("/hello.txt", "Expect: 100-continue\r\nContent-Length: 2\r\n"), "405", closes},
    Row{"no 100 for HTTP/1.0",
        "POST /discard HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", "200", closes},
    Row{"another expectation [9110 15.5.18]", GET("Expect: the-moon\r\n"), "417", keeps},
    Row{"another expectation with a body", POST("/discard", "Expect: the-moon\r\nContent-Length: 2\r\n"),
        "417", closes},

    // --- persistence: RFC 9112 9.3, 9.6
    Row{"close [9112 9.6]", GET("Connection: close\r\n"), "200", closes},
    Row{"close ignores case", GET("Connection: CLOSE\r\n"), "200", closes},
    Row{"close in a list", GET("Connection: x, close\r\n"), "200", closes},
    Row{"close in a second line", GET("Connection: x\r\nConnection: close\r\n"), "200", closes},
    Row{"close wins over keep-alive [9112 9.3]", GET("Connection: keep-alive, close\r\n"), "200", closes},
    Row{"an upgrade is not taken [9110 7.8]", GET("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"),
        "200", keeps},
    Row{"two requests in a row [9112 9.3.2]", GET("") GET(""), "200 200", keeps},
    Row{"three, the second one wrong by path", GET("") "GET /none HTTP/1.1\r\n" H "\r\n" GET(""),
        "200 404 200", keeps},
    Row{"nothing is answered after close", GET("Connection: close\r\n") GET(""), "200", closes},
    Row{"nothing is answered after broken framing", GET("Content-Length: x\r\n") GET(""), "400", closes},
    Row{"a request after a body", POST("/discard", "Content-Length: 2\r\n") "hi" GET(""), "200 200", keeps},
    Row{"a request after chunks", POST("/discard", CHUNKED) "2\r\nhi\r\n0\r\n\r\n" GET(""), "200 200", keeps},
    Row{"a request after a body nobody wanted", POST("/hello.txt", "Content-Length: 2\r\n") "hi" GET(""),
        "405 200", keeps},
    Row{"an empty line after a body [9112 2.2]", POST("/discard", "Content-Length: 2\r\n") "hi\r\n" GET(""),
        "200 200", keeps},
    Row{"smuggling by length and coding is refused",
        POST("/discard", "Content-Length: 4\r\n" CHUNKED) "0\r\n\r\n" GET(""), "400", closes},

    // --- resources
    Row{"nothing by this name [9110 15.5.5]", "GET /none HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"a name below a file", "GET /hello.txt/x HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"a file with a slash after it", "GET /hello.txt/ HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"not readable [9110 15.5.4]", "GET /private HTTP/1.1\r\n" H "\r\n", "403", keeps},
    Row{"too many open files [9110 15.6.4]", "GET /crowd HTTP/1.1\r\n" H "\r\n", "503", keeps},
    Row{"a failing disk [9110 15.6.1]", "GET /broken HTTP/1.1\r\n" H "\r\n", "500", keeps},
    Row{"a directory without its slash", "GET /sub HTTP/1.1\r\n" H "\r\n", "301", keeps},
    Row{"a directory", "GET /sub/ HTTP/1.1\r\n" H "\r\n", "200", keeps},
    Row{"a name that begins with a dot", "GET /.secret HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"the demo: a status", "GET /status/418 HTTP/1.1\r\n" H "\r\n", "418", keeps},
    Row{"the demo: no status", "GET /status/99 HTTP/1.1\r\n" H "\r\n", "404", keeps},
    Row{"the demo: a status without content", "GET /status/204 HTTP/1.1\r\n" H "\r\n", "204", keeps},
    Row{"the demo: 205 has an empty content [9110 15.3.6]", "GET /status/205 HTTP/1.1\r\n" H "\r\n" GET(""),
        "205 200", keeps},
    Row{"the demo: POST where only reading is allowed", POST("/chunked", "Content-Length: 0\r\n"), "405",
        keeps},
    Row{"the demo: GET where only uploads are allowed", "GET /discard HTTP/1.1\r\n" H "\r\n", "405", keeps},
};

#undef H
#undef GET
#undef POST
#undef CHUNKED

void judge(const Row& row, const Visit& visit) {
    std::vector<bool> heads;
    if (row.request.starts_with("HEAD")) heads.push_back(true);
    std::string statuses;
    for (const Response& response : visit.responses(heads)) {
        CHECK(response.is_complete);
        statuses += fmt::format("{}{}", statuses.empty() ? "" : " ", response.status);
    }
    REQUIRE(statuses == row.statuses);
    CHECK(visit.is_open() == (row.after == keeps));
    // The last response says that the connection ends, unless the client could know it (RFC 9112 9.6).
    if (row.after == closes) CHECK(visit.responses(heads).back().fields["connection"] == "close");
}

TEST_CASE(
    "each request gets its statuses and its connection's fate, however it is cut [RFC 9110, RFC 9112]") {
    static_assert(rows.size() >= 200);
    for (const Row& row : rows) {
        INFO(row.rule);
        Visit whole;
        whole.sends(row.request);
        judge(row, whole);
        Visit octets;
        octets.sends_octet_by_octet(row.request);
        judge(row, octets);
        for (std::size_t cut = 1; cut < row.request.size(); ++cut) {
            Visit halves;
            halves.sends(row.request.substr(0, cut)).sends(row.request.substr(cut));
            CHECK(halves.received.size() == whole.received.size());
            CHECK(halves.is_open() == whole.is_open());
        }
    }
}

TEST_CASE("a NUL anywhere in the header section is refused [RFC 9110 5.5]") {
    const std::string request = "GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n";
    for (std::size_t at = 0; at + 4 < request.size(); ++at) {
        std::string bad = request;
        bad[at] = '\0';
        Visit visit;
        visit.sends(bad);
        CHECK(visit.response().status == 400);
        CHECK_FALSE(visit.is_open());
    }
}

}  // namespace
}  // namespace sluice::http::test
