// sluice-perf: the other end of a measurement. Three services that cost as little as the in-loop face allows: octets come
// and go by reference, nothing is copied.
//
//   port 7   echoes                    round trips, connections per second (RFC 862)
//   port 9   swallows what arrives     bulk towards the stack (RFC 863)
//   port 19  sends without end         bulk from the stack (RFC 864, but zeros)
//
// With --compare no server: it measures itself, in memory, over loopback and over the link.
#include <optional>
#include <vector>

#include "apps/common/program.h"
#include "apps/common/service.h"
#include "apps/perf/compare.h"

namespace {

using namespace sluice;

constexpr std::size_t piece_bytes = 1U << 20U;
constexpr std::uint32_t backlog = 1024;

Error swallow(TcpSocket& socket) {
    for (;;) {
        const auto octets = socket.peek();
        if (!octets) return octets.error();
        if (octets->empty()) return Error::closing;
        socket.consume(octets->size());
    }
}

Error generate(TcpSocket& socket, const Slice& piece) {
    for (;;)
        if (const auto queued = socket.write_owned(piece); !queued) return queued.error();
}

TcpListener listen(common::Program& program, std::uint16_t port) {
    TcpListener listener = common::must_listen(program, port, backlog);
    TcpOptions options = listener.options();
    options.no_delay = true;
    listener.set_options(options);
    return listener;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Serves echo, discard and an endless stream on the Sluice stack, for measurements");
    std::optional<wire::Endpoint> sink;
    app.add_option_function<std::string>(
           "--compare",
           [&sink](const std::string& text) {
               sink = wire::parse_endpoint(text);
               if (!sink) throw CLI::ValidationError("--compare", "wants ADDRESS:PORT");
           },
           "print how fast a socket pair, loopback and TCP to this server are, which swallows what it gets")
        ->type_name("ADDRESS:PORT");
    return common::run_program(app, argc, argv, [&sink](common::Program& program) {
        if (sink) {
            perf::compare(program, *sink, 1s);
            return 0;
        }
        const std::vector<std::uint8_t> zeros(piece_bytes);
        const Slice piece = program.stack().pool().adopt(zeros, [] {});
        const common::Service echo(listen(program, 7), common::echo_back);
        const common::Service discard(listen(program, 9), swallow);
        const common::Service source(listen(program, 19),
                                     [&piece](TcpSocket& socket) { return generate(socket, piece); });
        return program.run();
    });
}
