// The command line of sluice-get, with curl's names.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace sluice::get {

struct Options {
    std::vector<std::string> urls;
    std::vector<std::string> outputs;  // -o, one for each URL in order
    bool remote_name = false;          // -O
    bool verbose = false;
    bool head = false;     // -I
    bool include = false;  // -i: the header section in the output too
    bool fail = false;
    bool silent = false;
    bool show_error = false;
    bool http_1_0 = false;
    bool follow = false;
    std::uint64_t redirects_max = 50;
    std::string range;
    std::string continue_at;  // -C: "-" or a number
    std::string method;
    bool tcp_fast_open = false;
    std::vector<std::string> fields;
    std::vector<std::string> data;  // -d
    std::string upload;             // -T; "-" is standard input
    std::string agent = "sluice-get/" SLUICE_VERSION;
    std::string referer;
    std::string write_out;
    bool compressed = false;  // --compressed
    bool raw = false;         // the body with its chunks
    bool hex = false;         // with -v: every octet of the request
    bool expect = false;      // ask before a body is sent
    bool page = false;        // what the page refers to, too
    bool parse = false;       // take the URL apart, fetch nothing
    bool no_cache = false;
    std::string cache;                    // a folder
    std::string cookies;                  // -b: a file, or "name=value"
    std::string cookie_jar;               // -c
    std::string user;                     // -u
    std::string proxy;                    // -x: [http://]host:port
    std::string proxy_user;               // -U
    std::vector<std::string> denied;      // hosts that are not visited
    std::vector<std::string> https_only;  // hosts that are known to want TLS (RFC 6797)
    std::optional<Duration> max_time;     // for everything about one URL
    std::optional<Duration> connect_timeout;
};

void add_options(CLI::App& app, Options& options);

}  // namespace sluice::get
