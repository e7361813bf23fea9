// A library that was not written for Sluice in a World: Boost.Beast's HTTP client and server over Asio, on simulated sockets,
// through loss and a partition. The stream below is all that joins them.
#include <doctest/doctest.h>

#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <string>
#include <vector>

#include "sim/traffic.h"
#include "sim/world.h"

using namespace sluice;
using namespace sluice::sim;

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

// What Asio's handlers run on: an io_context that the World polls.
class Executor {
public:
    explicit Executor(World& world) : world_(world) {}
    World& world() { return world_; }
    asio::io_context& context() { return context_; }
    template <typename Handler>
    void post(Handler handler) {
        asio::post(context_, std::move(handler));
        world_.after(Duration(0), [this] {
            context_.restart();
            context_.poll();
        });
    }

private:
    World& world_;
    asio::io_context context_{1};
};

error_code code_of(Error error) {
    if (error == Error::none) return {};
    return error == Error::reset ? asio::error::connection_reset : asio::error::timed_out;
}

// An AsyncReadStream and AsyncWriteStream as Beast asks for.
class Stream {
public:
    using executor_type = asio::io_context::executor_type;
    Stream(Executor& executor, AsyncTcp peer) : executor_(executor), peer_(std::move(peer)) {}

    executor_type get_executor() { return executor_.context().get_executor(); }
    AsyncTcp& peer() { return peer_; }

    template <typename Buffers, typename Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this, buffer = first_of<asio::mutable_buffer>(buffers)](auto handler) {
                executor_.world().start_service(read(*this, buffer, std::move(handler)));
            },
            token);
    }
    template <typename Buffers, typename Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(error_code, std::size_t)>(
            [this, buffer = first_of<asio::const_buffer>(buffers)](auto handler) {
                executor_.world().start_service(write(*this, buffer, std::move(handler)));
            },
            token);
    }

private:
    template <typename Buffer, typename Buffers>
    static Buffer first_of(const Buffers& buffers) {
        for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at)
            if (Buffer(*at).size() > 0) return *at;
        return {};
    }
    template <typename Handler>
    void answer(Handler handler, error_code code, std::size_t octets) {
        executor_.post([handler = std::move(handler), code, octets]() mutable { handler(code, octets); });
    }
    template <typename Handler>
    static Task<> read(Stream& self, asio::mutable_buffer room, Handler handler) {
        const auto octets =
            co_await self.peer_.read(ByteSpan(static_cast<std::uint8_t*>(room.data()), room.size()));
        const error_code code = !octets        ? code_of(octets.error())
                                : *octets == 0 ? error_code(asio::error::eof)
                                               : error_code();
        self.answer(std::move(handler), code, octets.value_or(0));
    }
    template <typename Handler>
    static Task<> write(Stream& self, asio::const_buffer data, Handler handler) {
        const auto written =
            co_await self.peer_.write(ByteView(static_cast<const std::uint8_t*>(data.data()), data.size()));
        self.answer(std::move(handler), written ? error_code() : code_of(written.error()),
                    written ? data.size() : 0);
    }

    Executor& executor_;
    AsyncTcp peer_;
};

std::string text_of_length(std::uint64_t key, std::size_t count) {
    std::string text(count, ' ');
    for (std::size_t i = 0; i < count; ++i) text[i] = static_cast<char>(stream_octet(key, i));
    return text;
}

// Serves one connection: answers each request with as many octets as its target names.
class Session : public std::enable_shared_from_this<Session> {
public:
    Session(Executor& executor, AsyncTcp peer) : stream_(executor, std::move(peer)) {}
    void run() {
        request_ = {};
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](error_code failed, std::size_t) {
                             if (!failed) return self->respond();
                             if (failed == http::error::end_of_stream)
                                 (void)self->stream_.peer().shutdown_write();
                         });
    }

private:
    void respond() {
        response_ = {http::status::ok, request_.version()};
        response_.body() = text_of_length(1, std::stoul(std::string(request_.target().substr(1))));
        response_.keep_alive(request_.keep_alive());
        response_.prepare_payload();
        http::async_write(stream_, response_, [self = shared_from_this()](error_code failed, std::size_t) {
            if (!failed) self->run();
        });
    }

    Stream stream_;
    boost::beast::flat_buffer buffer_;
    http::request<http::empty_body> request_;
    http::response<http::string_body> response_;
};

Task<> serve(Host& host, Executor& executor) {
    AsyncListener listener = host.listen(80);
    for (;;) std::make_shared<Session>(executor, AsyncTcp(co_await listener.accept()))->run();
}

// Asks for each of the sizes, one after the other, on one connection.
class Client {
public:
    Client(Executor& executor, AsyncTcp peer, std::vector<std::size_t> sizes)
        : stream_(executor, std::move(peer)), sizes_(std::move(sizes)) {}
    void run() {
        if (done_ == sizes_.size()) return stream_.peer().close();
        request_ = {http::verb::get, '/' + std::to_string(sizes_[done_]), 11};
        request_.set(http::field::host, "server");
        http::async_write(stream_, request_, [this](error_code failed, std::size_t) {
            if (!failed) receive();
        });
    }
    std::size_t done() const { return done_; }
    AsyncTcp& peer() { return stream_.peer(); }

private:
    void receive() {
        response_ = {};
        http::async_read(stream_, buffer_, response_, [this](error_code failed, std::size_t) {
            if (failed || response_.body() != text_of_length(1, sizes_[done_])) return;
            ++done_;
            run();
        });
    }

    Stream stream_;
    std::vector<std::size_t> sizes_;
    std::size_t done_ = 0;
    boost::beast::flat_buffer buffer_;
    http::request<http::empty_body> request_;
    http::response<http::string_body> response_;
};

Task<> fetch(World& world, Client& client, std::size_t count) {
    CHECK(co_await client.peer().opened() == Error::none);
    client.run();
    while (client.done() < count) co_await world.sleep(100ms);
}

// Answers the hash of everything the hosts did.
std::uint64_t fetch_by(std::uint64_t seed) {
    const std::vector<std::size_t> sizes{1, 100'000, 0, 30'000};
    World world({.seed = seed});
    Executor executor(world);
    Host& server = world.add_host("server", "192.0.2.1/24");
    Host& client = world.add_host("client", "192.0.2.2/24");
    Link& cable = world.connect(server, client,
                                {.delay = 20ms, .faults = {.loss = 0.05, .duplicate = 0.02, .reorder = 0.1}});
    world.after(300ms, [&] { cable.cut(); });
    world.after(5s, [&] { cable.heal(); });
    world.start_service(serve(server, executor));
    Client browser(executor, client.connect(server, 80), sizes);
    world.start(fetch(world, browser, sizes.size()));
    CHECK(world.finish() == "");
    CHECK(browser.done() == sizes.size());
    CHECK(cable.counters(Side::a).lost > 0);
    return world.trace_hash();
}

}  // namespace

TEST_CASE("Boost.Beast's client and server talk through loss and a partition, the same way every time") {
    CHECK(fetch_by(4) == fetch_by(4));
    CHECK(fetch_by(4) != fetch_by(5));
}
