// Uses the installed package as a user would: two hosts on one wire, a greeting from one to the other.
#include <sluice/stack.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace {

using namespace sluice;
using namespace std::chrono_literals;

// What a device would do: every frame of one host arrives at the other.
void carry(Stack& from, Stack& to, Instant now) {
    for (FrameOut out; from.next_frame(out);) {
        Chunk chunk = to.pool().take(out.size());
        auto at = std::ranges::copy(out.header(), chunk.writable().begin()).out;
        for (const Slice& slice : out.payload) at = std::ranges::copy(slice.view(), at).out;
        FrameIn in;
        in.bytes = Slice(chunk, 0, out.size());
        to.receive(0, in, now);
    }
}

}  // namespace

int main() {
    StackConfig config;
    config.net.probe_addresses = false;
    Stack server(config);
    Stack client(config);
    server.attach({{2, 0, 0, 0, 0, 1}});
    client.attach({{2, 0, 0, 0, 0, 2}});
    server.add_address(0, *wire::parse_prefix("192.0.2.1/24"));
    client.add_address(0, *wire::parse_prefix("192.0.2.2/24"));

    TcpListener listener = *server.listen({.port = 7});
    TcpSocket out = *client.connect({.remote = *wire::parse_endpoint("192.0.2.1:7")});
    const std::string greeting = "hello";
    (void)out.write({reinterpret_cast<const std::uint8_t*>(greeting.data()), greeting.size()});

    TcpSocket in;
    std::string got;
    for (Instant now{}; got != greeting && now < Instant{} + 10s; now += 10ms) {
        carry(client, server, now);
        carry(server, client, now);
        client.on_time(now);
        server.on_time(now);
        if (!in)
            if (auto accepted = listener.accept()) in = std::move(*accepted);
        std::array<std::uint8_t, 16> room{};
        if (const auto octets = in.read(room)) got.append(room.begin(), room.begin() + *octets);
    }
    std::printf("%s\n", got.c_str());
    return got == greeting ? 0 : 1;
}
