#include "apps/common/program.h"

#include <fmt/format.h>

#include <cstdio>

#include "apps/common/control/views.h"
#include "host/entropy.h"
#include "host/privileges.h"

namespace sluice::common {
Program::Program(const NetworkOptions& options)
    : options_(options), taps_(open_devices(options)), stack_(config_for(options)), loop_(stack_, clock_) {
    loop_.set_spin(options_.spin);
    outputs_.emplace(options_, stack_, loop_, clock_, device().name());
    loop_.set_before_sleep([this] {
        outputs_->write();
        watch_address();
    });
    // It belongs to whom the program runs as, unless its path is out of reach then.
    if (options_.leaves_file_system) open_control();
    must(host::drop_privileges(options_.user, options_.leaves_file_system));
    if (!control_) open_control();
    loop_.add_descriptor(signals_.descriptor(), POLLIN, [this](short) { take_signal(); });
    configure_addresses();
    wait_for_addresses();
}

Program::~Program() { loop_.drain(); }

std::vector<std::unique_ptr<host::Tap>> Program::open_devices(const NetworkOptions& options) {
    check_network_options(options);
    host::TapOptions wanted;
    wanted.name = options.tap;
    wanted.descriptor = options.tap_fd;
    wanted.mtu = options.mtu;
    wanted.offload = options.offload;
    std::vector<std::unique_ptr<host::Tap>> taps;
    taps.push_back(must(host::Tap::open(wanted)));
    wanted.descriptor = -1;
    for (const LinkOption& link : options.links) {
        wanted.name = link.tap;
        taps.push_back(must(host::Tap::open(wanted)));
    }
    for (const auto& tap : taps)
        if (tap->is_created())
            fmt::print(stderr,
                       "created TAP {0}; give this host an address on it, such as: ip addr add 192.0.2.1/24 "
                       "dev {0}\n",
                       tap->name());
    return taps;
}

std::vector<host::Device*> Program::devices() const {
    std::vector<host::Device*> all;
    for (const auto& tap : taps_) all.push_back(tap.get());
    return all;
}

StackConfig Program::config_for(const NetworkOptions& options) {
    StackConfig config;
    config.net = options.net;
    config.tcp = options.tcp;
    config.udp = options.udp;
    config.seed = options.seed ? Random(*options.seed).key() : host::entropy();
    return config;
}

void Program::open_control() {
    if (options_.control.empty()) return;
    control_ = std::make_unique<ControlServer>(
        loop_, options_.control, [this](const std::string& request) -> ControlServer::Reply {
            if (asks_for_frames(request)) return {R"({"ok": true})", true};
            return answer_about({stack_, program_invocation_short_name, devices()}, request);
        });
    frames_.emplace(*control_, clock_.wall_base_ns(), [this](LinkId link) { return taps_.at(link)->name(); });
    loop_.add_frame_watcher(*frames_);
}

void Program::configure_addresses() {
    stack_.on_time(clock_.now());
    link_ = loop_.add_device(device(), options_.mac.value_or(mac_for(address())));
    stack_.add_address(link_, options_.address);
    for (std::size_t i = 0; i < options_.links.size(); ++i) {
        const wire::Prefix& address = options_.links[i].address;
        stack_.add_address(loop_.add_device(*taps_[i + 1], mac_for(address.address)), address);
    }
    if (options_.gateway) stack_.add_default_route(*options_.gateway, link_);
}

// RFC 5227 2.1: an address is used only after nobody answered the probes for it.
void Program::wait_for_addresses() {
    for (;;) {
        bool all_usable = true;
        for (const net::AddressView& view : stack_.ip().addresses()) {
            all_usable = all_usable && view.state == net::AddressState::usable;
            if (view.state == net::AddressState::taken)
                throw Failure(
                    exit_environment,
                    fmt::format("address {} is already used by {}; choose another with --address",
                                wire::to_text(view.prefix.address), wire::to_text(view.conflicting)));
        }
        if (all_usable) break;
        loop_.step(Duration::max());
        if (!device().failure().empty()) throw Failure(exit_environment, device().failure());
        if (loop_.is_stopped()) throw Failure(exit_environment, "interrupted before the address was ready");
    }
    conflicts_seen_ = stack_.counters().drops(Reason::arp_conflict);
}

// RFC 5227 2.4: an address another host insists on is given up, and with it whatever the program does. Looked at only after
// a conflict, which the counter tells.
void Program::watch_address() {
    const std::uint64_t conflicts = stack_.counters().drops(Reason::arp_conflict);
    if (conflicts_seen_ == never_seen || conflicts_seen_ == conflicts) return;
    conflicts_seen_ = conflicts;
    for (const net::AddressView& view : stack_.ip().addresses()) {
        if (view.prefix.address != address() || view.state != net::AddressState::taken) continue;
        lost_ = fmt::format("address {} was taken over by {}; give one of them another address",
                            wire::to_text(address()), wire::to_text(view.conflicting));
        loop_.stop();
        loop_.wake();  // It is about to sleep.
    }
}

void Program::check() {
    watch_address();
    if (!lost_.empty()) throw Failure(exit_environment, lost_);
    if (!device().failure().empty()) throw Failure(exit_environment, device().failure());
}

void Program::take_signal() {
    const auto number = signals_.take();
    if (!number) return;
    if (*number == SIGUSR1) return print_status();
    if (signal_ == 0 && on_signal_) {
        signal_ = *number;
        on_signal_(*number);
        return;
    }
    signal_ = *number;
    loop_.stop();
}

void Program::print_status() {
    fmt::print(stderr, "status: tcp records {}, chunks {}, octets {}\n", stack_.tcp_open(),
               stack_.pool().chunks_in_use(), stack_.pool().bytes_in_use());
    for (std::size_t i = 0; i < reason_count; ++i) {
        const auto reason = static_cast<Reason>(i);
        if (const std::uint64_t count = stack_.counters().drops(reason))
            fmt::print(stderr, "dropped {}: {}  [{}]\n", count, text_of(reason), clause_of(reason));
    }
}

int Program::run() {
    loop_.run();
    check();
    return 0;
}

void Program::finish(Duration at_most) {
    const auto has_unfinished = [this] {
        for (const TcpEntry& entry : stack_.tcp_entries())
            if (entry.info.state != State::listen && entry.info.state != State::time_wait) return true;
        return false;
    };
    const Instant until = clock_.now() + at_most;
    for (Instant now = clock_.now(); now < until && has_unfinished(); now = clock_.now())
        loop_.step(until - now);
}

TcpListener must_listen(Program& program, std::uint16_t port, std::uint32_t backlog) {
    auto listener = program.stack().listen({.port = port, .backlog = backlog});
    if (!listener)
        throw Failure(exit_environment,
                      fmt::format("cannot listen on port {}: {}; choose another with --listen", port,
                                  text_of(listener.error())));
    return std::move(*listener);
}

UdpSocket must_open_udp(Program& program, std::uint16_t port) {
    auto socket = program.stack().open_udp();
    const auto bound = socket ? socket->bind({{}, port}) : std::unexpected(socket.error());
    if (!bound) throw Failure(exit_environment, fmt::format("UDP port {}: {}", port, text_of(bound.error())));
    return std::move(*socket);
}

int run_tool(CLI::App& app, int argc, char** argv, const std::function<int()>& body) {
    const std::string path = argc > 0 ? argv[0] : "sluice";
    const std::string name = path.substr(path.rfind('/') + 1);
    const auto complain = [&name](const char* line, int code) {
        fmt::print(stderr, "{}: {}\n", name, line);
        return code;
    };
    app.name(name);
    try {
        app.parse(argc, argv);
        return body();
    } catch (const CLI::Success& success) {  // --help or --list-settings
        return app.exit(success);
    } catch (const CLI::FileError& error) {
        return complain(error.what(), exit_environment);
    } catch (const CLI::Error& error) {
        return complain(error.what(), exit_usage);
    } catch (const Failure& failure) {
        return complain(failure.what(), failure.exit_code());
    }
}

int run_parsed(CLI::App& app, int argc, char** argv, const std::function<int(const NetworkOptions&)>& body) {
    NetworkOptions options;
    add_network_options(app, options);
    return run_tool(app, argc, argv, [&] { return body(options); });
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<int(Program&)>& body) {
    return run_parsed(app, argc, argv, [&body](const NetworkOptions& options) {
        Program program(options);
        return body(program);
    });
}

}  // namespace sluice::common
