#include "apps/common/http/session.h"

#include <algorithm>

namespace sluice::http {

Server::Session::Session(Server& server, Number number, TcpSocket socket, wire::Address client)
    : server_(server),
      socket_(std::move(socket)),
      connection_(server.parts_, wire::to_text(client), server.moment()),
      client_(client),
      number_(number) {
    connection_.set_peer(wire::to_text(socket_.remote()));
    connection_.set_wake([&server, number] { server.wake(number); });
}

void Server::Session::begin(bool is_welcome) {
    is_welcome_ = is_welcome;
    socket_.watch(this);
    if (!is_welcome) connection_.refuse_busy(server_.moment());
    pump();
}

void Server::Session::on_ready(Readiness readiness) {
    if (readiness.error && readiness.hangup) return end();  // An error alone may be a passing one.
    pump();
}

void Server::Session::on_time() {
    if (relay_ && server_.stack_.now() >= relay_deadline_) return cut_off();
    connection_.on_time(server_.moment());
    pump();
}

void Server::Session::drain() {
    if (relay_) return;  // It has the grace time.
    connection_.drain(server_.moment());
    pump();
}

void Server::Session::give_up() { end(); }

void Server::Session::cut_off() {
    socket_.abort();
    end();
}

void Server::Session::forget_schedule() {
    if (scheduled_ != never) server_.deadlines_.erase({scheduled_, number_});
    scheduled_ = never;
}

// Moves what can be moved in both directions, then settles what that led to.
void Server::Session::pump() {
    if (relay_) return pump_relay();
    Moved in = Moved::nothing;
    Moved out = Moved::nothing;
    do {
        in = move_in();
        out = in == Moved::failed ? Moved::failed : move_out();
        if (out == Moved::failed) return end();
    } while (in == Moved::something || out == Moved::something);
    switch (connection_.fate()) {
        case ServerConnection::Fate::open: break;
        case ServerConnection::Fate::finishing:
            if (!std::exchange(is_writing_over_, true) && !socket_.shutdown_write()) return end();
            break;
        case ServerConnection::Fate::over: return end();
        case ServerConnection::Fate::broken: return cut_off();
        case ServerConnection::Fate::tunnel:
            relay_ = std::make_unique<Relay>(socket_, connection_.host(), [this] { server_.wake(number_); });
            relay_deadline_ = server_.stack_.now();
            return pump_relay();
    }
    server_.note_idleness(*this);
    server_.schedule(*this);
}

void Server::Session::pump_relay() {
    const Relay::Moved moved = relay_->pump();
    if (moved == Relay::Moved::over) return end();
    if (moved == Relay::Moved::failed) return cut_off();
    if (moved == Relay::Moved::something || relay_deadline_ <= server_.stack_.now())
        relay_deadline_ = later(server_.stack_.now(), server_.parts_.settings.tunnel_timeout);
    server_.schedule(*this);
}

Server::Session::Moved Server::Session::move_in() {
    if (!connection_.wants_input()) return Moved::nothing;
    const auto octets = socket_.peek();
    if (!octets) return octets.error() == Error::would_block ? Moved::nothing : Moved::failed;
    if (octets->empty()) {
        connection_.end_of_input(server_.moment());
        return Moved::something;
    }
    const std::string_view text(reinterpret_cast<const char*>(octets->data()), octets->size());
    socket_.consume(connection_.take(text, server_.moment()));
    return Moved::something;
}

Server::Session::Moved Server::Session::move_out() {
    Moved moved = Moved::nothing;
    while (socket_.room() > 0) {
        const Output output = connection_.output();
        if (output.text.empty() && !output.file) break;
        const auto written = write(output);
        if (!written) return written.error() == Error::would_block ? moved : Moved::failed;
        if (*written > 0) connection_.sent(*written, server_.moment());
        moved = Moved::something;
    }
    return moved;
}

std::expected<std::size_t, Error> Server::Session::write(const Output& output) {
    if (output.file) return write_file(output);
    return socket_.write({reinterpret_cast<const std::uint8_t*>(output.text.data()), output.text.size()});
}

// Choice: files are read into chunks of 64 KiB that the send buffer then refers to, instead of mapped: a file that is cut
// short while it is mapped would end the program with SIGBUS. A read of a slow disk holds up everybody; files are expected
// to be in the page cache.
std::expected<std::size_t, Error> Server::Session::write_file(const Output& output) {
    constexpr std::uint64_t piece_octets = 65536;
    const auto wanted = static_cast<std::uint32_t>(std::min(output.length, piece_octets));
    Chunk chunk = server_.stack_.pool().take(wanted);
    const auto got = output.file->read(output.offset, chunk.writable().first(wanted));
    if (got < wanted) connection_.file_failed();
    if (got == 0) return 0;
    const auto queued = socket_.write_owned(Slice(std::move(chunk), 0, static_cast<std::uint32_t>(got)));
    if (!queued) return std::unexpected(queued.error());
    return got;
}

void Server::Session::end() {
    connection_.lost(server_.moment());
    server_.remove(*this);  // Destroys *this, and that closes the socket.
}

}  // namespace sluice::http
