// The command line of sluice-httpd.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "apps/common/http/access_log.h"
#include "apps/common/http/forward_site.h"
#include "apps/common/http/proxy_site.h"
#include "apps/common/http/settings.h"
#include "wire/address.h"

namespace sluice::httpd {

struct Options {
    std::string directory;
    std::vector<wire::Endpoint> listen;  // empty: port 80 of every address
    std::string access_log;              // empty: none, "-": standard output
    http::LogFormat log_format = http::LogFormat::common;
    bool no_listing = false;
    std::uint64_t tcp_fast_open = 0;  // connections that live on a cookie alone; 0: none
    bool no_server_header = false;
    bool dot_files = false;
    bool demo = false;
    std::string status;    // where the live page is; empty: nowhere
    bool minimal = false;  // GET and HEAD of files and nothing else
    bool verbose = false;
    bool no_gzip = false;
    bool allow_trace = false;
    std::string allow_put;  // the path below which files may be put and deleted; empty: nowhere
    std::vector<std::string> gone;
    std::vector<std::string> fields;  // "Name: value" for every answer
    std::string cors;
    std::vector<std::string> hosts;        // "NAME=DIR"
    std::optional<http::Backend> backend;  // --proxy
    http::ForwardOptions forward;          // --forward-to, --proxy-auth
    bool sandbox = true;
    http::Settings settings;
};

void add_options(CLI::App& app, Options& options);

}  // namespace sluice::httpd
