// Writes the traces that the tests of the pages look at: two stacks joined by a slow link with a short queue, in virtual
// time. traces FOLDER makes FOLDER/client.qlog and FOLDER/server.qlog of one upload with everything in it: a queue that
// overflows, a reader that stops, a close from both sides, a refused connection, one that nobody answers. With a second
// argument, so many kilobytes go over a faster link and nothing else happens.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "stack.h"
#include "trace/qlog.h"

using namespace sluice;

namespace {

struct Link {
    double bits_per_second = 2.4e6;
    Duration delay = 20ms;
    std::size_t queue_frames = 15;
};

// One direction of the wire: frames leave one after another, those that find the queue full are lost.
class Wire {
public:
    explicit Wire(const Link& link) : link_(link) {}

    void send(std::vector<std::uint8_t> frame, Instant now) {
        while (!leaving_.empty() && leaving_.front() <= now) leaving_.erase(leaving_.begin());
        if (leaving_.size() >= link_.queue_frames) return;
        const Duration takes(
            static_cast<std::int64_t>(static_cast<double>(frame.size() * 8) / link_.bits_per_second * 1e9));
        const Instant start = leaving_.empty() ? now : leaving_.back();
        leaving_.push_back(start + takes);
        arriving_.emplace(start + takes + link_.delay, std::move(frame));
    }
    Instant next() const { return arriving_.empty() ? never : arriving_.begin()->first; }
    std::vector<std::uint8_t> take() {
        std::vector<std::uint8_t> frame = std::move(arriving_.begin()->second);
        arriving_.erase(arriving_.begin());
        return frame;
    }

private:
    Link link_;
    std::vector<Instant> leaving_;
    std::multimap<Instant, std::vector<std::uint8_t>> arriving_;
};

struct Host {
    Host(const char* address, const char* mac, std::uint64_t seed, const std::string& path, const Link& link)
        : wire(link) {
        StackConfig config;
        config.net.probe_addresses = false;
        config.seed = {seed, seed};
        config.trace = TraceMode::all;
        config.trace_records = 1U << 16U;
        config.tcp.receive_buffer = 48 * 1024;
        config.tcp.receive_buffer_max = 0;  // fixed, so that the window closes while nobody reads
        config.tcp.time_wait = 1s;
        stack = std::make_unique<Stack>(config);
        stack->add_address(stack->attach(wire::parse_mac(mac).value()), wire::parse_prefix(address).value());
        file = std::fopen(path.c_str(), "wb");
        if (!file) std::exit(1);
        std::string head;
        writer.append_header(head, {address, ""});
        std::fwrite(head.data(), 1, head.size(), file);
    }
    ~Host() { std::fclose(file); }
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    void drain(Instant now) {
        FrameOut frame;
        const auto emit = [&] {
            while (stack->next_frame(frame)) {
                std::vector<std::uint8_t> octets(frame.header().begin(), frame.header().end());
                for (const Slice& slice : frame.payload)
                    octets.insert(octets.end(), slice.view().begin(), slice.view().end());
                wire.send(std::move(octets), now);
                frame.clear();
            }
        };
        emit();
        stack->dispatch();
        emit();
        std::string text;
        stack->trace().drain([&](const TraceRecord& record) {
            writer.append(text, record, stack->trace().facts(record.connection));
        });
        std::fwrite(text.data(), 1, text.size(), file);
    }

    std::unique_ptr<Stack> stack;
    Wire wire;
    trace::QlogWriter writer;
    std::FILE* file;
};

class World {
public:
    World(const std::string& folder, const Link& link)
        : client_("192.0.2.1/24", "02:00:00:00:00:01", 7, folder + "/client.qlog", link),
          server_("192.0.2.2/24", "02:00:00:00:00:02", 8, folder + "/server.qlog", link) {}

    Stack& client() { return *client_.stack; }
    Stack& server() { return *server_.stack; }
    Instant now() const { return now_; }

    // Until `time` has passed; `step` is called after every event.
    template <typename Step>
    void run(Duration time, Step step) {
        const Instant until = now_ + time;
        for (;;) {
            step();
            drain();
            const Instant next = std::min({client_.wire.next(), server_.wire.next(), client().next_deadline(),
                                           server().next_deadline()});
            if (next > until) break;
            now_ = std::max(now_, next);
            if (client_.wire.next() <= now_) arrive(client_, server());
            if (server_.wire.next() <= now_) arrive(server_, client());
            client().on_time(now_);
            server().on_time(now_);
            drain();
        }
        now_ = until;
        client().on_time(now_);
        server().on_time(now_);
        drain();
    }

private:
    void arrive(Host& from, Stack& to) { to.receive(0, {to.pool().copy(from.wire.take())}, now_); }
    void drain() {
        client_.drain(now_);
        server_.drain(now_);
    }

    Host client_;
    Host server_;
    Instant now_{};
};

class Upload {
public:
    Upload(World& world, std::size_t bytes) : world_(world), left_(bytes) {
        listener_ = world.server().listen({.port = 8080}).value();
        out_ = world.client().connect({.remote = *wire::parse_endpoint("192.0.2.2:8080")}).value();
    }
    void step(bool reads) {
        static const std::vector<std::uint8_t> data(std::size_t{64} * 1024, 'x');
        while (left_ > 0) {
            const auto wrote = out_.write(ByteView(data).first(std::min(left_, data.size())));
            if (!wrote) break;
            left_ -= *wrote;
        }
        if (left_ == 0 && out_ && out_.state() == State::established && out_.info().send_queue == 0)
            (void)out_.shutdown_write();
        if (!in_)
            if (auto accepted = listener_.accept()) in_ = std::move(*accepted);
        std::vector<std::uint8_t> room(std::size_t{64} * 1024);
        while (in_ && reads) {
            const auto read = in_.read(room);
            if (!read) break;
            if (*read == 0) {
                (void)in_.write(ByteView(room).first(96));
                in_.close();
                break;
            }
        }
        if (out_ && left_ == 0)
            if (const auto read = out_.read(room); read && *read == 0) out_.close();
    }
    TcpSocket& out() { return out_; }

private:
    World& world_;
    std::size_t left_;
    TcpListener listener_;
    TcpSocket out_, in_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::string folder = argc > 1 ? argv[1] : ".";
    if (argc > 2) {
        World world(folder, {.bits_per_second = 1e9, .delay = 500us, .queue_frames = 200});
        Upload upload(world, std::strtoul(argv[2], nullptr, 10) * 1000);
        world.run(60s, [&] { upload.step(true); });
        return 0;
    }
    World world(folder, {});
    Upload upload(world, 430000);
    world.run(1300ms, [&] { upload.step(true); });
    world.run(1100ms, [&] { upload.step(false); });
    auto refused = world.client().connect({.remote = *wire::parse_endpoint("192.0.2.2:22")}).value();
    world.run(400ms, [&] { upload.step(true); });
    auto unanswered = world.client().connect({.remote = *wire::parse_endpoint("192.0.2.99:80")}).value();
    world.run(4s, [&] { upload.step(true); });
    return 0;
}
