// A coded program of frames, calls and time against a whole Stack.
//
// The input is a row of steps: one octet that says what, some octets of arguments. The peer's frames start from what the
// stack said last, so that most of them fit; arguments shift their numbers, change single octets, or repeat older ones.
// After each step everything owed is drained, and then must hold: the next deadline is ahead, memory is within bounds, the
// trace shows only legal changes, no window edge moved left, no data left beyond the peer's window, and every octet
// sent is the one written. At the end everything is closed, the peer falls silent, and nothing may be left behind.
#include <algorithm>
#include <array>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "base/checksum.h"
#include "fuzz/support/peer.h"
#include "stack.h"
#include "support/trace_checker.h"
#include "wire/packet.h"

namespace {

using namespace sluice;
using fuzz::Octets;

constexpr std::array<std::uint16_t, 2> listen_ports{80, 81};
constexpr std::uint32_t frames_per_drain_most = 20000;

// An application that acts inside on_ready, as a server does.
class Server final : public Watcher {
public:
    Server(TcpSocket& socket, bool closes) : socket_(socket), closes_(closes) {}
    void on_ready(Readiness ready) override {
        Octets room(4096);
        while (const auto octets = socket_.read(room))
            if (*octets == 0) break;
        if (ready.error) (void)socket_.take_error();
        if (closes_ && (ready.peer_closed || ready.hangup)) socket_.close();
    }

private:
    TcpSocket& socket_;
    bool closes_;
};

struct Application {
    TcpSocket socket;
    std::uint64_t written = 0;
    std::unique_ptr<Server> server;
};

class World {
public:
    explicit World(ByteView program)
        : program_(program), link_(link_of(program_.u8())), stack_(config_of(program_.u8())), peer_(link_) {
        stack_.attach(fuzz::stack_mac, link_);
        stack_.add_address(0, {fuzz::stack_address, 24});
        for (std::size_t i = 0; i < listen_ports.size(); ++i) listen(i, 2);
        drain();
    }

    void run() {
        while (program_.remaining() > 0) {
            step();
            drain();
        }
        finish();
    }

private:
    static LinkCapabilities link_of(std::uint8_t choice) {
        LinkCapabilities link;
        link.mtu = std::array<std::uint32_t, 4>{1500, 576, 296, 9000}[choice % 4];
        if ((choice & 4U) != 0) link.send_segment_bytes = link.receive_segment_bytes = 65535;
        link.computes_checksums = link.vouches_checksums = (choice & 12U) != 0;
        return link;
    }
    static StackConfig config_of(std::uint8_t choice) {
        StackConfig config;
        config.net.probe_addresses = false;
        config.trace = TraceMode::all;
        config.trace_records = 1024;
        config.fixed_isn =
            std::array<std::uint32_t, 4>{1000, 0xffffff00U, 0x7fffff00U, 0xffffffffU}[choice % 4];
        config.tcp.receive_buffer = (choice & 4U) != 0 ? 3000 : 200000;
        config.tcp.receive_buffer_max = (choice & 4U) != 0 ? 0 : 400000;
        config.tcp.send_buffer = (choice & 4U) != 0 ? 2000 : 65536;
        config.tcp.timestamps = (choice & 8U) == 0;
        config.tcp.window_scaling = (choice & 16U) == 0;
        config.tcp.fixed_window_bytes = (choice & 32U) != 0 ? 1U << 20U : 0;
        config.tcp.time_wait_max = (choice & 64U) != 0 ? 2 : 65536;
        config.tcp.time_wait_ignores_resets = (choice & 128U) != 0;
        config.tcp.reassembly_pieces = 64;
        config.tcp.ecn = static_cast<tcp::EcnUse>(choice >> 3U & 3U);
        config.tcp.fast_open_cookie_lifetime = 10s;
        config.tcp.fast_open_servers = 2;
        config.tcp.half_open_max = 8;
        return config;
    }

    // --- what a step may do
    void step() {
        const std::uint8_t what = program_.u8() % 24;
        if (what < 13) return step_of_peer(what);
        if (what < 15) return pass_time();
        step_of_application(what);
    }
    void step_of_peer(std::uint8_t what) {
        switch (what) {
            case 0: peer_sends(flag::syn); break;
            case 1:
            case 2: peer_sends(flag::ack); break;
            case 3:
            case 4:
                peer_sends(flag::ack | flag::psh, program_.u8() * std::size_t{program_.u8()} % 9000);
                break;
            case 5: peer_sends(flag::ack | flag::fin); break;
            case 6: peer_sends(flag::rst); break;
            case 7: peer_sends(program_.u8(), program_.u8()); break;
            case 8: peer_acknowledges_everything(); break;
            case 9: again_with_changes(); break;
            case 10: receive(fuzz::Peer::ip_frame(wire::protocol::tcp, some())); break;
            case 11: fail_to_deliver(); break;
            default:
                receive(
                    fuzz::Peer::arp_frame(program_.u8() % 3, fuzz::peer_mac, host(), fuzz::stack_address));
                break;
        }
    }
    void step_of_application(std::uint8_t what) {
        const std::size_t at = program_.u8();
        switch (what) {
            case 15: accept(at); break;
            case 16: connect(); break;
            case 17: listen(at % listen_ports.size(), program_.u8()); break;
            default:
                if (!applications_.empty()) call(*applications_[at % applications_.size()], what);
        }
    }
    void call(Application& application, std::uint8_t what) {
        TcpSocket& socket = application.socket;
        Octets room(program_.u8() * std::size_t{16});
        switch (what) {
            case 18: (void)socket.read(room); break;
            case 19: write(application, room.size()); break;
            case 20: (void)socket.shutdown_write(); break;
            case 21: set_options(socket); break;
            case 22: rare_call(application, program_.u8()); break;
            default: close(application); break;
        }
    }
    void rare_call(Application& application, std::uint8_t choice) {
        TcpSocket& socket = application.socket;
        switch (choice % 6) {
            case 0: socket.abort(); break;
            case 1: socket.shutdown_read(); break;
            case 2:
                application.server = std::make_unique<Server>(socket, choice > 127);
                socket.watch(application.server.get());
                break;
            case 3:
                if (const auto octets = socket.peek()) socket.consume(octets->size() / 2);
                break;
            case 4: (void)socket.urgent_mark(); break;
            default: (void)socket.take_error(); break;
        }
    }
    void close(Application& application) {
        application.socket.watch(nullptr);
        application.socket.close();
    }

    // --- the peer
    std::pair<std::uint16_t, std::uint16_t> ports() {
        const std::uint8_t choice = program_.u8();
        if (choice < 128 || applications_.empty())
            return {listen_ports[choice % 2], static_cast<std::uint16_t>(4000 + choice / 2 % 4)};
        const TcpSocket& socket = applications_[choice % applications_.size()]->socket;
        return {socket.local().port, socket.remote().port};
    }
    // Small numbers mostly, both ways; seldom something far away.
    std::uint32_t shift() {
        const std::uint8_t choice = program_.u8();
        if (choice < 128) return 0;
        if (choice < 192) return static_cast<std::uint32_t>(static_cast<std::int8_t>(program_.u8()));
        if (choice < 240) return static_cast<std::uint32_t>(static_cast<std::int16_t>(program_.u16()));
        return program_.u32();
    }
    wire::TcpHeader header_for(std::pair<std::uint16_t, std::uint16_t> between) {
        const fuzz::Flow& flow = peer_.flow(between.first, between.second);
        wire::TcpHeader header;
        header.source_port = between.second;
        header.destination_port = between.first;
        header.sequence = flow.wanted + shift();
        header.acknowledgment = flow.end + shift();
        const std::uint8_t more = program_.u8();
        header.window = (more & 1U) != 0 ? program_.u16() : std::uint16_t{0xffff};
        if ((more & 2U) != 0) header.urgent_pointer = program_.u16();
        if ((more & 4U) != 0) header.options.mss = program_.u16();
        if ((more & 8U) != 0) header.options.window_shift = program_.u8() % 16;
        if ((more & 16U) != 0 || flow.ts_value)
            header.options.timestamps =
                wire::Timestamps{++peer_clock_ + shift(), flow.ts_value.value_or(0) + shift()};
        if ((more & 32U) != 0) add_sack(flow, header.options);
        if ((more & 64U) != 0) header.options.fast_open = flow.cookie.value_or(wire::FastOpenCookie{});
        if ((more & 128U) != 0) {
            header.ae = true;
            if (program_.u8() % 2 == 0) header.options.accurate_ecn = {program_.u16(), program_.u16(), {}};
        }
        if (wire::size_of(header.options) > wire::tcp_options_max) header.options.accurate_ecn.reset();
        if (wire::size_of(header.options) > wire::tcp_options_max) header.options.fast_open.reset();
        if (wire::size_of(header.options) > wire::tcp_options_max) header.options.sack_count = 0;
        return header;
    }
    // Permission where it counts, and blocks of what the stack sent.
    void add_sack(const fuzz::Flow& flow, wire::TcpOptions& options) {
        options.sack_permitted = true;
        options.sack_count = program_.u8() % 4;
        for (std::size_t i = 0; i < options.sack_count; ++i) {
            options.sack[i].end = flow.end - program_.u8() * std::uint32_t{100} + shift();
            options.sack[i].begin = options.sack[i].end - program_.u16();
        }
    }
    void peer_sends(int flags, std::size_t octets = 0) {
        wire::TcpHeader header = header_for(ports());
        header.flags = static_cast<std::uint8_t>(flags);
        if (header.urgent_pointer != 0) header.flags |= flag::urg;
        Octets text(std::min<std::size_t>(octets, 9000));
        for (std::size_t i = 0; i < text.size(); ++i)
            text[i] = static_cast<std::uint8_t>(header.sequence + i);
        receive(fuzz::Peer::tcp_frame(header, text));
    }
    void peer_acknowledges_everything() {
        wire::TcpHeader header = header_for(ports());
        header.flags = flag::ack;
        header.acknowledgment = peer_.flow(header.destination_port, header.source_port).end;
        receive(fuzz::Peer::tcp_frame(header, {}));
    }
    void again_with_changes() {
        if (received_.empty()) return;
        Octets frame = received_[program_.u8() % received_.size()];
        for (int changes = program_.u8() % 4; changes > 0; --changes) {
            const std::size_t at = 14 + program_.u8() % std::size_t{80};
            const std::uint8_t change = program_.u8();
            if (at < frame.size()) frame[at] ^= change;
        }
        fuzz::Peer::mend(frame);
        receive(frame);
    }
    // A router reports a packet that the stack sent.
    void fail_to_deliver() {
        constexpr std::array<std::uint8_t, 6> types{3, 3, 3, 11, 12, 4};
        Octets message{types[program_.u8() % types.size()],
                       static_cast<std::uint8_t>(program_.u8() % 16),
                       0,
                       0,
                       0,
                       0,
                       0,
                       0};
        put_u16(message, 6, program_.u16());
        const Octets quoted = peer_.sent_packet(program_.u8());
        message.insert(
            message.end(), quoted.begin(),
            quoted.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(quoted.size(), 64)));
        Checksum checksum;
        checksum.add(message);
        put_u16(message, 2, checksum.value());
        Octets frame = fuzz::Peer::ip_frame(wire::protocol::icmp, message);
        receive(frame);
    }
    Octets some() {
        const ByteView taken = program_.take(std::min<std::size_t>(program_.remaining(), program_.u8()));
        return {taken.begin(), taken.end()};
    }
    wire::Address host() { return wire::Address::v4(192, 0, 2, program_.u8()); }
    void receive(const Octets& octets) {
        received_.push_back(octets);
        if (received_.size() > 16) received_.pop_front();
        FrameIn frame;
        frame.bytes = stack_.pool().copy(octets);
        frame.checksum_good = link_.vouches_checksums;
        if (link_.receive_segment_bytes > 0 && octets.size() > link_.mtu) frame.segment_bytes = 1000;
        stack_.receive(0, std::move(frame), stack_.now());
    }

    // --- the application
    void listen(std::size_t which, std::uint32_t backlog) {
        listeners_[which].close();
        ListenOptions options;
        options.port = listen_ports[which];
        options.backlog = backlog;
        options.options.fast_open = backlog % 4;
        options.options.defer_accept = Duration(backlog > 200 ? 5s : 0s);
        auto listener = stack_.listen(options);
        SLUICE_CHECK(listener.has_value());
        listeners_[which] = std::move(*listener);
    }
    void keep(TcpSocket socket) {
        if (applications_.size() >= 8) applications_.pop_front();  // closes it
        applications_.push_back(std::make_unique<Application>());
        applications_.back()->socket = std::move(socket);
    }
    void accept(std::size_t which) {
        if (auto socket = listeners_[which % listeners_.size()].accept()) keep(std::move(*socket));
    }
    void connect() {
        ConnectOptions options;
        const std::uint8_t choice = program_.u8();
        options.remote = {fuzz::peer_address, static_cast<std::uint16_t>(5000 + choice % 4)};
        if (choice > 200) options.remote.address = host();  // nobody, ourselves, or everybody
        if (choice % 8 == 7) options.remote.port = 80;
        if (choice % 3 == 0) options.local.port = static_cast<std::uint16_t>(6000 + choice % 2);
        if (choice == 255) options.local.port = options.remote.port;  // perhaps to itself
        options.options.fast_open_connect = choice % 2 == 1;
        if (auto socket = stack_.connect(options)) keep(std::move(*socket));
    }
    void write(Application& application, std::size_t octets) {
        Octets data(octets);
        const std::uint16_t local = application.socket.local().port;
        const std::uint16_t remote = application.socket.remote().port;
        for (std::size_t i = 0; i < octets; ++i)
            data[i] = fuzz::written_octet(local, remote, application.written + i);
        const std::uint8_t how = program_.u8() % 4;
        const auto taken = how == 0   ? application.socket.write_urgent(data)
                           : how == 1 ? application.socket.write_owned(stack_.pool().copy(data))
                                      : application.socket.write(data);
        if (taken) application.written += *taken;
    }
    void set_options(TcpSocket& socket) {
        const std::uint8_t choice = program_.u8();
        TcpOptions options = socket.options();
        options.no_delay = (choice & 1U) != 0;
        options.cork = (choice & 2U) != 0;
        options.keep_alive = (choice & 4U) != 0;
        options.keepalive_idle = options.keepalive_interval = 1s;
        options.user_timeout = (choice & 8U) != 0 ? std::optional<Duration>(100s) : std::nullopt;
        if ((choice & 16U) != 0) options.receive_buffer = 256U << (program_.u8() % 10);
        if ((choice & 32U) != 0) options.linger = 0s;
        if ((choice & 64U) != 0) options.mss = static_cast<std::uint16_t>(88 + program_.u8());
        socket.set_options(options);
        send_everything();
        on_time(stack_.now());  // a timeout made shorter may be over already
    }

    // --- time
    void pass_time() {
        const std::uint8_t choice = program_.u8();
        const Instant next = stack_.next_deadline();
        if (choice < 160 && next != never)
            on_time(next);
        else if (choice < 240)
            on_time(stack_.now() + Duration(10ms) * (1 << choice % 16));
        else
            on_time(stack_.now() + Duration(24h) * (choice - 239));
    }
    void on_time(Instant now) { stack_.on_time(now); }

    // --- what must hold
    void drain() {
        for (int round = 0; round < 8; ++round) {
            send_everything();
            if (!stack_.dispatch()) break;
        }
        send_everything();
        while (stack_.next_echo_reply()) {
        }
        while (stack_.next_delivery_failure()) {
        }
        SLUICE_CHECK(stack_.next_deadline() > stack_.now());
        SLUICE_CHECK(stack_.pool().bytes_in_use() < 16U << 20U);
        SLUICE_CHECK(stack_.tcp_open() < 100);
        check_trace();
    }
    void send_everything() {
        std::uint32_t frames = 0;
        while (stack_.next_frame(frame_)) {
            SLUICE_CHECK(++frames < frames_per_drain_most);
            const auto reply = peer_.on_frame(frame_);
            frame_.clear();
            if (reply) receive(*reply);
            if (frames % 50 == 0) check_trace();
        }
        frame_.clear();
    }
    void check_trace() {
        const std::string wrong =
            checker_.check(stack_.trace(), stack_.counters(), [](const std::string&) {});
        if (!wrong.empty()) std::fprintf(stderr, "trace: %s\n", wrong.c_str());
        SLUICE_CHECK(wrong.empty());
        for (const TraceRecord& record : checker_.take_records()) check_record(record);
    }
    struct Seen {
        std::int64_t edge = 0;
        std::int64_t snd_una = 0;
        std::int64_t rcv_nxt = 0;
    };
    void check_record(const TraceRecord& record) {
        if (record.connection == 0 || record.kind == Kind::state) return;
        // Answers that leave without their connection (in SYN-RECEIVED and TIME-WAIT) do not fill these in.
        if (record.after < State::established || record.after == State::time_wait) return;
        Seen& seen = seen_[record.connection];
        if (record.kind == Kind::segment_out && (record.flags & flag::rst) == 0) {
            SLUICE_CHECK(record.snd_una >= seen.snd_una && record.rcv_nxt >= seen.rcv_nxt);
            seen.snd_una = record.snd_una;
            seen.rcv_nxt = record.rcv_nxt;
            // RFC 9293 3.8.6 [SHLD-14]: the edge we announce never moves left.
            const std::int64_t edge = record.ack + record.window_bytes;
            SLUICE_CHECK(edge >= seen.edge || (record.flags & flag::syn) != 0);
            seen.edge = std::max(seen.edge, edge);
            // [R5681-1] [SHLD-16]: nothing but a probe lies beyond the peer's window.
            const std::int64_t end =
                record.position + record.length + ((record.flags & flag::fin) != 0 ? 1 : 0);
            const std::int64_t right = std::max(record.snd_una + record.snd_wnd, record.snd_una + 1);
            const bool is_new =
                (record.length > 0 || (record.flags & flag::fin) != 0) &&
                (record.flags & flag::syn) == 0;  // text on a SYN knows no window yet (RFC 7413)
            if (is_new && record.cause != Cause::zero_window_probe) SLUICE_CHECK(end <= right);
        }
    }

    // Everything is closed and nobody answers: after an hour nothing may be left.
    void finish() {
        for (const auto& application : applications_) close(*application);
        applications_.clear();
        for (TcpListener& listener : listeners_) listener.close();
        received_.clear();
        const Instant end = stack_.now() + 1h;
        for (int wakes = 0; stack_.now() < end; ++wakes) {
            drain();
            SLUICE_CHECK(wakes < 100000);
            on_time(std::min(stack_.next_deadline(), end));
        }
        drain();
        SLUICE_CHECK(stack_.tcp_open() == 0);
        SLUICE_CHECK(stack_.pool().chunks_in_use() == 0);
    }

    Reader program_;
    LinkCapabilities link_;
    Stack stack_;
    fuzz::Peer peer_;
    FrameOut frame_;
    std::array<TcpListener, listen_ports.size()> listeners_;
    std::deque<std::unique_ptr<Application>> applications_;
    std::deque<Octets> received_;
    test::TraceChecker checker_;
    std::map<std::uint32_t, Seen> seen_;
    std::uint32_t peer_clock_ = 100000;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 4096) return 0;
    World(ByteView(data, size)).run();
    return 0;
}
