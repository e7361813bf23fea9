// Fetches URLs one after the other: redirects, ranges, uploads, connections used again, what is shown on the way.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "apps/common/http/client_request.h"
#include "apps/common/http/url.h"
#include "apps/get/cache.h"
#include "apps/get/connection.h"
#include "apps/get/cookies.h"
#include "apps/get/error.h"
#include "apps/get/exchange.h"
#include "apps/get/options.h"
#include "apps/get/output.h"
#include "apps/get/progress.h"

namespace sluice::get {

// About one URL, for --write-out and the exit code.
struct Report {
    std::string url;  // the last one
    std::string content_type;
    int status = 0;
    std::uint64_t downloaded = 0;
    std::uint64_t uploaded = 0;
    std::uint64_t redirects = 0;
    std::uint64_t connects = 0;
    Duration total{};
    Exit exit = Exit::ok;
    std::string page;  // with --page: the body, up to a few MiB
};

// "%{code}\n" and so on, filled in.
std::string write_out_text(std::string_view format, const Report& report);

class Client {
public:
    using Resolver = std::function<std::optional<wire::Address>(const std::string&)>;

    Client(const Options& options, Resolver resolver);

    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // Never throws TransferError: what went wrong is told on standard error and in the report.
    Report fetch(const std::string& text, const std::string& output_path);

private:
    struct Job;

    void run(Job& job, const std::string& text);
    void show_file(Job& job, const std::string& text);
    void judge_host(const http::Url& url) const;
    bool answer_from_cache(Job& job);
    void keep_in_cache(Job& job, const http::ResponseHead& head);
    void exchange(Job& job);
    void exchange_once(Job& job);
    void connect(Job& job);
    http::ClientRequest request_for(const Job& job) const;
    void add_fields(http::ClientRequest& request, const Job& job) const;
    http::Url place_to_connect(const Job& job) const;
    void on_head(Job& job, const http::ResponseReader& reader, bool is_interim);
    void on_body(Job& job, std::string_view octets);
    void deliver(Job& job, std::string_view octets);
    void learn(const http::Url& url, const http::ResponseHead& head);
    void judge_head(Job& job, const http::ResponseHead& head);
    void judge_resumption(Job& job, const http::ResponseHead& head);
    bool follow(Job& job);
    void show_progress(Job& job, bool is_last);
    void say(const std::string& line) const;

    const Options& options_;
    Resolver resolver_;
    Connection connection_;
    std::string connected_to_;
    Cookies cookies_;
    std::string given_cookies_;  // by -b, for every request
    std::optional<CacheFolder> cache_;
};

}  // namespace sluice::get
