#include "apps/nc/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace sluice::nc {
namespace {

constexpr std::size_t read_most = 16384;  // and so the longest datagram sent, as nc has it

ByteView view_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Session::Session(common::Program& program, const Options& options)
    : program_(program), options_(options), last_progress_(program.clock().now()) {
    is_input_over_ = is_end_told_ = options.no_input;
    watch_input();
}

Session::~Session() { program_.loop().remove_descriptor(STDIN_FILENO); }

int Session::run() {
    while (!is_over_ && !program_.loop().is_stopped()) {
        const Duration left = time_left();
        if (left <= Duration::zero() || (is_peer_done_ && !has_input_left())) {
            finish(0);
            break;
        }
        program_.loop().step(left);
        program_.check();
    }
    return code_;
}

bool Session::has_input_left() const {
    if (!input_.empty()) return true;
    if (is_input_over_ || !options_.listens) return !is_end_told_;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) > 0;
}

Duration Session::time_left() const {
    if (options_.patience == Duration::max()) return Duration::max();
    return last_progress_ + options_.patience - program_.clock().now();
}

void Session::watch_input() {
    if (is_input_over_ || !input_.empty()) return program_.loop().remove_descriptor(STDIN_FILENO);
    program_.loop().add_descriptor(STDIN_FILENO, POLLIN, [this](short) { read_input(); });
}

void Session::read_input() {
    std::array<char, read_most> room;
    const ssize_t got = ::read(STDIN_FILENO, room.data(), room.size());
    if (got > 0) input_.append(room.data(), static_cast<std::size_t>(got));
    is_input_over_ = got <= 0;
    note_progress();
    push_input();
}

void Session::push_input() {
    send_input();
    if (is_input_over_ && input_.empty() && !std::exchange(is_end_told_, true)) end_input();
    watch_input();
}

void Session::write_out(ByteView octets) {
    note_progress();
    while (!octets.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, octets.data(), octets.size());
        if (written <= 0) return finish(1);
        octets = octets.subspan(static_cast<std::size_t>(written));
    }
}

void Session::finish(int code, Error why) {
    if (is_over_) return;
    is_over_ = true;
    code_ = code;
    if (why != Error::none) fmt::print(stderr, "sluice-nc: {}\n", text_of(why));
}

TcpSession::TcpSession(common::Program& program, const Options& options, TcpSocket socket)
    : Session(program, options), socket_(std::move(socket)) {
    if (!options.urgent.empty()) (void)socket_.write_urgent(view_of(options.urgent));
    socket_.watch(this);
}

void TcpSession::on_ready(Readiness readiness) {
    if (readiness.readable) receive();
    push_input();
}

void TcpSession::receive() {
    for (;;) {
        const auto octets = socket_.peek();
        if (!octets && octets.error() == Error::would_block) return;
        if (!octets) return finish(1, octets.error());
        if (octets->empty()) return peer_is_done();
        write_out(*octets);
        socket_.consume(octets->size());
    }
}

void TcpSession::send_input() {
    while (!input_.empty()) {
        const auto taken = socket_.write(view_of(input_));
        if (!taken && taken.error() == Error::would_block) return;
        if (!taken) return finish(1, taken.error());
        input_.erase(0, *taken);
        note_progress();
    }
}

UdpSession::UdpSession(common::Program& program, const Options& options, UdpSocket socket)
    : Session(program, options), socket_(std::move(socket)) {
    socket_.watch(this);
}

void UdpSession::on_ready(Readiness) {
    if (const Error error = socket_.take_error(); error != Error::none) return finish(1, error);
    receive();
    push_input();
}

void UdpSession::receive() {
    while (const auto datagram = socket_.receive()) {
        // The first that comes names the peer of a listener.
        if (!socket_.is_connected()) (void)socket_.connect(datagram->from);
        write_out(datagram->data.view());
    }
}

// What was read at once is one datagram. A listener knows nobody to send to yet, and keeps it.
void UdpSession::send_input() {
    if (input_.empty() || !socket_.is_connected()) return;
    const auto sent = socket_.send(view_of(input_));
    if (!sent && sent.error() == Error::would_block) return;
    if (!sent) return finish(1, sent.error());
    input_.clear();
}

}  // namespace sluice::nc
