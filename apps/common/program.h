// A program on the stack: opens the device, makes the Stack, gives it its address, runs the loop. What a networked
// program's main() needs besides its own work.
//
//   int main(int argc, char** argv) {
//       CLI::App app("What it does");
//       std::uint64_t port = 7;
//       common::add_number(app, "--listen", port, 1, 65535, "port to listen on");
//       return common::run_program(app, argc, argv, [&](common::Program& program) {
//           auto listener = program.stack().listen({.port = ...});
//           return program.run();
//       });
//   }
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "apps/common/control/frame_stream.h"
#include "apps/common/control/server.h"
#include "apps/common/failure.h"
#include "apps/common/options.h"
#include "apps/common/outputs.h"
#include "host/clock.h"
#include "host/loop.h"
#include "host/signals.h"
#include "host/tap.h"
#include "stack.h"

namespace sluice::common {

class Program {
public:
    // Opens everything, drops privileges, and returns when the address is usable. Throws Failure.
    explicit Program(const NetworkOptions& options);
    // Sends what the sockets still owe (close them before) and writes out log and capture.
    ~Program();
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    const NetworkOptions& options() const { return options_; }
    Stack& stack() { return stack_; }
    host::Loop& loop() { return loop_; }
    host::Device& device() { return *taps_.front(); }
    const host::Clock& clock() const { return clock_; }
    LinkId link() const { return link_; }
    // Tells one more every record of the trace from now on; it must outlive the Program's loop.
    void add_trace_sink(host::TraceSink& sink) { outputs_->add_trace_sink(sink); }
    wire::Address address() const { return options_.address.address; }

    // Runs until SIGINT, SIGTERM or loop().stop(); answers exit code 0. Throws Failure when the device or the address is lost.
    int run();
    // For programs with a loop of their own: throws what run() would.
    void check();
    // What the first SIGINT or SIGTERM does instead of stopping the loop; a second one always stops it.
    void set_on_signal(std::function<void(int)> action) { on_signal_ = std::move(action); }
    // The signal that came first, 0 for none.
    int signal() const { return signal_; }
    // Goes on until no connection is left to finish (TIME-WAIT needs nobody), at most this long.
    void finish(Duration at_most);

private:
    static constexpr std::uint64_t never_seen = ~std::uint64_t{0};  // the address is not in use yet
    static std::vector<std::unique_ptr<host::Tap>> open_devices(const NetworkOptions& options);
    std::vector<host::Device*> devices() const;
    static StackConfig config_for(const NetworkOptions& options);
    void open_control();
    void take_signal();
    void print_status();  // SIGUSR1: what is held, what was dropped and why
    void configure_addresses();
    void wait_for_addresses();
    void watch_address();

    NetworkOptions options_;
    host::Signals signals_{SIGINT, SIGTERM, SIGUSR1};
    host::Clock clock_;
    std::vector<std::unique_ptr<host::Tap>> taps_;  // by link number
    Stack stack_;
    host::Loop loop_;
    std::optional<Outputs> outputs_;  // closed before the loop and the Stack go
    std::unique_ptr<ControlServer> control_;
    std::optional<FrameStream> frames_;
    LinkId link_ = 0;
    std::function<void(int)> on_signal_;
    int signal_ = 0;
    std::uint64_t conflicts_seen_ = never_seen;
    std::string lost_;  // why the address may not be used any more
};

// Listens on a port of every address, or throws Failure: the port is in use.
TcpListener must_listen(Program& program, std::uint16_t port, std::uint32_t backlog = 128);

// A UDP socket on a port of every address (0: one is chosen), or throws Failure.
UdpSocket must_open_udp(Program& program, std::uint16_t port = 0);

// Parses the command line and calls `body`. Every Failure becomes one line on standard error; answers the exit code.
int run_tool(CLI::App& app, int argc, char** argv, const std::function<int()>& body);
// Parses the command line with the network options added, makes the Program and calls `body`. Every Failure becomes one
// line on standard error; answers the exit code.
int run_program(CLI::App& app, int argc, char** argv, const std::function<int(Program&)>& body);
// The same for programs that need the options before there is a Program; `body` is called after parsing.
int run_parsed(CLI::App& app, int argc, char** argv, const std::function<int(const NetworkOptions&)>& body);

}  // namespace sluice::common
