// The application's side of a script: calls on sockets, and what they must answer.
#include <fmt/format.h>

#include <array>

#include "support/script.h"

namespace sluice::test {
namespace {

std::string result_text(const std::expected<std::size_t, Error>& result) {
    return result ? std::to_string(*result) : std::string(text_of(result.error()));
}

std::string result_text(const std::expected<void, Error>& result) {
    return result ? "ok" : std::string(text_of(result.error()));
}

}  // namespace

App& App::listens(std::uint32_t backlog, Where where) {
    script_.begin("listens", where);
    ListenOptions options = listen_options;
    options.port = script_.flow().own_port;
    options.backlog = backlog;
    options.options = script_.socket_options();
    script_.note(fmt::format("app: listens on {}", options.port));
    auto listener = script_.stack().listen(options);
    if (!listener) script_.fail(fmt::format("listen: {}", text_of(listener.error())));
    listener_ = std::move(*listener);
    script_.end();
    return *this;
}

App& App::connects(Where where) {
    script_.begin("connects", where);
    Flow& flow = script_.flow();
    ConnectOptions options = connect_options;
    options.remote = {wire::parse_address(flow.peer_address).value(), flow.peer_port};
    if (options.local.port == 0) options.local.port = flow.own_port;
    options.options = script_.socket_options();
    script_.note(fmt::format("app: connects to {}:{}", flow.peer_address, flow.peer_port));
    auto socket = script_.stack().connect(options);
    if (!socket) script_.fail(fmt::format("connect: {}", text_of(socket.error())));
    socket_ = std::move(*socket);
    socket_.watch(this);
    script_.end();
    return *this;
}

App& App::connect_fails(Error error, Where where) {
    script_.begin("connect_fails", where);
    ConnectOptions options = connect_options;
    options.options = script_.socket_options();
    auto socket = script_.stack().connect(options);
    if (socket) script_.fail("connect: ok");
    if (socket.error() != error)
        script_.fail(
            fmt::format("connect: {} expected, {} answered", text_of(error), text_of(socket.error())));
    script_.end();
    return *this;
}

App& App::accepts(Where where) {
    script_.begin("accepts", where);
    TcpListener& listener = listener_ ? listener_ : script_.app().listener();
    auto socket = listener.accept();
    script_.note("app: accepts");
    if (!socket) script_.fail(fmt::format("accept: {}", text_of(socket.error())));
    socket_ = std::move(*socket);
    socket_.watch(this);
    script_.end();
    return *this;
}

App& App::accept_finds_nothing(Where where) {
    script_.begin("accept_finds_nothing", where);
    const auto socket = (listener_ ? listener_ : script_.app().listener()).accept();
    if (socket || socket.error() != Error::would_block) script_.fail("accept found a connection");
    script_.end();
    return *this;
}

App& App::writes(std::uint32_t octets, Where where) {
    script_.begin("writes", where);
    Octets text;
    for (std::uint32_t i = 0; i < octets; ++i) text.push_back(octet_at(written_ + i, true));
    const auto result = socket_.write(text);
    script_.note(fmt::format("app: writes {}: {}", octets, result_text(result)));
    if (!result || *result != octets)
        script_.fail(fmt::format("write of {}: {}", octets, result_text(result)));
    written_ += octets;
    script_.end();
    return *this;
}

App& App::writes_urgent(std::uint32_t octets, Where where) {
    script_.begin("writes_urgent", where);
    Octets text;
    for (std::uint32_t i = 0; i < octets; ++i) text.push_back(octet_at(written_ + i, true));
    const auto result = socket_.write_urgent(text);
    script_.note(fmt::format("app: writes {} urgent: {}", octets, result_text(result)));
    if (!result || *result != octets) script_.fail(fmt::format("urgent write: {}", result_text(result)));
    written_ += octets;
    script_.end();
    return *this;
}

App& App::write_fails(Error error, Where where) {
    script_.begin("write_fails", where);
    const auto result = socket_.write(std::array<std::uint8_t, 1>{0});
    if (result || result.error() != error)
        script_.fail(fmt::format("write: {} expected, {} answered", text_of(error), result_text(result)));
    script_.end();
    return *this;
}

App& App::reads(std::uint32_t octets, Where where) {
    script_.begin("reads", where);
    Octets room(octets);
    std::size_t got = 0;
    while (got < octets) {
        const auto result = socket_.read(ByteSpan(room).subspan(got));
        if (!result || *result == 0)
            script_.fail(
                fmt::format("read: {} octets, then {}; {} expected", got, result_text(result), octets));
        got += *result;
    }
    script_.note(fmt::format("app: reads {}", octets));
    for (std::size_t i = 0; i < got; ++i, ++read_)
        if (room[i] != octet_at(read_, false)) script_.fail(fmt::format("wrong octet read at {}", read_));
    script_.end();
    return *this;
}

App& App::reads_all(std::uint32_t octets, Where where) { return reads(octets, where).reads_nothing(where); }

App& App::reads_nothing(Where where) { return read_fails(Error::would_block, where); }

App& App::reads_end(Where where) {
    script_.begin("reads_end", where);
    std::array<std::uint8_t, 64> room;
    const auto result = socket_.read(room);
    if (!result || *result != 0)
        script_.fail(fmt::format("read: end of stream expected, {} answered", result_text(result)));
    script_.end();
    return *this;
}

App& App::read_fails(Error error, Where where) {
    script_.begin("read_fails", where);
    std::array<std::uint8_t, 64> room;
    const auto result = socket_.read(room);
    if (result || result.error() != error)
        script_.fail(fmt::format("read: {} expected, {} answered", text_of(error), result_text(result)));
    script_.end();
    return *this;
}

App& App::shuts_down(Where where) {
    script_.begin("shuts_down", where);
    const auto result = socket_.shutdown_write();
    script_.note("app: shutdown(write): " + result_text(result));
    if (!result) script_.fail("shutdown: " + result_text(result));
    script_.end();
    return *this;
}

App& App::shutdown_fails(Error error, Where where) {
    script_.begin("shutdown_fails", where);
    const auto result = socket_.shutdown_write();
    if (result || result.error() != error)
        script_.fail(fmt::format("shutdown: {} expected, {} answered", text_of(error), result_text(result)));
    script_.end();
    return *this;
}

App& App::shuts_down_reading(Where where) {
    script_.begin("shuts_down_reading", where);
    script_.note("app: shutdown(read)");
    socket_.shutdown_read();
    script_.end();
    return *this;
}

App& App::closes(Where where) {
    script_.begin("closes", where);
    script_.note("app: close");
    socket_.close();
    script_.end();
    return *this;
}

App& App::aborts(Where where) {
    script_.begin("aborts", where);
    script_.note("app: abort");
    socket_.abort();
    script_.end();
    return *this;
}

App& App::closes_listener(Where where) {
    script_.begin("closes_listener", where);
    script_.note("app: closes listener");
    listener_.close();
    script_.end();
    return *this;
}

App& App::error_is(Error error, Where where) {
    script_.begin("error_is", where);
    const Error got = socket_.take_error();
    if (got != error) script_.fail(fmt::format("error: {} expected, {} told", text_of(error), text_of(got)));
    script_.end();
    return *this;
}

App& App::sets(const std::function<void(TcpOptions&)>& change, Where where) {
    script_.begin("sets", where);
    TcpOptions options = socket_.options();
    change(options);
    socket_.set_options(options);
    script_.note("app: sets options");
    script_.end();
    return *this;
}

App& App::is_ready(bool Readiness::*level, Where where) {
    script_.begin("is_ready", where);
    if (!(socket_.readiness().*level)) script_.fail("the socket is not ready");
    return *this;
}

App& App::is_not_ready(bool Readiness::*level, Where where) {
    script_.begin("is_not_ready", where);
    if (socket_.readiness().*level) script_.fail("the socket is ready");
    return *this;
}

App& App::was_told(std::uint32_t times, Where where) {
    script_.begin("was_told", where);
    if (told_ != times) script_.fail(fmt::format("told {} times, not {}", told_, times));
    told_ = 0;
    return *this;
}

}  // namespace sluice::test
