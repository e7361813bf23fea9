// Every limit and timeout of the HTTP server, each an option of the program. RFC 9112 11, RFC 9110 17.
#pragma once

#include <span>

#include "base/setting.h"

// D(name, default, least, most, text) a duration; N(...) a number.
#define SLUICE_HTTP_SETTINGS(D, N)                                                                           \
    D(header_timeout, 20s, 100ms, 1h, "for a request's header section to be complete; then 408")             \
    D(body_timeout, 20s, 100ms, 1h,                                                                          \
      "in which body_rate octets a second of a request body must come; then 408")                            \
    N(body_rate, 100, 0, 1048576, "octets a second a request body must bring on average")                    \
    D(keep_alive_timeout, 60s, 0s, 24h,                                                                      \
      "an idle connection is kept this long; 0: one request per connection")                                 \
    D(write_timeout, 60s, 100ms, 24h,                                                                        \
      "a client that takes nothing of its response for this long is cut off")                                \
    D(linger_timeout, 3s, 0s, 1min, "after the last response: wait for the client to finish (RFC 9112 9.6)") \
    D(grace_time, 10s, 0s, 1h, "at the end: time for responses that are under way")                          \
    D(backend_timeout, 30s, 10ms, 1h, "for a whole answer of the server that --proxy names; then 504")       \
    D(tunnel_timeout, 10min, 10ms, 24h, "a tunnel in which nothing moves for this long is closed")           \
    N(max_backend_body, 67108864, 0, 1073741824, "octets of a body to or from that server")                  \
    N(max_request_line, 8192, 64, 1048576, "octets of a request line; then 414")                             \
    N(max_field_line, 16384, 64, 1048576, "octets of a header line; then 431")                               \
    N(max_header, 65536, 256, 1048576, "octets of a header section; then 431")                               \
    N(max_fields, 100, 1, 10000, "header lines of a request; then 431")                                      \
    N(max_body, 1073741824, 0, 4294967295, "octets of a request body; then 413")                             \
    N(max_drain, 1048576, 0, 1073741824,                                                                     \
      "octets of a refused request's body that are read to keep the connection")                             \
    N(max_connections, 16384, 1, 1048576, "connections altogether; then 503")                                \
    N(max_per_address, 8192, 1, 1048576, "connections of one client address; then 503")                      \
    N(max_ranges, 32, 1, 1000, "ranges in one request; with more the whole file is sent")                    \
    N(max_listing, 10000, 1, 1000000, "entries shown of a directory")                                        \
    N(gzip_cache, 16777216, 0, 1073741824, "octets of compressed files that are kept")

namespace sluice::http {

struct Settings {
#define SLUICE_HTTP_DURATION(name, value, least, most, text) Duration name = value;
#define SLUICE_HTTP_NUMBER(name, value, least, most, text) std::uint32_t name = value;
    SLUICE_HTTP_SETTINGS(SLUICE_HTTP_DURATION, SLUICE_HTTP_NUMBER)
#undef SLUICE_HTTP_DURATION
#undef SLUICE_HTTP_NUMBER
};

std::span<const SettingRow<Settings>> setting_rows();

}  // namespace sluice::http
