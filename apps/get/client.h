// Fetches URLs one after the other: redirects, ranges, uploads, connections used again, what is shown on the way.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "apps/common/http/client_request.h"
#include "apps/common/http/url.h"
#include "apps/get/connection.h"
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
};

// "%{code}\n" and so on, filled in.
std::string write_out_text(std::string_view format, const Report& report);

class Client {
public:
    using Resolver = std::function<std::optional<wire::Address>(const std::string&)>;

    Client(const Options& options, Resolver resolver);

    // Never throws TransferError: what went wrong is told on standard error and in the report.
    Report fetch(const std::string& text, const std::string& output_path);

private:
    struct Job;

    void run(Job& job, const std::string& text);
    void exchange(Job& job);
    void exchange_once(Job& job);
    void connect(Job& job);
    http::ClientRequest request_for(const Job& job) const;
    void on_head(Job& job, const http::ResponseReader& reader, bool is_interim);
    void on_body(Job& job, std::string_view octets);
    void judge_head(Job& job, const http::ResponseHead& head);
    void judge_resumption(Job& job, const http::ResponseHead& head);
    bool follow(Job& job);
    void show_progress(Job& job, bool is_last);
    void say(const std::string& line) const;

    const Options& options_;
    Resolver resolver_;
    Connection connection_;
    std::string connected_to_;
};

}  // namespace sluice::get
