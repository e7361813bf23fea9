// sluice-echo: sends back what it receives (RFC 862). The smallest complete server on the in-loop face.
#include <fmt/format.h>

#include <map>

#include "apps/common/program.h"

namespace {

using namespace sluice;

// One connection: reads in place, writes as much as there is room for, and leaves the rest to the next edge.
struct Session final : Watcher {
    TcpSocket socket;
    std::function<void()> on_end;

    void on_ready(Readiness) override {
        for (;;) {
            const auto octets = socket.peek();
            if (!octets && octets.error() == Error::would_block) return;
            if (!octets || octets->empty())
                return on_end();  // reset, or the peer is done: everything was echoed
            const auto taken = socket.write(*octets);
            if (!taken && taken.error() == Error::would_block) return;
            if (!taken) return on_end();
            socket.consume(*taken);
        }
    }
};

struct Server final : Watcher {
    TcpListener listener;
    std::map<Session*, std::unique_ptr<Session>> sessions;

    void on_ready(Readiness) override {
        while (auto accepted = listener.accept()) {
            auto session = std::make_unique<Session>();
            session->socket = std::move(*accepted);
            session->on_end = [this, ended = session.get()] { sessions.erase(ended); };  // closes the socket
            session->socket.watch(session.get());
            sessions.emplace(session.get(), std::move(session));
        }
    }
};

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Echoes TCP on the Sluice stack");
    std::uint64_t port = 7;
    common::add_number(app, "--listen", port, 1, 65535, "port (default 7)");
    return common::run_program(app, argc, argv, [&](common::Program& program) {
        Server server;
        auto listener = program.stack().listen({.port = static_cast<std::uint16_t>(port)});
        if (!listener) throw common::Failure(1, fmt::format("port {}: {}", port, text_of(listener.error())));
        server.listener = std::move(*listener);
        server.listener.watch(&server);
        return program.run();
    });
}
