#include "packetdrill/tool.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <tins/tins.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <fstream>

namespace sluice::test {
namespace {

constexpr std::uint16_t our_port = 8080;
constexpr std::uint16_t peer_port = 40000;

void* library() {
    static void* const loaded = dlopen(SLUICE_PACKETDRILL, RTLD_NOW | RTLD_LOCAL);
    REQUIRE_MESSAGE(loaded, dlerror());
    return loaded;
}

// As the tool looks whether a thread really sleeps.
bool is_asleep(pid_t thread) {
    std::ifstream file(fmt::format("/proc/self/task/{}/stat", thread));
    std::string text;
    std::getline(file, text);
    const std::size_t at = text.rfind(')');
    return at != text.npos && text.size() > at + 2 && text[at + 2] == 'S';
}

}  // namespace

void* symbol(const char* name) {
    void* const found = dlsym(library(), name);
    REQUIRE(found);
    return found;
}

int init(const char* flags, packetdrill::Table* table) {
    return reinterpret_cast<decltype(packetdrill::packetdrill_interface_init)*>(
        symbol("packetdrill_interface_init"))(flags, table);
}

Tool::Tool(const char* flags) {
    REQUIRE(init(flags, &table) == 0);
    start_us_ = now();
}

Tool::~Tool() {
    join();
    table.free(self());
}

long long Tool::now() {
    timeval time{};
    table.gettimeofday(self(), &time, nullptr);
    return time.tv_sec * 1'000'000LL + time.tv_usec - start_us_;
}

void Tool::inject(const Piece& piece) {
    Tins::TCP tcp(our_port, peer_port);
    tcp.seq(piece.seq);
    tcp.ack_seq(piece.ack);
    tcp.window(piece.window);
    const auto set = [&](char letter, Tins::TCP::Flags flag) {
        if (piece.flags.find(letter) != std::string::npos) tcp.set_flag(flag, 1);
    };
    set('S', Tins::TCP::SYN);
    set('A', Tins::TCP::ACK);
    set('P', Tins::TCP::PSH);
    set('F', Tins::TCP::FIN);
    set('R', Tins::TCP::RST);
    if (piece.flags.find('S') != std::string::npos) tcp.mss(1460);
    Tins::IP packet = Tins::IP("192.0.2.1", "192.0.2.2") / tcp;
    if (piece.octets > 0) packet /= Tins::RawPDU(std::string(piece.octets, 'x'));
    const auto octets = packet.serialize();
    CHECK(table.netdev_send(self(), octets.data(), octets.size()) == 0);
}

Piece Tool::next(long long* at_us) {
    std::array<std::uint8_t, 65536> room{};
    std::size_t octets = room.size();
    long long time_us = 0;
    REQUIRE(table.netdev_receive(self(), room.data(), &octets, &time_us) == 0);
    if (octets == 0) return {};
    if (at_us) *at_us = time_us - start_us_;
    const Tins::IP packet(room.data(), static_cast<std::uint32_t>(octets));
    const auto& tcp = packet.rfind_pdu<Tins::TCP>();
    Piece piece;
    for (const auto& [flag, letter] :
         {std::pair(Tins::TCP::SYN, 'S'), std::pair(Tins::TCP::FIN, 'F'), std::pair(Tins::TCP::RST, 'R'),
          std::pair(Tins::TCP::PSH, 'P'), std::pair(Tins::TCP::ACK, 'A')})
        if (tcp.get_flag(flag)) piece.flags += letter;
    piece.seq = tcp.seq();
    piece.ack = tcp.ack_seq();
    piece.window = tcp.window();
    const auto* text = packet.find_pdu<Tins::RawPDU>();
    piece.octets = text ? static_cast<std::uint32_t>(text->payload().size()) : 0;
    return piece;
}

int Tool::listen() {
    const int fd = table.socket(self(), AF_INET, SOCK_STREAM, 0);
    REQUIRE(fd >= 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(our_port);
    CHECK(table.bind(self(), fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(table.listen(self(), fd, 5) == 0);
    return fd;
}

int Tool::establish(int listener) {
    inject({.flags = "S"});
    const Piece answer = next();
    CHECK(answer.flags == "SA");
    CHECK(answer.ack == 1);
    isn_ = answer.seq;
    inject({.flags = "A", .seq = 1, .ack = isn_ + 1});
    const int fd = table.accept(self(), listener, nullptr, nullptr);
    REQUIRE(fd >= 0);
    return fd;
}

void Tool::begin(const std::string& name, std::function<long()> call) {
    join();
    std::atomic<pid_t> thread{0};
    second_ = std::thread([this, name, call = std::move(call), &thread] {
        thread = static_cast<pid_t>(syscall(SYS_gettid));
        const long result = call();
        const int error = errno;
        const long long ended = now();
        said_ = fmt::format("{} answers {} at {}{}", name, result, ended,
                            result < 0 ? fmt::format(" ({})", strerrorname_np(error)) : "");
    });
    while (thread == 0 || !is_asleep(thread)) std::this_thread::yield();
}

void Tool::join() {
    if (!second_.joinable()) return;
    second_.join();
    say(said_);
}

}  // namespace sluice::test
