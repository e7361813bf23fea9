// The server on a Stack, with a client on another Stack at the other end of a wire in memory: accepting, limits, the end.
#include "apps/common/http/server.h"

#include <doctest/doctest.h>

#include <list>

#include "support/pair.h"
#include "unit/apps/http/visit.h"

namespace sluice::http::test {
namespace {

using sluice::test::Pair;

// A client of the kernel of our test: sends its request, collects what comes.
struct Client {
    TcpSocket socket;
    std::string request;
    std::string received;
    bool is_over = false;
    Error error = Error::none;

    void step() {
        if (!request.empty())
            if (const auto sent =
                    socket.write({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()}))
                request.erase(0, *sent);
        std::array<std::uint8_t, 4096> room;
        while (!is_over) {
            const auto got = socket.read(room);
            if (!got && got.error() == Error::would_block) return;
            if (!got) error = got.error();
            is_over = !got || *got == 0;
            if (got) received.append(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*got));
        }
    }
};

struct World : AccessSink {
    explicit World(Settings wanted = {}) : settings(wanted), file_site(files, {}), site(file_site) {
        server.emplace(pair.stack(1), ServerParts{settings, site, *this, "Sluice"}, [this] {
            return Date(std::chrono::floor<std::chrono::seconds>(pair.now().time_since_epoch()));
        });
        server->serve(
            pair.stack(1).listen({.address = {}, .port = 80, .backlog = 128, .options = {}}).value());
    }
    void record(const AccessRecord& record) override { log.push_back(record); }

    Client& client(const std::string& request) {
        auto socket = pair.stack(0).connect(
            {.remote = {wire::Address::v4(192, 0, 2, 2), 80}, .local = {}, .options = {}});
        Client& made = clients.emplace_back();
        made.socket = std::move(socket.value());
        made.request = request;
        return made;
    }
    // Runs until `done` or for `time`, waking the server when it wants to be.
    void run(
        Duration time, const std::function<bool()>& done = [] { return false; }) {
        const Instant end = pair.now() + time;
        while (pair.now() < end && !done()) {
            for (Client& client : clients) client.step();
            pair.settle();
            const Instant next =
                std::min({end, pair.now() + 10ms, std::max(server->next_deadline(), pair.now() + 1ms)});
            pair.run(next - pair.now());
            if (server->next_deadline() <= pair.now()) server->on_time();
            pair.settle();
        }
        for (Client& client : clients) client.step();
    }
    static int status_of(const Client& client) {
        return client.received.size() < 12 ? 0 : std::stoi(client.received.substr(9, 3));
    }

    Settings settings;
    MemoryFiles files;
    FileSite file_site;
    DemoSite site;
    Pair pair;
    std::vector<AccessRecord> log;
    std::list<Client> clients;
    std::optional<Server> server;
};

const std::string get = "GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string get_and_close = "GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_CASE(
    "a request over TCP is answered, logged with the client's address, and the connection closed both ways") {
    World world;
    Client& client = world.client(get_and_close);
    world.run(2s, [&] { return client.is_over; });
    CHECK(client.received.ends_with("\r\n\r\nHello, world\n"));
    CHECK(client.error == Error::none);
    client.socket.close();
    world.run(1s);
    CHECK(world.server->connections() == 0);
    REQUIRE(world.log.size() == 1);
    CHECK(world.log[0].client == "192.0.2.1");
    CHECK(world.log[0].octets == 13);
}

TEST_CASE("a large file goes in pieces as there is room, and arrives whole") {
    World world;
    std::string large(5'000'000, '\0');
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7 + i / 256);
    world.files.contents["/large"] = large;
    Client& client = world.client("GET /large HTTP/1.0\r\n\r\n");
    world.run(100ms);
    CHECK(world.pair.stack(1).pool().bytes_in_use() < 4'000'000);  // Nobody reads the whole file into memory.
    world.run(60s, [&] { return client.is_over; });
    CHECK(client.received.substr(client.received.find("\r\n\r\n") + 4) == large);
}

TEST_CASE("an idle connection is closed at its time") {
    World world;
    Client& client = world.client(get);
    world.run(59s);
    CHECK_FALSE(client.is_over);
    world.run(2s);
    CHECK(client.is_over);
    CHECK(client.error == Error::none);
}

TEST_CASE("a client that vanishes is cut off and logged") {
    World world;
    Client& client = world.client("GET /delay/5 HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run(1s);
    client.socket.abort();
    world.run(1s);
    CHECK(world.server->connections() == 0);
    CHECK(world.log.size() == 1);
}

TEST_CASE("at the limit an idle connection makes room, a busy one does not: 503 [RFC 9110 15.6.4]") {
    Settings settings;
    settings.max_connections = 2;
    World world(settings);
    Client& first = world.client(get);
    world.run(1s);
    Client& second = world.client(get);
    world.run(1s);
    CHECK_FALSE(first.is_over);
    Client& third = world.client("GET /delay/50 HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run(1s);
    CHECK(first.is_over);  // It had been idle longest.
    CHECK_FALSE(second.is_over);
    Client& fourth = world.client("GET /delay/50 HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run(1s);
    CHECK(second.is_over);
    Client& fifth = world.client(get);
    world.run(1s);
    CHECK(World::status_of(fifth) == 503);
    CHECK_FALSE(third.is_over);
    CHECK_FALSE(fourth.is_over);
}

TEST_CASE("one address has a limit of its own") {
    Settings settings;
    settings.max_per_address = 1;
    World world(settings);
    Client& first = world.client(get);
    world.run(1s);
    Client& second = world.client(get);
    world.run(1s);
    CHECK(World::status_of(first) == 200);
    CHECK(World::status_of(second) == 503);
    first.socket.close();
    second.socket.close();
    world.run(1s);
    Client& third = world.client(get);
    world.run(1s);
    CHECK(World::status_of(third) == 200);
}

TEST_CASE("beyond the limit only so many get an answer, the others a reset") {
    Settings settings;
    settings.max_per_address = 1;
    World world(settings);
    world.client(get);
    world.run(1s);
    for (int i = 0; i < 100; ++i) world.client("");
    world.run(1s);
    const auto resets =
        std::ranges::count_if(world.clients, [](const Client& c) { return c.error == Error::reset; });
    const auto answers =
        std::ranges::count_if(world.clients, [](const Client& c) { return World::status_of(c) == 503; });
    CHECK(answers == 64);
    CHECK(resets == 36);
}

TEST_CASE("the server ends when its last reply has gone out; new connections are refused meanwhile") {
    World world;
    Client& idle = world.client(get);
    Client& busy = world.client("GET /delay/3 HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run(1s);
    bool is_done = false;
    world.server->stop([&] { is_done = true; });
    world.run(1s);
    CHECK(idle.is_over);
    CHECK_FALSE(is_done);
    Client& late = world.client(get);
    world.run(500ms);
    CHECK(late.error == Error::refused);
    world.run(2s);
    CHECK(World::status_of(busy) == 200);
    busy.socket.close();
    world.run(1s);
    CHECK(is_done);
}

TEST_CASE("replies that take longer than the grace time are cut off") {
    Settings settings;
    settings.grace_time = 2s;
    World world(settings);
    Client& client = world.client("GET /delay/50 HTTP/1.1\r\nHost: a\r\n\r\n");
    world.run(1s);
    bool is_done = false;
    world.server->stop([&] { is_done = true; });
    world.run(1s);
    CHECK_FALSE(is_done);
    world.run(2s);
    CHECK(is_done);
    CHECK(client.error == Error::reset);
}

}  // namespace
}  // namespace sluice::http::test
