#include "apps/nc/nc.h"

#include <fmt/format.h>
#include <netdb.h>

#include "apps/nc/session.h"
#include "posix/name_files.h"

namespace sluice::nc {
namespace {

using common::exit_usage;
using common::Failure;

std::string service_text(std::uint16_t port, bool is_udp) {
    const char* protocol = is_udp ? "udp" : "tcp";
    const servent* service = ::getservbyport(htons(port), protocol);
    return fmt::format("[{}/{}]", protocol, service ? service->s_name : "*");
}

void tell_success(const Options& options, std::uint16_t port) {
    fmt::print(stderr, "Connection to {} {} port {} succeeded!\n", options.host, port,
               service_text(port, options.is_udp));
}

int tell_failure(const Options& options, std::uint16_t port, Error error) {
    if (options.is_verbose || !options.only_scans)
        fmt::print(stderr, "sluice-nc: connect to {} port {} ({}) failed: {}\n", options.host, port,
                   options.is_udp ? "udp" : "tcp", text_of(error));
    return 1;
}

// Waits until `socket` is open; or why it is not.
Error await_open(common::Program& program, TcpSocket& socket, Duration patience) {
    const Instant now = program.clock().now();
    const Instant until = later(now, patience);
    for (Instant at = now; at < until && !program.loop().is_stopped(); at = program.clock().now()) {
        if (const Error error = socket.take_error(); error != Error::none) return error;
        if (socket.readiness().writable) return Error::none;
        program.loop().step(until == never ? Duration::max() : until - at);
        program.check();
    }
    return Error::timed_out;
}

int use_tcp(common::Program& program, const Options& options, std::uint16_t port) {
    auto socket = program.stack().connect(
        {.remote = {options.address, port}, .local = {{}, static_cast<std::uint16_t>(options.local_port)}});
    if (!socket) return tell_failure(options, port, socket.error());
    const Error error = await_open(program, *socket, options.patience);
    if (error != Error::none) return tell_failure(options, port, error);
    if (options.is_verbose) tell_success(options, port);
    return options.only_scans ? 0 : TcpSession(program, options, std::move(*socket)).run();
}

// An open port says nothing: only a refusal within the time is one.
int scan_udp(common::Program& program, const Options& options, UdpSocket& socket, std::uint16_t port) {
    constexpr std::uint8_t probe[1] = {'X'};
    const auto sent = socket.send(probe);
    if (!sent) return tell_failure(options, port, sent.error());
    const Instant until = program.clock().now() + std::min<Duration>(options.patience, 1s);
    for (Instant now = program.clock().now(); now < until; now = program.clock().now()) {
        if (const Error error = socket.take_error(); error != Error::none)
            return tell_failure(options, port, error);
        program.loop().step(until - now);
    }
    if (options.is_verbose) tell_success(options, port);
    return 0;
}

int use_udp(common::Program& program, const Options& options, std::uint16_t port) {
    UdpSocket socket = common::must_open_udp(program, static_cast<std::uint16_t>(options.local_port));
    const auto connected = socket.connect({options.address, port});
    if (!connected) return tell_failure(options, port, connected.error());
    return options.only_scans ? scan_udp(program, options, socket, port)
                              : UdpSession(program, options, std::move(socket)).run();
}

int listen_tcp(common::Program& program, const Options& options) {
    TcpListener listener = common::must_listen(program, options.first_port, 1);
    int code = 0;
    do {
        auto socket = listener.accept();
        while (!socket && !program.loop().is_stopped()) {
            program.loop().step(Duration::max());
            program.check();
            socket = listener.accept();
        }
        if (!socket) return code;
        if (options.is_verbose)
            fmt::print(stderr, "Connection received on {} {}\n", wire::to_text(socket->remote().address),
                       socket->remote().port);
        if (!options.keeps) listener.close();
        code = TcpSession(program, options, std::move(*socket)).run();
    } while (options.keeps && !program.loop().is_stopped());
    return code;
}

}  // namespace

void read_words(const std::vector<std::string>& words, Options& options) {
    if (words.size() != (options.listens ? 1U : 2U))
        throw Failure(exit_usage,
                      options.listens ? "with -l there is one word: PORT" : "a HOST and a PORT are needed");
    const std::string& ports = words.back();
    const std::size_t dash = ports.find('-');
    const auto first = posix::parse_port(ports.substr(0, dash));
    const auto last = dash == std::string::npos ? first : posix::parse_port(ports.substr(dash + 1));
    if (!first || !last || *first == 0 || *first > *last || (options.listens && *first != *last))
        throw Failure(exit_usage,
                      fmt::format("'{}' is not a port from 1 to 65535, or a range of them", ports));
    if (*first != *last && !options.only_scans) throw Failure(exit_usage, "a range of ports needs -z");
    options.first_port = *first;
    options.last_port = *last;
    if (!options.listens) options.host = words.front();
}

int run(common::Program& program, const Options& options) {
    if (options.listens && options.is_udp)
        return UdpSession(program, options, common::must_open_udp(program, options.first_port)).run();
    if (options.listens) return listen_tcp(program, options);
    int code = 1;
    for (std::uint32_t port = options.first_port; port <= options.last_port; ++port) {
        const auto one = static_cast<std::uint16_t>(port);
        if ((options.is_udp ? use_udp : use_tcp)(program, options, one) == 0) code = 0;
        if (program.loop().is_stopped()) break;
    }
    return code;
}

}  // namespace sluice::nc
