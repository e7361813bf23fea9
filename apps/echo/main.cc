// sluice-echo: sends back what it receives (RFC 862). The smallest complete server on the in-loop face.
#include <map>

#include "apps/common/program.h"

namespace {

using namespace sluice;
struct Session;
using Sessions = std::map<Session*, std::unique_ptr<Session>>;

// One connection: reads in place, writes as much as there is room for, and leaves the rest to the next edge.
struct Session final : Watcher {
    Session(TcpSocket accepted, Sessions& all) : socket(std::move(accepted)), sessions(all) {
        socket.watch(this);
    }

    void on_ready(Readiness) override {
        if (pump() != Error::would_block) sessions.erase(this);  // closes the socket
    }
    Error pump() {
        for (;;) {
            const auto octets = socket.peek();
            if (!octets) return octets.error();
            if (octets->empty()) return Error::closing;  // The peer is done and has everything back.
            const auto taken = socket.write(*octets);
            if (!taken) return taken.error();
            socket.consume(*taken);
        }
    }
    TcpSocket socket;
    Sessions& sessions;
};

struct Server final : Watcher {
    void on_ready(Readiness) override {
        while (auto accepted = listener.accept()) {
            auto session = std::make_unique<Session>(std::move(*accepted), sessions);
            sessions.emplace(session.get(), std::move(session));
        }
    }
    TcpListener listener;
    Sessions sessions;
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Echoes TCP on the Sluice stack");
    std::uint64_t port = 7;
    common::add_number(app, "--listen", port, 1, 65535, "port (default 7)");
    return common::run_program(app, argc, argv, [&](common::Program& program) {
        Server server;
        server.listener = common::must_listen(program, static_cast<std::uint16_t>(port));
        server.listener.watch(&server);
        return program.run();
    });
}
