// sluice-echo: sends back what it receives, by TCP and by UDP (RFC 862). The smallest complete server on the in-loop face.
#include "apps/common/program.h"
#include "apps/common/service.h"

namespace {

using namespace sluice;

// Each datagram goes back to whom it came from; one there is no room for is lost, as datagrams may be.
struct Datagrams final : Watcher {
    explicit Datagrams(UdpSocket opened) : socket(std::move(opened)) { socket.watch(this); }
    void on_ready(Readiness) override {
        while (const auto datagram = socket.receive())
            (void)socket.send(datagram->data.view(), {.to = datagram->from, .source = datagram->to.address});
    }
    UdpSocket socket;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Echoes TCP and UDP on the Sluice stack");
    std::uint64_t number = 7;
    common::add_number(app, "--listen", number, 1, 65535, "port (default 7)");
    return common::run_program(app, argc, argv, [&](common::Program& program) {
        const auto port = static_cast<std::uint16_t>(number);
        const common::Service echo(common::must_listen(program, port), common::echo_back);
        const Datagrams datagrams(common::must_open_udp(program, port));
        return program.run();
    });
}
