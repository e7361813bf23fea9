// sluice-httpd DIR: serves the files of a directory by HTTP/1.1 on the Sluice stack.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "apps/common/http/server.h"
#include "apps/common/program.h"
#include "apps/httpd/content.h"
#include "apps/httpd/live_trace.h"
#include "apps/httpd/log_file.h"
#include "apps/httpd/options.h"
#include "apps/httpd/status_site.h"
#include "host/sandbox.h"
#include "host/signals.h"

namespace sluice::httpd {
namespace {

template <typename Value>
Value must(std::expected<Value, std::string> value) {
    if (!value) throw common::Failure(common::exit_environment, value.error());
    if constexpr (!std::is_void_v<Value>) return std::move(*value);
}

http::Date wall_time() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

// Calls the server when it asked for it: one timer of the loop, moved to the earliest instant.
class Alarm {
public:
    Alarm(host::Loop& loop, http::Server& server) : loop_(loop), server_(server) {}
    void set(Instant at) {
        if (at >= at_) return;
        if (timer_) loop_.remove_timer(*timer_);
        at_ = at;
        timer_ = loop_.add_timer(at, [this] {
            timer_.reset();
            at_ = never;
            server_.on_time();
        });
    }

private:
    host::Loop& loop_;
    http::Server& server_;
    std::optional<host::Loop::TimerId> timer_;
    Instant at_ = never;
};

TcpListener listen(common::Program& program, const wire::Endpoint& at, std::uint32_t fast_open) {
    constexpr std::uint32_t backlog = 1024;
    TcpOptions options;
    options.fast_open = fast_open;
    auto listener = program.stack().listen(
        {.address = at.address, .port = at.port, .backlog = backlog, .options = options});
    if (!listener)
        throw common::Failure(common::exit_environment,
                              fmt::format("cannot listen on {}: {}; choose another with --listen",
                                          wire::to_text(at), text_of(listener.error())));
    return std::move(*listener);
}

void reopen_log_on_hangup(host::Loop& loop, host::Signals& hangup, LogFile& log) {
    loop.add_descriptor(hangup.descriptor(), POLLIN, [&hangup, &log](short) {
        if (!hangup.take()) return;
        if (const auto reopened = log.reopen(); !reopened)
            fmt::print(stderr, "sluice-httpd: {}\n", reopened.error());
    });
}

void flush_log_each_round(host::Loop& loop, LogFile& log) {
    log.set_on_waiting([&loop, &log] { loop.add_timer(loop.stack().now(), [&log] { log.flush(); }); });
}

std::vector<wire::Endpoint> places(const Options& options) {
    return options.listen.empty() ? std::vector{wire::Endpoint{{}, 80}} : options.listen;
}

void tell_places(const Options& options, const common::Program& program) {
    for (const wire::Endpoint& place : places(options))
        fmt::print(stderr, "serving {} at http://{}{}/\n", options.directory,
                   wire::to_text(place.address.is_unspecified() ? program.address() : place.address),
                   place.port == 80 ? "" : fmt::format(":{}", place.port));
}

// What comes from the network is shown without what could play tricks on a terminal.
void show_exchange(std::string_view line, std::string_view head) {
    fmt::print(stderr, "> {}\n", http::printable(line));
    while (!head.empty()) {
        const auto end = head.find("\r\n");
        if (end > 0) fmt::print(stderr, "< {}\n", http::printable(head.substr(0, end)));
        head.remove_prefix(end + 2);
    }
}

int serve(common::NetworkOptions network, const Options& options) {
    // Directories and the log are opened before the program gives up its privileges and the way to them.
    Content content(options);
    LogFile log =
        options.access_log.empty() ? LogFile() : must(LogFile::open(options.access_log, options.log_format));
    host::Signals hangup({SIGHUP});
    LiveTrace live_trace;  // told until the program ends
    network.leaves_file_system = options.sandbox;
    common::Program program(network);
    content.check_readable();

    http::Site* site = &content.site(program.stack());
    std::optional<StatusSite> status_site;
    if (!options.status.empty()) {
        program.add_trace_sink(live_trace);
        site = &status_site.emplace(*site, live_trace, options.status,
                                    fmt::format("Sluice on {}", wire::to_text(program.address())));
    }
    http::ServerParts parts{options.settings, *site, log,
                            options.no_server_header ? "" : "Sluice/" SLUICE_VERSION};
    if (options.verbose) parts.show = show_exchange;
    http::Server server(program.stack(), std::move(parts), wall_time);
    Alarm alarm(program.loop(), server);
    server.set_wake([&alarm](Instant at) { alarm.set(at); });
    for (const wire::Endpoint& place : places(options))
        server.serve(listen(program, place, static_cast<std::uint32_t>(options.tcp_fast_open)));
    reopen_log_on_hangup(program.loop(), hangup, log);
    flush_log_each_round(program.loop(), log);
    program.set_on_signal([&](int) { server.stop([&] { program.loop().stop(); }); });

    tell_places(options, program);
    if (options.sandbox) must(host::filter_system_calls());
    const int code = program.run();
    log.flush();
    program.finish(std::chrono::seconds(1));
    return code;
}

}  // namespace
}  // namespace sluice::httpd

int main(int argc, char** argv) {
    using namespace sluice;
    CLI::App app("Serves files by HTTP/1.1 on the Sluice stack");
    httpd::Options options;
    httpd::add_options(app, options);
    return common::run_parsed(app, argc, argv, [&](const common::NetworkOptions& network) {
        return httpd::serve(network, options);
    });
}
