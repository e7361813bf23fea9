#include "apps/common/control/client.h"
#include "apps/common/control/server.h"
#include "apps/common/control/views.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "apps/common/failure.h"
#include "support/memory_device.h"

using namespace sluice;
using namespace sluice::common;

namespace {

struct Folder {
    Folder() : path(std::filesystem::temp_directory_path() / "sluice_control_XXXXXX") {
        REQUIRE(::mkdtemp(path.data()) != nullptr);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

// A program that waits for requests.
struct Running {
    explicit Running(const std::string& path)
        : server(loop, path, [this](const std::string& request) {
              return answer_about({stack, "test"}, request);
          }) {}
    // What a client got while the loop ran.
    template <typename Ask>
    auto during(Ask ask) {
        auto asking = std::async(std::launch::async, ask);
        while (asking.wait_for(std::chrono::seconds(0)) != std::future_status::ready) loop.step(20ms);
        return asking.get();
    }
    host::Clock clock;
    Stack stack;
    host::Loop loop{stack, clock};
    ControlServer server;
};

int connect_to(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    return fd;
}

}  // namespace

TEST_CASE("the control socket is its owner's alone, and goes with the program [P17]") {
    const Folder folder;
    const std::string path = folder.path + "/control";
    {
        Running running(path);
        struct stat found {};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK(S_ISSOCK(found.st_mode));
        CHECK((found.st_mode & 0777) == 0600);
        CHECK_THROWS_AS(Running{path}, Failure);  // in use
        const auto answer = running.during([&] { return ask_program(path, "sockets"); });
        CHECK(answer.at("program") == "test");
        CHECK(answer.at("rows").empty());
    }
    CHECK_FALSE(std::filesystem::exists(path));
    CHECK_THROWS_WITH_AS(ask_program(path, "sockets"), doctest::Contains("stack not running"), Failure);
}

TEST_CASE("a socket that nobody answers at is replaced, a file is not [project]") {
    const Folder folder;
    const std::string path = folder.path + "/control";
    const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    ::close(dead);
    { const Running running(path); }
    ::close(::open(path.c_str(), O_CREAT | O_WRONLY, 0600));
    CHECK_THROWS_AS(Running{path}, Failure);
    CHECK_THROWS_AS(Running{std::string(200, 'x')}, Failure);
}

TEST_CASE("what a Stack holds is told as JSON lines [P22]") {
    Stack stack;
    stack.attach(wire::parse_mac("02:00:00:00:00:01").value());
    stack.add_address(0, wire::parse_prefix("192.0.2.2/24").value());
    stack.add_default_route(wire::parse_address("192.0.2.1").value());
    const auto listener = stack.listen({.port = 80, .backlog = 5});
    auto socket = stack.open_udp().value();
    REQUIRE(socket.bind({{}, 53}));
    const auto rows = [&](const char* what) {
        const auto answer =
            nlohmann::json::parse(answer_about({stack, "test"}, nlohmann::json{{"show", what}}.dump()));
        REQUIRE(answer.at("ok") == true);
        return answer.at("rows");
    };
    const auto sockets = rows("sockets");
    REQUIRE(sockets.size() == 2);
    CHECK(sockets[0].at("protocol") == "tcp");
    CHECK(sockets[0].at("state") == "LISTEN");
    CHECK(sockets[0].at("local").at("port") == 80);
    CHECK(sockets[0].at("send_queue") == 5);
    CHECK(sockets[1].at("protocol") == "udp");
    CHECK(sockets[1].at("local").at("port") == 53);
    CHECK(rows("addresses")[0].at("address") == "192.0.2.2/24");
    bool has_default = false;
    for (const auto& route : rows("routes"))
        has_default =
            has_default || (route.at("destination") == "0.0.0.0" && route.at("gateway") == "192.0.2.1");
    CHECK(has_default);
    CHECK(rows("neighbors").empty());
    CHECK_FALSE(rows("counters").empty());
    CHECK(rows("drops").empty());
    for (const char* bad : {"", "{", "[]", "{}", "{\"show\": 1}", "{\"show\": \"secrets\"}", "\xff\xfe"})
        CHECK(nlohmann::json::parse(answer_about({stack, "test"}, bad)).at("ok") == false);
}

TEST_CASE("addresses, routes, neighbours and the MTU are changed on request [L5] [L9] [L13]") {
    StackConfig config;
    config.net.probe_addresses = false;
    Stack stack(config);
    sluice::test::MemoryDevice device(std::make_shared<sluice::test::Cable>(), sim::MemoryLink::End::a);
    stack.attach(wire::parse_mac("02:00:00:00:00:01").value());
    stack.add_address(0, wire::parse_prefix("192.0.2.2/24").value());
    const Subject subject{stack, "test", {&device}};
    const auto said = [&](const std::string& request) {
        return nlohmann::json::parse(answer_about(subject, request)).value("error", "");
    };
    CHECK(said(R"({"do": "add-address", "address": "203.0.113.5/24", "link": "cable"})").empty());
    CHECK(stack.ip().is_ours(wire::parse_address("203.0.113.5").value()));
    CHECK(said(R"({"do": "set-address", "address": "192.0.2.9/24"})").empty());
    REQUIRE(stack.ip().addresses().size() == 1);
    CHECK(stack.ip().is_ours(wire::parse_address("192.0.2.9").value()));
    CHECK(said(R"({"do": "add-route", "destination": "default", "gateway": "192.0.2.1"})").empty());
    const auto asked =
        nlohmann::json::parse(answer_about(subject, R"({"show": "route", "to": "198.51.100.5"})"));
    CHECK(asked.at("rows")[0].at("gateway") == "192.0.2.1");
    CHECK(said(R"({"do": "remove-route", "destination": "default"})").empty());
    CHECK(said(R"({"show": "route", "to": "198.51.100.5"})") == "network unreachable");
    CHECK(said(R"({"do": "set-mtu", "mtu": 1400})").empty());
    CHECK(stack.ip().capabilities(0).mtu == 1400);
    for (const char* bad :
         {R"({"do": 1})", R"({"do": "nothing"})", R"({"do": "add-address"})",
          R"({"do": "add-address", "address": "192.0.2.255/24"})",
          R"({"do": "remove-address", "address": "x"})",
          R"({"do": "remove-address", "address": "192.0.2.2"})",
          R"({"do": "add-route", "destination": "192.0.2.9.1"})",
          R"({"do": "add-route", "destination": "default", "gateway": "203.0.113.1"})",
          R"({"do": "add-route", "destination": "default", "metric": -1})",
          R"({"do": "remove-route", "destination": "192.0.2.0/24"})",
          R"({"do": "remove-neighbor", "address": "192.0.2.1"})", R"({"do": "set-mtu", "mtu": 67})",
          R"({"do": "set-mtu", "mtu": 1501})", R"({"do": "set-mtu", "mtu": 1400, "link": "eth7"})"})
        CHECK_MESSAGE(!said(bad).empty(), bad);
}

TEST_CASE("requests come in pieces; too long a line and too many clients are put off [project]") {
    const Folder folder;
    const std::string path = folder.path + "/control";
    Running running(path);
    const std::string text = running.during([&] {
        const int fd = connect_to(path);
        ::send(fd, "{\"show\":", 8, 0);
        ::send(fd, "\"routes\"}\n{}\n", 14 - 1, 0);
        std::string got;
        std::array<char, 4096> room{};
        while (std::count(got.begin(), got.end(), '\n') < 2)
            got.append(room.data(), static_cast<std::size_t>(::recv(fd, room.data(), room.size(), 0)));
        ::close(fd);
        return got;
    });
    CHECK(text.starts_with("{\"ok\":true"));
    CHECK(text.find("\"ok\":false") != std::string::npos);

    CHECK(running.during([&] {
        const int fd = connect_to(path);
        const std::string endless(ControlServer::request_most + 1, 'x');
        ::send(fd, endless.data(), endless.size(), MSG_NOSIGNAL);
        char octet = 0;
        const bool is_over = ::recv(fd, &octet, 1, 0) <= 0;
        ::close(fd);
        return is_over;
    }));
    CHECK(running.during([&] {
        std::vector<int> all;
        for (std::size_t i = 0; i < ControlServer::clients_most + 1; ++i) all.push_back(connect_to(path));
        char octet = 0;
        const bool is_over = ::recv(all.back(), &octet, 1, 0) <= 0;
        for (const int fd : all) ::close(fd);
        return is_over;
    }));
}
