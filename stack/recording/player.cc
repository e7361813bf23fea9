#include "recording/player.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/addresses.h"

namespace sluice::recording {
namespace {

constexpr std::uint32_t links_most = 64;
constexpr std::uint32_t chunk_most = 1U << 20U;
constexpr std::uint32_t mtu_least = 68;  // RFC 791 3.2

}  // namespace

std::expected<std::unique_ptr<Player>, std::string> Player::open(ByteView octets) {
    auto reader = RecordingReader::open(octets);
    if (!reader) return std::unexpected(reader.error());
    const auto config = config_of(reader->head());
    if (!config) return std::unexpected(fmt::format("has a setting we do not have: {}", config.error()));
    return std::unique_ptr<Player>(new Player(std::move(*reader), *config));
}

Player::Player(RecordingReader reader, const StackConfig& config)
    : reader_(std::move(reader)), stack_(std::make_unique<Stack>(config)) {}

std::optional<Entrance> Player::step() {
    if (!failure_.empty()) return std::nullopt;
    frame_.clear();
    std::optional<Entrance> entrance = reader_.next();
    if (!entrance) {
        if (reader_.is_damaged())
            failure_ = fmt::format("the recording is not whole after {} entrances", played_);
        return std::nullopt;
    }
    ++played_;
    std::visit([this](const auto& what) { play(what); }, *entrance);
    return entrance;
}

void Player::fail(std::string what) {
    if (failure_.empty()) failure_ = fmt::format("entrance {}: {}", played_, what);
}

// A handle that the recording says there is; nullptr if it went another way here.
template <typename Handle>
Handle* Player::find(std::map<std::uint32_t, Handle>& handles, std::uint32_t number) {
    const auto found = handles.find(number);
    if (found != handles.end()) return &found->second;
    fail(fmt::format("there is no handle {} here", number));
    return nullptr;
}

void Player::play(const entrance::Attach& what) {
    if (links_ == links_most || what.capabilities.mtu < mtu_least || what.mac.is_group())
        return fail("no such link");
    stack_->attach(what.mac, what.capabilities);
    ++links_;
}

void Player::play(const entrance::AddAddress& what) {
    if (what.link >= links_ || !net::is_for_a_host(what.prefix)) return fail("no such address");
    stack_->add_address(what.link, what.prefix);
}

void Player::play(const entrance::RemoveAddress& what) { stack_->remove_address(what.address); }

void Player::play(const entrance::AddRoute& what) {
    if (what.route.link >= links_ || what.route.destination.length > 32) return fail("no such route");
    stack_->add_route(what.route);
}

void Player::play(const entrance::RemoveRoute& what) { (void)stack_->remove_route(what.destination); }

void Player::play(const entrance::RemoveNeighbor& what) { (void)stack_->remove_neighbor(what.address); }

void Player::play(const entrance::SetMtu& what) {
    if (what.link >= links_ || what.mtu < mtu_least) return fail("no such link");
    stack_->set_mtu(what.link, what.mtu);
}

void Player::play(const entrance::Receive& what) {
    if (what.link >= links_ || what.frame.size() > chunk_most) return fail("no such link");
    const auto length = static_cast<std::uint32_t>(what.frame.size());
    FrameIn frame;
    Chunk chunk = stack_->pool().take(std::clamp(what.chunk_octets, length, chunk_most));
    std::ranges::copy(what.frame, chunk.writable().begin());
    frame.bytes = Slice(std::move(chunk), 0, length);
    frame.checksum_good = what.checksum_good;
    frame.segment_bytes = what.segment_bytes;
    stack_->receive(what.link, std::move(frame), what.now);
}

void Player::play(const entrance::OnTime& what) { stack_->on_time(what.now); }

void Player::play(const entrance::NextFrame& what) {
    const bool is_made = stack_->next_frame(frame_);
    frames_out_ += is_made ? 1 : 0;
    const std::uint32_t octets = is_made ? frame_.size() : 0;
    if (octets != what.octets)
        return fail(
            fmt::format("a frame of {} octets left here, one of {} octets then", octets, what.octets));
    if (is_made && mark_of(frame_) != what.mark)
        fail(fmt::format("the frame of {} octets that left here is not the one of then", octets));
}

void Player::play(const entrance::Listen& what) {
    if (auto listener = stack_->listen(what.options))
        listeners_.insert_or_assign(listener->number(), std::move(*listener));
}

void Player::play(const entrance::Connect& what) {
    if (auto socket = stack_->connect(what.options))
        connections_.insert_or_assign(socket->info().connection, std::move(*socket));
}

void Player::play(const entrance::Accept& what) {
    TcpListener* listener = find(listeners_, what.listener);
    if (!listener) return;
    if (auto socket = listener->accept())
        connections_.insert_or_assign(socket->info().connection, std::move(*socket));
}

void Player::play(const entrance::SetBacklog& what) {
    if (TcpListener* listener = find(listeners_, what.listener)) listener->set_backlog(what.backlog);
}

void Player::play(const entrance::SetListenerOptions& what) {
    if (TcpListener* listener = find(listeners_, what.listener)) listener->set_options(what.options);
}

void Player::play(const entrance::CloseListener& what) { listeners_.erase(what.listener); }

void Player::play(const entrance::Read& what) {
    TcpSocket* socket = find(connections_, what.connection);
    if (!socket) return;
    const std::uint64_t queued = std::max<std::uint64_t>(socket->info().receive_queue, 1);
    room_.resize(std::min(what.room, queued));
    (void)socket->read(room_);
}

void Player::play(const entrance::Consume& what) {
    TcpSocket* socket = find(connections_, what.connection);
    if (!socket) return;
    if (what.octets > socket->info().receive_queue) return fail("more was read than there is here");
    socket->consume(what.octets);
}

void Player::play(const entrance::Write& what) {
    TcpSocket* socket = find(connections_, what.connection);
    if (!socket) return;
    (void)(what.urgent ? socket->write_urgent(what.data) : socket->write(what.data));
}

void Player::play(const entrance::WriteOwned& what) {
    // The recording stays where it is, as long as the Stack may look at it.
    if (TcpSocket* socket = find(connections_, what.connection))
        (void)socket->write_owned(stack_->pool().adopt(what.data, [] {}));
}

void Player::play(const entrance::ShutdownWrite& what) {
    if (TcpSocket* socket = find(connections_, what.connection)) (void)socket->shutdown_write();
}

void Player::play(const entrance::ShutdownRead& what) {
    if (TcpSocket* socket = find(connections_, what.connection)) socket->shutdown_read();
}

void Player::play(const entrance::Close& what) { connections_.erase(what.connection); }

void Player::play(const entrance::Abort& what) {
    if (TcpSocket* socket = find(connections_, what.connection)) socket->abort();
    connections_.erase(what.connection);
}

void Player::play(const entrance::SetOptions& what) {
    if (TcpSocket* socket = find(connections_, what.connection)) socket->set_options(what.options);
}

void Player::play(const entrance::OpenUdp& what) {
    if (auto socket = stack_->open_udp(what.options))
        datagrams_.insert_or_assign(socket->info().number, std::move(*socket));
}

void Player::play(const entrance::OpenRaw& what) {
    if (auto socket = stack_->open_raw(what.protocol, what.options))
        datagrams_.insert_or_assign(socket->info().number, std::move(*socket));
}

void Player::play(const entrance::Bind& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) (void)socket->bind(what.local);
}

void Player::play(const entrance::ConnectDatagrams& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) (void)socket->connect(what.remote);
}

void Player::play(const entrance::Disconnect& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) socket->disconnect();
}

void Player::play(const entrance::Send& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) (void)socket->send(what.data, what.sending);
}

void Player::play(const entrance::TakeDatagram& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) (void)socket->receive();
}

void Player::play(const entrance::TakeFailure& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) (void)socket->next_failure();
}

void Player::play(const entrance::TakeError& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) (void)socket->take_error();
}

void Player::play(const entrance::SetDatagramOptions& what) {
    if (DatagramSocket* socket = find(datagrams_, what.socket)) socket->set_options(what.options);
}

void Player::play(const entrance::CloseDatagrams& what) { datagrams_.erase(what.socket); }

void Player::play(const entrance::SendEcho& what) {
    (void)stack_->send_echo(what.to, what.identifier, what.sequence, what.data, what.dont_fragment,
                            what.hop_limit);
}

void Player::play(const entrance::TakeEchoReply&) { (void)stack_->next_echo_reply(); }

void Player::play(const entrance::Drained&) {}

}  // namespace sluice::recording
