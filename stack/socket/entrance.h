// What enters a Stack, in order: frames, time, questions for frames, and calls of applications. Whoever is told all of it can
// play it again on another Stack with the same seed and gets the same frames and the same trace (recording/player.h).
//
// Told by Stack and by the sockets before they act, except NextFrame, which tells what came out. What changes nothing that a
// frame or the trace could show (watchers, dispatch, questions about state) is not told; nor is what is changed through
// Stack::ip(). Handles are told by their numbers, which the same calls give again.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "stack.h"

namespace sluice {
namespace entrance {

// --- configuration
struct Attach {
    wire::MacAddress mac;
    LinkCapabilities capabilities;
};
struct AddAddress {
    LinkId link = 0;
    wire::Prefix prefix;
};
struct RemoveAddress {
    wire::Address address;
};
struct AddRoute {
    net::Route route;
};
struct RemoveRoute {
    wire::Prefix destination;
};
struct RemoveNeighbor {
    wire::Address address;
};
struct SetMtu {
    LinkId link = 0;
    std::uint32_t mtu = 0;
};

// --- frames and time
struct Receive {
    LinkId link = 0;
    bool checksum_good = false;
    std::uint16_t segment_bytes = 0;
    std::uint32_t chunk_octets = 0;  // of the memory it came in, which is what a buffer is charged
    Instant now{};
    ByteView frame;
};
struct OnTime {
    Instant now{};
};
// One question for a frame, and its answer.
struct NextFrame {
    std::uint32_t octets = 0;  // 0: nothing was owed
    std::uint32_t mark = 0;    // of all of it: mark_of()
};

// --- TCP; every number is that of a connection or listener in the trace
struct Listen {
    ListenOptions options;
};
struct Connect {
    ConnectOptions options;
};
struct Accept {
    std::uint32_t listener = 0;
};
struct SetBacklog {
    std::uint32_t listener = 0;
    std::uint32_t backlog = 0;
};
struct SetListenerOptions {
    std::uint32_t listener = 0;
    TcpOptions options;
};
struct CloseListener {
    std::uint32_t listener = 0;
};
struct Read {
    std::uint32_t connection = 0;
    std::uint64_t room = 0;
};
struct Consume {
    std::uint32_t connection = 0;
    std::uint64_t octets = 0;
};
struct Write {
    std::uint32_t connection = 0;
    bool urgent = false;
    ByteView data;
};
struct WriteOwned {
    std::uint32_t connection = 0;
    ByteView data;
};
struct ShutdownWrite {
    std::uint32_t connection = 0;
};
struct ShutdownRead {
    std::uint32_t connection = 0;
};
struct Close {
    std::uint32_t connection = 0;
};
struct Abort {
    std::uint32_t connection = 0;
};
struct SetOptions {
    std::uint32_t connection = 0;
    TcpOptions options;
};

// --- UDP, raw IP, ICMP echo
struct OpenUdp {
    UdpOptions options;
};
struct OpenRaw {
    std::uint8_t protocol = 0;
    UdpOptions options;
};
struct Bind {
    std::uint32_t socket = 0;
    wire::Endpoint local;
};
struct ConnectDatagrams {
    std::uint32_t socket = 0;
    wire::Endpoint remote;
};
struct Disconnect {
    std::uint32_t socket = 0;
};
struct Send {
    std::uint32_t socket = 0;
    UdpSending sending;
    ByteView data;
};
struct TakeDatagram {
    std::uint32_t socket = 0;
};
struct TakeFailure {
    std::uint32_t socket = 0;
};
struct TakeError {
    std::uint32_t socket = 0;
};
struct SetDatagramOptions {
    std::uint32_t socket = 0;
    UdpOptions options;
};
struct CloseDatagrams {
    std::uint32_t socket = 0;
};
struct SendEcho {
    wire::Address to;
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;
    bool dont_fragment = false;
    std::uint8_t hop_limit = 0;
    ByteView data;
};
struct TakeEchoReply {};

// Not of the Stack: its host wrote out the trace. Texts about a connection tell what is known of it then.
struct Drained {};

}  // namespace entrance

// A recording numbers these from 0: new ones come last.
using Entrance =
    std::variant<entrance::Attach, entrance::AddAddress, entrance::RemoveAddress, entrance::AddRoute,
                 entrance::RemoveRoute, entrance::RemoveNeighbor, entrance::SetMtu, entrance::Receive,
                 entrance::OnTime, entrance::NextFrame, entrance::Listen, entrance::Connect, entrance::Accept,
                 entrance::SetBacklog, entrance::SetListenerOptions, entrance::CloseListener, entrance::Read,
                 entrance::Consume, entrance::Write, entrance::WriteOwned, entrance::ShutdownWrite,
                 entrance::ShutdownRead, entrance::Close, entrance::Abort, entrance::SetOptions,
                 entrance::OpenUdp, entrance::OpenRaw, entrance::Bind, entrance::ConnectDatagrams,
                 entrance::Disconnect, entrance::Send, entrance::TakeDatagram, entrance::TakeFailure,
                 entrance::TakeError, entrance::SetDatagramOptions, entrance::CloseDatagrams,
                 entrance::SendEcho, entrance::TakeEchoReply, entrance::Drained>;

// Sees everything that enters. What an Entrance refers to lives until the call returns.
class EntranceWatcher {
public:
    virtual void on_entrance(const Entrance& entrance) = 0;

protected:
    ~EntranceWatcher() = default;
};

// Differs, but for bad luck, where two frames do.
std::uint32_t mark_of(const FrameOut& frame);

template <typename What>
void tell(EntranceWatcher* watcher, const What& what) {
    if (watcher) [[unlikely]]
        watcher->on_entrance(what);
}

}  // namespace sluice
