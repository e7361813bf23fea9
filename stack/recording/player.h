// Plays a recording on a Stack of its own, one entrance after the other, and compares every frame the Stack makes with the one
// it made then. Nothing else is needed: no device, no clock, no application.
#pragma once

#include <map>
#include <memory>

#include "recording/recording.h"

namespace sluice::recording {

class Player {
public:
    // Octets must outlive the Player. The message says why they cannot be played.
    static std::expected<std::unique_ptr<Player>, std::string> open(ByteView octets);

    const Head& head() const { return reader_.head(); }
    Stack& stack() { return *stack_; }
    // Whether an application held this connection then.
    bool holds(std::uint32_t connection) const { return connections_.contains(connection); }
    // Plays the next one and tells which it was. Nothing: the recording ends here, or failure() says what is wrong.
    std::optional<Entrance> step();
    // After a NextFrame with octets: the frame. The next step replaces it.
    const FrameOut& frame() const { return frame_; }
    // Not what was recorded, or no recording from here on; empty while all is well.
    const std::string& failure() const { return failure_; }
    std::uint64_t played() const { return played_; }
    std::uint64_t frames_out() const { return frames_out_; }

private:
    explicit Player(RecordingReader reader, const StackConfig& config);
    void fail(std::string what);
    template <typename Handle>
    Handle* find(std::map<std::uint32_t, Handle>& handles, std::uint32_t number);

    void play(const entrance::Attach& what);
    void play(const entrance::AddAddress& what);
    void play(const entrance::RemoveAddress& what);
    void play(const entrance::AddRoute& what);
    void play(const entrance::RemoveRoute& what);
    void play(const entrance::RemoveNeighbor& what);
    void play(const entrance::SetMtu& what);
    void play(const entrance::Receive& what);
    void play(const entrance::OnTime& what);
    void play(const entrance::NextFrame& what);
    void play(const entrance::Listen& what);
    void play(const entrance::Connect& what);
    void play(const entrance::Accept& what);
    void play(const entrance::SetBacklog& what);
    void play(const entrance::SetListenerOptions& what);
    void play(const entrance::CloseListener& what);
    void play(const entrance::Read& what);
    void play(const entrance::Consume& what);
    void play(const entrance::Write& what);
    void play(const entrance::WriteOwned& what);
    void play(const entrance::ShutdownWrite& what);
    void play(const entrance::ShutdownRead& what);
    void play(const entrance::Close& what);
    void play(const entrance::Abort& what);
    void play(const entrance::SetOptions& what);
    void play(const entrance::OpenUdp& what);
    void play(const entrance::OpenRaw& what);
    void play(const entrance::Bind& what);
    void play(const entrance::ConnectDatagrams& what);
    void play(const entrance::Disconnect& what);
    void play(const entrance::Send& what);
    void play(const entrance::TakeDatagram& what);
    void play(const entrance::TakeFailure& what);
    void play(const entrance::TakeError& what);
    void play(const entrance::SetDatagramOptions& what);
    void play(const entrance::CloseDatagrams& what);
    void play(const entrance::SendEcho& what);
    void play(const entrance::TakeEchoReply& what);
    void play(const entrance::Drained& what);

    RecordingReader reader_;
    std::unique_ptr<Stack> stack_;
    std::uint32_t links_ = 0;
    std::map<std::uint32_t, TcpListener> listeners_;  // by number, as are the others
    std::map<std::uint32_t, TcpSocket> connections_;
    std::map<std::uint32_t, DatagramSocket> datagrams_;
    FrameOut frame_;
    std::vector<std::uint8_t> room_;
    std::string failure_;
    std::uint64_t played_ = 0;
    std::uint64_t frames_out_ = 0;
};

}  // namespace sluice::recording
